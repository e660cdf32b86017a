"""The owner's own texts that leave without being asked for: they say how to opt out, like any other."""

from __future__ import annotations

from actions.words.own_name import PLACE, without_name_in_any_case
from actions.words.rules import in_table
from data.profile import Profile

PROACTIVE = ("nudge", "follow_up")
"""The replies (actions/replies/texts.yml) that leave into a silence."""


def standing_complaints(profile: Profile, business: str = "") -> list[str]:
    """What is wrong with the profile's proactive texts, a sentence each; empty where all may leave.

    `business` is its name, which discloses nothing whatever words it has ("Digital Assistant Repair").

    The opener, the callback and the owner's own wording of PROACTIVE say how to opt out, and the opener that
    an assistant writes (47 CFR 64.1200(a)(10); EU AI Act, Art. 50(1)).
    """
    opt_out, disclosure = in_table("opt_out_line"), in_table("disclosure")
    texts: dict[str, tuple[str, ...]] = {"opener": (profile.opener,), "callback": (profile.callback,)}
    texts |= {name: profile.texts[name] for name in PROACTIVE if name in profile.texts}
    wrong = [
        f"{name}: it does not say how to opt out, such as: Reply STOP to opt out."
        for name, variants in texts.items()
        if not all(opt_out.is_met_by(text) for text in variants)
    ]
    opener = without_name_in_any_case(profile.opener.replace("{business}", PLACE), business)
    if not disclosure.is_met_by(opener):
        wrong.append("opener: it does not say that an automated assistant writes")
    return wrong
