"""What lies outside: the provider, our public address, and where staff are told."""

from __future__ import annotations

from urllib.parse import urlsplit

import phonenumbers
import requests

from bot.doctor.finding import Finding, idle, unwell, well
from data import clock
from data.settings import Settings, is_loopback
from scheduler.provider.client import NotReached, Refused
from scheduler.provider.client import provider as client
from scheduler.provider.errors import verdict

REACH = 4.0
"""Seconds for the public address to answer."""

NOBODY = "+12125550100"
"""A number from the range that belongs to nobody: asking for texts to it costs and changes nothing."""


def provider(present: Settings) -> Finding:
    """Whether the provider lets us in, by the cheapest question: a list of nothing."""
    needed = {
        "TWILIO_ACCOUNT_SID": present.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": present.auth_tokens,
        "TWILIO_FROM": present.twilio_from,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        return unwell(
            f"not set: {', '.join(missing)}", "see docs/going-live.md; make demo needs none of them"
        )
    host = urlsplit(present.twilio_api_base_url).netloc
    try:
        next(iter(client().sent_to(NOBODY, "sms", clock.real())), None)
    except Refused as refusal:
        if refusal.code in ("20003", "401"):
            return unwell(f"{host} refuses our credentials", "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
        return unwell(f"{host}: {verdict(refusal.code).meaning} ({refusal.code})", "check the account")
    except NotReached:
        return unwell(f"{host} cannot be reached", "check the network and TWILIO_API_BASE_URL")
    return well(f"{host} lets us in; rekindle provider selftest sends a text")


def public_address(present: Settings) -> Finding:
    """Where the provider delivers what contacts write."""
    real = bool(present.twilio_account_sid) and not is_loopback(present.twilio_api_base_url)
    url = present.public_base_url
    advice = "set PUBLIC_BASE_URL to the https address under which the provider reaches this machine"
    if not url:
        if real:
            return unwell("not set, so no text of a contact arrives", advice)
        return idle("not needed while no real provider is set")
    if real and is_loopback(url):
        return unwell("it is this machine's own, which the provider cannot reach", advice)
    return _who_answers(url, advice)


def _who_answers(url: str, advice: str) -> Finding:
    """Not every network lets a machine reach its own public address: no answer at all proves nothing."""
    try:
        answer = requests.get(f"{url}/healthz", timeout=REACH, allow_redirects=False)
    except requests.exceptions.SSLError:
        return unwell(f"the certificate of {url} is not accepted", "renew it, or complete its chain")
    except requests.RequestException:
        return well(f"{url} (whether it is reached cannot be seen from here)")
    if answer.status_code != 200 or answer.text.strip() != "ok":
        return unwell(f"something else than this service answers at {url}", advice)
    return well(f"{url}, where this service answers")


def staff_notices(present: Settings) -> Finding:
    """Who is told when a person is needed."""
    to = present.staff_notice_to
    advice = "set STAFF_NOTICE_TO to the front desk's mobile number"
    if not to:
        return unwell("nobody is told when a contact needs a person", advice)
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(to))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        return unwell("STAFF_NOTICE_TO is no number with its country code", advice)
    return well(f"to the phone that ends in {to[-4:]}")
