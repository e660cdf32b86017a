"""Structured logs on standard error: events and ids, never a number, a name, a text or a secret."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog

KEPT_OUT = ("body", "text", "phone", "to", "from_", "name", "token", "email")
"""Fields that never enter a log, whoever passes them by mistake."""


def configure(level: int = logging.INFO) -> None:
    """Send our events, and the libraries' warnings, to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _keep_out,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
    # the provider's library logs every request with its address and parameters
    logging.getLogger("twilio.http_client").setLevel(logging.CRITICAL)


def what_failed(error: BaseException) -> dict[str, str]:
    """An error as a log may hold it: its kind and its place, without a message that may hold a text."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return {"error": type(error).__name__, "at": "".join(f"{at.name}:{at.lineno}" for at in last)}


def _keep_out(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: value for key, value in event.items() if key not in KEPT_OUT}
