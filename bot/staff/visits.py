"""What staff do with a visit, as forms: call it off, move it to an opening, note that nobody came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from bot.staff import acts, moments, sessions, transcript_page
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, MoveForm, VisitForm
from bot.staff.standing import stand
from bot.staff.transcript import service_name
from data.db import reading
from data.models import Conversation, StaffUser
from data.queries import inbox, transcripts
from scheduler import staff_visits
from scheduler.jobs import Job
from scheduler.staff_acts import NotAllowed

SHOWN = 400
"""So many openings, the soonest, are there to choose from."""

Act = Callable[[Session, Conversation, StaffUser, int, int], list[Job] | None]


@dataclass(frozen=True, slots=True)
class Day:
    """The openings of one day: their value in the form, and the time as it is read."""

    words: str
    times: tuple[tuple[str, str], ...]


@blueprint.post("/conversations/<row:conversation_id>/visits/<row:visit_id>/cancel")
def cancel_visit(conversation_id: int, visit_id: int) -> ResponseReturnValue:
    """Call it off."""
    return _do(conversation_id, visit_id, staff_visits.cancel)


@blueprint.post("/conversations/<row:conversation_id>/visits/<row:visit_id>/no-show")
def no_show(conversation_id: int, visit_id: int) -> ResponseReturnValue:
    """Nobody came."""
    return _do(conversation_id, visit_id, staff_visits.no_show)


@blueprint.post("/conversations/<row:conversation_id>/visits/<row:visit_id>/came")
def came(conversation_id: int, visit_id: int) -> ResponseReturnValue:
    """They came after all."""
    return _do(conversation_id, visit_id, staff_visits.came)


@blueprint.get("/conversations/<row:conversation_id>/visits/<row:visit_id>/move")
def choose_move(conversation_id: int, visit_id: int) -> ResponseReturnValue:
    """What is open, to choose from."""
    return _choice(conversation_id, visit_id)


@blueprint.post("/conversations/<row:conversation_id>/visits/<row:visit_id>/move")
def move_visit(conversation_id: int, visit_id: int) -> ResponseReturnValue:
    """Move it there, if that is still open."""
    form = MoveForm()
    if not form.validate_on_submit():
        return _choice(conversation_id, visit_id, wrong="Choose a time first.", status=400)
    with reading() as session:
        transcript_page.mine(session, conversation_id)
    try:
        start = datetime.fromisoformat(form.start.data or "")
        if start not in staff_visits.open_times(conversation_id, visit_id):
            return _choice(conversation_id, visit_id, wrong=staff_visits.GONE, status=409)
    except (ValueError, TypeError):
        return _choice(conversation_id, visit_id, wrong="Choose a time first.", status=400)
    except NotAllowed as refusal:
        return _choice(conversation_id, visit_id, wrong=str(refusal), status=409)
    version = int(form.version.data or 0)
    return acts.do(
        conversation_id,
        form,
        lambda session, conversation, user: staff_visits.move(
            session, conversation, user, visit_id, version, start
        ),
    )


def _do(conversation_id: int, visit_id: int, act: Act) -> ResponseReturnValue:
    form = VisitForm()
    return acts.do(
        conversation_id,
        form,
        lambda session, conversation, user: act(
            session, conversation, user, visit_id, int(form.version.data or 0)
        ),
    )


def _choice(
    conversation_id: int, visit_id: int, *, wrong: str = "", status: int = 200
) -> ResponseReturnValue:
    with reading() as session:
        rows = transcripts.read(session, transcript_page.mine(session, conversation_id))
        needs_you = len(inbox.waiting(session, sessions.me().business_id))
    visit = next((visit for visit in rows.visits if visit.id == visit_id), None)
    if visit is None:
        abort(404)
    zone = rows.business.timezone
    try:
        openings = staff_visits.open_times(conversation_id, visit_id)[:SHOWN]
    except NotAllowed as refusal:
        openings, wrong, status = [], wrong or str(refusal), 409
    days = [
        Day(words, tuple((opening.isoformat(), moments.time_of_day(opening, zone)) for opening in found))
        for words, found in groupby(openings, key=lambda opening: moments.day(opening, zone))
    ]
    page = render_template(
        "staff/move_visit.html",
        conversation_id=conversation_id,
        visit=visit,
        service=service_name(rows, visit.service),
        when=moments.visit(visit.start_at, zone),
        name=stand(rows, sessions.me().id).name,
        silent=rows.conversation.staff_took_over_at is not None,
        days=days,
        wrong=wrong,
        zone=zone,
        needs_you=needs_you,
        act=ActForm(),
    )
    return page, status
