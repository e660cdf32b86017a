"""Connecting a Google Calendar: to Google, back with a consent, and the choice of calendars."""

from __future__ import annotations

import structlog
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from actions.calendars import CalendarDisconnected, CalendarError
from actions.calendars.google_consent import (
    ConsentNotConfigured,
    ConsentRefused,
    Listed,
    account_of,
    begin,
    calendars,
    redeem,
)
from bot.staff import calendar_pending, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from data import addresses, settings
from data.db import reading, writing
from data.models import CalendarConnection
from data.queries import audit
from data.queries.calendars import (
    UNNAMED,
    active_calendar,
    choose,
    consent_of,
    keep_consent,
    only_looked_at,
    reconnect,
)
from scheduler.calendar_view import note_disconnected

log = structlog.get_logger(__name__)

NOT_BEGUN = (
    "This does not belong to a connection that you began",
    "The page was opened twice, it waited for more than half an hour, or you logged in anew meanwhile. "
    "Nothing was changed. Begin again.",
)
NOT_GIVEN = (
    "Google was not allowed to let us in",
    "You, or your organisation, declined. Nothing was changed. You can begin again at any time.",
)
WENT_WRONG = (
    "Google could not ask you",
    "It answered with an error, mostly because the client at Google is not set up for this address. Nothing "
    "was changed. docs/google-calendar.md says what belongs where.",
)
NO_LASTING_ACCESS = "The calendar is not connected"
ABOUT_LISTS = {
    # what Google's refusals mean here; source: the table in actions/calendars/google_errors.py
    "accessNotConfigured": "The Google Calendar API is not enabled in the project of the client.",
    "SERVICE_DISABLED": "The Google Calendar API is not enabled in the project of the client.",
}


@blueprint.post("/settings/calendar/connect")
def connect_calendar() -> ResponseReturnValue:
    """Send somebody to Google, by a page of ours: a form may lead to our own pages only."""
    if not ActForm().validate_on_submit():
        abort(400)
    try:
        begun = begin(settings.get(), addresses.google_redirect())
    except ConsentNotConfigured as missing:
        flash(f"Whoever runs this installation has one thing to do first: {missing}.")
        return redirect(url_for("staff.calendar_settings"), 303)
    calendar_pending.remember(begun)
    return render_template("staff/calendar_onward.html", address=begun.address, act=ActForm())


@blueprint.get("/settings/calendar/callback")
def calendar_consented() -> ResponseReturnValue:
    """Back from Google, with a code or with a no."""
    verifier = calendar_pending.take(request.args.get("state", ""))
    if verifier is None:
        return _refused(*NOT_BEGUN)
    error, code = request.args.get("error"), request.args.get("code")
    if error or not code:
        return _refused(*(NOT_GIVEN if error == "access_denied" else WENT_WRONG))
    present = settings.get()
    try:
        token = redeem(present, addresses.google_redirect(), code, verifier)
    except ConsentRefused as refused:
        return _refused(NO_LASTING_ACCESS, str(refused))
    listed = _listed_or_none(token)
    me, account = sessions.me(), account_of(listed) or UNNAMED
    seen, writable = {one.id for one in listed}, {one.id for one in listed if one.writable}
    with writing() as session:
        again = reconnect(session, me.business_id, account, token, seen=seen, writable=writable)
        if again is None:
            keep_consent(session, me.business_id, account, token)
        else:
            audit.note(session, me.business_id, audit.CALENDAR_RECONNECTED, me.id, calendar=again.name)
    if again is None:
        return redirect(url_for("staff.choose_calendar"), 303)
    flash(f"{again.name or 'The calendar'} is connected again. Times are offered as before.")
    return redirect(url_for("staff.calendar_settings"), 303)


@blueprint.get("/settings/calendar/choose", endpoint="choose_calendar")
def show_choice() -> ResponseReturnValue:
    """The calendars of the account."""
    return _choice()


@blueprint.post("/settings/calendar/choose")
def chosen_calendar() -> ResponseReturnValue:
    """Book there from now on."""
    if not ActForm().validate_on_submit():
        abort(400)
    me, consent = sessions.me(), _consent()
    if consent is None:
        return redirect(url_for("staff.calendar_settings"), 303)
    try:
        known = {one.id: one for one in _listed(consent)}
    except CalendarError:
        return _choice()
    wanted = known.get(request.form.get("bookings", ""))
    if wanted is None or not wanted.writable:
        return _choice("Choose the calendar that bookings go to.")
    busy = [(known[one].id, known[one].name) for one in request.form.getlist("busy") if one in known]
    with writing() as session:
        present = consent_of(session, me.business_id)
        if present is None or present.token != consent.token:
            abort(409)  # connected anew by somebody else at this moment
        if present.account == UNNAMED:
            present.account = account_of(known.values()) or UNNAMED
        choose(session, present, (wanted.id, wanted.name), busy)
        audit.note(session, me.business_id, audit.CALENDAR_CONNECTED, me.id, calendar=wanted.name)
    flash(f"Bookings go to {wanted.name} from now on. Press “Test” to see that all of it works.")
    return redirect(url_for("staff.calendar_settings"), 303)


def _choice(wrong: str = "") -> ResponseReturnValue:
    me, consent = sessions.me(), _consent()
    if consent is None:
        return redirect(url_for("staff.calendar_settings"), 303)
    listed: tuple[Listed, ...] = ()
    try:
        listed = _listed(consent)
    except CalendarError as error:
        reason = next((says for name, says in ABOUT_LISTS.items() if name in str(error)), f"{error}.")
        wrong = f"The calendars of this account cannot be listed just now. {reason}"
    with reading() as session:
        active = active_calendar(session, me.business_id)
        busy = {one.calendar_id for one in only_looked_at(session, me.business_id)}
    page = render_template(
        "staff/calendar_choice.html",
        account=account_of(listed) or consent.account,
        listed=listed,
        chosen=request.form.get("bookings") or _default(active, listed),
        busy=busy,
        zone=me.timezone,
        wrong=wrong,
        act=ActForm(),
    )
    return page, 400 if wrong and request.method == "POST" else 200


def _default(active: CalendarConnection | None, listed: tuple[Listed, ...]) -> str:
    """The calendar that is in use, else the only one there is."""
    writable = [one.id for one in listed if one.writable]
    if active is not None and active.calendar_id in writable:
        return active.calendar_id
    return writable[0] if len(writable) == 1 else ""


def _consent() -> CalendarConnection | None:
    with reading() as session:
        return consent_of(session, sessions.me().business_id)


def _listed(consent: CalendarConnection) -> tuple[Listed, ...]:
    """What the account sees. Raises CalendarError, and remembers where we are no longer let in."""
    assert consent.token is not None
    try:
        return calendars(settings.get(), consent.token)
    except CalendarDisconnected:
        if consent.active:
            note_disconnected(consent.id, consent.token)
        raise


def _listed_or_none(token: bytes) -> tuple[Listed, ...]:
    try:
        return calendars(settings.get(), token)
    except CalendarError as error:
        log.warning("calendars not listed", error=type(error).__name__)
        return ()  # the page that follows tries again, and says what is wrong


def _refused(title: str, advice: str) -> ResponseReturnValue:
    return render_template("staff/calendar_refused.html", title=title, advice=advice, act=ActForm()), 400
