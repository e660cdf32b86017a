"""Putting openings to a contact: the shared middle of booking and moving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions import wording
from actions.decision import HandOver
from actions.offers import Offer, choose_offers
from actions.openings import Availability, DateOverride, HoursRule, find_openings
from actions.turn import Turn
from data.profile import Profile, Service
from nlu.understanding import Times, Window

REACH = timedelta(days=180)
"""Nothing is booked further ahead than this, whatever the owner's horizon."""


def propose(turn: Turn, times: Times, *, avoid: Sequence[datetime] = (), any_service: bool = False) -> None:
    """Offer what fits `times`: an exact time as one offer, else two or three numbered openings.

    Asks for the service first where it is not known, and says so where the time is past or out of reach.
    """
    service = _service(turn, any_service=any_service)
    if service is None:
        turn.say("which_service", services=wording.listed([s.name.lower() for s in turn.context.services]))
        turn.ask("which_service", wanted=times, offered=())
        return
    if turn.context.busy is None:
        turn.say("calendar_away")
        turn.do(HandOver("calendar_away", silent=False))
        turn.ask(None, offered=(), service=service.id)
        return
    if complaint := _out_of_reach(turn, times):
        turn.say(complaint, until=_until(turn))
        turn.ask("which_time", offered=(), service=service.id)
        return
    offer = choose_offers(
        openings_for(turn, service),
        times,
        zone=turn.context.business.zone,
        duration=timedelta(minutes=service.minutes),
        avoid=avoid,
        preferred=turn.context.contact.preferred_time,
    )
    put(turn, service, offer)


def put(turn: Turn, service: Service, offer: Offer) -> None:
    """Say an offer and remember what was offered."""
    moving = turn.state.moving is not None
    names = {"service": turn.service_name(service.id) if moving else turn.service_text(service.id)}
    if not offer.openings:
        turn.say("nothing_open")
        turn.ask("which_time", offered=(), service=service.id)
    elif len(offer.openings) == 1:
        opening = turn.opening_text(offer.openings[0])
        name = "offer_one_near" if offer.fit == "near" else "offer_one_move" if moving else "offer_one"
        turn.say(name, opening=opening, **names)
        turn.ask("confirm_time", offered=offer.openings, service=service.id)
    else:
        zone = turn.context.business.zone
        name = "offers_near" if offer.fit == "near" else "offers_move" if moving else "offers"
        turn.say(name, openings=wording.numbered(offer.openings, zone, named=turn.zone_differs), **names)
        turn.ask("which_opening", offered=offer.openings, service=service.id)


def openings_for(turn: Turn, service: Service) -> list[datetime]:
    """Every opening for a service within the owner's horizon; aware, UTC, ascending."""
    context = turn.context
    end = context.now + min(timedelta(days=context.business.profile.horizon_days), REACH)
    busy = [(span.start, span.end) for span in context.busy or ()]
    moving = next((visit for visit in context.visits if visit.id == turn.state.moving), None)
    if moving:  # a visit is not in its own way
        busy = [span for span in busy if span != (moving.start, moving.end)]
    found = find_openings(
        availability(context.business.profile, context.business.zone, service),
        now=context.now,
        start=context.now,
        end=end,
        busy=busy,
    )
    return [opening for opening in found if not moving or opening != moving.start]


def availability(profile: Profile, zone: str, service: Service) -> Availability:
    """The owner's hours and wishes for one service, as the pure search wants them."""
    return Availability(
        zone=zone,
        hours=tuple(HoursRule(hours.days, hours.start, hours.end) for hours in profile.hours),
        overrides=tuple(DateOverride(override.day, override.ranges) for override in profile.overrides),
        duration=service.minutes,
        step=profile.step_minutes,
        buffer_before=profile.buffer_before_minutes,
        buffer_after=profile.buffer_after_minutes,
        notice=profile.notice_minutes,
    )


def inside(moment: datetime, window: Window, zone: str) -> bool:
    """Whether an aware moment starts within a window that is local to `zone`."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return window.start <= local and (window.end is None or local < window.end)


def _service(turn: Turn, *, any_service: bool) -> Service | None:
    """The service that this is about: named now, spoken of before, had last, or the only one there is."""
    services = turn.context.services
    known = (turn.state.service, None if any_service else turn.context.contact.last_service)
    return (
        turn.mentioned_service()
        or next(filter(None, map(turn.context.business.profile.service, known)), None)
        or (services[0] if len(services) == 1 else None)
    )


def _out_of_reach(turn: Turn, times: Times) -> str | None:
    """`past` or `too_far` where every window that was asked for lies there."""
    now = turn.context.business_now.replace(tzinfo=None)
    if not times.windows:
        return None
    if all(window.end is not None and window.end <= now for window in times.windows):
        return "past"
    return "too_far" if all(window.start > now + _horizon(turn) for window in times.windows) else None


def _horizon(turn: Turn) -> timedelta:
    return min(timedelta(days=turn.context.business.profile.horizon_days), REACH)


def _until(turn: Turn) -> str:
    return wording.day(turn.context.business_now + _horizon(turn))
