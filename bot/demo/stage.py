"""Setting the demo's stage: settings that know nothing of the outside, the sample business, its contacts."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import select

from bot.demo import campaign
from data import business_file, clock, demo_clock, imports, settings
from data.db import reading, writing
from data.models import Contact, Sender, StaffUser
from data.settings import Settings, isolated

ACCOUNT = "AC" + "0" * 32
BUSINESS_PHONE = "+12125550100"
STAFF_PHONE = "+12125550199"
STAFF_EMAIL = "desk@example.com"
STAFF_PASSWORD = "front-desk"  # opens the demo alone, which listens on this machine only
PER_SECOND = 5.0
CONTACTS = business_file.SAMPLE.with_name("contacts.csv")


def demo_settings(given: Settings, simulator_port: int) -> Settings:
    """Settings for the demo: nothing of the environment but the ports, the data folder and RASA_URL."""
    folder = given.rekindle_data_dir / "demo"
    return isolated(
        rekindle_data_dir=folder,
        rekindle_demo=True,
        rekindle_port=given.rekindle_port,
        rasa_url=given.rasa_url,
        rasa_token=given.rasa_token.get_secret_value(),
        public_base_url=f"http://127.0.0.1:{given.rekindle_port}",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=_token(folder),
        twilio_from=BUSINESS_PHONE,
        twilio_api_base_url=f"http://127.0.0.1:{simulator_port}",
        staff_notice_to=STAFF_PHONE,
    )


def _token(folder: Path) -> str:
    """The simulated account's token, the same at every start."""
    path = folder / "secrets" / "simulator_token"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16))
    return path.read_text().strip()


def furnish() -> None:
    """Load the sample business and its contacts, move the clock to office hours, start the campaign.

    Safe to repeat: what is there stays as it is. The database is migrated and connected already.
    """
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for sender in session.scalars(select(Sender)):
            sender.per_second = PER_SECOND
        zone = business.timezone
        if session.scalar(select(StaffUser.id)) is None:
            session.add(
                StaffUser(
                    business_id=business.id,
                    email=STAFF_EMAIL,
                    name="Front desk",
                    password_hash=PasswordHasher().hash(STAFF_PASSWORD),
                )
            )
        demo_clock.forward(session, _to_office_hours(demo_clock.now(), zone))
    clock.use(demo_clock.now)
    with reading() as session:
        empty = session.scalar(select(Contact.id).limit(1)) is None
    if empty:
        report = settings.get().rekindle_data_dir / "contacts.report.csv"
        imports.run(CONTACTS, report=report, attested_by="Front desk")
    campaign.launch_once()


def _to_office_hours(now: datetime, zone: str) -> timedelta:
    """How far it is to the next weekday at 10:00; nothing while it is between 9 and 17 on one."""
    local = now.astimezone(ZoneInfo(zone))
    if local.isoweekday() <= 5 and time(9) <= local.time() < time(17):
        return timedelta(0)
    ten = local.replace(hour=10, minute=0, second=0, microsecond=0)
    while ten <= local or ten.isoweekday() > 5:
        ten = (ten + timedelta(days=1)).replace(hour=10)
    return ten.astimezone(now.tzinfo) - now


def phones() -> list[dict[str, str]]:
    """The phones that the simulator's page shows: those of the contacts that the import accepted."""
    with reading() as session:
        rows = session.scalars(select(Contact).order_by(Contact.id)).all()
        return [{"number": row.phone, "label": _label(row)} for row in rows]


def _label(contact: Contact) -> str:
    names = [f"{person.first_name} {person.last_name}".strip() for person in contact.persons]
    return " & ".join(name for name in names if name) or contact.phone
