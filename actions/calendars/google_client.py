"""Asks Google's Calendar API: one connection per thread, every attempt timed, failures retried in bounds."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
import weakref
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from actions.calendars import CalendarDisconnected, CalendarError, CalendarUnavailable
from actions.calendars.google_access import Access
from actions.calendars.google_errors import GoogleRefused, judge, reasons
from data.settings import is_loopback


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may take, in seconds.

    `attempt` bounds one exchange with the server, `total` the call with all its repetitions: an insert
    whose answer is lost in the first ten seconds is asked for once more before the caller hears of it.
    """

    attempt: float = 10.0
    total: float = 15.0
    first_wait: float = 0.4
    longest_wait: float = 4.0


USUAL = Patience()
"""Where nobody says otherwise."""


class Methods(NamedTuple):
    """The groups of API methods that we use. Building requests from them is safe from any thread."""

    events: Any
    freebusy: Any
    calendars: Any
    calendar_list: Any


@lru_cache(maxsize=8)
def methods(root: str) -> Methods:
    """The Calendar v3 methods under an API root, from the discovery document in the package."""
    # made once: every group takes some milliseconds to unfold
    api = build(
        "calendar",
        "v3",
        http=httplib2.Http(),
        static_discovery=True,
        client_options={"api_endpoint": f"{root.rstrip('/')}/calendar/v3/"},
    )
    return Methods(api.events(), api.freebusy(), api.calendars(), api.calendarList())


class GoogleClient:
    """Sends requests to one API root with one way in. Safe to share between threads and after a fork."""

    def __init__(self, root: str, access: Access, patience: Patience | None = None) -> None:
        self.methods = methods(root)
        self._root = root
        self._access = access
        self._patience = patience or USUAL
        self._own = threading.local()

    def ask(self, request: Any) -> dict[str, Any]:
        """Send a request built from `methods` and return the answer's JSON ({} where there is none).

        Raises CalendarUnavailable once the time is up, CalendarDisconnected where we are not let in, and
        GoogleRefused with the status for everything that asking again cannot change.
        """
        deadline = time.monotonic() + self._patience.total
        wait = self._patience.first_wait
        while True:
            error, asked_to_wait = self._attempt(request, deadline)
            if isinstance(error, dict):
                return error
            pause = max(wait * random.uniform(0.5, 1.5), asked_to_wait)
            if time.monotonic() + pause >= deadline:
                raise error
            time.sleep(pause)
            wait = min(wait * 2, self._patience.longest_wait)

    def _attempt(self, request: Any, deadline: float) -> tuple[dict[str, Any] | CalendarError, float]:
        """One exchange: the answer, or the error that asking again may cure. Raises the others."""
        connection = self._connection(deadline)
        try:
            return _understood(request.execute(http=connection)), 0.0
        except HttpError as error:
            why = reasons(error.content)
            verdict = judge(error.resp.status, why)
            said = f"Google answered {error.resp.status} ({', '.join(why) or 'no reason given'})"
            found = verdict.error(said) if verdict.error else GoogleRefused(said, error.resp.status)
            if not verdict.soon:
                raise found from None
            return found, _seconds(error.resp.get("retry-after"))
        except RefreshError as error:
            self._hang_up(connection)
            if error.retryable:
                return CalendarUnavailable("Google's token address does not work just now"), 0.0
            raise CalendarDisconnected(f"Google no longer accepts our access ({_code(error)})") from None
        except (OSError, http.client.HTTPException, httplib2.HttpLib2Error, TransportError) as error:
            # what is still under way on this connection must not be taken for the next answer
            self._hang_up(connection)
            return CalendarUnavailable(f"Google cannot be reached ({type(error).__name__})"), 0.0
        except ValueError:
            self._hang_up(connection)
            return CalendarUnavailable("Google's answer is not JSON"), 0.0
        except GoogleAuthError as error:
            raise CalendarDisconnected(f"our access cannot be used ({type(error).__name__})") from None

    def _connection(self, deadline: float) -> Any:
        own = self._own
        if getattr(own, "process", None) != os.getpid():
            # a socket inherited over a fork would be shared with the parent
            plain = httplib2.Http(timeout=self._patience.attempt, proxy_info=self._proxy)
            plain.follow_redirects = False
            own.connection = AuthorizedHttp(self._access(), plain, max_refresh_attempts=1)
            own.process = os.getpid()
            # A thread that ends takes its connection with it. Not at the end of the process: closing waits
            # for whoever still reads, and a server that drips its answer would keep us from ending.
            weakref.finalize(own.connection, plain.close).atexit = False
        timeout = max(0.1, min(self._patience.attempt, deadline - time.monotonic()))
        own.connection.timeout = timeout
        for kept in own.connection.connections.values():
            kept.timeout = timeout
            if kept.sock is not None:
                kept.sock.settimeout(timeout)
        return own.connection

    def _proxy(self, method: str) -> Any:
        return None if is_loopback(self._root) else httplib2.proxy_info_from_environment(method)

    @staticmethod
    def _hang_up(connection: Any) -> None:
        connection.close()
        connection.connections.clear()


def _understood(answer: Any) -> dict[str, Any]:
    """The answer as an object; {} for none. Raises ValueError for what the library lets through as text.

    A hotel's log-in page arrives with status 200, too, and must never be read as "nothing on that day".
    """
    if isinstance(answer, str | bytes):
        answer = json.loads(answer) if answer.strip() else None
    if answer is None:
        return {}
    if not isinstance(answer, dict):
        raise ValueError("not an object")
    return answer


def _seconds(header: str | None) -> float:
    try:
        return float(header or 0)
    except ValueError:
        return 0.0  # a date: our own pauses are long enough


def _code(error: RefreshError) -> str:
    told = error.args[1] if len(error.args) > 1 else None
    code = told.get("error") if isinstance(told, dict) else None
    return code if isinstance(code, str) else "no reason given"
