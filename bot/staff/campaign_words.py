"""The words of a campaign on one page: brief, texts with what speaks against them, and ceilings."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.words.merge_fields import FIELDS
from actions.words.prices import price_of
from bot.staff import campaign_form, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from data.db import reading, writing
from data.models import Business, WhatsAppTemplate
from data.profile import Profile
from data.queries import campaign_list, saved_segments
from scheduler.campaigns import lifecycle
from scheduler.campaigns.lifecycle import Actor, NotReady
from scheduler.campaigns.plan import MOST_TOUCHES, BadPlan, Plan, PlannedTouch
from scheduler.campaigns.words import findings
from scheduler.outreach.wording import spoken_number

NEW_LINES = 2
"""Empty lines for further texts."""


@blueprint.get("/campaigns/<row:campaign_id>/words")
def campaign_words(campaign_id: int) -> ResponseReturnValue:
    """The form, with what the linter says of the words as they are saved."""
    return _page(campaign_id)


@blueprint.post("/campaigns/<row:campaign_id>/words")
def save_campaign_words(campaign_id: int) -> ResponseReturnValue:
    """Save it. A changed word voids approval and dry run, and pauses a campaign that runs."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    try:
        plan = campaign_form.plan_of(request.form)
        with writing() as session:
            campaign = campaign_list.find(session, me.business_id, campaign_id, locked=True) or abort(404)
            was_running = campaign.state == "running"
            lifecycle.edit_words(session, campaign, plan, Actor(me.id))
            paused = was_running and campaign.state == "paused"
    except BadPlan as error:
        return _page(campaign_id, wrong=f"{campaign_form.plainly(error)}."), 400
    except NotReady as error:
        return _page(campaign_id, wrong=str(error)), 409
    flash("Saved. The campaign is paused, since its words have changed." if paused else "Saved.")
    if request.form.get("act") == "done":
        return redirect(url_for("staff.one_campaign", campaign_id=campaign_id), 303)
    return redirect(url_for("staff.campaign_words", campaign_id=campaign_id, _anchor="texts"), 303)


def _page(campaign_id: int, wrong: str = "") -> str:
    me = sessions.me()
    with reading() as session:
        campaign = campaign_list.find(session, me.business_id, campaign_id) or abort(404)
        business = session.get_one(Business, me.business_id)
        profile = Profile.model_validate(business.profile)
        plan = lifecycle.plan_of(session, campaign)
        found = findings(session, campaign)
        segments = saved_segments.saved(session, me.business_id)
        templates = _templates(session, me.business_id)
        columns = saved_segments.extra_columns(session, me.business_id)
    lines = _lines(plan, wrong)
    return render_template(
        "staff/campaign_words.html",
        campaign=campaign,
        plan=plan,
        # what was typed stays on the screen where it could not be saved
        typed=request.form if wrong else None,
        lines=lines,
        empty_from=len(lines) - NEW_LINES,
        findings=found,
        segments=segments,
        templates=templates,
        columns=columns,
        fields=FIELDS,
        samples=_samples(business, plan),
        price=price_of(1, business.country, "sms", profile),
        profile=profile,
        questions=campaign_form.QUESTIONS,
        most=MOST_TOUCHES,
        wrong=wrong,
        act=ActForm(),
    )


def _lines(plan: Plan, wrong: str) -> list[PlannedTouch | None]:
    """The texts, and some empty lines behind them; None is an empty one."""
    if wrong:
        typed = [at for at in range(MOST_TOUCHES + NEW_LINES) if request.form.get(f"text-{at}", "").strip()]
        return [None] * (max(typed, default=-1) + 1 + NEW_LINES)
    return [*campaign_form.lines_of(plan), *[None] * NEW_LINES]


def _templates(session: Session, business_id: int) -> list[WhatsAppTemplate]:
    mine = select(WhatsAppTemplate).where(WhatsAppTemplate.business_id == business_id)
    return list(session.scalars(mine.order_by(WhatsAppTemplate.name)))


def _samples(business: Business, plan: Plan) -> dict[str, Any]:
    """Longish values for the merge fields, for counting while somebody types."""
    return {
        "first_name": "Alexandra",
        "last_name": "Montgomery",
        "business": business.name,
        "phone": spoken_number(business.phone, business.country),
        "last_service": max((one.name for one in Profile.model_validate(business.profile).services), key=len),
        "last_visit": "over a year ago",
        "months_away": "14",
        "offer": plan.brief.offer,
        "offer_terms": plan.brief.terms,
        "offer_until": "September 30",
        "why_now": plan.brief.why_now,
        "openings": "Wednesday at 10:30 am or Thursday at 2 pm",
    }
