"""Putting openings to a contact: the shared middle of booking and moving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from actions import wording
from actions.context import Context, Visit
from actions.decision import HandOver
from actions.offers import Offer, choose_offers
from actions.opening_hours import holiday_on, overrides, ranges_on
from actions.openings import Availability, HoursRule, find_openings
from actions.turn import Turn
from actions.wishes import wants_several, wants_somebody, wants_the_soonest
from data.profile import Profile, Service
from nlu.pending import starts_in
from nlu.understanding import Times, Window

REACH = timedelta(days=180)
"""Nothing is booked further ahead than this, whatever the owner's horizon."""

SOONEST = 3
"""How many openings "as soon as possible" gets."""

_DAY = timedelta(days=1)


def propose(turn: Turn, times: Times, *, avoid: Sequence[datetime] = (), any_service: bool = False) -> None:
    """Offer what fits `times`: an exact time as one offer, else two or three numbered openings.

    Asks first whose visit it is (in a household) and what for, where that is not known; says so where the
    time is past or out of reach. What was wanted is remembered until something is booked.
    """
    turn.state = replace(turn.state, wanted=times)
    if turn.state.moving is None and (visit := visit_in_the_way(turn)):
        # whatever road led here: nobody gets a second visit, the one that stands is moved
        turn.state = replace(turn.state, moving=visit.id, service=visit.service)
    if _must_ask_who(turn):
        return
    service = _service(turn, any_service=any_service)
    if service is None:
        turn.say("which_service", services=wording.listed([s.name.lower() for s in turn.context.services]))
        turn.ask("which_service", offered=())
        return
    if len(turn.mentioned_services()) > 1:
        turn.say("one_visit_first", service=turn.service_name(service.id))
    if turn.context.busy is None:
        turn.say("calendar_away")
        turn.do(HandOver("calendar_away", silent=False))
        turn.ask(None, offered=(), service=service.id)
        return
    if complaint := _out_of_reach(turn, times):
        turn.say(complaint, until=_until(turn))
        turn.ask("which_time", offered=(), service=service.id)
        return
    if wants_somebody(turn.understanding.text):  # nobody is promised whom they will see
        turn.say("with_whom")
        turn.do(HandOver("with_whom", silent=False))
    openings = openings_for(turn, service)
    if _wants_the_soonest(turn, times):
        soonest = [opening for opening in openings if opening not in set(avoid)][:SOONEST]
        put(turn, service, Offer(tuple(soonest), "fits" if soonest else "none"), soonest=True)
        return
    if len(named := _named_times(turn, openings, times)) > 1:
        put(turn, service, Offer(named, "fits"))
        return
    put(turn, service, _choice(turn, service, openings, times, avoid), missed=next(iter(times.windows), None))


def _choice(
    turn: Turn, service: Service, openings: Sequence[datetime], times: Times, avoid: Sequence[datetime]
) -> Offer:
    """What fits best; of what fits as well, rather what is not before somebody else just now."""

    def fitting(*passed: datetime) -> Offer:
        return choose_offers(
            openings,
            times,
            zone=turn.context.business.zone,
            duration=timedelta(minutes=service.minutes),
            avoid=passed,
            preferred=turn.context.contact.preferred_time,
        )

    best = fitting(*avoid)
    others = set(turn.context.before_others)
    if best.fit != "fits" or others.isdisjoint(best.openings):
        return best
    apart = fitting(*avoid, *others)
    return apart if (apart.fit, len(apart.openings)) == (best.fit, len(best.openings)) else best


def put(
    turn: Turn, service: Service, offer: Offer, *, missed: Window | None = None, soonest: bool = False
) -> None:
    """Say an offer and remember what was offered. `missed`: the time that a near one stands for."""
    moving = turn.state.moving is not None
    facts = {
        "service": f"your {turn.service_name(service.id)}" if moving else turn.service_text(service.id),
        "missed": wording.missed(missed),
    }
    closed = _closed(turn, missed) if offer.fit in ("near", "none") else None
    if not offer.openings:
        turn.say("nothing_open_closed", closed=closed) if closed else turn.say("nothing_open")
        turn.ask("which_time", offered=(), service=service.id)
    elif len(offer.openings) == 1:
        opening = turn.opening_text(offer.openings[0])
        name = "offer_one_near" if offer.fit == "near" else "offer_one_move" if moving else "offer_one"
        turn.say("offer_one_closed" if closed else name, opening=opening, closed=closed, **facts)
        turn.ask("confirm_time", offered=offer.openings, service=service.id)
    else:
        zone = turn.context.business.zone
        near = "offers_near" if offer.fit == "near" else "offers_soonest" if soonest else None
        name = near or ("offers_move" if moving else "offers")
        openings = wording.numbered(offer.openings, zone, named=turn.zone_differs)
        turn.say("offers_closed" if closed else name, openings=openings, closed=closed, **facts)
        turn.ask("which_opening", offered=offer.openings, service=service.id)


def _closed(turn: Turn, missed: Window | None) -> str | None:
    """The one day that was asked for, if the business is closed on it: "on Thu Nov 26 (Thanksgiving Day)"."""
    if missed is None or missed.end is None or missed.end - missed.start > _DAY:
        return None
    business, day = turn.context.business, missed.start.date()
    if ranges_on(business.profile, business.country, day):
        return None
    return wording.closed(day, holiday_on(business.profile, business.country, day))


def still_wanted(turn: Turn) -> Times:
    """What was asked for before, as far as it is not over."""
    now = turn.context.business_now.replace(tzinfo=None)
    wanted = turn.state.wanted
    return replace(
        wanted,
        windows=tuple(window for window in wanted.windows if window.end is None or window.end > now),
    )


def still_open(turn: Turn, service: Service, opening: datetime) -> bool:
    """Whether an opening that was offered some time ago is one yet."""
    return turn.context.busy is not None and opening in openings_for(turn, service)


def visit_in_the_way(turn: Turn) -> Visit | None:
    """The visit that whoever wants to come has already; in a household only that person's own."""
    if not turn.context.contact.is_household:
        return turn.visit
    person = turn.person
    return next((visit for visit in turn.context.visits if person and visit.person == person.id), None)


def _must_ask_who(turn: Turn) -> bool:
    """In a household: whose visit it is, asked once."""
    contact = turn.context.contact
    if not contact.is_household or turn.state.moving is not None:
        return False
    if person := turn.person:
        turn.state = replace(turn.state, person=person.id)
        return False
    several = len(turn.persons_named) > 1 or wants_several(turn.understanding.text)
    names = wording.listed(list(dict.fromkeys(p.first_name for p in contact.persons if p.first_name)))
    turn.say("which_person_first" if several else "which_person", names=names)
    turn.ask("which_person", offered=())
    return True


def openings_for(turn: Turn, service: Service) -> list[datetime]:
    """Every opening for a service within the owner's horizon; aware, UTC, ascending."""
    visits = turn.context.visits
    return openings_in(
        turn.context, service, next((visit for visit in visits if visit.id == turn.state.moving), None)
    )


def openings_in(context: Context, service: Service, moving: Visit | None = None) -> list[datetime]:
    """The same, whoever asks. `moving`: the visit that is to be moved, which is not in its own way."""
    end = context.now + min(timedelta(days=context.business.profile.horizon_days), REACH)
    busy = [(span.start, span.end) for span in context.busy or ()]
    if moving:
        busy = [span for span in busy if span != (moving.start, moving.end)]
    found = find_openings(
        availability(
            context.business.profile,
            context.business.zone,
            service,
            country=context.business.country,
            first=context.business_now.date(),
            last=(context.business_now + _horizon(context)).date(),
        ),
        now=context.now,
        start=context.now,
        end=end,
        busy=busy,
    )
    full = _full_days(context, moving)
    zone = ZoneInfo(context.business.zone)
    return [
        opening
        for opening in found
        if (not moving or opening != moving.start)
        and (not full or opening.astimezone(zone).date() not in full)
    ]


def _full_days(context: Context, moving: Visit | None) -> frozenset[date]:
    """The days, local to the business, that have all the appointments that the owner wants on one day."""
    business = context.business
    most, zone = business.profile.most_per_day, ZoneInfo(business.zone)
    if most is None:
        return frozenset()
    ours = Counter(span.start.astimezone(zone).date() for span in context.ours)
    if moving and (moving.start, moving.end) in ((span.start, span.end) for span in context.ours):
        ours[moving.start.astimezone(zone).date()] -= 1
    return frozenset(day for day, count in ours.items() if count >= most)


def availability(
    profile: Profile, zone: str, service: Service, *, country: str, first: date, last: date
) -> Availability:
    """The owner's hours and wishes for one service, as the pure search wants them.

    The public holidays of `country` (ISO code) from `first` to `last` (both included) are closed.
    """
    return Availability(
        zone=zone,
        hours=tuple(HoursRule(hours.days, hours.start, hours.end) for hours in profile.hours),
        overrides=overrides(profile, country, first - _DAY, last + _DAY),
        duration=service.minutes,
        step=profile.step_minutes,
        buffer_before=profile.buffer_before_minutes,
        buffer_after=profile.buffer_after_minutes,
        notice=profile.notice_minutes,
    )


def inside(moment: datetime, window: Window, zone: str) -> bool:
    """Whether an aware moment starts within a window that is local to `zone`."""
    return starts_in(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), window)


def _service(turn: Turn, *, any_service: bool) -> Service | None:
    """The service that this is about: named now, spoken of before, had last, or the only one there is."""
    services = turn.context.services
    last = turn.person.last_service if turn.person else turn.context.contact.last_service
    known = (turn.state.service, None if any_service else last)
    return (
        turn.mentioned_service()
        or next(filter(None, map(turn.context.business.profile.service, known)), None)
        or (services[0] if len(services) == 1 else None)
    )


def _wants_the_soonest(turn: Turn, times: Times) -> bool:
    """ "As soon as possible", and no day that it should be soon on."""
    now = turn.context.business_now.replace(tzinfo=None)
    running = all(window.start <= now for window in times.windows)
    return running and wants_the_soonest(turn.understanding.text)


def _named_times(turn: Turn, openings: Sequence[datetime], times: Times) -> tuple[datetime, ...]:
    """Of "10 or 2 on tuesday" what is open, as long as several hours of one day are named."""
    zone = ZoneInfo(turn.context.business.zone)
    starts = {window.start for window in times.windows if window.grain in ("minute", "hour") and window.end}
    if len({start.date() for start in starts}) != 1:
        return ()
    return tuple(o for o in openings if o.astimezone(zone).replace(tzinfo=None) in starts)[:SOONEST]


def _out_of_reach(turn: Turn, times: Times) -> str | None:
    """`past` or `too_far` where every window that was asked for lies there."""
    now = turn.context.business_now.replace(tzinfo=None)
    if not times.windows:
        return None
    if all(window.end is not None and window.end <= now for window in times.windows):
        return "past"
    return "too_far" if all(window.start > now + _horizon(turn.context) for window in times.windows) else None


def _horizon(context: Context) -> timedelta:
    return min(timedelta(days=context.business.profile.horizon_days), REACH)


def _until(turn: Turn) -> str:
    return wording.day(turn.context.business_now + _horizon(turn.context))
