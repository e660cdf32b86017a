"""Loading a business from its YAML file: facts, profile, FAQ, sender, calendar; again to update it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import settings
from data.models import Business, CalendarConnection, FaqEntry, Sender
from data.profile import Profile
from data.queries.calendars import active_calendar

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe one in C where it was built: ten times as fast."""

SAMPLE = Path(__file__).with_name("samples") / "business.yml"


class BusinessFileError(Exception):
    """The file cannot be used; the message says where and why."""


class _Faq(BaseModel):
    model_config = ConfigDict(extra="forbid")
    topic: str
    question: str
    answer: str
    service: str | None = None


class BusinessFile(BaseModel):
    """What stands in the file."""

    model_config = ConfigDict(extra="forbid")
    name: str
    phone: str
    address: str
    country: str = "US"
    timezone: str
    trade: str = ""
    profile: Profile
    faq: tuple[_Faq, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("not a zone's name; for instance America/New_York") from None
        return name

    @field_validator("phone")
    @classmethod
    def _e164(cls, phone: str) -> str:
        try:
            parsed = phonenumbers.parse(phone)
        except phonenumbers.NumberParseException:
            raise ValueError("write the number with its country code, such as +1 212 555 0100") from None
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def read_file(path: Path) -> BusinessFile:
    """Read and check a business's file. Raises BusinessFileError."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
        return BusinessFile.model_validate(raw)
    except (OSError, UnicodeDecodeError) as error:
        raise BusinessFileError(f"{path} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise BusinessFileError(f"{path} is not YAML: {str(error).splitlines()[0]}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BusinessFileError(f"{path}, {where or 'whole file'}: {first['msg']}") from None


def load(session: Session, file: BusinessFile) -> Business:
    """Store a business, or bring the one of the same name up to date."""
    business = session.scalar(select(Business).where(Business.name == file.name))
    facts: dict[str, Any] = file.model_dump(include={"phone", "address", "country", "timezone", "trade"})
    profile = file.profile.model_dump(mode="json")
    if business is None:
        business = Business(name=file.name, hash_key=secrets.token_bytes(32), profile=profile, **facts)
        session.add(business)
        session.flush()
    for name, value in (facts | {"profile": profile}).items():
        setattr(business, name, value)
    session.execute(delete(FaqEntry).where(FaqEntry.business_id == business.id, ~FaqEntry.by_staff))
    session.add_all(FaqEntry(business_id=business.id, **entry.model_dump()) for entry in file.faq)
    _connect_senders(session, business)
    _connect_calendar(session, business)
    return business


def _connect_senders(session: Session, business: Business) -> None:
    """A sender for each channel, from TWILIO_FROM; the business's own number where that is not set.

    Of several (`rekindle sender set --add`) it is the first; the others are left alone.
    """
    address = settings.get().twilio_from or business.phone
    for channel in ("sms", "whatsapp"):
        of_channel = select(Sender).where(Sender.business_id == business.id, Sender.channel == channel)
        senders = session.scalars(of_channel.order_by(Sender.id)).all()
        if not senders:
            session.add(Sender(business_id=business.id, channel=channel, address=address))
        elif address not in {sender.address for sender in senders}:
            senders[0].address, senders[0].registration = address, ""


def _connect_calendar(session: Session, business: Business) -> None:
    """Google where its settings are there, else the calendar in our own database."""
    present = settings.get()
    google = bool(present.google_service_account_file or present.google_token_file)
    kind = "google" if google else "local"
    name = (present.google_calendar_id or "primary") if google else ""
    present_one = active_calendar(session, business.id)
    if present_one is not None and (present_one.kind, present_one.calendar_id) == (kind, name):
        return
    if present_one is not None and present_one.account:
        return  # connected in the staff view, and left to it
    if present_one is not None:
        present_one.active = False
    session.add(CalendarConnection(business_id=business.id, kind=kind, calendar_id=name))
