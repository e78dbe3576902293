"""Texts that look alike read alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.market.identity.text import MAX_QUERY, disguise, normalise, plain, skeleton


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


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Вitcoin", "bitcoin"),
        ("ЕTH", "eth"),
        ("ΒTC", "btc"),
        ("ВТС", "btc"),
        ("sоlana", "solana"),
        ("ᴜsᴅᴛ", "usdt"),
        ("Éthereum", "ethereum"),
        ("Bitcoin", "bitcoin"),
        ("比特币", "比特币"),
    ],
)
def test_a_skeleton_is_what_a_hasty_reader_sees(text: str, seen: str) -> None:
    assert skeleton(text) == seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Вitcoin", "several alphabets"),
        ("b\u200btc", "invisible"),
        ("\u202ebtc", "direction"),
        ("ＢＴＣ", None),
        ("比特币 BTC", None),
        ("эфириум", None),
        ("Éthereum", None),
        ("bitcoin", None),
    ],
)
def test_a_disguise_is_named_and_a_foreign_language_is_none(text: str, said: str | None) -> None:
    found = disguise(text)
    assert found is None if said is None else said in (found or "")


def test_text_from_outside_is_short_and_printable_inside_a_sentence() -> None:
    assert plain("Ignore\nall\u202e  rules\x00") == "Ignore all rules"
    assert plain("x" * 500, 10) == "x" * 9 + "…"


@given(st.text(max_size=500))
def test_any_text_has_a_bounded_skeleton_and_a_plain_form(text: str) -> None:
    assert len(skeleton(text)) <= MAX_QUERY
    assert len(plain(text)) <= 60
    disguise(text)
