"""The Rasa client against a small HTTP server of our own that answers whatever a test wants."""

from __future__ import annotations

import base64
import json
import logging
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from nlu.rasa import LIKELIEST, ModelUnavailable, Rasa, fold, similarity
from nlu.understanding import Heard

SECRET = "a-token-nobody-may-see"
PRIVATE = "my son Sample is ill"


@dataclass
class Server:
    """Remembers what it was asked, and answers `status` and `body`; it hangs while `held` is set."""

    url: str = ""
    status: int = 200
    body: str = "{}"
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    go_on: threading.Event = field(default_factory=threading.Event)

    def ranks(self, *ranking: tuple[str, float]) -> None:
        self.body = json.dumps({"intent_ranking": [{"name": n, "confidence": c} for n, c in ranking]})


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()
    told.go_on.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            told.connections.add(self.client_address)
            length = int(self.headers.get("Content-Length") or 0)
            told.asked.append((self.path, json.loads(self.rfile.read(length) or b"{}")))
            told.go_on.wait(5)
            body = told.body.encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 (the names that http.server asks for)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        told.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield told
        told.go_on.set()
        http.shutdown()
        thread.join()


def test_the_labels_of_one_intent_are_summed_and_the_likeliest_gives_the_topic() -> None:
    ranking = [("book", 0.375), ("question.price", 0.25), ("question.hours", 0.125), ("question", 0.0625)]
    assert fold(ranking) == (Heard("question", "price", 0.4375), Heard("book", None, 0.375))


def test_a_label_without_a_topic_can_be_the_likeliest_of_its_intent() -> None:
    heard = fold([("not_interested", 0.5), ("not_interested.moved", 0.25)])
    assert heard == (Heard("not_interested", None, 0.75),)


def test_only_the_likeliest_intents_are_kept_in_order() -> None:
    heard = fold([(f"intent{n}", n / 100) for n in range(10)])
    assert len(heard) == LIKELIEST
    assert [h.confidence for h in heard] == sorted((h.confidence for h in heard), reverse=True)


def test_a_confidence_never_exceeds_one() -> None:
    assert fold([("stop.a", 0.7), ("stop.b", 0.30000001)])[0].confidence == 1.0


def test_the_token_and_the_text_reach_the_server(server: Server) -> None:
    server.ranks(("thanks", 0.9))
    assert Rasa(server.url + "/", SECRET).parse(" thx ") == (Heard("thanks", None, 0.9),)
    address, body = server.asked[0]
    assert urlsplit(address).path == "/model/parse"
    assert parse_qs(urlsplit(address).query) == {"token": [SECRET]}
    assert body == {"text": "thx"}


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "/", "\x00"])
def test_a_text_of_nothing_is_out_of_scope_without_asking(server: Server, text: str) -> None:
    assert Rasa(server.url, SECRET).parse(text) == (Heard("out_of_scope", None, 0.0),)
    assert not server.asked


def test_a_slash_in_front_is_not_taken_for_the_models_own_notation(server: Server) -> None:
    server.ranks(("stop", 1.0))
    Rasa(server.url, SECRET).parse(" //book")
    assert server.asked[0][1] == {"text": "book"}


def test_one_thread_keeps_its_connection(server: Server) -> None:
    server.ranks(("greet", 1.0))
    rasa = Rasa(server.url, SECRET)
    for _ in range(3):
        rasa.parse("hi")
    assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, "{}"),
        (409, "{}"),
        (500, "oops"),
        (302, ""),
        (200, "no json"),
        (200, "[]"),
        (200, "{}"),
        (200, '{"intent_ranking": null}'),
        (200, '{"intent_ranking": [{"name": "book"}]}'),
        (200, '{"intent_ranking": [{"name": "book", "confidence": "much"}]}'),
    ],
)
def test_an_answer_that_cannot_be_used_means_that_the_model_is_unavailable(
    server: Server, status: int, body: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(ModelUnavailable):
        Rasa(server.url, SECRET).parse(PRIVATE)


def test_a_server_that_hangs_is_given_up_after_the_time_out(server: Server) -> None:
    server.go_on.clear()
    with pytest.raises(ModelUnavailable, match=r"within 0\.05 s"):
        Rasa(server.url, SECRET, timeout=0.05).parse(PRIVATE)


def test_a_server_that_is_away_is_unavailable_and_not_ready() -> None:
    rasa = Rasa("http://127.0.0.1:9", SECRET, timeout=0.5)
    assert not rasa.ready()
    with pytest.raises(ModelUnavailable):
        rasa.parse(PRIVATE)


def test_ready_means_that_a_model_is_loaded(server: Server) -> None:
    rasa = Rasa(server.url, SECRET)
    server.body = json.dumps({"model_file": "rekindle.tar.gz"})
    assert rasa.ready()
    server.body = json.dumps({"model_file": None})
    assert not rasa.ready()
    server.status = 409
    assert not rasa.ready()


def test_neither_text_nor_token_stands_in_an_error_or_a_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    raised = []
    for url, status in (("http://127.0.0.1:9", 0), (server.url, 500), (server.url, 200)):
        server.status = status
        with pytest.raises(ModelUnavailable) as problem:
            Rasa(url, SECRET).parse(PRIVATE)
        raised.append(problem.value)
    shown = caplog.text + "".join(f"{e!r} {e.__cause__!r}" for e in raised)
    assert SECRET not in shown
    assert PRIVATE not in shown
    assert all(error.__context__ is None or error.__suppress_context__ for error in raised)


def embedded(*rows: tuple[float, ...]) -> str:
    """The answer of the server's route for embeddings."""
    packed = [base64.b64encode(struct.pack(f"<{len(row)}e", *row)).decode() for row in rows]
    return json.dumps({"dimension": len(rows[0]), "embeddings": packed})


def test_embeddings_come_in_the_order_of_the_texts(server: Server) -> None:
    server.body = embedded((1.0, 0.0), (0.6, 0.8))
    one, other = Rasa(server.url, SECRET).embed([" /how much ", "price?"])
    assert server.asked[0][1] == {"texts": ["how much", "price?"]}
    assert one == (1.0, 0.0)
    assert similarity(one, other) == pytest.approx(0.6, abs=0.001)


def test_many_texts_are_embedded_in_several_calls(server: Server) -> None:
    server.body = embedded(*[(1.0,)] * 16)
    assert len(Rasa(server.url, SECRET).embed([f"text {n}" for n in range(32)])) == 32
    assert [len(body["texts"]) for _, body in server.asked] == [16, 16]


def test_no_texts_are_embedded_without_asking(server: Server) -> None:
    assert Rasa(server.url, SECRET).embed([]) == []
    assert not server.asked


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"dimension": 2}',
        '{"dimension": 2, "embeddings": ["AAA"]}',
        '{"dimension": 2, "embeddings": ["AAAA"]}',
        '{"dimension": "x", "embeddings": ["AAAA"]}',
        '{"dimension": 2, "embeddings": []}',
        '{"dimension": 2, "embeddings": [null]}',
    ],
)
def test_an_answer_without_embeddings_means_that_the_model_is_unavailable(server: Server, body: str) -> None:
    server.body = body
    with pytest.raises(ModelUnavailable):
        Rasa(server.url, SECRET).embed([PRIVATE])
