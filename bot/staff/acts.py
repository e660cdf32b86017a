"""What staff do with a conversation: each form is one act of scheduler.staff_acts, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.staff import listing, sessions, transcript_page
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, OptOutForm, ReopenForm, ReplyForm
from data.db import writing
from data.models import Conversation, Message, StaffUser
from data.queries import transcripts
from scheduler import staff_acts
from scheduler.jobs import Job
from scheduler.staff_acts import NotAllowed
from scheduler.wake import wake

Act = Callable[[Session, Conversation, StaffUser], list[Job] | None]


@blueprint.post("/conversations/<row:conversation_id>/take-over")
def take_over(conversation_id: int) -> ResponseReturnValue:
    """The bot is silent from now on."""
    return do(conversation_id, ActForm(), staff_acts.take_over)


@blueprint.post("/conversations/<row:conversation_id>/hand-back")
def hand_back(conversation_id: int) -> ResponseReturnValue:
    """The bot goes on, and what waited for a person is closed."""
    return do(conversation_id, ActForm(), staff_acts.hand_back)


@blueprint.post("/conversations/<row:conversation_id>/reopen")
def reopen(conversation_id: int) -> ResponseReturnValue:
    """After a no: the business may write again, for a reason."""
    form = ReopenForm()
    return do(
        conversation_id,
        form,
        lambda session, conversation, user: staff_acts.reopen(
            session, conversation, user, form.reason.data or ""
        ),
    )


@blueprint.post("/conversations/<row:conversation_id>/opt-out")
def opt_out(conversation_id: int) -> ResponseReturnValue:
    """The contact asked a person to be left alone."""
    form = OptOutForm()

    def enter(session: Session, conversation: Conversation, user: StaffUser) -> None:
        if not form.confirmed.data:
            raise NotAllowed("Tick the box first: an opt-out cannot be taken back here.")
        staff_acts.opt_out(session, conversation, user)

    return do(conversation_id, form, enter)


@blueprint.post("/conversations/<row:conversation_id>/looked")
def looked(conversation_id: int) -> ResponseReturnValue:
    """An open page has shown what came in."""
    if not ActForm().validate_on_submit():
        abort(400)
    transcript_page.look(conversation_id)
    return "", 204


@blueprint.post("/conversations/<row:conversation_id>/reply")
def reply(conversation_id: int) -> ResponseReturnValue:
    """Staff write. A refused text comes back with the reason; one that is sent twice leaves once."""
    form = ReplyForm()
    typed, nonce = form.text.data or "", form.nonce.data or ""

    def write(session: Session, conversation: Conversation, user: StaffUser) -> list[Job]:
        once = f"staff:{conversation.id}:{nonce}"
        if transcripts.text_by_key(session, conversation.business_id, once) is not None:
            return []
        jobs = staff_acts.reply(session, conversation, user, typed.replace("\r\n", "\n"))
        session.get_one(Message, jobs[0].row).once = once
        return jobs

    return do(conversation_id, form, write, typed=typed, nonce=nonce)


def do(
    conversation_id: int, form: FlaskForm, act: Act, *, typed: str = "", nonce: str = ""
) -> ResponseReturnValue:
    """One act, in one transaction; what comes of it is woken behind the commit."""
    if not form.validate_on_submit():
        return _refused(conversation_id, "That could not be read. Please try once more.", typed, "", 400)
    try:
        with writing() as session:
            conversation = transcript_page.mine(session, conversation_id)
            jobs = act(session, conversation, session.get_one(StaffUser, sessions.me().id))
    except NotAllowed as refusal:
        return _refused(conversation_id, str(refusal), typed, nonce, 409)
    except IntegrityError:
        if not nonce:
            raise
        jobs = []  # the same text on another connection at the same moment: it is on its way
    wake(jobs or [])
    if sessions.wants_json():
        return jsonify(nonce=listing.nonce())
    return redirect(url_for("staff.conversation", conversation_id=conversation_id, _anchor="end"), 303)


def _refused(conversation_id: int, why: str, typed: str, nonce: str, status: int) -> ResponseReturnValue:
    if sessions.wants_json():
        return jsonify(error=why), status
    if not typed:
        flash(why, "wrong")
        return transcript_page.page(conversation_id), status
    return transcript_page.page(conversation_id, typed=typed, nonce=nonce, wrong=why), status
