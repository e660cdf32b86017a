"""The vocabulary: which words name weekdays, months, numbers, units and parts of the day."""

from __future__ import annotations


def wordset(text: str) -> frozenset[str]:
    """The words of a table that is written as running text."""
    return frozenset(text.split())


WEEKDAYS: dict[str, int] = {
    name: index
    for index, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday weds wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}

MONTHS: dict[str, int] = {
    name: index
    for index, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
NUMBERS: dict[str, int] = {name: number for number, name in enumerate(_NUMBERS.split())} | {
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "dozen": 12,
}
ORDINALS: dict[str, int] = {name: number for number, name in enumerate(_ORDINALS.split())} | {"thirtieth": 30}

UNITS: dict[str, str] = {
    name: unit
    for unit, names in {
        "second": "seconds secs sec",
        "minute": "minute minutes min mins",
        "hour": "hour hours hr hrs h",
        "day": "day days",
        "workday": "workday workdays weekdays",
        "week": "week weeks wk wks",
        "fortnight": "fortnight fortnights",
        "month": "month months mo mos mth mths",
        "quarter": "quarters",
        "year": "year years yr yrs",
    }.items()
    for name in names.split()
}

# Days as seen from today.
RELATIVE_DAYS: dict[str, int] = {"today": 0, "tomorrow": 1, "yesterday": -1, "overmorrow": 2}

# Verbs of moving an appointment: "from tuesday to thursday" is then no range.
MOVES = wordset(
    "move moved moving change changed changing switch reschedule rescheduled push shift swap bump"
)

# Verbs whose "by" belongs to them: "stop by tomorrow" names no limit.
CALLING_BY = wordset(
    "stop swing come drop pop go pass run stopping swinging coming dropping popping stopped came"
)

# Minutes after midnight. The sources of usage disagree on the edges of these parts; they are drawn for a
# business that receives people by day: "early evening" reaches back to its last opening hours.
PARTS: dict[str, tuple[int, int]] = {
    "morning": (8 * 60, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 20 * 60),
    "night": (19 * 60, 24 * 60),
    "tonight": (18 * 60, 24 * 60),
    "lunch": (11 * 60 + 30, 13 * 60 + 30),
    "dinner": (17 * 60, 20 * 60),
    "breakfast": (7 * 60, 9 * 60),
    "daytime": (9 * 60, 17 * 60),
    "early morning": (8 * 60, 10 * 60),
    "mid morning": (9 * 60 + 30, 11 * 60),
    "late morning": (10 * 60, 12 * 60),
    "early afternoon": (12 * 60, 14 * 60),
    "mid afternoon": (14 * 60, 16 * 60),
    "late afternoon": (15 * 60, 17 * 60),
    "early evening": (16 * 60, 18 * 60),
    "late evening": (18 * 60, 20 * 60),
    "early night": (20 * 60, 22 * 60),
    "late night": (22 * 60, 24 * 60),
    "after work": (17 * 60, 20 * 60),
    "before work": (7 * 60, 9 * 60),
    "after school": (15 * 60, 18 * 60),
    "after lunch": (13 * 60, 17 * 60),
    "before lunch": (9 * 60, 12 * 60),
    "midday": (10 * 60, 14 * 60),
}

PART_WORDS: dict[str, str] = {
    "morning": "morning",
    "mornin": "morning",
    "am": "morning",
    "afternoon": "afternoon",
    "pm": "afternoon",
    "evening": "evening",
    "eve": "evening",
    "night": "night",
    "nighttime": "night",
    "lunch": "lunch",
    "lunchtime": "lunch",
    "lunchbreak": "lunch",
    "dinner": "dinner",
    "dinnertime": "dinner",
    "breakfast": "breakfast",
    "daytime": "daytime",
}

PLURAL_PARTS: dict[str, str] = {
    "mornings": "morning",
    "afternoons": "afternoon",
    "evenings": "evening",
    "nights": "night",
    "lunchtimes": "lunch",
    "weeknights": "evening",
}

# Month and day on which each season begins, as the almanac has it.
SEASONS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "spring": ((3, 20), (6, 21)),
    "summer": ((6, 21), (9, 22)),
    "fall": ((9, 22), (12, 21)),
    "autumn": ((9, 22), (12, 21)),
    "winter": ((12, 21), (3, 20)),
}

NAMED_CLOCKS: dict[str, int] = {"noon": 720, "noontime": 720, "midday": 720, "midnight": 0}
