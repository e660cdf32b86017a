"""Checking a password, in the same time whether or not there is such a user.

Argon2id with the parameters that RFC 9106 recommends where memory is scarce (64 MiB, three passes, four
lanes). A hash by other parameters is renewed at the next log-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_ONCE = 2
"""Passwords that one process checks at a time: a flood of log-ins must not take its threads and memory."""

PATIENCE = 2.0
"""Seconds (real time) that somebody waits for their turn."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_turns = BoundedSemaphore(AT_ONCE)


class TooManyAtOnce(Exception):
    """More people log in at this moment than can be checked: trying again helps."""


@cache
def _nobodys() -> str:
    """A hash that no password fits, for addresses that nobody has."""
    return _hasher.hash("nobody has this password\x00")


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one; None stands for a user who does not exist.

    Raises TooManyAtOnce.
    """
    with _turn():
        nobodys = _nobodys()  # in either case: the first call costs more
        try:
            _hasher.verify(password_hash or nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def renewed(password_hash: str, password: str) -> str | None:
    """A hash by today's parameters where the kept one is by older ones."""
    return hashed(password) if _hasher.check_needs_rehash(password_hash) else None


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise TooManyAtOnce
    try:
        yield
    finally:
        _turns.release()
