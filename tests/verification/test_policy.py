"""What the policies make of single units: words of direction, table cells, items, emphasis."""

from __future__ import annotations

import pytest

from cryptodesk.verification import Gate, Policy
from tests.verification.support import NOW, market

TABLE = "| Asset | Price | 24h |\n|---|---:|---:|\n"


def after(policy: Policy, text: str) -> str:
    gate = Gate(policy, [], NOW)
    result = market()
    gate.add_result(result.tool, result.arguments, result.output, result.call_id)
    return (gate.feed(text) + gate.finish()[0]).split("\n\n_")[0]


@pytest.mark.parametrize(
    ("said", "repaired"),
    [
        ("Bitcoin rose 0.21% over 24 hours.", "Bitcoin fell 0.21% over 24 hours."),
        ("Bitcoin was up 0.9% over 24 hours.", "Bitcoin was down 0.2% over 24 hours."),
        ("Bitcoin (24h: +0.21%)", "Bitcoin (24h: -0.21%)"),
        ("Bitcoin's market cap is $1.57 billion.", "Bitcoin's market cap is $1.57 trillion."),
        ("Bitcoin's market cap is $9.9B.", "Bitcoin's market cap is $1.6T."),
        ("Bitcoin trades at **$50,000**.", "Bitcoin trades at **$78,264**."),
        ("Bitcoin's circulating supply is 19,000,000 BTC.", "Bitcoin's circulating supply is 20,080,350 BTC."),
    ],
)
def test_a_repair_keeps_the_manner_and_turns_the_word(said: str, repaired: str) -> None:
    assert after("repair", said) == repaired


def test_what_cannot_be_repaired_is_left_out() -> None:
    assert (
        after("repair", "Bitcoin trades at $78,264.10. It has 412 secret backers.") == "Bitcoin trades at $78,264.10."
    )


def test_a_word_of_direction_that_serves_two_figures_is_not_turned() -> None:
    said = "Bitcoin rose 0.21% over 24 hours and 1.25% over 7 days. Ethereum trades at $2,466.97."
    assert after("repair", said) == "Ethereum trades at $2,466.97."


def test_a_false_table_cell_is_emptied_or_repaired_and_the_row_stays() -> None:
    row = "| Bitcoin | $50,000.00 | -0.21% |\n"
    assert after("cut", TABLE + row) == TABLE + "| Bitcoin | n/a | -0.21% |"
    assert after("repair", TABLE + row) == TABLE + "| Bitcoin | $78,264.10 | -0.21% |"


def test_a_false_item_goes_with_its_marker() -> None:
    text = "- Bitcoin: $78,264.10\n- Ethereum: $9.00\n- Nothing more\n"
    assert after("cut", text) == "- Bitcoin: $78,264.10\n- Nothing more"


def test_emphasis_that_spans_sentences_is_closed_all_the_same() -> None:
    text = "**Bitcoin trades at $78,264.10. Ethereum trades at $9.00.** End."
    assert after("cut", text) == "**Bitcoin trades at $78,264.10. ** End."
