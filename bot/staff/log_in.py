"""Logging in and out."""

from __future__ import annotations

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from bot.staff import passwords, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, LogInForm
from data.db import reading, writing
from data.models import AuditEvent, Business, StaffUser
from data.queries import audit

log = structlog.get_logger(__name__)


@blueprint.get("/login", endpoint="log_in")
def show() -> Response | str:
    """The form."""
    if current_user.is_authenticated:
        return redirect(_onward())
    return _page(LogInForm())


@blueprint.post("/login")
def log_in_now() -> Response | tuple[str, int]:
    """Let somebody in whose password fits."""
    form = LogInForm()
    if not form.validate_on_submit():
        return _page(form, "Enter your e-mail address and your password."), 400
    user = _user(form.email.data)
    try:
        right = passwords.fits(user.password_hash if user else None, form.password.data)
    except passwords.TooManyAtOnce:
        return _page(form, "Too many people log in at this moment. Try again in a minute."), 503
    if user is None or not right:
        log.warning("log-in failed")  # neither the address nor whether it exists
        _note_failure(user)
        return _page(form, "The e-mail address or the password is not right."), 401
    sessions.begin(user, _note(user, form.password.data))
    return redirect(_onward(), 303)


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session."""
    if ActForm().validate_on_submit():
        sessions.end()
        flash("You are logged out.")
    return redirect(url_for("staff.log_in"), 303)


def _user(email: str) -> StaffUser | None:
    with reading() as session:
        return session.scalar(
            select(StaffUser).where(StaffUser.email == email.strip().lower(), StaffUser.active)
        )


def _note(user: StaffUser, password: str) -> AuditEvent:
    """The audit row, and a newer hash where the old one's parameters are out of date."""
    renewed = passwords.renewed(user.password_hash, password)
    with writing() as session:
        if renewed:
            user.password_hash = session.get_one(StaffUser, user.id).password_hash = renewed
        return audit.note(session, user.business_id, audit.LOGGED_IN, user.id)


def _note_failure(user: StaffUser | None) -> None:
    """By account, never by what was typed. An address that nobody has costs the same work, and is told to
    the first business: somebody knocks."""
    with writing() as session:
        business = user.business_id if user else session.scalar(select(func.min(Business.id)))
        if business is not None:
            audit.note(session, business, audit.LOG_IN_FAILED, user.id if user else None)


def _onward() -> str:
    wanted = sessions.local_path(request.args.get("next"))
    return request.script_root + wanted if wanted else url_for("staff.conversations")


def _page(form: LogInForm, wrong: str = "") -> str:
    return render_template("staff/login.html", form=form, wrong=wrong, onward=request.args.get("next"))
