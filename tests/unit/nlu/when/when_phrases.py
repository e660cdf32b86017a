"""Shared by the tests of times: the moment at which everything is said, and a short way to write windows."""

from __future__ import annotations

from datetime import datetime, time

from nlu.understanding import Times, Window
from nlu.when import read

THURSDAY = datetime(2026, 3, 5, 10)  # Thursday 5 March 2026, ten in the morning


def said(text: str, now: datetime = THURSDAY, **more: object) -> Times:
    """What a text means to a business that is open from eight to six."""
    return read(text, now, **{"hours": (time(8), time(18)), **more})  # type: ignore[arg-type]


def short(moment: datetime | None) -> str:
    """A moment as the examples write it: the date alone at midnight, "open" for none."""
    if moment is None:
        return "open"
    return moment.date().isoformat() if moment.time() == time() else moment.strftime("%Y-%m-%dT%H:%M")


def matches(window: Window, expected: str) -> bool:
    """Whether a window is what an example says: "START GRAIN" or "START..END GRAIN"."""
    span, grain = expected.split()
    start, _, end = span.partition("..")
    return (short(window.start), window.grain) == (start, grain) and end in ("", short(window.end))


def agree(times: Times, expected: str) -> bool:
    """Whether times are what an example says: windows with ";" between, "not" before what is ruled out."""
    parts = [part.strip() for part in expected.split(";")]
    wanted = [part for part in parts if not part.startswith("not ")]
    excluded = [part.removeprefix("not ") for part in parts if part.startswith("not ")]
    return (
        len(times.windows) >= len(wanted)
        and all(map(matches, times.windows, wanted))
        and (bool(wanted) or not times.windows)
        and len(times.excluded) >= len(excluded)
        and all(map(matches, times.excluded, excluded))
        and (bool(excluded) or not times.excluded)
    )


def starts(times: Times) -> list[str]:
    """The starts of the wanted windows."""
    return [short(window.start) for window in times.windows]
