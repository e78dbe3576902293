"""Nothing in a text from outside steers the terminal."""

from __future__ import annotations

from cryptodesk.cli._clean import clean, clean_line


def test_escape_sequences_lose_what_makes_them_so() -> None:
    assert clean("a\x1b[31mb\x07\x9b2Jc") == "a[31mb2Jc"


def test_direction_marks_and_zero_width_characters_are_left_out() -> None:
    assert clean("pay\u202eab\u200bc\ufeff\u2066") == "payabc"


def test_line_breaks_stay_and_tabs_become_spaces() -> None:
    assert clean("a\r\n\tb – “c” ₿") == "a\n    b – “c” ₿"


def test_a_line_is_one_line_of_bounded_length() -> None:
    assert clean_line("a\n b\t\x1bc") == "a b c"
    assert clean_line("x" * 50, most=10) == "x" * 9 + "…"
