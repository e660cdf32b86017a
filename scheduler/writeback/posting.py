"""One call to an address: a POST that follows no redirect, ends in time, and reads no more than it needs."""

from __future__ import annotations

import math
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse

from data import clock
from scheduler.writeback.address import BadAddress, Resolve, target_of

TIMEOUT = 10.0
"""Seconds for the whole call, whatever the other side does."""

_LONGEST = 999_999
"""Seconds: more is asked by mistake, and no more is remembered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `status` is None where there was no answer; `said` tells that in a few words."""

    status: int | None
    said: str
    wait: int | None = None
    """Seconds that the other side asks us to wait (Retry-After)."""

    @property
    def taken(self) -> bool:
        """Whether the other side has it."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, headers: Mapping[str, str], body: bytes, resolve: Resolve | None = None) -> Answer:
    """Post a body. Never raises: what went wrong stands in the answer."""
    try:
        target = target_of(url, resolve)
    except BadAddress as error:
        return Answer(None, str(error))
    except OSError:
        return Answer(None, "the name has no address")
    connection = _connection(target.scheme, target.host, target.port, target.ips)
    over = threading.Event()
    watch = threading.Timer(TIMEOUT, _end, (connection, over))
    watch.daemon = True
    watch.start()
    try:
        sent = {"Host": target.host_header, "Content-Type": "application/json", "User-Agent": "Rekindle"}
        connection.request("POST", target.path, body=body, headers=sent | dict(headers))
        return _heard(connection.getresponse())
    except TimeoutError:
        return Answer(None, "no answer in time")
    except ssl.SSLError:
        return Answer(None, "no secure connection")
    except (OSError, HTTPException, ValueError):
        return Answer(None, "no answer in time" if over.is_set() else "no connection")
    finally:
        watch.cancel()
        connection.close()


def _heard(response: HTTPResponse) -> Answer:
    wait = wait_asked(response.headers.get("Retry-After", ""), response.headers.get("Date", ""))
    said = f"answered {response.status}"
    if 300 <= response.status < 400:
        said += ", a redirect, which is not followed"
    return Answer(response.status, said, wait)


def wait_asked(retry_after: str, date: str = "") -> int | None:
    """The seconds that Retry-After asks for: so many, or until a moment (RFC 9110, 10.2.3); None: nothing.

    The moment is counted from the answer's own `Date`, since their clock may differ from ours; else from now.
    """
    asked = retry_after.strip()
    if asked.isdecimal():
        return min(int(asked[:9]), _LONGEST)
    until = _moment(asked)
    if until is None:
        return None
    left = until - (_moment(date) or clock.real())
    return max(0, min(math.ceil(left.total_seconds()), _LONGEST))


def _moment(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _connection(scheme: str, host: str, port: int, ips: tuple[str, ...]) -> HTTPConnection:
    return (_Secure if scheme == "https" else _Plain)(host, port, ips)


class _Plain(HTTPConnection):
    """Connects to an address that was looked at, whatever the name stands for by now."""

    def __init__(self, host: str, port: int, ips: tuple[str, ...]) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.ips = ips

    def connect(self) -> None:
        *others, last = self.ips
        for ip in others:
            with suppress(OSError):
                self.sock = socket.create_connection((ip, self.port), TIMEOUT)
                return
        self.sock = socket.create_connection((last, self.port), TIMEOUT)


class _Secure(_Plain):
    def connect(self) -> None:
        super().connect()
        # the certificate must be the name's, not the address's
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _end(connection: HTTPConnection, over: threading.Event) -> None:
    """End a call that drips on: a time-out of the socket begins anew with every byte."""
    over.set()
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
