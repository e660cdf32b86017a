"""PUBLIC_BASE_URL and TRUSTED_PROXIES: what cannot be signed or believed is refused at the start."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.settings import isolated


@pytest.mark.parametrize(
    ("given", "kept", "path"),
    [
        ("https://texts.example.com", "https://texts.example.com", ""),
        ("https://texts.example.com/", "https://texts.example.com", ""),
        ("https://texts.example.com:8443//", "https://texts.example.com:8443", ""),
        ("https://example.com/a-b/c_d/", "https://example.com/a-b/c_d", "/a-b/c_d"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", ""),
        ("http://[::1]:8000", "http://[::1]:8000", ""),
        ("", "", ""),
    ],
)
def test_an_address_is_kept_without_slashes_at_its_end(given: str, kept: str, path: str) -> None:
    settings = isolated(public_base_url=given)

    assert (settings.public_base_url, settings.public_path) == (kept, path)


@pytest.mark.parametrize(
    "given",
    [
        "http://texts.example.com", "https://", "https:///texts", "texts.example.com", "https://example.com:port",
        "https://example.com:99999", "https://example.com:0", "https://kim:secret@example.com",
        "https://example.com?a=b", "https://example.com/#top", "https://example.com/a b", "https://example.com/%61",
        "https://example.com/a//b", "ftp://example.com",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_signed_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(ValidationError):
        isolated(public_base_url=given)


@pytest.mark.parametrize("given", [-1, 11, "all"])
def test_a_number_of_proxies_is_a_small_number(given: object) -> None:
    with pytest.raises(ValidationError):
        isolated(trusted_proxies=given)


def test_nobody_is_believed_unless_somebody_says_so() -> None:
    assert isolated().trusted_proxies == 0
