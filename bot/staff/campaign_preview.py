"""The words of a campaign as its real contacts would get them: worst cases, gaps, and what it costs."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.staff import sessions, words
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from data.db import reading
from data.models import Contact
from data.queries import campaign_list
from data.queries.inbox import names_of
from scheduler.campaigns.previewing import preview_of
from scheduler.outreach.preview import Preview
from scheduler.outreach.worst_cases import KINDS


@blueprint.get("/campaigns/<row:campaign_id>/preview")
def campaign_preview(campaign_id: int) -> ResponseReturnValue:
    """The page. Looks through everybody whom the campaign means at this moment."""
    with reading() as session:
        campaign = campaign_list.find(session, sessions.me().business_id, campaign_id) or abort(404)
        shown = preview_of(session, campaign)
        names = _names(session, shown)
    return render_template(
        "staff/campaign_preview.html",
        campaign=campaign,
        preview=shown,
        names=names,
        kinds=KINDS,
        act=ActForm(),
    )


def _names(session: Session, shown: Preview) -> dict[int, str]:
    ids = {case.contact_id for case in shown.cases}
    ids |= {one for some in shown.unusable_contacts.values() for one in some}
    rows = session.scalars(select(Contact).where(Contact.id.in_(ids)))
    return {row.id: words.who(names_of(row.persons), row.phone) for row in rows}
