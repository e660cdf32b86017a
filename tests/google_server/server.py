"""The server itself: takes a call, judges it by the discovery document, answers it, applies the faults."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from google_server.consent import consent_page, consented
from google_server.discovery import Discovery, Method
from google_server.faults import ANSWERS, Fault, Faults, error_body
from google_server.listing import check_range, list_events, shown
from google_server.oauth import GrantRefused, TokenEndpoint
from google_server.sparse import thinned
from google_server.store import CalendarStore, Refused

DISCOVERY = Discovery()
CALENDAR_ID = "front-desk@group.calendar.google.com"


@dataclass(frozen=True, slots=True)
class Call:
    """One call that arrived, for tests to look at."""

    method: str
    args: dict[str, str]
    body: Any


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open, as they do with Google
    timeout = 60
    disable_nagle_algorithm = True

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        pass


@dataclass
class GoogleServer:
    """A running server; `problems` lists what was asked or answered against the discovery document."""

    calendars: dict[str, CalendarStore] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    calendars_at_once: int = 250
    """A page of the list of calendars."""
    sparse: bool = False
    """Answer with as little as the document allows, as another implementation of the protocol may."""

    def __post_init__(self) -> None:
        self.add_calendar(CALENDAR_ID, "America/New_York")
        self._lock = threading.RLock()
        self._http = make_server("127.0.0.1", 0, self._app(), threaded=True, request_handler=_Handler)
        self._http.daemon_threads = True  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.token_uri = f"{self.url}/token"
        self.auth_uri = f"{self.url}/auth"
        self.oauth = TokenEndpoint(self.token_uri)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.faults.released.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def add_calendar(self, calendar_id: str, zone: str, summary: str = "Sample practice") -> CalendarStore:
        self.calendars[calendar_id] = CalendarStore(calendar_id, zone, summary)
        return self.calendars[calendar_id]

    def fail(self, kind: str, on: str = "*", **how: Any) -> None:
        """Switch a fault on; see `faults.Faults.add`."""
        self.faults.add(kind, on, **how)

    def called(self, method: str) -> int:
        """How often a method was called, failed calls included."""
        return sum(call.method == method for call in self.calls)

    # answering

    def _app(self) -> Any:
        app = Flask("google_server")
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        app.add_url_rule("/auth", "auth", self._auth, methods=["GET", "POST"])
        app.add_url_rule(
            "/calendar/v3/<path:rest>", "api", self._api, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]
        )

        def with_faults(environ: Any, start_response: Any) -> Any:
            answer: Response = _answered(app, environ)
            if answer.headers.pop("X-Drop", None):
                raise ConnectionResetError  # the server then closes without a word
            return answer(environ, start_response)

        return with_faults

    def _auth(self) -> Response:
        self.calls.append(Call("auth", request.args.to_dict(), None))
        if request.method == "GET":
            return consent_page(request.args.to_dict())
        return consented(self.oauth, request.args.to_dict(), request.form)

    def _token(self) -> Response:
        fault = self.faults.take("token")
        self.calls.append(Call("token", {}, {"grant_type": request.form.get("grant_type")}))

        def granted() -> Response:
            if fault and fault.kind == "invalid_grant":
                return _refused(400, "invalid_grant", "Token has been expired or revoked.")
            try:
                return jsonify(self.oauth.grant(request.form.to_dict()))
            except GrantRefused as refused:
                return _refused(400, refused.error, str(refused))

        return self._under(fault, granted)

    def _api(self, rest: str) -> Response:
        found = DISCOVERY.method(request.method, str(request.environ["RAW_URI"]).partition("?")[0])
        if found is None:
            self.problems.append(f"no method for {request.method} {rest}")
            return _error(404, "notFound")
        method, path = found
        self.calls.append(Call(method.name, request.args.to_dict(), request.get_json(silent=True)))
        fault = self.faults.take(method.name)
        return self._under(fault, lambda: self._checked(method, path, fault))

    def _under(self, fault: Fault | None, work: Any) -> Response:
        if fault is None:
            return work()
        done = work() if fault.after else None
        if fault.kind in ANSWERS:
            status, reason, domain = ANSWERS[fault.kind]
            answer = _error(status, reason, domain=domain)
            if fault.retry_after:
                answer.headers["Retry-After"] = fault.retry_after
            return answer
        if fault.kind == "not_json":
            return Response("<html>Welcome to our guest network</html>", mimetype="text/html")
        if fault.kind in ("hangs", "slow"):
            self.faults.wait(fault.seconds)
        if fault.kind in ("hangs", "dropped"):
            return Response(headers={"X-Drop": "yes"})
        return done or work()

    def _checked(self, method: Method, path: dict[str, str], fault: Fault | None) -> Response:
        body = request.get_json(silent=True) if request.get_data() else None
        wrong = DISCOVERY.query_problems(method, list(request.args.items(multi=True)))
        wrong += DISCOVERY.body_problems(method, body)
        if wrong:
            self.problems += wrong
            return _error(400, "badRequest", "; ".join(wrong))
        scopes = self.oauth.scopes_of(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if scopes is None:
            return _error(401, "authError", "Invalid Credentials")
        if not scopes & method.scopes:
            return _error(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        try:
            with self._lock:
                answer = self._do(method.name, path, request.args.to_dict(), body or {}, fault)
            if self.sparse:
                answer = thinned(method.name, answer, bounded="timeMin" in request.args)
        except Refused as refused:
            return _error(refused.status, refused.reason, str(refused))
        self.problems += DISCOVERY.answer_problems(method, answer)
        if answer is None:
            return Response("{}", mimetype="application/json") if self.sparse else Response(status=204)
        return jsonify(answer)

    def _do(
        self, name: str, path: dict[str, str], args: dict[str, str], body: Any, fault: Fault | None
    ) -> Any:
        if name == "freebusy.query":
            return self._free_busy(body, fault)
        if name == "calendarList.list":
            items = [_entry(store) for store in self.calendars.values()]
            first = int(args.get("pageToken", 0))
            page: Any = {
                "kind": "calendar#calendarList",
                "items": items[first : first + self.calendars_at_once],
            }
            if first + self.calendars_at_once < len(items):
                page["nextPageToken"] = str(first + self.calendars_at_once)
            return page
        store = self._calendar(path["calendarId"])
        if store is None:
            raise Refused(404, "notFound", "Not Found")
        if name == "calendarList.get":
            return _entry(store)
        if name == "calendars.get":
            kind = "calendar#calendar"
            return {"kind": kind, "id": store.id, "summary": store.summary, "timeZone": store.zone}
        if name == "events.list":
            check_range(args)
            return list_events(store, args)
        if name == "events.delete":
            store.delete(path["eventId"])
            return None
        write = {"events.insert": store.insert, "events.get": store.get}
        change = {"events.update": store.update, "events.patch": store.patch}
        if name in change:
            wanted = request.headers.get("If-Match")
            if wanted and wanted != store.get(path["eventId"])["etag"]:
                raise Refused(412, "conditionNotMet", "Precondition Failed")
            return shown(store, change[name](path["eventId"], body), None)
        if name in write:
            given = body if name == "events.insert" else path["eventId"]
            return shown(store, write[name](given), args.get("timeZone"))
        raise Refused(501, "notImplemented", f"this server does not speak {name}")

    def _calendar(self, calendar_id: str) -> CalendarStore | None:
        if calendar_id == "primary":
            return next(iter(self.calendars.values()), None)
        return self.calendars.get(calendar_id)

    def _free_busy(self, body: Any, fault: Fault | None) -> Any:
        check_range(body, timedelta(days=92))
        if "timeMin" not in body or "timeMax" not in body:
            raise Refused(400, "required", "Missing timeMin or timeMax.")
        start, end = (datetime.fromisoformat(body[edge]) for edge in ("timeMin", "timeMax"))
        kind = fault.kind if fault else ""
        told = {}
        for calendar_id in (entry["id"] for entry in body.get("items", ())):
            store = self._calendar(calendar_id)
            calendar_id = store.id if store else calendar_id
            if store is None or kind == "calendar_error":
                reason = fault.reason if fault and store else "notFound"
                told[calendar_id] = {"errors": [{"domain": "global", "reason": reason}], "busy": []}
            else:
                spans = store.busy(start, end, stale=kind == "stale")
                told[calendar_id] = {"busy": [{"start": _z(a), "end": _z(b)} for a, b in spans]}
        return {"kind": "calendar#freeBusy", "timeMin": _z(start), "timeMax": _z(end), "calendars": told}


def _answered(app: Flask, environ: Any) -> Response:
    with app.request_context(environ):
        return app.full_dispatch_request()


def _entry(store: CalendarStore) -> Any:
    # an account's own calendar has the account's address as its id
    own = {} if store.id.endswith(".calendar.google.com") else {"primary": True}
    return own | {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{store.version}"',
        "id": store.id,
        "summary": store.summary,
        "timeZone": store.zone,
        "accessRole": store.role,
        "defaultReminders": [],
    }


def _z(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, reason: str, message: str = "", domain: str = "global") -> Response:
    body = error_body(status, reason, domain, message)
    return Response(json.dumps(body), status=status, mimetype="application/json")


def _refused(status: int, error: str, description: str) -> Response:
    body = json.dumps({"error": error, "error_description": description})
    return Response(body, status=status, mimetype="application/json")
