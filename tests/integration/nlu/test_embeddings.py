"""The route for embeddings of our own server, asked over HTTP with the packaged weights."""

from __future__ import annotations

import pytest
import requests

from nlu.rasa import ModelUnavailable, Rasa, similarity


def test_what_means_the_same_is_close_and_what_does_not_is_far(rasa: Rasa) -> None:
    price, cost, car = rasa.embed(
        ["how much is a cleaning?", "what does it cost to get my teeth cleaned", "my engine makes a noise"]
    )
    assert similarity(price, cost) > 0.6
    assert similarity(price, car) < 0.3


def test_the_embedding_is_the_one_that_the_model_was_published_with(rasa: Rasa) -> None:
    # The three sentences and their similarities stand in the model's own documentation.
    one, other, third = rasa.embed(
        ["That is a happy person", "That is a happy dog", "That is a very happy person"]
    )
    assert similarity(one, one) == pytest.approx(1, abs=0.002)
    assert similarity(one, other) == pytest.approx(0.695, abs=0.002)
    assert similarity(one, third) == pytest.approx(0.943, abs=0.002)


def test_an_embedding_does_not_depend_on_what_is_asked_for_beside_it(rasa: Rasa) -> None:
    texts = [f"can I park there on day {n}" + " please" * n for n in range(40)]
    together = rasa.embed(texts)
    assert [similarity(rasa.embed([text])[0], row) for text, row in zip(texts, together, strict=True)] == (
        pytest.approx([1.0] * len(texts), abs=0.002)
    )


@pytest.mark.parametrize("text", ["", "👍🏽", "\ud83d", "é" * 3, "z" * 4_000, "word " * 900, "中文", "\x00"])
def test_any_text_has_an_embedding(rasa: Rasa, text: str) -> None:
    assert len(rasa.embed([text])[0]) == 384


@pytest.mark.parametrize(
    "body", [[], {}, {"texts": "one"}, {"texts": [1]}, {"texts": [""] * 65}, {"texts": ["x" * 5_001]}]
)
def test_what_is_no_list_of_texts_is_refused(rasa: Rasa, body: object) -> None:
    answered = requests.post(f"{rasa.url}/model/embed", params={"token": rasa.token}, json=body, timeout=5)
    assert answered.status_code == 400


def test_no_embedding_without_the_token(rasa: Rasa) -> None:
    answered = requests.post(f"{rasa.url}/model/embed", json={"texts": ["hi"]}, timeout=5)
    assert answered.status_code == 401
    with pytest.raises(ModelUnavailable, match="401"):
        Rasa(rasa.url, "guessed").embed(["hi"])
