"""Where results of one run disagree, and what of them is old or missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cryptodesk.research.reconciling import Conflict, evidence_notes, find_conflicts, find_stale
from tests.research.desks import trace

AS_OF = "2026-11-22T00:00:00Z"
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


def _market(call_id: str, price: float, as_of: str = AS_OF, **more: Any) -> Any:
    row = {"asset_id": 5426, "name": "Solana", "symbol": "SOL", "slug": "solana", "price": price}
    result = {"quote_currency": "USD", "results": [row]}
    return trace(call_id, "cmc_market_data", {"market_data_result": result, "as_of": as_of} | more)


def _technicals(call_id: str, close: float) -> Any:
    row = {"asset_id": 5426, "name": "Solana", "symbol": "SOL", "slug": "solana", "price": close}
    result = {"quote_currency": "USD", "results": [row]}
    return trace(call_id, "cmc_technical_analysis", {"technical_analysis_result": result, "as_of": AS_OF})


def test_two_tools_that_give_one_figure_differently_are_a_conflict() -> None:
    (found,) = find_conflicts([_market("a", 100.0), _technicals("b", 110.0)])
    assert (found.entity, found.first, found.second) == ("Solana", 100.0, 110.0)
    assert found.text == "On the price of Solana, market data and technical analysis disagree: $100.00 and $110.00."


def test_what_differs_by_less_than_sources_do_is_none() -> None:
    assert find_conflicts([_market("a", 100.0), _technicals("b", 101.0)]) == []


def test_two_calls_of_one_tool_are_no_conflict() -> None:
    assert find_conflicts([_market("a", 100.0), _market("b", 200.0)]) == []


def test_figures_of_different_days_are_no_conflict() -> None:
    assert find_conflicts([_market("a", 100.0, "2026-11-20T00:00:00Z"), _technicals("b", 110.0)]) == []


def test_failed_calls_and_text_that_is_no_result_are_passed_over() -> None:
    broken = trace("b", "cmc_technical_analysis", "no json", failed=True)
    assert find_conflicts([_market("a", 100.0), broken]) == []
    assert find_conflicts([_market("a", 100.0), trace("c", "cmc_signal_list", "[1, 2")]) == []


def test_a_conflict_is_said_in_its_own_unit() -> None:
    def said(unit: str, first: float, second: float) -> str:
        return Conflict("", "market_cap", unit, first, second, "cmc_market_data", "cmc_signal_list").text

    assert said("money", 0.000123, 2.0).endswith("disagree: $0.000123 and $2.00.")
    assert said("percent", 1.0, 4.5).endswith("1.00% and 4.50%.")
    assert said("count", 12.0, 15.0) == "On the market cap, market data and signal list disagree: 12 and 15."


def test_old_results_are_told_by_their_oldest_day() -> None:
    fresh, old = _market("a", 1.0), _market("b", 1.0, "2026-09-10T00:00:00Z")
    assert find_stale([fresh], NOW) is None
    assert find_stale([fresh, old], NOW) == datetime(2026, 9, 10, tzinfo=UTC)


def test_whoever_writes_is_told_what_is_old_and_what_is_missing() -> None:
    gap = {"unavailable": [{"field": "funding_rate", "asset_id": 5426, "reason": "no source"}]}
    assert evidence_notes([_market("a", 1.0)], NOW) == []
    assert evidence_notes([_market("a", 1.0, "2026-09-10T00:00:00Z", **gap)], NOW) == [
        "Some of the facts are as of 2026-09-10 and not current.",
        "Not available: funding rate.",
    ]
