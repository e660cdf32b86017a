"""Who is logged in. A session ends twelve hours after its last use, seven days after it began, with a new
password, with the account, or by logging out.

The cookie names the audit row of its log-in. Logging out writes the end into that row, so that a copy of the
cookie is worth nothing any more. The page's own asking for news is no use: a screen that is left open does
not keep its session alive.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, jsonify, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from data import clock
from data.db import reading, writing
from data.models import AuditEvent, Business, StaffUser
from data.queries import audit

IDLE = 12 * 60 * 60
"""Seconds (real time) without use after which a session ends."""

LONGEST = 7 * 24 * 60 * 60
"""Seconds (real time) after which it ends however much it was used."""

TOUCHED_EVERY = 60
PASSIVE = frozenset({"staff.news", "staff.static"})

manager = LoginManager()


@dataclass(frozen=True)
class Member(UserMixin):  # type: ignore[misc]
    """A member of staff, as this request knows them."""

    id: int
    business_id: int
    name: str
    business: str
    timezone: str
    fingerprint: str

    def get_id(self) -> str:
        """Changes with the password, so that an old session ends with the old password."""
        return f"{self.id}.{self.fingerprint}"


def install(app: Flask) -> None:
    """Bind the login to the application."""
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    manager.init_app(app)


def me() -> Member:
    """Who asks; only behind `login_required`."""
    member: Member = current_user._get_current_object()
    return member


def begin(user: StaffUser, log_in: AuditEvent) -> None:
    """Log somebody in, in a session that begins anew. `log_in` is the stored row that says so."""
    session.clear()
    session.permanent = True
    session.update(contents(user, log_in))
    found = _load(key_of(user))
    if found is not None:
        login_user(found)


def contents(user: StaffUser, log_in: AuditEvent) -> dict[str, Any]:
    """What the cookie of a session that begins now holds; it is signed, not secret."""
    now = int(time.time())
    return {
        "_user_id": key_of(user),
        "_fresh": True,
        "log_in": log_in.id,
        "began_at": now,
        "used_at": now,
    }


def key_of(user: StaffUser) -> str:
    """What a session keeps of somebody: it changes with the password, so that old sessions end with it."""
    return f"{user.id}.{_fingerprint(user.password_hash)}"


def end() -> None:
    """Log out: the session is over on this side too, whoever kept a copy of its cookie."""
    who = me()
    with writing() as database:
        began = database.get_one(AuditEvent, session["log_in"])
        began.detail = began.detail | {"ended_at": clock.now().isoformat()}
        audit.note(database, who.business_id, audit.LOGGED_OUT, who.id)
    logout_user()
    session.clear()


def local_path(target: str | None) -> str | None:
    """A page of the staff view to go on to; None for an address that leads anywhere else.

    Without the path below which the service may be reached.
    """
    if not target or not target.startswith("/staff") or "\\" in target or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(key: str) -> Member | None:
    id_, _, fingerprint = key.partition(".")
    log_in = session.get("log_in")
    if not id_.isdigit() or not isinstance(log_in, int) or _over():
        return None
    with reading() as database:
        found = database.execute(
            select(StaffUser, Business, AuditEvent.detail)
            .join(Business, Business.id == StaffUser.business_id)
            .join(AuditEvent, AuditEvent.staff_user_id == StaffUser.id)
            .where(StaffUser.id == int(id_), StaffUser.active)
            .where(AuditEvent.id == log_in, AuditEvent.action == audit.LOGGED_IN)
        ).one_or_none()
    if found is None:
        return None
    user, business, log_in_detail = found
    if "ended_at" in log_in_detail or fingerprint != _fingerprint(user.password_hash):
        return None
    return Member(user.id, business.id, user.name, business.name, business.timezone, fingerprint)


def turn_away() -> AnyResponse:
    """To the login, and from there back to what was asked for; our own script gets a 401."""
    if wants_json():
        answer = jsonify(error="You have been logged out.")
        answer.status_code = 401
        return answer
    here = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("staff.log_in", next=local_path(here)))


def wants_json() -> bool:
    """Whether our own script asks, not a person's browser."""
    return bool(request.accept_mimetypes.best == "application/json")


def _over() -> bool:
    """Whether the session has ended by time; else it is noted that it is in use."""
    now, used, began = int(time.time()), session.get("used_at"), session.get("began_at")
    if not isinstance(used, int) or not isinstance(began, int):
        return True
    if now - used > IDLE or now - began > LONGEST:
        return True
    if now - used > TOUCHED_EVERY and request.endpoint not in PASSIVE:
        session["used_at"] = now
    return False


def _fingerprint(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]
