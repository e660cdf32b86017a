"""Faults of the database that trying again at once cures: a deadlock, a connection that the server closed.

PostgreSQL ends one of two transactions that wait for each other. Nothing of it was committed, so whoever
began it may begin again; only what is safe to run twice does.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

PASSING = frozenset({"40001", "40P01"})
"""SQLSTATE of what is over when it is tried again (PostgreSQL, appendix A, class 40)."""

LEAVES_TO_OTHERS = (0.05, 0.15)
"""Seconds between the two tries, some in between."""

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction, begun again, is likely to succeed at once."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in PASSING


def once_more(act: Callable[P, R]) -> Callable[P, R]:
    """Run it a second time where the first one met a passing fault. It must be safe to run twice."""

    @functools.wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(*args, **kwargs)
        except DBAPIError as error:
            if not is_passing(error):
                raise
            log.warning("begun again", what=act.__name__, error=type(error.orig).__name__)
        # whoever won waits for what we let go of: were we at once there again, both would meet as before
        time.sleep(random.uniform(*LEAVES_TO_OTHERS))
        return act(*args, **kwargs)

    return run
