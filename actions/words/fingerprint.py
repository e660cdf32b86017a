"""A fingerprint of all that a campaign says: approval and dry run hold for it alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from actions.words.brief import Brief
from actions.words.step import Step


def fingerprint(steps: Iterable[Step], brief: Brief) -> str:
    """64 hexadecimal digits over the words, days, variants, tiers, promises and the brief.

    A changed word, day or promise changes it; neither the order of the steps nor that of keys does.
    """
    said = sorted((asdict(step) for step in steps), key=lambda step: (step["step"], step["variant"]))
    whole = json.dumps([said, brief.model_dump(mode="json")], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
