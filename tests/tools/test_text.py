"""Text from outside, made fit to be shown."""

from __future__ import annotations

import pytest

from cryptodesk.tools._text import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bitcoin", "Bitcoin"),
        ("Two\n\tlines", "Two lines"),
        ("  spaced   out ", "spaced out"),
        ("a\u0000b\u0007c", "abc"),
        ("Bit\u200bco\u200din", "Bitcoin"),
        ("\u202eevil\u202c", "evil"),
        ("Tag\U000e0041\U000e0042", "Tag"),
        ("fill\u3164er\u2800", "filler"),
        ("日本語", "日本語"),
        ("\u200b\u2060", ""),
        ("", ""),
    ],
)
def test_what_is_not_seen_is_taken_out(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 50_000, 24) == "x" * 23 + "…"
    assert clean("x" * 24, 24) == "x" * 24


def test_hidden_characters_do_not_use_up_the_room() -> None:
    assert clean("\u200b" * 20 + "seen", 8) == "seen"
