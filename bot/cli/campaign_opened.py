"""A campaign by its name, for the commands about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Campaign


@contextmanager
def opened(name: str) -> Iterator[tuple[Session, Campaign]]:
    """The campaign of that name, in a transaction; what speaks against it ends with exit code 2."""
    from data.db import writing
    from scheduler.campaigns import lifecycle

    start()
    try:
        with writing() as session:
            business = lifecycle.business_of(session)
            if business is None:
                refuse("Load a business first: rekindle business load FILE")
            yield session, lifecycle.find(session, business.id, name)
    except (lifecycle.NoSuchCampaign, lifecycle.NotReady) as error:
        refuse("\n".join(getattr(error, "missing", ())) or error)
