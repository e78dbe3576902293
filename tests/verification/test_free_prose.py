"""How a language model says whose a figure is, of which period, and in which unit."""

from __future__ import annotations

import pytest

from tests.verification.support import verdicts


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        (
            "Bitcoin and Ethereum trade at $78,264.10 and $2,466.97, respectively.",
            "Bitcoin and Ethereum trade at $2,466.97 and $78,264.10, respectively.",
        ),
        (
            "Bitcoin and Ethereum both slipped, the former by 0.21% and the latter by 0.68% over 24 hours.",
            "Bitcoin and Ethereum both slipped, the former by 0.68% and the latter by 0.21% over 24 hours.",
        ),
        (
            "Over the past day BTC and ETH moved by -0.21% and -0.68%, and over the past week by +1.25% and +3.18%.",
            "Over the past day BTC and ETH moved by +1.25% and +3.18%, and over the past week by -0.21% and -0.68%.",
        ),
        (
            "Ethereum's weekly return of +3.18% beats Bitcoin's +1.25%, and its monthly return is +31.76%.",
            "Ethereum's weekly return of +1.25% beats Bitcoin's +3.18%, and its monthly return is +22.40%.",
        ),
        (
            "Bitcoin fell behind Ethereum, which gained 31.76% in 30 days.",
            "Bitcoin fell behind Ethereum, which gained 22.40% in 30 days.",
        ),
    ],
)
def test_the_asset_and_the_period_are_those_that_the_sentence_means(text: str, swapped: str) -> None:
    assert set(verdicts(text).values()) == {"bound"}
    assert set(verdicts(swapped).values()) == {"contradicted"}


def test_the_former_and_the_latter_may_be_named_in_the_sentence_before() -> None:
    text = "Bitcoin trades at $78,264.10. Ethereum trades at $2,466.97. The latter's volume of {} was lower."
    assert verdicts(text.format("$8.97 billion"))["$8.97 billion"] == "bound"
    assert verdicts(text.format("$12.03 billion"))["$12.03 billion"] == "contradicted"


def test_a_price_moves_by_percent_and_not_by_points() -> None:
    assert verdicts("Bitcoin gained 1.25% over 7 days.") == {"1.25%": "bound"}
    assert verdicts("Bitcoin gained 1.25 percentage points over 7 days.") == {"1.25 percentage points": "contradicted"}
    gap = "Over 7 days Ethereum gained 3.18%, 1.93 percentage points more than Bitcoin with 1.25%."
    assert verdicts(gap)["1.93 percentage points"] == "derived"


def test_what_several_coins_are_worth_is_not_the_price_of_one() -> None:
    assert verdicts("Ten ETH would be worth $24,669.70.")["$24,669.70"] == "derived"
    assert verdicts("Ten ETH would be worth $2,466.97.")["$2,466.97"] != "bound"


def test_since_then_is_counted_from_the_record() -> None:
    text = "Bitcoin's record high was $126,208.50 on 2025-10-06. Since then it has lost {}%."
    assert verdicts(text.format("38"))["38%"] == "bound"
    assert verdicts(text.format("0.21"))["0.21%"] == "contradicted"
