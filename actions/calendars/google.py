"""A Google calendar as our Calendar: free/busy, events under our own ids, changes by sync token.

What each call promises is said in `actions.calendars`; here stands how Google is asked so that it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from actions.calendars import (
    CalendarDisconnected,
    CalendarEvent,
    CalendarUnavailable,
    Change,
    Changes,
    EventGone,
    Span,
)
from actions.calendars.google_access import Access, GoogleNotConfigured, access_from
from actions.calendars.google_client import GoogleClient, Patience
from actions.calendars.google_errors import GoogleRefused
from actions.calendars.google_events import (
    body,
    change,
    event,
    is_cancelled,
    local,
    moment,
    rfc3339,
    takes_time,
)
from data.settings import Settings

_PAGE = 2500  # the most that events.list gives at once
_FREE_BUSY_REACH = timedelta(days=60)  # Google refuses longer stretches ("timeRangeTooLong")
_TRIES = 3  # for a server whose right hand says "taken" and whose left hand shows nothing
_NOT_SHARED = "the calendar is not there, or not shared with us any more"


def connect_google(
    settings: Settings,
    calendar_id: str = "",
    *,
    access: Access | None = None,
    patience: Patience | None = None,
) -> GoogleCalendar:
    """The calendar `calendar_id`, reached by `access`; what is not given is as the settings say.

    Asks nobody yet, and costs little the second time. Raises CalendarDisconnected.
    """
    access = access or access_from(settings)
    calendar_id = calendar_id or settings.google_calendar_id
    if not calendar_id:
        raise GoogleNotConfigured("no Google calendar is chosen: set GOOGLE_CALENDAR_ID")
    return GoogleCalendar(_client(settings.google_api_base_url, access, patience), calendar_id)


@lru_cache(maxsize=64)
def _client(root: str, access: Access, patience: Patience | None) -> GoogleClient:
    access()  # a key that cannot be used is named at once, not at the first booking
    return GoogleClient(root, access, patience)


class GoogleCalendar:
    """One calendar at Google; implements `actions.calendars.Calendar`."""

    def __init__(self, client: GoogleClient, calendar_id: str) -> None:
        self._client = client
        self._id = calendar_id
        self._events = client.methods.events

    def busy(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        found: set[Span] = set()
        while start < end:
            until = min(end, start + _FREE_BUSY_REACH)
            found.update(self._free_busy(start, until))
            start = until
        return tuple(sorted(found))

    def clashes(self, start: datetime, end: datetime, *, ignoring: Collection[str] = ()) -> tuple[Span, ...]:
        # events.list and not freeBusy, which lags behind and does not say whose event it is; no timeZone,
        # since that would also shift what counts as a whole day
        found: list[Span] = []
        asked = {"singleEvents": True, "timeMin": rfc3339(start), "timeMax": rfc3339(_whole_seconds(end))}
        for page in self._pages(asked, page_size=250):
            found.extend(
                self._span(item, page)
                for item in page.get("items") or ()
                if item.get("id") not in ignoring and takes_time(item)
            )
        return tuple(sorted(span for span in found if span.overlaps(start, end)))

    def put(self, event_: CalendarEvent) -> CalendarEvent:
        wanted = body(event_)
        for _ in range(_TRIES):
            try:
                return self._stands(self._ask(self._events.insert(calendarId=self._id, body=wanted)), event_)
            except GoogleRefused as refused:
                if refused.status != 409:
                    raise
            # The id is taken: by our own first try whose answer was lost, or by an event deleted since.
            item = self._item(event_.id)
            if item is not None and not is_cancelled(item):
                return self._stands(item, event_)
            if item is not None:
                revived = self._events.update(calendarId=self._id, eventId=event_.id, body=wanted)
                return self._stands(self._client.ask(revived), event_)
        raise CalendarUnavailable("Google says that the event is there, but does not show it yet")

    def move(self, event_id: str, start: datetime, end: datetime) -> None:
        item = self._item(event_id)
        if item is None or is_cancelled(item):
            raise EventGone("the event was deleted from the calendar")
        stands = event(item, self._zone_of(item, {}))
        if (stands.start, stands.end) == (start, end):
            return
        times: dict[str, Any] = {"start": local(start, stands.zone), "end": local(end, stands.zone)}
        if "date" in item["start"]:
            # somebody made it a whole day; a patch keeps what it does not name
            times = {name: when | {"date": None} for name, when in times.items()}
        try:
            moved = self._client.ask(self._events.patch(calendarId=self._id, eventId=event_id, body=times))
        except GoogleRefused as refused:
            if refused.status not in (404, 410):
                raise
            raise EventGone("the event was deleted from the calendar") from None
        if is_cancelled(moved):
            raise EventGone("the event was deleted from the calendar while we moved it")

    def blank(self, event_id: str, title: str) -> None:
        words = {"summary": title, "description": "", "location": ""}
        try:
            self._client.ask(self._events.patch(calendarId=self._id, eventId=event_id, body=words))
        except GoogleRefused as refused:
            if refused.status not in (404, 410):
                raise

    def remove(self, event_id: str) -> None:
        for _ in range(_TRIES):
            try:
                self._client.ask(self._events.delete(calendarId=self._id, eventId=event_id))
                return
            except GoogleRefused as refused:
                if refused.status not in (404, 410):
                    raise
            # "gone" is taken at its word only once the event does not show any more
            item = self._item(event_id)
            if item is None or is_cancelled(item):
                return
        raise CalendarUnavailable("Google says that the event is gone, but still shows it")

    def get(self, event_id: str) -> CalendarEvent | None:
        item = self._item(event_id)
        if item is None or is_cancelled(item):
            return None
        return event(item, self._zone_of(item, {}))

    def changes(self, cursor: str | None, *, since: datetime | None = None) -> Changes:
        if cursor:
            try:
                return self._changes({"syncToken": cursor}, complete=False)
            except GoogleRefused as refused:
                # 410: the token has expired; 400: it is none. Only looking at everything anew helps.
                if refused.status not in (400, 410):
                    raise
        if since:
            try:
                return self._changes({"timeMin": rfc3339(since)}, complete=True)
            except _NoSyncToken:
                pass  # some servers give none for a bounded list
        return self._changes({}, complete=True)

    def _changes(self, asked: dict[str, Any], *, complete: bool) -> Changes:
        # singleEvents the same in first and later looks, as syncToken demands
        found: list[Change] = []
        token = ""
        for page in self._pages({"singleEvents": True} | asked, page_size=_PAGE):
            token = page.get("nextSyncToken") or token
            found.extend(change(item, self._zone_of(item, page)) for item in page.get("items") or ())
        if not token:
            raise _NoSyncToken("Google gave no token from which to follow changes")
        return Changes(tuple(found), token, complete)

    def _free_busy(self, start: datetime, end: datetime) -> Iterator[Span]:
        query = {
            "timeMin": rfc3339(start),
            "timeMax": rfc3339(_whole_seconds(end)),
            "timeZone": "UTC",
            "items": [{"id": self._id}],
        }
        calendars = self._ask(self._client.methods.freebusy.query(body=query)).get("calendars") or {}
        # an alias such as "primary" may be answered under the calendar's real id
        ours = calendars.get(self._id) or (next(iter(calendars.values())) if len(calendars) == 1 else None)
        if ours is None:
            raise CalendarUnavailable("Google's free/busy answer leaves our calendar out")
        errors = ours.get("errors") or ()
        if any(error.get("reason") == "notFound" for error in errors):
            raise CalendarDisconnected(_NOT_SHARED)
        if errors:
            raise CalendarUnavailable("Google cannot say just now when the calendar is busy")
        for period in ours.get("busy") or ():
            begins, ends = (moment({"dateTime": period.get(edge)}, "UTC") for edge in ("start", "end"))
            if begins is None or ends is None:
                raise CalendarUnavailable("a busy time has no start or no end")
            yield Span(begins, ends)

    def _pages(self, asked: dict[str, Any], *, page_size: int) -> Iterator[dict[str, Any]]:
        token = None
        while True:
            paged = asked | {"maxResults": page_size} | ({"pageToken": token} if token else {})
            page = self._ask(self._events.list(calendarId=self._id, **paged))
            if not page:
                raise CalendarUnavailable("Google's list of events is empty of everything, even its own kind")
            yield page
            before, token = token, page.get("nextPageToken")
            if not token:
                return
            if token == before:
                raise CalendarUnavailable("Google's list of events does not end")

    def _ask(self, request: Any) -> dict[str, Any]:
        """Ask for something where 404 can only mean the calendar itself."""
        try:
            return self._client.ask(request)
        except GoogleRefused as refused:
            if refused.status != 404:
                raise
            raise CalendarDisconnected(_NOT_SHARED) from None

    def _item(self, event_id: str) -> dict[str, Any] | None:
        try:
            return self._client.ask(self._events.get(calendarId=self._id, eventId=event_id))
        except GoogleRefused as refused:
            if refused.status not in (404, 410):
                raise
        self._see_that_the_calendar_is_there()
        return None

    def _see_that_the_calendar_is_there(self) -> None:
        # A calendar that is no longer shared answers 404 for each of its events, too: without this look
        # every appointment would seem to have been deleted.
        self._ask(self._events.list(calendarId=self._id, maxResults=1))

    def _span(self, item: dict[str, Any], page: dict[str, Any]) -> Span:
        zone = self._zone_of(item, page)
        start, end = moment(item.get("start"), zone), moment(item.get("end"), zone)
        if start is None or end is None:
            raise CalendarUnavailable("an event has no times")
        return Span(start, end)

    def _zone_of(self, item: dict[str, Any], page: dict[str, Any]) -> str:
        """The zone in which the item's times are read: its own, else the calendar's, asked for if need be."""
        start = item.get("start") or {}
        named = page.get("timeZone") or ("date" not in start and start.get("timeZone"))
        if named or not start:
            return str(named or "UTC")
        calendar = self._ask(self._client.methods.calendars.get(calendarId=self._id))
        return str(calendar.get("timeZone") or "UTC")

    def _stands(self, item: dict[str, Any], wanted: CalendarEvent) -> CalendarEvent:
        return event(item, wanted.zone) if item.get("start") and item.get("end") else wanted


class _NoSyncToken(CalendarUnavailable):
    pass


def _whole_seconds(end: datetime) -> datetime:
    # Google ignores fractions of a second: round up, so that nothing at the edge is missed
    return end + timedelta(seconds=1) if end.microsecond else end
