"""Figures: all campaigns side by side, from the first text to the money; what is estimated stays apart."""

from __future__ import annotations

from flask import render_template

from bot.staff import sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from bot.staff.outreach_bars import width
from data.db import reading
from data.figures import campaigns_compared, segments_compared
from data.models import Business
from data.profile import Profile

STAGES = ("sent", "delivered", "replied", "conversing", "booked", "attended", "opted_out", "failed")
"""The columns of a funnel, in order."""


@blueprint.get("/figures", endpoint="figures")
def show() -> str:
    """The page."""
    me = sessions.me()
    with reading() as session:
        profile = Profile.model_validate(session.get_one(Business, me.business_id).profile)
        lines = campaigns_compared(session, me.business_id)
        segments = segments_compared(session, me.business_id, lines)
    return render_template(
        "staff/figures.html",
        lines=lines,
        segments=[line.whole for line in segments],
        stages=STAGES,
        width=width,
        profile=profile,
        zone=me.timezone,
        act=ActForm(),
    )
