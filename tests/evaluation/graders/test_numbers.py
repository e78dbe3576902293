"""Number accuracy: value, rounding, unit, sign; and what contradicts a figure."""

from __future__ import annotations

import pytest

from cryptodesk.evaluation.gold import GoldValue
from cryptodesk.evaluation.graders.numbers import CONTRADICTED, grade_numbers
from tests.evaluation.samples import gold


def judge(text: str, *values: GoldValue, asked: str = "") -> tuple[bool, str]:
    check = grade_numbers(text, values, asked)
    assert check is not None
    return check.passed, "; ".join(check.notes)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It costs $78,264.10.", gold(78264.1)),
        ("It costs $78,264.", gold(78264.1)),
        ("It costs 78,264.10 USDT", gold(78264.1)),
        ("A cap of $1.57 trillion.", gold(1571570500000.0)),
        ("A cap of $1.6T.", gold(1571570500000.0)),
        ("It fell 0.21% today.", gold(-0.20592766, "%", signed=True)),
        ("The change is -0.21%.", gold(-0.20592766, "%", signed=True)),
        ("It is up 3.2 percent.", gold(3.1812155, "%", signed=True)),
        ("The change: 3.18%.", gold(3.1812155, "%", signed=True)),
        ("37.99% below its record.", gold(-37.98825, "%", signed=True)),
        ("Drawdown of 52.1%", gold(-52.14, "%")),
        ("Funding is 0.01%.", gold(0.0137, "%")),
        ("It rose 3%.", gold(3.18, "%", signed=True)),
        ("| BTC | 78,264.10 | -0.21 |", gold(78264.1)),
        ("| BTC | 78,264.10 | -0.21 |", gold(-0.20592766, "%", signed=True)),
        ("RSI 59.48", gold(59.48193, "number")),
        ("4 halvings so far", gold(4, "number")),
        ("on 17 April 2028", gold("2028-04-17", "date")),
        ("in January 2009", gold("2009-01-03", "date", either=("2009-01",))),
        ("**Cineminix  Chain** leads", gold("Cineminix Chain", "text")),
        ("CINEM leads", gold("Cineminix Chain", "text", either=("CINEM",))),
        ("MACD is $20.84", gold(20.838089, "any")),
        ("volatility 44.1 %", gold(44.4, "%", slack_pct=1.0)),
        ("volatility 44.1 %", gold(60.0, "%", either=(44.12,))),
    ],
)
def test_a_right_figure_is_found(text: str, value: GoldValue) -> None:
    assert judge(text, value) == (True, "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It costs $78,264.20.", gold(78264.1)),
        ("It costs about $80 thousand.", gold(78264.1)),
        ("A cap of $2 trillion.", gold(1571570500000.0)),
        ("The RSI is 60.", gold(59.4, "number")),
        ("Funding is 0%.", gold(0.0137, "%")),
        ("It moved 0% today.", gold(0.21, "%")),
        ("Bitcoin rose a lot.", gold(3.18, "%", signed=True)),
        ("on 18 April 2028", gold("2028-04-17", "date")),
        ("Cineminix leads", gold("Cineminix Chain", "text")),
        ("CINEMA leads", gold("Cineminix Chain", "text", either=("CINEM",))),
        ("", gold(5.0)),
    ],
)
def test_a_wrong_or_missing_figure_is_not(text: str, value: GoldValue) -> None:
    assert not judge(text, value)[0]


@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("It rose 20.59% today.", gold(-20.592766, "%", signed=True), "other sign"),
        ("It fell 3.18% this week.", gold(3.1812155, "%", signed=True), "other sign"),
        ("+20.59%", gold(-20.592766, "%", signed=True), "other sign"),
        ("It moved $59.48.", gold(59.48193, "%"), "another unit"),
        ("The cap is $1.57 billion.", gold(1571570500000.0), "another magnitude"),
        ("It costs $2,466.97.", gold(78264.1), "first sentence"),
    ],
)
def test_another_sign_unit_magnitude_or_value_contradicts(text: str, value: GoldValue, why: str) -> None:
    passed, notes = judge(text, value)
    assert not passed
    assert CONTRADICTED in notes
    assert why in notes


def test_a_value_that_belongs_to_something_else_contradicts_even_beside_the_right_one() -> None:
    passed, notes = judge("BCH is $600.50; its price is $78,264.10.", gold(600.5, wrong=(78264.1,)))
    assert not passed
    assert CONTRADICTED in notes


def test_figures_that_only_stand_near_do_not_contradict() -> None:
    for text in ("BTC at $78,264.10 and ETH at $2,466.97.", "Of all, 3 are up."):
        passed, notes = judge(text, gold(59150.93))
        assert not passed
        assert CONTRADICTED not in notes


def test_the_users_own_figures_do_not_contradict() -> None:
    _, notes = judge("To say what $1,800 became I need the day.", gold(1333.94), asked="bought at $1,800")
    assert CONTRADICTED not in notes


def test_each_figure_counts_for_itself() -> None:
    check = grade_numbers("BTC $5.00, ETH unknown", [gold(5.0), gold(7.0)])
    assert check is not None
    assert (check.right, check.of) == (1, 2)


def test_a_question_without_gold_figures_is_not_judged() -> None:
    assert grade_numbers("$5", []) is None
