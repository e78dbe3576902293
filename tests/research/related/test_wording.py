from __future__ import annotations

import pytest

from cryptodesk.research.related.wording import alike, draw


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("What is the RSI of Bitcoin?", "what's the rsi of bitcoin"),
        ("How does restaking work?", "What is restaking?"),
        ("funding rates", "What is the funding rate?"),
    ],
)
def test_the_same_in_other_words_is_alike(first: str, second: str) -> None:
    assert alike(first, second)
    assert alike(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How did SOL do over the last 30 days?", "How did SOL do over the last 90 days?"),
        ("What is the RSI of Bitcoin?", "What is the RSI of Ethereum?"),
        ("", "What is the RSI of Bitcoin?"),
        ("???", "what is it"),
    ],
)
def test_another_asset_or_number_is_another_question(first: str, second: str) -> None:
    assert not alike(first, second)


def test_a_draw_depends_on_the_texts_alone_and_reaches_every_number() -> None:
    assert draw(7, "a", "b") == draw(7, "a", "b")
    assert {draw(7, str(number)) for number in range(200)} == set(range(7))
    assert draw(0, "a") == 0
