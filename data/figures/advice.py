"""What to do next with a campaign, in plain sentences that follow from its figures and say which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.figures.endings import Outcomes
from data.figures.money import Revenue, Spend
from data.figures.row import Funnel
from data.profile import Brakes

ENOUGH = 50
"""Of fewer contacts to whom a touch left, nothing is concluded."""
FEW_REPLIES = 0.02
MANY_DEAD = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """What the advice is drawn from."""

    whole: Funnel
    outcomes: Outcomes
    dead_numbers: int
    filtered: int
    spend: Spend
    revenue: tuple[Revenue, ...]
    state: str
    paused_reason: str | None
    is_pilot: bool
    verdict: str
    brakes: Brakes


def advice(seen: Seen) -> tuple[str, ...]:
    """The sentences, the most pressing first; there is always one."""
    return tuple(_sentences(seen)) or ("Nothing in these figures asks for anything now.",)


def _sentences(seen: Seen) -> Iterator[str]:
    whole, sent = seen.whole, seen.whole.sent
    if sent == 0:
        yield "No touch has left yet, so there is nothing to learn from."
        return
    if seen.state == "paused" and seen.paused_reason not in (None, "pilot", "staff"):
        why = str(seen.paused_reason).replace("_", " ")
        yield f"The campaign has paused itself ({why}): find out why first."
    if sent < ENOUGH:
        yield f"Only {sent} contacts have got a touch: wait for {ENOUGH} before you conclude anything."
        return
    troubles = list(_troubles(seen))
    yield from troubles
    if whole.replied / sent < FEW_REPLIES:
        yield (
            f"{whole.replied} of {sent} contacts answered. Try other words or another angle on the next ones "
            "before you write to everybody."
        )
    if seen.outcomes.ended.get("with_staff"):
        waiting = seen.outcomes.ended["with_staff"]
        yield f"{waiting} conversations went to a person: see that each of them got an answer."
    if whole.replied and not whole.booked:
        yield "Contacts answer, but nobody has booked: read a few transcripts, and look at your openings."
    if seen.verdict and "Too early" not in seen.verdict:
        yield seen.verdict
    yield from _money(seen)
    if seen.is_pilot and not troubles and seen.paused_reason in (None, "pilot", "staff"):
        held = seen.outcomes.held
        if seen.outcomes.active:
            yield f"The pilot still runs for {seen.outcomes.active} contacts; their last touches are to come."
        elif held:
            yield f"Nothing speaks against releasing the other {held} contacts."


def _troubles(seen: Seen) -> Iterator[str]:
    """What should be mended before more texts leave."""
    whole, sent, brakes = seen.whole, seen.whole.sent, seen.brakes
    if whole.opted_out / sent > brakes.opt_outs_above:
        yield (
            f"{whole.opted_out} of {sent} contacts want no more texts, above {brakes.opt_outs_above:.0%}. "
            "Release nobody before the words or the list have changed: these people did not expect this text."
        )
    if whole.failed / sent > 1 - brakes.delivered_below:
        yield (
            f"The texts of {whole.failed} of {sent} contacts did not arrive. The list is old, or the "
            "sender is not registered as it should be: look at the codes below."
        )
    if seen.filtered / sent > brakes.filtered_above:
        yield (
            f"Carriers have filtered {seen.filtered} texts as spam. Change the words, and check the sender's "
            "registration, before anything else leaves."
        )
    if seen.dead_numbers / max(1, whole.enrolled) > MANY_DEAD:
        yield f"{seen.dead_numbers} numbers are dead: export them, and clean them out of your own books."


def _money(seen: Seen) -> Iterator[str]:
    last = seen.revenue[-1] if seen.revenue else None
    if last is None or not seen.whole.booked:
        return
    if last.sales and seen.spend.total:
        yield (
            f"{last.sales} sales brought in {last.amount:,.2f} so far, "
            f"for {seen.spend.total:,.2f} spent on texts."
        )
    if last.visits_without_sale:
        yield (
            f"Of {last.visits_without_sale} contacts with a visit no sale is known: enter the sales, or "
            "import them, and the revenue here is no estimate any more."
        )
