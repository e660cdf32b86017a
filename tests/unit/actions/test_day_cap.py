"""No more appointments a day than the owner wants: `most_per_day`, counted in the business's zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from actions.calendars import Span
from actions.context import Context, Visit
from actions.decision import Book, Move
from actions.proposing import openings_for
from actions.state import State
from actions.turn import Turn
from tests.unit.actions.picture import ZONE, at, hears, local, moment, picture, play, whole

THURSDAY, FRIDAY = date(2026, 3, 12), date(2026, 3, 13)
LENGTH = timedelta(minutes=45)
OURS = tuple(Span(at(3, 12, hour), at(3, 12, hour) + LENGTH) for hour in (9, 14))


def capped(most: int | None, *, ours: tuple[Span, ...] = OURS, **more: object) -> Context:
    context = picture(busy=ours, ours=ours, **more)  # type: ignore[arg-type]
    profile = context.business.profile.model_copy(update={"most_per_day": most})
    return replace(context, business=replace(context.business, profile=profile))


def days(context: Context, state: State | None = None) -> set[date]:
    found = openings_for(Turn(state or State(), hears("book"), context), context.services[0])
    return {opening.astimezone(ZoneInfo(context.business.zone)).date() for opening in found}


def test_a_day_that_has_all_it_should_have_is_not_offered() -> None:
    assert THURSDAY not in days(capped(2))
    assert FRIDAY in days(capped(2))
    assert THURSDAY in days(capped(3))
    assert THURSDAY in days(capped(None))


def test_what_others_put_on_the_calendar_is_busy_but_does_not_count() -> None:
    assert THURSDAY in days(replace(capped(2), ours=()))


def test_a_time_of_a_full_day_gets_the_nearest_instead() -> None:
    asked = hears("book", text="thursday the 12th at 11", windows=(moment(3, 12, 11),))
    (decision,) = play(capped(2), asked)
    assert "Nothing is open" in (decision.reply or "") or "I have nothing" in (decision.reply or "")
    assert decision.state.offered
    assert all(opening.astimezone(ZoneInfo(ZONE)).date() != THURSDAY for opening in decision.state.offered)


def test_an_offer_of_a_day_that_filled_up_meanwhile_is_not_booked() -> None:
    asked = hears("book", text="thursday the 12th", windows=(whole(3, 12),))
    choice = hears("choose", text="1", choice=1, rung="pending")
    (offer,) = play(capped(3), asked)
    (decision,) = play(capped(2), choice, state=offer.state)
    assert not any(isinstance(effect, Book) for effect in decision.effects)


def test_a_visit_on_a_full_day_may_be_moved_within_the_day_but_not_to_another_full_one() -> None:
    mine = Visit(7, "cleaning", OURS[0].start, OURS[0].end)
    context, state = capped(2, visits=(mine,)), State(moving=7, service="cleaning")
    assert THURSDAY in days(context, state)
    friday = tuple(Span(at(3, 13, hour), at(3, 13, hour) + LENGTH) for hour in (9, 13))
    assert FRIDAY not in days(capped(2, visits=(mine,), ours=(*OURS, *friday)), state)
    later = hears("reschedule", text="make it 3 on thursday instead", windows=(moment(3, 12, 15),))
    yes = hears("affirm", text="yes", rung="pending")
    moved = play(context, later, yes, state=State())[-1]
    assert [effect.start for effect in moved.effects if isinstance(effect, Move)] == [at(3, 12, 15)]


def test_a_day_is_one_of_the_business_not_of_the_world() -> None:
    # 20:30 in New York on the 11th is the 12th in UTC
    late = Span(datetime(2026, 3, 12, 0, 30, tzinfo=UTC), datetime(2026, 3, 12, 1, 15, tzinfo=UTC))
    assert late.start.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) == local(3, 11, 20, 30)
    wanted = days(capped(1, ours=(late,)))
    assert THURSDAY in wanted
    assert date(2026, 3, 11) not in wanted
