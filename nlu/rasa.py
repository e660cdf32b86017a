"""Asks the Rasa server what a text means, and folds its labels into our intents with their topics.

The model's labels are flat: `book`, `question.price`, `not_interested.moved`. The confidence of an intent is
the sum over its labels; its topic is the likeliest label's.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import operator
import struct
import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from urllib3 import HTTPConnectionPool, connection_from_url
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as TookTooLong

from nlu.understanding import Heard

LIKELIEST = 5
EMBEDDED_AT_ONCE = 16
"""Texts in one call for embeddings: some 60 ms, so that nobody who wants an intent meanwhile waits long."""

Embedding = tuple[float, ...]
"""A text's meaning: 384 numbers of length one, so that the similarity of two texts is their dot product."""

NOTHING_HEARD = (Heard("out_of_scope", None, 0.0),)


class ModelUnavailable(Exception):
    """The model could not be asked or gave no usable answer; trying again later can help."""


def _has_no_token(record: logging.LogRecord) -> bool:
    return "token=" not in record.getMessage()


# When it logs everything, urllib3 writes down each address, and ours carry the token.
logging.getLogger("urllib3.connectionpool").addFilter(_has_no_token)


class Rasa:
    """A client for one Rasa server, safe to share between threads: each keeps a connection of its own.

    `timeout` is in seconds and holds for connecting and for every wait on the answer. The token travels as a
    query parameter, the only way Rasa knows; so no error here carries an address or a text. `url` is the
    server's root.
    """

    def __init__(self, url: str, token: str, timeout: float = 3.0) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self._timeout = timeout
        self._path, self._query = urlsplit(self.url).path, urlencode({"token": token})
        self._local = threading.local()

    def parse(self, text: str) -> tuple[Heard, ...]:
        """At most five intents, likeliest first, never empty; a text without content is out of scope at 0.

        Raises ModelUnavailable when the server is away, too slow, refuses, or answers something else.
        """
        asked = _plain(text)
        if not asked:
            return NOTHING_HEARD
        answer = self._call("POST", "/model/parse", {"text": asked})
        try:
            ranking = [(str(row["name"]), float(row["confidence"])) for row in answer["intent_ranking"]]
        except (KeyError, TypeError, ValueError):
            raise ModelUnavailable("the model's answer has no ranking of intents") from None
        return fold(ranking)

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        """The embedding of each text, in order; the server still knows those of texts just parsed.

        Some 4 ms for a new text, in calls of 16, each with a time-out. Raises ModelUnavailable as `parse`.
        """
        found: list[Embedding] = []
        for start in range(0, len(texts), EMBEDDED_AT_ONCE):
            some = [_plain(text) for text in texts[start : start + EMBEDDED_AT_ONCE]]
            answer = self._call("POST", "/model/embed", {"texts": some})
            try:
                rows = [base64.b64decode(row) for row in answer["embeddings"]]
                made = [struct.unpack(f"<{int(answer['dimension'])}e", row) for row in rows]
            except (KeyError, TypeError, ValueError, binascii.Error, struct.error):
                raise ModelUnavailable("the model's answer has no embeddings") from None
            if len(made) != len(some):
                raise ModelUnavailable("the model's answer has not one embedding for each text")
            found += made
        return found

    def ready(self) -> bool:
        """Whether the server is up and has a model loaded."""
        try:
            return bool(self._call("GET", "/status", None).get("model_file"))
        except ModelUnavailable:
            return False

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            response = self._connection().request(
                method, f"{self._path}{path}?{self._query}", json=body, timeout=self._timeout
            )
            status = response.status
            answer = json.loads(response.data) if status == 200 else None
        except TookTooLong:
            raise ModelUnavailable(f"no answer from the model within {self._timeout:g} s") from None
        except HTTPError as error:
            raise ModelUnavailable(f"the model cannot be reached ({type(error).__name__})") from None
        except ValueError:
            raise ModelUnavailable("the model's answer is no JSON") from None
        if status != 200:
            raise ModelUnavailable(f"the model's server answered {status}")
        if not isinstance(answer, dict):
            raise ModelUnavailable("the model's answer is no object")
        return answer

    def _connection(self) -> HTTPConnectionPool:
        """This thread's own connection. urllib3 alone takes a third of the time that requests takes."""
        pool: HTTPConnectionPool | None = getattr(self._local, "pool", None)
        if pool is None:
            pool = connection_from_url(self.url, retries=False)
            self._local.pool = pool
        return pool


def similarity(one: Embedding, other: Embedding) -> float:
    """How close two texts are in meaning: 1 the same, some 0.6 a paraphrase, about 0 nothing in common."""
    return float(sum(map(operator.mul, one, other)))


def _plain(text: str) -> str:
    """The text as the server can be asked for it.

    Half a surrogate pair is no letter and cannot be sent. A leading slash would be taken for Rasa's own
    intent notation: "/book" would be believed at once.
    """
    sendable = text.encode("utf-8", "ignore").decode("utf-8")
    return sendable.replace("\x00", " ").strip().lstrip("/").strip()


def fold(ranking: list[tuple[str, float]]) -> tuple[Heard, ...]:
    """Sums the labels of each intent; the topic is that of its likeliest label."""
    total: defaultdict[str, float] = defaultdict(float)
    best: dict[str, tuple[float, str | None]] = {}
    for label, confidence in ranking:
        intent, _, topic = label.partition(".")
        total[intent] += confidence
        if intent not in best or confidence > best[intent][0]:
            best[intent] = (confidence, topic or None)
    order = sorted(total, key=lambda intent: -total[intent])[:LIKELIEST]
    return tuple(Heard(intent, best[intent][1], min(1.0, total[intent])) for intent in order) or NOTHING_HEARD
