"""Answers: the questions that no entry answers, and the entries. What staff add is said from then on."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from bot.staff import sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, AnswerForm
from data.db import reading, writing
from data.queries import answers, audit

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})
"""One typographic character would double the number of segments of every text with this answer."""


@blueprint.get("/answers", endpoint="answers")
def show() -> str:
    """The page."""
    return _page()


@blueprint.post("/answers")
def add_answer() -> ResponseReturnValue:
    """A new entry; the question that it settles is off the list."""
    form = AnswerForm()
    if not form.validate_on_submit():
        wrong = "A question (up to 200 characters) and an answer (up to 320, two segments) are needed."
        return _page(typed=form, wrong=wrong), 400
    me = sessions.me()
    with writing() as session:
        entry = answers.add(session, me.business_id, _plain(form.question.data), _plain(form.answer.data))
        audit.note(session, me.business_id, audit.ANSWER_ADDED, me.id, entry=entry.id)
        if form.settles.data:
            answers.settle(session, me.business_id, int(form.settles.data))
    flash("The assistant answers that from now on.")
    return redirect(url_for("staff.answers"), 303)


@blueprint.post("/answers/<row:entry_id>/remove")
def remove_answer(entry_id: int) -> ResponseReturnValue:
    """The assistant gives this answer no more."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with writing() as session:
        if not answers.remove(session, me.business_id, entry_id):
            abort(404)
        audit.note(session, me.business_id, audit.ANSWER_REMOVED, me.id, entry=entry_id)
    flash("The answer is gone.")
    return redirect(url_for("staff.answers"), 303)


@blueprint.post("/answers/questions/<row:question_id>/leave-out")
def leave_out(question_id: int) -> ResponseReturnValue:
    """No entry is wanted for this question."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with writing() as session:
        if answers.settle(session, me.business_id, question_id):
            audit.note(session, me.business_id, audit.QUESTION_LEFT_OUT, me.id, question=question_id)
    return redirect(url_for("staff.answers"), 303)


def _plain(text: str | None) -> str:
    return " ".join((text or "").translate(_PLAIN).split())


def _page(typed: AnswerForm | None = None, wrong: str = "") -> str:
    me = sessions.me()
    with reading() as session:
        waiting = answers.open_questions(session, me.business_id)
        entries = answers.entries(session, me.business_id)
    return render_template(
        "staff/answers.html",
        waiting=waiting,
        entries=entries,
        typed=typed,
        wrong=wrong,
        zone=me.timezone,
        act=ActForm(),
    )
