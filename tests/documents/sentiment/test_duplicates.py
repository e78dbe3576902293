"""Which of many texts say the same."""

from __future__ import annotations

from cryptodesk.documents.sentiment import distinct

LONG = "whales keep buying while exchange reserves fall to the lowest level that anybody has seen in five years"


def test_the_first_of_equal_texts_stays() -> None:
    assert distinct(["buy the dip", "sell the top", "buy the dip", "Buy  the DIP!"]) == [0, 1]


def test_links_handles_and_numbers_do_not_tell_texts_apart() -> None:
    texts = [
        "BTC is at 60,100 now https://a.example/1 @one",
        "BTC is at 61,400 now https://b.example/2 @two",
        "BTC is at 59,000.5 now",
    ]
    assert distinct(texts) == [0]


def test_a_few_other_words_do_not_make_another_text() -> None:
    assert distinct([LONG, LONG.replace("five", "six"), f"breaking {LONG}", f"{LONG} wow"]) == [0]


def test_different_texts_of_the_same_words_stay() -> None:
    assert distinct(["bitcoin beats ether this month", "ether beats bitcoin this month"]) == [0, 1]


def test_texts_without_letters_are_told_apart_by_themselves() -> None:
    assert distinct(["🚀", "📉", "🚀", "", "", "42"]) == [0, 1, 3, 5]


def test_thousands_of_copies_leave_one() -> None:
    flood = [f"{LONG} number {number}" for number in range(1_500)]
    assert distinct(["something else entirely is said here", *flood]) == [0, 1]


def test_nothing_gives_nothing() -> None:
    assert distinct([]) == []
