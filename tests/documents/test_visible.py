"""Unseen characters go; whether they may have held a message is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.documents.visible import unify_breaks, without_invisible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u200bment", "payment"),
        ("pay\ufeffment", "payment"),
        ("pay\u00ad\u200dment", "payment"),
        ("pay\U000e0100ment", "payment"),
        ("calm\U000e0041", "calm"),
        ("a\u202eb", "ab"),
        ("a \u2066b", "a b"),
        ("calm" + "\u200b\u200c" * 2, "calm"),
        (" ".join("word\u200b" for _ in range(12)), " ".join(["word"] * 12)),
        ("\u3164\u3164\u3164\u3164 x", " x"),
        ("\U0001f600" + "\ufe01" * 8, "\U0001f600"),
    ],
)
def test_what_may_hold_a_message_is_told(text: str, shown: str) -> None:
    assert without_invisible(text) == (shown, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bitcoin\u200b rose", "bitcoin rose"),
        ("\ufeffbitcoin", "bitcoin"),
        ("co\u00adope\u00adra\u00adtive", "cooperative"),
        ("up \u2764\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467", "up \u2764 \U0001f468\U0001f469\U0001f467"),
        ("می\u200cخواهم", "میخواهم"),
        ("broken\x00file", "brokenfile"),
        ("price \u200e(usd)\u200f", "price (usd)"),
    ],
)
def test_what_is_in_use_or_sloppy_goes_without_a_word(text: str, shown: str) -> None:
    assert without_invisible(text) == (shown, False)


def test_heaps_of_accents_are_cut_down_and_accents_stay() -> None:
    assert without_invisible("e" + "\u0301" * 60)[0] == "e" + "\u0301" * 3
    assert without_invisible("बिटकॉइन बढ़ा, naïve café") == ("बिटकॉइन बढ़ा, naïve café", False)


def test_a_run_behind_a_heap_of_accents_is_judged_as_well() -> None:
    assert without_invisible("e" + "\u0301" * 5 + "\u200b" * 4 + "x") == ("e" + "\u0301" * 3 + "x", True)


def test_every_line_break_is_one() -> None:
    assert unify_breaks("a\r\nb\rc\u2028d\x0be\x85f") == "a\nb\nc\nd\ne\nf"


@given(st.text(max_size=200))
def test_what_is_left_has_nothing_more_to_take_out(text: str) -> None:
    shown, _ = without_invisible(text)
    assert without_invisible(shown) == (shown, False)
