"""How we are let in to Google: credentials from a service account's key, a token file or a stored consent.

A key or token is read anew for every thread, since credentials refresh themselves and are not safe to
share. Access tokens are refreshed in memory; nothing is written back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from google.oauth2 import credentials as user
from google.oauth2 import service_account

from actions.calendars import CalendarDisconnected
from data.settings import Settings

SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",  # read and write events
    "https://www.googleapis.com/auth/calendar.readonly",  # free/busy, and the calendar's zone
)
TOKEN_URI = "https://oauth2.googleapis.com/token"

_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 (naive, as google-auth compares)


class GoogleNotConfigured(CalendarDisconnected):
    """The settings name no way in to Google, or a file that cannot be used; the message says what to do."""


class Access(Protocol):
    """Makes fresh credentials; equal ones may share what is built on them."""

    def __call__(self) -> Any: ...

    def __hash__(self) -> int: ...


class _ServiceAccount(service_account.Credentials):
    """google-auth asks iamcredentials.googleapis.com in the background where a service account may be used.

    Calendars have no regions, and nothing may call an address that is not in the settings.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class ServiceAccountFile:
    """A service account's key file as Google hands it out. `token_uri`, where set, wins over the file's."""

    path: Path
    token_uri: str
    version: int

    def __call__(self) -> Any:
        key = _read(self.path, "GOOGLE_SERVICE_ACCOUNT_FILE")
        key["token_uri"] = self.token_uri or key.get("token_uri") or TOKEN_URI
        try:
            return _ServiceAccount.from_service_account_info(key, scopes=SCOPES)  # type: ignore[no-untyped-call]
        except ValueError:
            raise GoogleNotConfigured(
                "GOOGLE_SERVICE_ACCOUNT_FILE is not the key of a service account: download it again as JSON"
            ) from None


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A stored token as google-auth-oauthlib writes it (`credentials.to_json()`).

    The client's id and secret come from the file, else from the settings. No scopes are asked for when it
    is refreshed: it then keeps those that were granted.
    """

    path: Path
    token_uri: str
    client_id: str
    client_secret: str
    version: int

    def __call__(self) -> Any:
        stored = _read(self.path, "GOOGLE_TOKEN_FILE")
        token, refresh_token = stored.get("token"), stored.get("refresh_token")
        if not token and not refresh_token:
            raise GoogleNotConfigured("GOOGLE_TOKEN_FILE holds no token: connect the calendar again")
        return user.Credentials(  # type: ignore[no-untyped-call]
            token,
            refresh_token=refresh_token,
            token_uri=self.token_uri or stored.get("token_uri") or TOKEN_URI,
            client_id=stored.get("client_id") or self.client_id,
            client_secret=stored.get("client_secret") or self.client_secret,
            expiry=_expiry(stored.get("expiry")),
        )


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """What an owner granted in the staff view: google-auth's JSON, kept encrypted in the database.

    The client's secret comes from the settings where they name the same client: there it may be renewed.
    """

    stored: bytes = field(repr=False)
    token_uri: str
    client_id: str
    client_secret: str = field(repr=False)

    @classmethod
    def by(cls, settings: Settings, stored: bytes) -> StoredConsent:
        """The stored consent, with what the settings say about the client and its addresses."""
        secret = settings.google_client_secret.get_secret_value()
        return cls(stored, settings.google_token_uri, settings.google_client_id, secret)

    def __call__(self) -> Any:
        try:
            stored = json.loads(self.stored)
            token, refresh_token = stored["token"], stored["refresh_token"]
        except (ValueError, KeyError, TypeError):
            raise CalendarDisconnected("the stored consent is damaged: connect the calendar again") from None
        client_id = stored.get("client_id") or self.client_id
        ours = self.client_secret if client_id == self.client_id else ""
        return user.Credentials(  # type: ignore[no-untyped-call]
            token,
            refresh_token=refresh_token,
            token_uri=self.token_uri or stored.get("token_uri") or TOKEN_URI,
            client_id=client_id,
            client_secret=ours or stored.get("client_secret"),
            expiry=_expiry(stored.get("expiry")),
        )


def access_from(settings: Settings) -> Access:
    """The way in that the settings name; a service account comes first. Raises GoogleNotConfigured."""
    if settings.google_service_account_file:
        path = settings.google_service_account_file
        return ServiceAccountFile(
            path, settings.google_token_uri, _version(path, "GOOGLE_SERVICE_ACCOUNT_FILE")
        )
    if settings.google_token_file:
        path = settings.google_token_file
        return TokenFile(
            path,
            settings.google_token_uri,
            settings.google_client_id,
            settings.google_client_secret.get_secret_value(),
            _version(path, "GOOGLE_TOKEN_FILE"),
        )
    raise GoogleNotConfigured(
        "no Google calendar is connected: set GOOGLE_CALENDAR_ID and GOOGLE_SERVICE_ACCOUNT_FILE "
        "or GOOGLE_TOKEN_FILE (docs/google-calendar.md)"
    )


def _version(path: Path, setting: str) -> int:
    # a key that was replaced is taken up without a restart
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise GoogleNotConfigured(f"{setting} cannot be read: {error.strerror}") from None


def _read(path: Path, setting: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GoogleNotConfigured(f"{setting} cannot be read: {error.strerror}") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise GoogleNotConfigured(f"{setting} is not a JSON file of the kind that Google hands out")
    return found


def _expiry(text: str | None) -> datetime:
    # google-auth compares naive UTC; a token of unknown age is refreshed before its first use
    try:
        return datetime.fromisoformat((text or "").replace("Z", "")).replace(tzinfo=None)
    except ValueError:
        return _LONG_AGO
