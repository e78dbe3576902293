"""Arguments against gold ones, with their equivalent forms."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.evaluation.graders._check import Made
from cryptodesk.evaluation.graders.arguments import grade_arguments
from cryptodesk.evaluation.records import GoldCall
from tests.evaluation.samples import NOW, made, question

MARKET = "cmc_market_data"


def judge(gold: dict[str, Any], *calls: Made, tool: str = MARKET) -> bool:
    check = grade_arguments(question(calls=(GoldCall(tool, gold),)), calls, NOW)
    assert check is not None
    return check.passed


@pytest.mark.parametrize(
    ("gold", "given"),
    [
        ({"ids": [1, 1027]}, {"ids": [1027, 1]}),
        ({"ids": [1]}, {"ids": ["1"]}),
        ({"ids": [1]}, {"ids": [1], "metrics": ["price"]}),
        ({"metrics": ["price"]}, {"ids": [1], "metrics": ["returns", "price"]}),
        ({"asset_type": "coin"}, {"ids": [1]}),
        ({"convert": "usd"}, {"convert": "USD"}),
        ({"limit": 5}, {"limit": "5"}),
        ({"limit": {"least": 3}}, {"limit": 10}),
        ({"query": {"contains": ["solana"]}}, {"query": "Solana, ethereum"}),
        ({"list": {"any": ["trending", "most_visited"]}}, {"list": "most_visited"}),
        ({"history": {"interval": "1d"}}, {"history": {"interval": "1d", "count": 3}}),
        ({"history": {"covers": ["2026-08-12", "2026-09-09"]}}, {"history": {"count": 30}}),
        (
            {"history": {"covers": ["2026-08-01", "2026-08-31"]}},
            {"history": {"time_start": "2026-08-01", "time_end": "2026-08-31"}},
        ),
        ({"history": {"covers": ["2026-08-01", "2026-08-31"]}}, {"history": {"time_start": "2026-07-01T00:00:00Z"}}),
        ({"history": {"covers": ["2026-06-01", "2026-09-01"]}}, {"history": {"interval": "1w", "count": 20}}),
    ],
)
def test_equivalent_arguments_are_right(gold: dict[str, Any], given: dict[str, Any]) -> None:
    assert judge(gold, made(MARKET, **given))


@pytest.mark.parametrize(
    ("gold", "given"),
    [
        ({"ids": [1, 1027]}, {"ids": [1]}),
        ({"ids": [1]}, {}),
        ({"metrics": ["price", "volume"]}, {"metrics": ["price"]}),
        ({"asset_type": "nft"}, {"ids": [1]}),
        ({"limit": 5}, {"limit": 6}),
        ({"limit": {"least": 3}}, {"limit": "many"}),
        ({"query": {"contains": ["solana", "eth"]}}, {"query": "solana"}),
        ({"list": {"any": ["trending"]}}, {"list": "top_gainers"}),
        ({"history": {"covers": ["2026-08-01", "2026-09-09"]}}, {"history": {"count": 30}}),
        ({"history": {"covers": ["2026-08-01", "2026-08-31"]}}, {"history": {"time_start": "2026-08-10"}}),
        (
            {"history": {"covers": ["2026-08-01", "2026-08-31"]}},
            {"history": {"time_start": "2026-07-01", "time_end": "2026-08-20"}},
        ),
        ({"history": {"covers": ["2026-08-01", "2026-08-31"]}}, {"history": {"time_start": "soon"}}),
        ({"history": {"covers": ["2026-08-01", "2026-08-31"]}}, {}),
    ],
)
def test_other_arguments_are_wrong(gold: dict[str, Any], given: dict[str, Any]) -> None:
    assert not judge(gold, made(MARKET, **given))


def test_ids_may_be_spread_over_calls_that_are_alike() -> None:
    gold = {"ids": [1, 1027], "convert": "USD"}
    assert judge(gold, made(MARKET, ids=[1]), made(MARKET, ids=[1027]))
    assert not judge(gold, made(MARKET, ids=[1]), made(MARKET, ids=[1027], convert="EUR"))


def test_a_bundle_that_holds_the_section_will_do() -> None:
    overview = "cmc_market_overview"
    assert judge({"sections": ["dominance"]}, made(overview), tool=overview)
    assert judge({"sections": ["leverage"]}, made(overview, bundle="leverage"), tool=overview)
    assert not judge({"sections": ["gas"]}, made(overview, bundle="leverage"), tool=overview)
    assert not judge({"sections": ["gas"]}, made(overview, sections=["defi"], bundle="snapshot"), tool=overview)


def test_another_tool_is_no_such_call_and_each_gold_call_counts() -> None:
    asked = question(calls=(GoldCall(MARKET, {"ids": [1]}), GoldCall("cmc_sentiment", {"id": 1})))
    check = grade_arguments(asked, [made(MARKET, ids=[1])], NOW)
    assert check is not None
    assert (check.right, check.of) == (1, 2)
    assert "no call" in check.notes[0]
    assert grade_arguments(question(), [made(MARKET)], NOW) is None
