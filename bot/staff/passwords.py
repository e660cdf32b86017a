"""Checking a password, in the same time whether or not there is such a user."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


@cache
def _nobodys() -> str:
    """A hash that no password fits, for addresses that nobody has."""
    return _hasher.hash("nobody has this password\x00")


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one; None stands for a user who does not exist."""
    try:
        _hasher.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def renewed(password_hash: str, password: str) -> str | None:
    """A hash by today's parameters where the kept one is by older ones."""
    return _hasher.hash(password) if _hasher.check_needs_rehash(password_hash) else None
