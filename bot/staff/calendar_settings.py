"""Settings, Calendar: what is connected, whether it works, the working hours, and how to disconnect."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from actions.calendars import CalendarDisconnected, CalendarError
from actions.calendars.connected import connected
from actions.calendars.google_consent import is_configured
from bot.selftest.calendar import SelfTest
from bot.selftest.steps import Result
from bot.staff import calendar_hours, sessions
from bot.staff.blueprint import blueprint
from bot.staff.calendar_hours import HoursRefused, Line
from bot.staff.forms import ActForm
from data import addresses, clock, settings
from data.db import reading, writing
from data.models import Business, CalendarConnection
from data.profile import Profile
from data.queries import audit, calendars
from scheduler.calendar_view import note_disconnected


@blueprint.get("/settings")
def settings_page() -> ResponseReturnValue:
    """There is one page of them so far."""
    return redirect(url_for("staff.calendar_settings"))


@blueprint.get("/settings/calendar")
def calendar_settings() -> ResponseReturnValue:
    """The page."""
    return _page()


@blueprint.post("/settings/calendar/test")
def test_calendar() -> ResponseReturnValue:
    """Do everything that a booking needs, on a day more than a year ahead, and show each step."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with reading() as session:
        connection = calendars.active_calendar(session, me.business_id)
    if connection is None or is_let_go(connection):
        return redirect(url_for("staff.calendar_settings"), 303)
    steps = _tried(connection, me.timezone)
    with writing() as session:
        if all(step.ok for step in steps):
            calendars.works_again(session, connection.id)
        audit.note(session, me.business_id, audit.CALENDAR_TESTED, me.id)
    return _page(steps=steps)


@blueprint.post("/settings/calendar/disconnect")
def disconnect_calendar() -> ResponseReturnValue:
    """Forget the consent; nothing is offered until a calendar is connected again."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with writing() as session:
        if calendars.disconnect(session, me.business_id):
            audit.note(session, me.business_id, audit.CALENDAR_DISCONNECTED, me.id)
    flash("The calendar is disconnected, and our copy of the access is gone.")
    return redirect(url_for("staff.calendar_settings"), 303)


@blueprint.post("/settings/calendar/hours")
def change_hours() -> ResponseReturnValue:
    """The hours within which times are offered; everything else of the profile stays."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with writing() as session:
        business = calendars.lock(session, me.business_id)
        before = calendar_hours.lines(Profile.model_validate(business.profile).hours)
        sent = calendar_hours.typed(request.form, before)
        try:
            hours = calendar_hours.hours_of(sent, before)
        except HoursRefused as refused:
            wrong = str(refused)
        else:
            wrong = ""
            profile = business.profile | {"hours": [one.model_dump(mode="json") for one in hours]}
            Profile.model_validate(profile)
            if calendar_hours.lines(hours) != before:
                business.profile = profile
                audit.note(session, me.business_id, audit.HOURS_CHANGED, me.id)
    if wrong:
        return _page(sent=sent, wrong=wrong), 400
    flash("The hours are saved. Times are offered within them from now on.")
    return redirect(url_for("staff.calendar_settings", _anchor="hours"), 303)


def is_let_go(connection: CalendarConnection) -> bool:
    """Whether staff have disconnected it themselves."""
    return bool(connection.account) and connection.token is None


def _tried(connection: CalendarConnection, zone: str) -> list[Result]:
    try:
        calendar = connected(connection.id, connection.kind, connection.calendar_id, zone, connection.token)
        steps = list(SelfTest(calendar, clock.now()).run())
        if not all(step.ok for step in steps):
            _see_whether_we_are_let_in(connection, zone)
    except CalendarDisconnected as error:
        note_disconnected(connection.id, connection.token)
        return [Result("connection", False, str(error), 0)]
    return steps


def _see_whether_we_are_let_in(connection: CalendarConnection, zone: str) -> None:
    """The steps say what failed, for people; whether the calendar refuses us is asked once more."""
    calendar = connected(connection.id, connection.kind, connection.calendar_id, zone, connection.token)
    try:
        calendar.busy(clock.now(), clock.now() + timedelta(days=1))
    except CalendarDisconnected:
        note_disconnected(connection.id, connection.token)
    except CalendarError:
        pass  # away just now: that is no refusal, and offers look for themselves


def _page(*, steps: list[Result] | None = None, sent: list[Line] | None = None, wrong: str = "") -> str:
    me, present = sessions.me(), settings.get()
    with reading() as session:
        business = session.get_one(Business, me.business_id)
        connection = calendars.active_calendar(session, me.business_id)
        looked_at = calendars.only_looked_at(session, me.business_id)
        ahead = calendars.visits_ahead(session, connection.id) if connection else 0
        connected_by = audit.latest(
            session, me.business_id, audit.CALENDAR_CONNECTED, audit.CALENDAR_RECONNECTED
        )
    return render_template(
        "staff/calendar.html",
        connection=connection,
        let_go=connection is not None and is_let_go(connection),
        looked_at=looked_at,
        ahead=ahead,
        connected_by=connected_by,
        configured=is_configured(present),
        redirect_address=addresses.google_redirect(),
        steps=steps,
        lines=sent or calendar_hours.lines(Profile.model_validate(business.profile).hours),
        wrong=wrong,
        zone=me.timezone,
        act=ActForm(),
    )
