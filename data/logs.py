"""Structured logs on standard error: events and ids, never a number, a name, a text or a secret.

Our own lines are made of fields that we chose. What libraries say is another matter: an error's message may
quote a row, a refused request its body. Of theirs we keep what stands in their code, the kind and place of
errors, and figures; whatever else was put in at run time is left out. Key and value rather than JSON: people
read these lines as often as machines do, and both can.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
import warnings
from types import FrameType, TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict

KEPT_OUT = ("body", "text", "phone", "to", "from_", "name", "token", "email")
"""Fields that never enter a log, whoever passes them by mistake."""

HIDDEN = "…"
WITHHELD = "said something that may hold values"
"""In place of a message that a library put together itself."""

_TELLING = re.compile(r"\+?\d(?:[ ().-]*\d){8,}|[^\s@:/'\"]+@[^\s@:/'\"]+|(?<=://)[^\s/@]+(?=@)")
"""Numbers, e-mail addresses, and the credentials of an address: they leave our own fields as well."""

_PLAIN = re.compile(
    r"rekindle\.\w+|SIG[A-Z0-9]+|ForkPoolWorker-\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""What libraries may put into a message: our tasks, signals, worker processes, the ids of tasks."""

CALLERS = 3
"""How far up the code is looked for that holds a message: some libraries log through functions of theirs."""

_render = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])


def configure(level: int = logging.INFO) -> None:
    """Send our events, and the libraries' warnings, to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _keep_out,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Line,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Handler()], force=True)
    for name in ("", "gunicorn.error", "gunicorn.access"):  # the latter bring handlers of their own
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(_Reserved())
    # the provider's library logs every request with its address and parameters
    logging.getLogger("twilio.http_client").setLevel(logging.CRITICAL)


def guard_the_rest() -> None:
    """In a process of our own: what nobody caught, and warnings, are told the same reserved way."""
    log = structlog.get_logger("uncaught")

    def uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        log.critical("ended by an error", **what_failed(error))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical("thread ended by an error", **what_failed(args.exc_value))

    def warned(
        _message: Any, category: type[Warning], filename: str, lineno: int, *_: Any, **__: Any
    ) -> None:
        log.warning("warned", category=category.__name__, at=f"{_short(filename)}:{lineno}")

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    warnings.showwarning = warned  # type: ignore[assignment]


def what_failed(error: BaseException) -> dict[str, str]:
    """An error as a log may hold it: its kind and its place, without a message that may hold a text."""
    last = traceback.extract_tb(error.__traceback__)[-3:]
    return {
        "error": type(error).__name__,
        "at": " > ".join(f"{_short(at.filename)}:{at.name}:{at.lineno}" for at in last),
    }


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 2)[-2:])


def _keep_out(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items() if key not in KEPT_OUT}


def _masked(value: Any) -> Any:
    return _TELLING.sub(HIDDEN, value) if isinstance(value, str) else value


class _Line:
    """Where our own lines go: to what is standard error at that moment, a line at a time."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


class _Handler(logging.Handler):
    """The same for the libraries."""

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: what cannot be said is left out."""
        try:
            _Line().msg(self.format(record))
        except Exception:
            self.handleError(record)


class _Reserved(logging.Formatter):
    """A library's line with what stands in its code alone."""

    def __init__(self) -> None:
        super().__init__()
        self._now = structlog.processors.TimeStamper(fmt="iso", utc=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line; errors by kind and place."""
        event: EventDict = {
            "level": record.levelname.lower(),
            "event": _masked(_said(record)),
            "logger": record.name,
            "at": f"{_short(record.pathname)}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1] is not None:
            failed = what_failed(record.exc_info[1])
            event.update(error=failed["error"], raised_at=failed["at"])
        event.update(structlog.contextvars.get_contextvars())
        return str(_render(None, "", self._now(None, "", event)))


def _said(record: logging.LogRecord) -> str:
    message = record.msg
    if not isinstance(message, str) or not _stands_in_code(message, record):
        return WITHHELD
    if not record.args:
        return _first(message)
    given = record.args
    try:
        if isinstance(given, dict):
            return _first(message % {key: _shown(value) for key, value in given.items()})
        return _first(message % tuple(map(_shown, given)))
    except (TypeError, ValueError, KeyError):
        return _first(message)  # with its places left open


def _first(lines: str) -> str:
    return lines.strip().partition("\n")[0]


def _shown(value: object) -> object:
    """A figure, the kind of an error, or a word that is known to be harmless."""
    if isinstance(value, bool | int | float) and abs(value) < 10**7:
        return value
    if isinstance(value, BaseException):
        return _Word(type(value).__name__)
    return _Word(value if isinstance(value, str) and _PLAIN.fullmatch(value) else HIDDEN)


class _Word(str):
    """A word that looks the same however it is put into a message."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _stands_in_code(message: str, record: logging.LogRecord) -> bool:
    """Whether the code of the caller, or of who called it to log, holds this message ready made."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename != record.pathname:
        frame = frame.f_back
    for _ in range(CALLERS):
        if frame is None:
            return False
        held = [*frame.f_code.co_consts, *frame.f_globals.values()]
        held += [part for one in held if isinstance(one, tuple) for part in one]
        if any(isinstance(one, str) and one.strip() == message.strip() for one in held):
            return True
        frame = frame.f_back
    return False
