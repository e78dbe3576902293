"""Texts that look alike read alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.market.text import MAX_QUERY, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Bitcoin\tCash ", "bitcoin cash"),
        ("ＢＴＣ", "btc"),
        ("b\u200bt\u200dc\ufeff", "btc"),
        ("\u202ebtc\u202c", "btc"),
        ("bit\x00coin\x07", "bitcoin"),
        ("bitcoin\ncash", "bitcoin cash"),
        ("Straße", "strasse"),
        ("\u00a0btc\u3000", "btc"),
        ("\ud800btc", "btc"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_disguises_are_taken_off(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(max_size=1000))
def test_any_text_becomes_short_and_single_spaced(text: str) -> None:
    once = normalise(text)
    assert len(once) <= MAX_QUERY
    assert once == " ".join(once.split())


def test_one_character_cannot_grow_without_bound() -> None:
    assert len(normalise("\ufdfa" * 5000)) <= MAX_QUERY
