"""What stands behind a bare number tells whether it can be an hour or a day: "at 3 works", "for 3 people"."""

from __future__ import annotations

from nlu.when.grammar import Spot
from nlu.when.words import wordset

# Words that may follow a time. A number before any other word counts something.
AFTER_A_TIME = wordset("""
    a about after again also am and any anything appointment appt are around as asap at available be because
    before
    believe bit book but by can cause come could cuz date day do does either else except exactly
    fine first for free friday from get go good great haha hi hopefully how i if ill im in instead
    is ish it its just kk later lets like lol love make maybe me might monday more most my need next no
    not now ok okay on only onward onwards open or otherwise perfect please pls plz pm possible
    possibly preferably probably rather right same saturday say sharp should so some somewhere soon
    slot sorry spot still suits sunday sure than thank thanks that the then there these they think this tho
    though thursday thx time to today tomorrow tonight too tuesday ty u ur until unless wait was we
    wednesday week were what when where which while will with without wont work works worked would y
    yes you your til ya yeah yep does would until dont doesnt cant
""")

# Words behind which even "at 3 ..." is no hour.
COUNTED = wordset("""
    people persons person kids children adults of us percent dollars bucks miles mile blocks feet ft
    street st ave avenue road rd drive lane blvd years yrs yr year old months weeks days min mins
    minutes pounds lbs times teeth tooth fillings filling cavities stars points places locations
    guests patients appointments x k degrees
""")

TIME_KINDS = wordset("""
    days clock moment weekday weekdays month part parts relative ord ampm date slash holiday end
    punct season stretch clocktext
""")

# Kinds of tokens that speak of a day.
DAY_KINDS = wordset("days weekday weekdays relative ord month date slash holiday")


def counts_something(spot: Spot, *, strict: bool = True) -> bool:
    """Whether the number that ends the match counts the thing that follows, and is no time."""
    after = spot.after()
    if after.text in ("-", "/", ":") and spot.after(2).kind in ("length", "unit"):
        return True
    if after.kind in TIME_KINDS:
        return False
    if after.kind in ("num", "unit", "length"):
        return after.kind != "num"
    if after.text in COUNTED:
        return True
    return strict and after.text not in AFTER_A_TIME


def ends_a_time(spot: Spot) -> bool:
    """Whether what follows the match can follow a time."""
    return not counts_something(spot)
