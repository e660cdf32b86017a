"""The loopback Google is held to the discovery document, and so is what we send it."""

from typing import Any

import pytest
from google_server.fixtures import ConnectedGoogle
from google_server.server import DISCOVERY
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

TIMES = {
    "start": {"dateTime": "2026-03-09T10:00:00-04:00", "timeZone": "America/New_York"},
    "end": {"dateTime": "2026-03-09T10:45:00-04:00", "timeZone": "America/New_York"},
}


@pytest.fixture
def google(google_server: ConnectedGoogle) -> Any:
    """Google's own client, without anything of ours between."""
    from google.oauth2.credentials import Credentials

    info = google_server.server.oauth.token_info()
    known = {name: info[name] for name in ("refresh_token", "token_uri", "client_id", "client_secret")}
    address = {"api_endpoint": f"{google_server.url}/calendar/v3/"}
    with build(
        "calendar",
        "v3",
        credentials=Credentials(None, **known),
        static_discovery=True,
        client_options=address,
    ) as service:
        yield service


def status(request: Any) -> int:
    with pytest.raises(HttpError) as caught:
        request.execute()
    return int(caught.value.resp.status)


def test_every_method_that_we_use_is_answered_as_the_document_describes(
    google_server: ConnectedGoogle, google: Any
) -> None:
    ours, events = google_server.calendar_id, google.events()
    assert google.calendarList().list().execute()["items"][0]["id"] == ours
    assert google.calendarList().get(calendarId=ours).execute()["accessRole"] == "writer"
    assert google.calendars().get(calendarId=ours).execute()["timeZone"] == "America/New_York"
    made = events.insert(calendarId=ours, body=TIMES | {"id": "abcde", "summary": "Visit"}).execute()
    assert made["status"] == "confirmed"
    patched = events.patch(calendarId=ours, eventId="abcde", body={"summary": "Visit, moved"}).execute()
    assert patched["start"] == made["start"]
    updated = events.update(calendarId=ours, eventId="abcde", body=TIMES | {"summary": "Anew"}).execute()
    assert updated["sequence"] == 2
    assert events.get(calendarId=ours, eventId="abcde").execute()["summary"] == "Anew"
    listed = events.list(calendarId=ours, singleEvents=True, orderBy="startTime", q="anew").execute()
    assert [item["id"] for item in listed["items"]] == ["abcde"]
    query = {"timeMin": "2026-03-09T00:00:00Z", "timeMax": "2026-03-10T00:00:00Z", "items": [{"id": ours}]}
    answer = google.freebusy().query(body=query).execute()
    busy = {"start": "2026-03-09T14:00:00Z", "end": "2026-03-09T14:45:00Z"}
    assert answer["calendars"][ours]["busy"] == [busy]
    assert events.delete(calendarId=ours, eventId="abcde").execute() == ""
    assert events.get(calendarId=ours, eventId="abcde").execute()["status"] == "cancelled"
    assert google_server.server.problems == []


def test_a_deleted_event_is_gone_only_for_deleting_and_its_id_stays_taken(
    google_server: ConnectedGoogle, google: Any
) -> None:
    ours, events = google_server.calendar_id, google.events()
    events.insert(calendarId=ours, body=TIMES | {"id": "abcde"}).execute()
    assert status(events.insert(calendarId=ours, body=TIMES | {"id": "abcde"})) == 409
    events.delete(calendarId=ours, eventId="abcde").execute()
    assert status(events.delete(calendarId=ours, eventId="abcde")) == 410
    assert status(events.insert(calendarId=ours, body=TIMES | {"id": "abcde"})) == 409
    assert status(events.get(calendarId=ours, eventId="fghij")) == 404
    patched = events.patch(calendarId=ours, eventId="abcde", body={"summary": "x"}).execute()
    assert patched["status"] == "cancelled"
    events.update(calendarId=ours, eventId="abcde", body=TIMES).execute()
    assert [item["id"] for item in google_server.events] == ["abcde"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "UPPER"}, "Invalid resource id"),
        ({"id": "abc"}, "Invalid resource id"),
        ({"start": {"dateTime": "2026-03-09T10:00:00"}}, "Missing time zone"),
        ({"end": {"date": "2026-03-10"}}, "range is empty"),
        ({"end": TIMES["start"] | {"dateTime": "2026-03-09T09:00:00-04:00"}}, "range is empty"),
    ],
)
def test_an_event_that_google_would_refuse_is_refused(
    google_server: ConnectedGoogle, google: Any, wrong: dict[str, Any], said: str
) -> None:
    request = google.events().insert(calendarId=google_server.calendar_id, body=TIMES | wrong)
    with pytest.raises(HttpError, match=said):
        request.execute()


def test_lists_come_in_pages_and_their_last_one_tells_how_to_follow_changes(
    google_server: ConnectedGoogle, google: Any
) -> None:
    for hour in range(9, 14):
        google_server.calendar.add(f"2026-03-09T{hour:02}:00:00", f"2026-03-09T{hour:02}:30:00")
    ours, events = google_server.calendar_id, google.events()
    page = events.list(calendarId=ours, maxResults=3).execute()
    assert "nextSyncToken" not in page
    rest = events.list(calendarId=ours, maxResults=3, pageToken=page["nextPageToken"]).execute()
    assert len(page["items"]) + len(rest["items"]) == 5
    token = rest["nextSyncToken"]
    assert events.list(calendarId=ours, syncToken=token).execute()["items"] == []
    assert status(events.list(calendarId=ours, syncToken=token, timeMin="2026-03-09T00:00:00Z")) == 400
    assert status(events.list(calendarId=ours, syncToken=token, showDeleted=False)) == 400
    assert status(events.list(calendarId=ours, orderBy="startTime")) == 400
    google_server.calendar.expire_tokens()
    assert status(events.list(calendarId=ours, syncToken=token)) == 410


def test_a_series_is_listed_once_or_by_its_instances_with_their_exceptions(
    google_server: ConnectedGoogle, google: Any
) -> None:
    series = google_server.calendar.add(
        "2026-03-02T15:00:00", "2026-03-02T16:00:00", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"]
    )
    ours, events = google_server.calendar_id, google.events()
    assert [item["id"] for item in events.list(calendarId=ours).execute()["items"]] == [series]
    found = events.list(calendarId=ours, singleEvents=True).execute()["items"]
    # the wall clock stays at three over the change to daylight-saving time
    assert [item["start"]["dateTime"] for item in found] == [
        "2026-03-02T15:00:00-05:00",
        "2026-03-09T15:00:00-04:00",
        "2026-03-16T15:00:00-04:00",
    ]


def test_nobody_gets_in_without_a_token_or_beyond_its_scopes(
    google_server: ConnectedGoogle, google: Any
) -> None:
    import requests

    address = f"{google_server.url}/calendar/v3/calendars/{google_server.calendar_id}/events"
    assert requests.get(address, timeout=5).status_code == 401
    refused = requests.post(
        google_server.token_uri,
        data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"},
        timeout=5,
    )
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    google.events().list(calendarId=google_server.calendar_id).execute()
    oauth = google_server.server.oauth
    for token, (until, _) in list(oauth._tokens.items()):
        oauth._tokens[token] = (until, {"https://www.googleapis.com/auth/calendar.readonly"})
    assert status(google.events().insert(calendarId=google_server.calendar_id, body=TIMES)) == 403


@pytest.mark.parametrize(
    ("method", "query", "problem"),
    [
        ("events.list", [("timemin", "2026-03-09T00:00:00Z")], "no parameter 'timemin'"),
        ("events.list", [("timeMin", "2026-03-09T00:00:00")], "is no date-time"),
        ("events.list", [("orderBy", "start")], "is none of"),
        ("events.list", [("singleEvents", "yes")], "is no boolean"),
        ("events.list", [("maxResults", "0")], "is no int32"),
        ("events.list", [("q", "a"), ("q", "b")], "more than once"),
        ("events.insert", [("sendUpdates", "some")], "is none of"),
    ],
)
def test_the_judge_finds_what_is_wrong_with_a_query(
    method: str, query: list[tuple[str, str]], problem: str
) -> None:
    [found] = DISCOVERY.query_problems(_method(method), query)
    assert problem in found


@pytest.mark.parametrize(
    ("method", "body", "problem"),
    [
        ("events.insert", {"end": {}}, "start is missing"),
        ("events.insert", TIMES | {"colour": "red"}, "no field 'colour'"),
        ("events.insert", TIMES | {"summary": 7}, "is no string"),
        ("events.insert", TIMES | {"sequence": True}, "is no integer"),
        ("events.insert", TIMES | {"attendees": {}}, "is no array"),
        ("events.insert", TIMES | {"attendees": [{"mail": "x"}]}, "no field 'mail'"),
        ("events.insert", TIMES | {"location": None}, "is no string"),
        ("events.patch", {"start": {"date": "tomorrow"}}, "is no date"),
        ("events.insert", None, "no JSON object"),
        ("events.list", {}, "takes no body"),
    ],
)
def test_the_judge_finds_what_is_wrong_with_a_body(method: str, body: Any, problem: str) -> None:
    [found] = DISCOVERY.body_problems(_method(method), body)
    assert problem in found


def test_the_judge_lets_a_patch_clear_a_field() -> None:
    assert DISCOVERY.body_problems(_method("events.patch"), {"start": {"date": None}}) == []


@pytest.mark.parametrize(
    ("method", "answer", "problem"),
    [
        ("events.get", {"id": 5}, "is no string"),
        ("events.list", {"items": [{"start": {"dateTime": "soon"}}]}, "is no date-time"),
        ("events.delete", {}, "without a body"),
        ("freebusy.query", {"calendars": {"x": {"free": []}}}, "no field 'free'"),
    ],
)
def test_the_judge_finds_what_is_wrong_with_an_answer(method: str, answer: Any, problem: str) -> None:
    [found] = DISCOVERY.answer_problems(_method(method), answer)
    assert problem in found


def _method(name: str) -> Any:
    return next(method for method in DISCOVERY.methods if method.name == name)
