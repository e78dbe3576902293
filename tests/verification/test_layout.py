"""Cutting an answer into units, in one piece and in a stream."""

from __future__ import annotations

import random

from cryptodesk.verification.layout import LONGEST_UNIT, Splitter, Unit

TEXT = (
    "# Head\n\nIt rose 5.3%, e.g. this week. Next: $1.2B! Nov. 3 was calm vs. May.\n\n- item one. More of it\n"
    "2. item two\n| a | b |\n|---|---|\n| 1 | 2 |\n```py\nx = 1. Yes\n```\nThe end"
)


def units(text: str) -> list[Unit]:
    splitter = Splitter()
    splitter.push(text)
    found = []
    while (unit := splitter.take(is_final=True)) is not None:
        found.append(unit)
    return found


def streamed(text: str, chance: random.Random, most: int) -> list[Unit]:
    splitter, found, place = Splitter(), [], 0
    while place < len(text):
        length = chance.randint(1, most)
        splitter.push(text[place : place + length])
        place += length
        while (unit := splitter.take()) is not None:
            found.append(unit)
    while (unit := splitter.take(is_final=True)) is not None:
        found.append(unit)
    return found


def test_sentences_items_rows_and_code_are_units() -> None:
    assert [(unit.kind, unit.text) for unit in units(TEXT)] == [
        ("heading", "# Head"),
        ("prose", "It rose 5.3%, e.g. this week."),
        ("prose", "Next: $1.2B!"),
        ("prose", "Nov. 3 was calm vs. May."),
        ("item", "- item one. More of it"),
        ("item", "2. item two"),
        ("row", "| a | b |"),
        ("row", "|---|---|"),
        ("row", "| 1 | 2 |"),
        ("code", "```py"),
        ("code", "x = 1. Yes"),
        ("code", "```"),
        ("prose", "The end"),
    ]


def test_units_and_gaps_make_up_the_text() -> None:
    found = units(TEXT)
    assert "".join(unit.gap + unit.text for unit in found) == TEXT
    assert all(TEXT[unit.start : unit.start + len(unit.text)] == unit.text for unit in found)


def test_a_stream_gives_the_same_units_wherever_it_is_cut() -> None:
    chance = random.Random(3)
    letters = [
        "a",
        " ",
        "  ",
        ".",
        "! ",
        "\n",
        "\n\n",
        "- ",
        "| ",
        "|\n",
        "1. ",
        "5.3%",
        ", ",
        "# ",
        "```\n",
        "A",
        ";",
        "…",
        "*",
    ]
    for _ in range(400):
        text = "".join(chance.choices([*letters, "word " * 30], k=chance.randint(1, 60)))
        whole = units(text)
        for most in (1, 5, 90):
            assert streamed(text, chance, most) == whole, text


def test_no_sentence_is_longer_than_the_limit_however_it_is_written() -> None:
    for text in ("word " * 400, "word, " * 400, "x" * 3000, "1" * 3000, "1," * 2000):
        assert max(len(unit.text) for unit in units(text)) <= LONGEST_UNIT + 40
