"""Time for a large upload of somebody who is logged in: the web worker waits longer for the rest of it."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

LONG = 300.0
"""Seconds (real time) in which an uploaded list has to have come in."""

_sockets: WeakSet[Any] = WeakSet()


def have(environ: dict[str, Any]) -> None:
    """Wait longer for what this request still sends; under another server than ours, nothing changes."""
    if (sock := environ.get("gunicorn.socket")) is not None:
        _sockets.add(sock)


def limit(sock: object, usual: float) -> float:
    """Seconds that the request of this connection may take to come in."""
    return LONG if sock in _sockets else usual


def over(sock: object) -> None:
    """The request is dealt with; the next one on this connection gets the usual time."""
    _sockets.discard(sock)
