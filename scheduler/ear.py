"""The one Rasa client of this process, made from the settings in force."""

from __future__ import annotations

from functools import lru_cache

from data import settings
from nlu.likeness import Likeness
from nlu.rasa import Rasa
from nlu.understanding import Heard
from scheduler import measures


class _Timed(Rasa):
    """A client whose answers are timed."""

    def parse(self, text: str) -> tuple[Heard, ...]:
        with measures.asking_the_model():
            return super().parse(text)


def model() -> Rasa:
    """The client for the model at RASA_URL."""
    present = settings.get()
    return _client(present.rasa_url, present.secret("rasa_token"))


def likeness() -> Likeness:
    """What measures questions against the owner's entries, with the entries' vectors kept."""
    return _likeness(model())


@lru_cache(maxsize=4)
def _likeness(client: Rasa) -> Likeness:
    return Likeness(client)


@lru_cache(maxsize=4)
def _client(url: str, token: str) -> Rasa:
    return _Timed(url, token)
