"""Encryption at rest and keyed hashes.

Secrets are kept with MultiFernet: the first key of `ENCRYPTION_KEYS` writes, all of them read, so that keys
can be rotated. A number on the suppression list is a keyed hash (HMAC-SHA256), which outlives the erasure
of the contact and says nothing to a thief of the table.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from data import settings


class KeysDoNotFit(Exception):
    """What is stored cannot be read with ENCRYPTION_KEYS: put the key back with which it was written."""


@lru_cache(maxsize=8)
def _box(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])


def encrypt(plain: bytes) -> bytes:
    """Encrypt with the newest key."""
    return _box(settings.get().secret("encryption_keys")).encrypt(plain)


def decrypt(sealed: bytes) -> bytes:
    """Read what `encrypt` wrote with any of the present keys. Raises KeysDoNotFit."""
    try:
        return _box(settings.get().secret("encryption_keys")).decrypt(sealed)
    except InvalidToken:
        raise KeysDoNotFit(
            "ENCRYPTION_KEYS does not hold the key with which this database was written"
        ) from None


def renewed(sealed: bytes) -> bytes | None:
    """The same, encrypted with the newest key; None where it is already. Raises KeysDoNotFit."""
    keys = settings.get().secret("encryption_keys")
    try:
        _box(keys.split(",")[0]).decrypt(sealed)
    except InvalidToken:
        return encrypt(decrypt(sealed))
    return None


def keyed_hash(key: bytes, phone: str) -> str:
    """The keyed hash of an E.164 number, as hex."""
    return hmac.digest(key, phone.encode(), "sha256").hex()
