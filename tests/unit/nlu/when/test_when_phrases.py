"""What people text about times, and what it means on Thursday 5 March 2026 at ten in the morning."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from when_phrases import agree, said, short, starts

MEANINGS = {
    # single days
    "thursday": "2026-03-12 day",
    "this thursday": "2026-03-05 day",
    "today": "2026-03-05 day",
    "next thursday": "2026-03-12 day",
    "next friday": "2026-03-13 day",
    "this friday": "2026-03-06 day",
    "friday the 13th": "2026-03-13 day",
    "next monday the 16th": "2026-03-16 day",
    "Thurs, Mar 12 @ 2:30p": "2026-03-12T14:30 minute",
    "on the 3rd": "2026-04-03 day",
    "the 5th": "2026-03-05 day",
    "the 31st": "2026-03-31 day",
    "march 3": "2027-03-03 day",
    "march 5th": "2026-03-05 day",
    "feb 29": "2028-02-29 day",
    "12/3": "2026-12-03 day",
    "3/10 2:30pm": "2026-03-10T14:30 minute",
    "yesterday": "2026-03-04 day",
    "the day after tomorrow": "2026-03-07 day",
    "sat": "2026-03-07 day",
    "the monday after easter": "2026-04-06 day",
    "xmas eve": "2026-12-24 day",
    "mother's day": "2026-05-10 day",
    # times of day
    "at 2": "2026-03-05T14:00..2026-03-05T15:00 hour",
    "at 9": "2026-03-06T09:00 hour",
    "at 11": "2026-03-05T11:00 hour",
    "at 12": "2026-03-05T12:00 hour",
    "half past 2": "2026-03-05T14:30 minute",
    "quarter to 5": "2026-03-05T16:45 minute",
    "1530h": "2026-03-05T15:30 minute",
    "eleven am": "2026-03-05T11:00 hour",
    "noonish": "2026-03-05T12:00 hour",
    "midnight": "2026-03-06 hour",
    "13:15": "2026-03-05T13:15 minute",
    "7 tomorrow morning": "2026-03-06T07:00 hour",
    "friday at noon": "2026-03-06T12:00 hour",
    "this arvo": "2026-03-05T12:00 part_of_day",
    "tmrw arvo?": "2026-03-06T12:00..2026-03-06T17:00 part_of_day",
    "first thing monday morning": "2026-03-09T08:00..2026-03-09T10:00 part_of_day",
    "lunchtime wednesday": "2026-03-11T11:30 part_of_day",
    # a day and a time, near or far from each other
    "the 15th at 2": "2026-03-15T14:00 hour",
    "at 2 on the 15th": "2026-03-15T14:00 hour",
    "Can I come in on Friday? Say around 2": "2026-03-06T14:00 hour",
    "march 10 10am": "2026-03-10T10:00 hour",
    "tomorrow 3": "2026-03-06T15:00 hour",
    # open ends and ranges
    "after 3": "2026-03-05T15:00..open hour",
    "thursday after 3": "2026-03-12T15:00..2026-03-13 hour",
    "before noon": "2026-03-05T10:00..2026-03-05T12:00 hour",
    "friday before noon": "2026-03-06..2026-03-06T12:00 hour",
    "not before 3": "2026-03-05T15:00..open hour",
    "busy until 3": "2026-03-05T15:00..open hour",
    "out of town until the 15th": "2026-03-15..open range",
    "not until april": "2026-04-01..open range",
    "from the 15th on": "2026-03-15..open range",
    "after the 15th": "2026-03-16..open range",
    "by friday": "2026-03-05T10:00..2026-03-07 range",
    "between 2 and 4": "2026-03-05T14:00..2026-03-05T16:00 range",
    "tues 10-12": "2026-03-10T10:00..2026-03-10T12:00 range",
    "mon-wed": "2026-03-09..2026-03-12 range",
    "june 3rd through 10th": "2026-06-03..2026-06-11 range",
    "3/10-3/15": "2026-03-10..2026-03-16 range",
    "after 3 but before 5": "2026-03-05T15:00..2026-03-05T17:00 range",
    "tomorrow, i get off work at 4": "2026-03-06T16:00..2026-03-07 hour",
    "stop by tmrw?": "2026-03-06 day",
    "earlier than 10?": "2026-03-06..2026-03-06T10:00 hour",
    "since tuesday": "2026-03-03..2026-03-06 range",
    # longer stretches
    "next week": "2026-03-09..2026-03-16 week",
    "week after next": "2026-03-16 week",
    "early next week": "2026-03-09..2026-03-12 range",
    "this weekend": "2026-03-07..2026-03-09 range",
    "end of the month": "2026-03-21..2026-04-01 range",
    "first week of june": "2026-06-01..2026-06-08 week",
    "last week of march": "2026-03-25..2026-04-01 week",
    "first monday of next month": "2026-04-06 day",
    "in april, maybe the 10th": "2026-04-10 day",
    "memorial day weekend": "2026-05-23..2026-05-26 range",
    "in two weeks": "2026-03-19..2026-03-26 week",
    "in a couple weeks": "2026-03-19 week",
    "in 2-3 weeks": "2026-03-19 week",
    "a week on friday": "2026-03-13 day",
    "thursday in two weeks": "2026-03-19 day",
    "a few days": "2026-03-08 day",
    "in 6 months": "2026-09-05 month",
    "in 3 hours": "2026-03-05T13:00 minute",
    # put off to some time
    "after the holidays": "2027-01-02..open range",
    "when school's back": "2026-09-01..open range",
    "in the new year": "2027-01-02..2027-02-01 month",
    "in the spring": "2026-03-20..2026-06-21 range",
    "later this month": "2026-03-16..2026-04-01 range",
    "sometime next month": "2026-04-01..2026-05-01 month",
    "not for a few months": "2026-06-05 month",
    # several, in the order in which they were said
    "tomorrow or thursday": "2026-03-06 day; 2026-03-12 day",
    "tuesday at 2 or 3": "2026-03-10T14:00 hour; 2026-03-10T15:00 hour",
    "2pm tuesday or 4pm thursday": "2026-03-10T14:00 hour; 2026-03-12T16:00 hour",
    "tuesday afternoon or wednesday morning": "2026-03-10T12:00 part_of_day; 2026-03-11T08:00 part_of_day",
    "mon/tue after 4": "2026-03-09T16:00..2026-03-10 hour; 2026-03-10T16:00..2026-03-11 hour",
    "10:30 or 11": "2026-03-05T10:30 minute; 2026-03-05T11:00 hour",
    "evenings or weekends": "2026-03-05T17:00 part_of_day; 2026-03-06T17:00 part_of_day",
    # ruled out
    "not mondays": "not 2026-03-09 day; not 2026-03-16 day; not 2026-03-23 day",
    "anything but friday": "not 2026-03-06 day; not 2026-03-13 day",
    "can't do tuesday": "not 2026-03-10 day",
    "cant do mon, tue or wed": "not 2026-03-09 day; not 2026-03-10 day; not 2026-03-11 day",
    "busy this week": "not 2026-03-02..2026-03-09 week",
    "monday isnt great": "not 2026-03-09 day",
    "i work until 5": "2026-03-05T17:00..open hour",
    "i can't stop by today": "not 2026-03-05 day",
    "i have a meeting at 3 friday": "not 2026-03-06T15:00 hour",
    "not interested right now, maybe next year": "2027-01-01 range; not 2026-03-05T10:00 minute",
    "monday instead of friday": "2026-03-09 day; not 2026-03-06 day",
    "not tues the 10th, the 17th": "2026-03-17 day; not 2026-03-10 day",
    "next week but not monday": "2026-03-09..2026-03-16 week; not 2026-03-09 day",
    "thursday won't work but friday will": "2026-03-06 day; not 2026-03-12 day",
    "i'm free friday, not in the morning": "2026-03-06 day; not 2026-03-06T08:00 part_of_day",
    "not this week, maybe next": "2026-03-09 week; not 2026-03-02 week",
    # taken back
    "tuesday, sorry I meant friday": "2026-03-06 day",
    "tuesday at 2, no wait, thursday": "2026-03-12T14:00 hour",
    "friday at 2, actually make it 3": "2026-03-06T15:00 hour",
    "can we move my tuesday appointment to thursday": "2026-03-12 day",
    "can we move it from tuesday at 2 to wednesday at 3": "2026-03-11T15:00 hour",
}

NO_TIMES = [
    "how much is a cleaning?",
    "i have 2 kids and 1 filling",
    "my number is 212-555-0123",
    "call me at 212 555 0145",
    "its $120 right? or 95 dollars",
    "are you open 24/7",
    "the first one",
    "2nd one works",
    "option 2 please",
    "i live at 12 Sample Street",
    "i sat in the sun",
    "you may",
    "haven't been in 2 years",
    "it's been 3 years since my last cleaning",
    "every 6 months",
    "twice a week",
    "happy new year!",
    "Good morning",
    "is it 30 min or an hour?",
    "running 10 min late",
    "thx 4 the text",
    "4 of us",
    "have a great weekend!",
    "happy friday",
    "i'm 45 minutes away",
    "what are your hours",
    "give me a second",
    "3",
    "",
    "👍",
]


@pytest.mark.parametrize(("text", "expected"), MEANINGS.items(), ids=list(MEANINGS))
def test_an_everyday_phrase_means_what_people_mean(text: str, expected: str) -> None:
    assert agree(said(text), expected), said(text)


@pytest.mark.parametrize("text", NO_TIMES)
def test_numbers_and_words_that_are_no_times_are_left_alone(text: str) -> None:
    assert not said(text), said(text)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("tmrw", "tomorrow"),
        ("tomorow at 3", "tomorrow at 3"),
        ("2moro", "tomorrow"),
        ("2nite", "tonight"),
        ("nxt tues", "next tuesday"),
        ("thurs", "thursday"),
        ("fri aft", "friday afternoon"),
        ("this wknd", "this weekend"),
        ("wensday b4 noon", "wednesday before noon"),
        ("thrusday", "thursday"),
        ("satuday", "saturday"),
        ("btwn 2 n 4", "between 2 and 4"),
    ],
)
def test_a_texting_spelling_means_the_plain_word(typed: str, plain: str) -> None:
    assert said(typed) == said(plain)
    assert said(typed)


@pytest.mark.parametrize("text", ["3", "3ish", "3?", "maybe 3", "3 pls"])
def test_a_lone_number_is_an_hour_once_a_time_was_asked_for(text: str) -> None:
    assert starts(said(text, bare_hours=True)) == ["2026-03-05T15:00"]


def test_a_lone_number_that_counts_something_stays_a_count() -> None:
    assert not said("3 kids", bare_hours=True)


@pytest.mark.parametrize(
    ("opens", "closes", "start"),
    [(8, 18, "15:00"), (6, 12, "15:00"), (0, 7, "03:00"), (12, 22, "15:00"), (2, 5, "03:00")],
)
def test_a_bare_hour_takes_the_half_of_the_day_in_which_the_business_is_open(
    opens: int, closes: int, start: str
) -> None:
    times = said("friday at 3", hours=(time(opens), time(closes)))
    assert starts(times) == [f"2026-03-06T{start}"]


def test_a_business_that_closes_at_midnight_is_open_in_the_evening() -> None:
    times = said("friday at 10", hours=(time(16), time(0)))
    assert starts(times) == ["2026-03-06T22:00"]


def test_mornings_of_a_named_week_are_one_window_each() -> None:
    times = said("next week in the morning")
    assert starts(times) == [f"2026-03-{day:02}T08:00" for day in range(9, 16)]


def test_a_time_that_is_over_today_means_tomorrow() -> None:
    late = datetime(2026, 3, 5, 16)
    assert starts(said("at 2", late)) == ["2026-03-06T14:00"]
    assert starts(said("in the morning", late)) == ["2026-03-06T08:00"]
    assert starts(said("this morning", late)) == ["2026-03-05T08:00"]


@pytest.mark.parametrize(
    ("now", "text", "start"),
    [
        (datetime(2026, 12, 30, 9), "in 3 days", "2027-01-02"),
        (datetime(2026, 12, 30, 9), "next week", "2027-01-04"),
        (datetime(2026, 12, 30, 9), "january 5th", "2027-01-05"),
        (datetime(2026, 12, 31, 9), "tomorrow at 10", "2027-01-01T10:00"),
        (datetime(2026, 12, 2, 9), "next month", "2027-01-01"),
        (datetime(2026, 1, 31, 9), "in a month", "2026-02-28"),
        (datetime(2026, 4, 2, 9), "the 31st", "2026-05-31"),
        (datetime(2028, 2, 28, 9), "tomorrow", "2028-02-29"),
        (datetime(2026, 1, 5, 9), "in the new year", "2027-01-02"),
    ],
)
def test_years_and_months_end_where_the_calendar_says(now: datetime, text: str, start: str) -> None:
    assert starts(said(text, now)) == [start]


def test_what_lies_far_away_is_still_said() -> None:
    assert starts(said("march 3 2031")) == ["2031-03-03"]


def test_an_excluded_weekday_is_excluded_for_half_a_year() -> None:
    excluded = said("not mondays").excluded
    assert len(excluded) == 26
    assert short(excluded[-1].start) == "2026-08-31"
