"""The owner's consent at Google: the address to send them to, the code they come back with, their calendars.

The web flow of OAuth 2.0 with state and PKCE (RFC 6749, RFC 7636), as
https://developers.google.com/identity/protocols/oauth2/web-server describes it. Every address is a setting.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]

from actions.calendars import CalendarError
from actions.calendars.google_access import SCOPES, TOKEN_URI, StoredConsent
from actions.calendars.google_client import GoogleClient, Patience, methods
from actions.calendars.google_errors import GoogleRefused
from data.settings import Settings, is_loopback

TIMEOUT = (5.0, 10.0)
"""Seconds for connecting to the token address, and for each wait for its answer."""

PATIENCE = Patience(attempt=8.0, total=12.0)
"""Somebody sits before the page while their calendars are listed."""

EVERYTHING = "https://www.googleapis.com/auth/calendar"
"""The scope that holds both of ours, as an account may have granted it earlier."""

OWN = "primary"
"""The protocol's name for an account's own calendar."""

NO_LISTS = (404, 405, 501)
"""How a server answers that speaks the protocol for events alone."""

WRITABLE = ("owner", "writer")
"""The access roles with which events may be put on a calendar; others may only be looked at."""

log = structlog.get_logger(__name__)


class ConsentNotConfigured(Exception):
    """The settings hold no OAuth client; the message says which ones are missing."""


class ConsentRefused(Exception):
    """No lasting access came of it; the message says why and what to do, for the person at the page."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A consent that was begun: where to send the person, and what to remember until they come back."""

    address: str
    state: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar of the account. `zone` is an IANA name or empty."""

    id: str
    name: str
    zone: str
    writable: bool
    primary: bool


def is_configured(present: Settings) -> bool:
    """Whether the settings hold an OAuth client."""
    return bool(present.google_client_id and present.google_client_secret.get_secret_value())


def begin(present: Settings, redirect: str) -> Begun:
    """A consent to be asked for; `redirect` is the address that Google sends the person back to.

    Raises ConsentNotConfigured.
    """
    if not is_configured(present):
        raise ConsentNotConfigured("set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET (docs/google-calendar.md)")
    flow = _flow(present, redirect, scopes=SCOPES)
    address, state = flow.authorization_url(
        access_type="offline",  # else there is no refresh token, and all ends within the hour
        prompt="consent",  # else a second consent brings no new refresh token
        include_granted_scopes="true",
    )
    return Begun(address, state, flow.code_verifier)


def redeem(present: Settings, redirect: str, code: str, verifier: str) -> bytes:
    """The stored consent (google-auth's JSON) for the code that the person brought. Raises ConsentRefused."""
    # no scopes: Google may return more than was asked for, which the library takes for an error
    flow = _flow(present, redirect, scopes=None, verifier=verifier)
    if is_loopback(flow.client_config["token_uri"]):
        flow.oauth2session.trust_env = False  # a proxy does not know this machine
    try:
        flow.fetch_token(code=code, include_client_id=True, timeout=TIMEOUT)
        token = flow.oauth2session.token
        token.setdefault("expires_at", time.time())  # of unknown age: refreshed at once
        credentials = flow.credentials
    except OAuth2Error as error:
        log.warning("consent not redeemed", error=str(error.error))
        raise ConsentRefused(REFUSALS.get(str(error.error), REFUSED)) from None
    except requests.RequestException as error:
        log.warning("consent not redeemed", error=type(error).__name__)
        raise ConsentRefused("Google cannot be reached just now. Connect again in a minute.") from None
    except (ValueError, KeyError, TypeError) as error:
        log.warning("consent not redeemed", error=type(error).__name__)
        raise ConsentRefused("Google's answer could not be understood. Connect again.") from None
    if _in_part(token.get("scope")):
        raise ConsentRefused(
            "Google was not allowed to let us both see the calendars and write appointments. "
            "Connect again, and leave both boxes ticked."
        )
    if not credentials.refresh_token:
        raise ConsentRefused(
            "Google gave access for an hour only. Remove this app under myaccount.google.com/connections, "
            "then connect again."
        )
    stored: str = credentials.to_json()
    return stored.encode()


REFUSED = "Google did not accept the consent. Connect again."
REFUSALS = {
    # source: RFC 6749, 5.2; https://developers.google.com/identity/protocols/oauth2/web-server#errors
    "invalid_grant": "This consent was used already, or waited too long. Connect again.",
    "invalid_client": "Google does not know this client: GOOGLE_CLIENT_ID or GOOGLE_CLIENT_SECRET is wrong.",
    "unauthorized_client": "This client is not allowed to do that: it must be one for a web application.",
    "redirect_uri_mismatch": "The redirect address of the client at Google is not the one shown here.",
}


def calendars(present: Settings, stored: bytes) -> tuple[Listed, ...]:
    """The calendars that the account sees, its own first. Raises CalendarError."""
    client = GoogleClient(present.google_api_base_url, StoredConsent.by(present, stored), PATIENCE)
    listing = methods(present.google_api_base_url).calendar_list
    found: list[Listed] = []
    page = None
    while True:
        try:
            answer = client.ask(listing.list(maxResults=250, **({"pageToken": page} if page else {})))
        except GoogleRefused as refused:
            if refused.status not in NO_LISTS:
                raise
            return (Listed(OWN, "The account's own calendar", "", writable=True, primary=True),)
        found.extend(_listed(item) for item in answer.get("items") or () if item.get("id"))
        before, page = page, answer.get("nextPageToken")
        if not page:
            break
        if page == before:
            raise CalendarError("Google's list of calendars does not end")
    return tuple(sorted(found, key=lambda one: (not one.primary, not one.writable, one.name.lower())))


def account_of(listed: Iterable[Listed]) -> str:
    """The account's address: the id of its own calendar; empty where that is not told."""
    return next((one.id for one in listed if one.primary and one.id != OWN), "")


def _listed(item: dict[str, Any]) -> Listed:
    return Listed(
        id=str(item["id"]),
        name=str(item.get("summaryOverride") or item.get("summary") or item["id"]),
        zone=str(item.get("timeZone") or ""),
        writable=item.get("accessRole", "writer") in WRITABLE,
        primary=bool(item.get("primary")),
    )


def _in_part(granted: Any) -> bool:
    """Whether a box was unticked: one of our scopes is named and the other is not.

    By RFC 6749 (5.1) an answer that names none means all; other servers have names of their own.
    """
    named = set(granted.split() if isinstance(granted, str) else granted or ())
    return EVERYTHING not in named and len(named & set(SCOPES)) == 1


def _flow(present: Settings, redirect: str, *, scopes: Any, verifier: str | None = None) -> Flow:
    token_uri = present.google_token_uri or TOKEN_URI
    if not all(address.startswith("https://") for address in (present.google_auth_uri, token_uri)):
        # the settings let plain http pass for this machine only, which the library cannot know
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    client = {
        "client_id": present.google_client_id,
        "client_secret": present.google_client_secret.get_secret_value(),
        "auth_uri": present.google_auth_uri,
        "token_uri": token_uri,
    }
    return Flow.from_client_config(
        {"web": client},
        scopes,
        redirect_uri=redirect,
        code_verifier=verifier,
        autogenerate_code_verifier=verifier is None,
    )
