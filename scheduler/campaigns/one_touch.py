"""A campaign of one touch that runs at once, for everybody: the demo's, a rehearsal's, a test's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.words.merge_fields import FIELDS
from actions.words.template import UnusableText, from_braces, parse
from data import clock
from data.models import Business, Campaign, Touch
from data.queries.locks import lock_business
from data.segments.rule import EVERYBODY


def open_one_touch(session: Session, business: Business, name: str, template: str) -> Campaign:
    """The campaign of that name, running; made, with its one touch, where there is none.

    `template` may be in the profile's form, with {first_name}. Raises UnusableText.
    """
    words = from_braces(template)
    if unknown := sorted(parse(words).fields - FIELDS.keys()):
        raise UnusableText(f"{unknown[0]} is not a field; there are {', '.join(FIELDS)}")
    lock_business(session, business.id)
    campaign = session.scalar(
        select(Campaign).where(Campaign.business_id == business.id, Campaign.name == name)
    )
    if campaign is None:
        campaign = Campaign(business_id=business.id, name=name, rule=EVERYBODY.as_json())
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template=words))
    campaign.state = "running"
    campaign.started_at = campaign.started_at or clock.now()
    session.flush()
    return campaign
