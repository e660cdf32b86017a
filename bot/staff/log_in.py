"""Logging in and out."""

from __future__ import annotations

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from bot.staff import passwords, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, LogInForm
from data.db import reading, writing
from data.models import AuditEvent, StaffUser

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
    if not passwords.fits(user.password_hash if user else None, form.password.data) or user is None:
        log.warning("log-in failed")  # neither the address nor whether it exists
        return _page(form, "The e-mail address or the password is not right."), 401
    _note(user, form.password.data)
    sessions.begin(user)
    return redirect(_onward(), 303)


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session."""
    if ActForm().validate_on_submit():
        with writing() as session:
            who = sessions.me()
            session.add(AuditEvent(business_id=who.business_id, staff_user_id=who.id, action="logged out"))
        sessions.end()
        flash("You are logged out.")
    return redirect(url_for("staff.log_in"), 303)


def _user(email: str) -> StaffUser | None:
    with reading() as session:
        return session.scalar(
            select(StaffUser).where(StaffUser.email == email.strip().lower(), StaffUser.active)
        )


def _note(user: StaffUser, password: str) -> None:
    """The audit row, and a newer hash where the old one's parameters are out of date."""
    renewed = passwords.renewed(user.password_hash, password)
    with writing() as session:
        session.add(AuditEvent(business_id=user.business_id, staff_user_id=user.id, action="logged in"))
        if renewed:
            user.password_hash = session.get_one(StaffUser, user.id).password_hash = renewed


def _onward() -> str:
    return sessions.local_path(request.args.get("next")) or url_for("staff.conversations")


def _page(form: LogInForm, wrong: str = "") -> str:
    return render_template("staff/login.html", form=form, wrong=wrong, onward=request.args.get("next"))
