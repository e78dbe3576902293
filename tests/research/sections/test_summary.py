from __future__ import annotations

import pytest

from cryptodesk.research.sections import executive_summary

MARKET = """## Market and price history

Solana (SOL) **rose 12.4%** over the last year, to $182.10. [1] It traded between $95.00 and $240.00.

| Asset | Price |
| --- | ---: |
| Solana (SOL) | $182.10 |

_As of 2026-11-22 07:15 UTC. Source: binance_usdm._"""
HANDBOOK = """On “Restaking” the desk's texts say:

> “Restaking pledges assets that are already staked, worth 3 %.”

Staked assets secure further services in exchange for rewards."""
EMPTY = "Open interest is not available: no source of futures is at hand."


def test_each_section_gives_its_first_telling_sentence_word_for_word() -> None:
    assert executive_summary([MARKET, HANDBOOK]) == (
        "Solana (SOL) **rose 12.4%** over the last year, to $182.10. [1]",
        "Staked assets secure further services in exchange for rewards.",
    )


def test_every_bullet_stands_in_a_section() -> None:
    for bullet in executive_summary([MARKET, HANDBOOK, EMPTY]):
        assert any(bullet in text for text in (MARKET, HANDBOOK, EMPTY))


@pytest.mark.parametrize(
    "text",
    [
        "",
        EMPTY,
        "There is no unlock schedule of Sui (SUI) at hand.",
        "No tool here lists the unlocks of all 12 tokens.",
        "I cannot tell how 5 gaming coins do as a group.",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "# A heading of 2026 that is long enough.",
        "> “Quoted in 2024 by somebody else entirely.”",
        "```\nprint(12345678901234567890).\n```",
        "What is the price of 2 bitcoins today?",
        "Too short 1.",
        "- **2026-11-22** (today): [Six charts on the market](https://a.example/1), Chain Courier, news [5].",
        "A" * 400 + " 5.",
        "unfinished piece with 12 figures and no end",
    ],
)
def test_a_section_without_a_telling_sentence_gives_none(text: str) -> None:
    assert executive_summary([text]) == ()


def test_a_sentence_with_a_figure_comes_before_one_without() -> None:
    text = "Bitcoin is a cryptocurrency on proof of work. Its supply is 19.9 million BTC at present."
    assert executive_summary([text]) == ("Its supply is 19.9 million BTC at present.",)


@pytest.mark.parametrize(
    "sentence",
    [
        "The price was $1.25 at 07:15 UTC (prev. $1.20).",
        "It rose 3.5 % vs. BTC over the last 30 days [2][3].",
        "U.S. funds hold $12.5 billion of it at the last count.",
        "POL (prev. MATIC) fell 4.20% over the last week.",
    ],
)
def test_points_within_a_sentence_do_not_end_it(sentence: str) -> None:
    assert executive_summary([f"{sentence} The rest is 2 of no matter."]) == (sentence,)


def test_marks_behind_the_full_stop_belong_to_the_sentence() -> None:
    text = "The total market cap is $3.1 trillion.[4][5] Then it goes on."
    assert executive_summary([text]) == ("The total market cap is $3.1 trillion.[4][5]",)


def test_bullets_are_bounded_and_distinct() -> None:
    texts = [f"Asset number {number} rose by {number} percent today." for number in range(1, 12)]
    assert len(executive_summary(texts)) == 6
    assert len(executive_summary(texts, most=3)) == 3
    assert executive_summary(texts, most=0) == ()
    assert len(executive_summary([MARKET, MARKET])) == 1


def test_listing_marks_are_taken_off() -> None:
    assert executive_summary(["- **2026-11-19**: Solana holds above $420 after the news."]) == (
        "**2026-11-19**: Solana holds above $420 after the news.",
    )
