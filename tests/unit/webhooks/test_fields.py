"""What is kept of the provider's forms: strange texts come through, what is no form of theirs does not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from bot.webhooks import fields
from bot.webhooks.fields import LONGEST_BODY, Malformed, inbound, receipt

TEXT = {"MessageSid": "SM1", "From": "+12125550123", "To": "+12125550100", "Body": "hi"}
STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered"}


def text(**changed: str) -> MultiDict[str, str]:
    return MultiDict(TEXT | changed)


@pytest.mark.parametrize(
    "body", ["", " ", "👍🏽" * 100, "مرحبا بك", "a\u202eb", "\ud7ff", "a\r\nb", "z" * LONGEST_BODY]
)
def test_a_strange_body_is_kept_as_it_is(body: str) -> None:
    assert inbound(text(Body=body)).body == body


def test_a_nul_is_left_out_and_an_endless_body_is_cut() -> None:
    assert inbound(text(Body="a\x00b")).body == "ab"
    assert len(inbound(text(Body="z" * 100_000)).body) == LONGEST_BODY


def test_ten_pictures_come_along_whatever_is_said_about_their_number() -> None:
    urls = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(12)}

    for said in ("10", "0", "", "²", "-1", "9" * 5_000, "x"):
        assert inbound(text(NumMedia=said, **urls)).media == tuple(urls.values())[:10]


def test_an_endless_address_of_a_picture_leaves_its_place_only() -> None:
    assert inbound(text(MediaUrl0="https://api.twilio.com/" + "x" * 5_000, MediaUrl1="b")).media == ("", "b")


@pytest.mark.parametrize(
    "changed",
    [
        {"MessageSid": ""}, {"MessageSid": "x" * 65}, {"MessageSid": "SM 1"}, {"MessageSid": "SMé"},
        {"From": ""}, {"From": "\x00"}, {"From": "x" * 129}, {"From": "+1212\n5550123"}, {"To": "x" * 129},
    ],
)  # fmt: skip
def test_who_to_whom_and_which_text_must_be_well_formed(changed: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        inbound(text(**changed))


@pytest.mark.parametrize("name", ["MessageSid", "From", "To", "Body", "MediaUrl0", "OptOutType"])
def test_a_field_that_is_there_twice_is_refused(name: str) -> None:
    form = text(MediaUrl0="a", OptOutType="STOP")
    form.add(name, form[name])

    with pytest.raises(Malformed, match=name):
        inbound(form)


@pytest.mark.parametrize(
    ("told", "kept"),
    [("STOP", "STOP"), ("stop", "STOP"), ("", None), ("ST\x00OP", "STOP"), ("x" * 999, None)],
)
def test_only_the_providers_three_words_count_as_handled_by_it(told: str, kept: str | None) -> None:
    assert inbound(text(OptOutType=told)).opt_out_type == kept


@pytest.mark.parametrize("ours", ["99999999999999", "2147483648", "-1", "²", "1e3", "", "9" * 5_000])
def test_a_row_that_cannot_be_is_no_row(ours: str) -> None:
    assert receipt(MultiDict(STATUS), MultiDict({"message": ours})).message_id is None


def test_a_receipt_names_its_row_and_its_code() -> None:
    told = receipt(MultiDict(STATUS | {"ErrorCode": "30003"}), MultiDict({"message": "7"}))

    assert told == fields.Receipt("SM1", "delivered", "30003", 7)
    assert receipt(MultiDict(STATUS | {"ErrorCode": "x" * 999}), MultiDict()).error_code is None


@pytest.mark.parametrize("status", ["", "x" * 33, "Delivered!", "sent\x00\n"])
def test_a_status_that_is_no_word_is_refused(status: str) -> None:
    with pytest.raises(Malformed):
        receipt(MultiDict(STATUS | {"MessageStatus": status}), MultiDict())


NAMES = st.sampled_from(["MessageSid", "From", "To", "Body", "NumMedia", "MediaUrl0", "MessageStatus", "x"])


@given(st.lists(st.tuples(NAMES, st.text(max_size=200)), max_size=12), st.text(max_size=20))
def test_whatever_a_form_holds_it_is_taken_or_called_malformed(
    pairs: list[tuple[str, str]], ours: str
) -> None:
    form = MultiDict(pairs)
    with suppress(Malformed):
        taken = inbound(form)
        assert "\x00" not in repr(taken)
        assert len(taken.body) <= LONGEST_BODY
    with suppress(Malformed):
        assert receipt(form, MultiDict({"message": ours})).status
