from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.tools import ToolTrace
from cryptodesk.research.planning import Missing
from cryptodesk.research.related import Findings, Peer, findings_of, reach_of


def trace(name: str = "cmc_market_data", status: Any = "completed", **result: Any) -> ToolTrace:
    return ToolTrace("c1", name, "{}", status, json.dumps(result), json.dumps(result))


ROW = {"asset_id": 1027, "name": "Ethereum", "symbol": "ETH"}


def test_assets_of_results_and_lists_come_in_their_order_once() -> None:
    found = findings_of(
        [
            trace(market_data_result={"results": [ROW, {"asset_id": 5426, "name": "Solana", "symbol": "SOL"}]}),
            trace(
                "cmc_signal_list", signal_list_result={"items": [ROW, {"id": 74, "name": "Dogecoin", "symbol": "DOGE"}]}
            ),
        ]
    )
    assert found.assets == (Peer(1027, "Ethereum", "ETH"), Peer(5426, "Solana", "SOL"), Peer(74, "Dogecoin", "DOGE"))
    assert found.tools == ("cmc_market_data", "cmc_signal_list")


def test_what_a_lookup_lists_is_nothing_that_was_found() -> None:
    assert (
        findings_of([trace("cmc_id_lookup", coin_id_look_up_result=[ROW], unavailable=[{"field": "rank"}])]).assets
        == ()
    )


def test_gaps_are_read_with_their_asset_and_by_each_name() -> None:
    gaps = [{"field": "funding_rate", "asset_id": 74}, {"field": "supply_schedule.next_unlocks, links"}]
    missing = findings_of([trace(unavailable=gaps)]).missing
    assert missing == (
        Missing("funding_rate", 74),
        Missing("supply_schedule.next_unlocks"),
        Missing("next_unlocks"),
        Missing("links"),
    )


def test_a_failed_tool_is_missing_as_a_whole() -> None:
    found = findings_of([ToolTrace("c1", "cmc_sentiment", "{}", "failed", "no source")])
    assert found.missing == (Missing("cmc_sentiment"),)
    assert found.tools == ()


def test_modes_and_titles_are_read() -> None:
    found = findings_of(
        [
            trace(provenance=[{"mode": "snapshot"}, {"mode": "computed"}]),
            trace("cmc_content_search", content_search_result={"passages": [{"title": "Restaking"}]}),
        ]
    )
    assert found.modes == {"snapshot", "computed"}
    assert found.titles == ("Restaking",)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "[1]",
        "null",
        '{"unavailable": "all", "provenance": 3}',
        '{"unavailable": [1, {"field": 2}], "provenance": [null]}',
        '{"x_result": {"results": [1, {"asset_id": "a"}], "items": {}}}',
    ],
)
def test_what_is_not_of_the_expected_form_is_passed_over(content: str) -> None:
    found = findings_of([ToolTrace("c1", "cmc_market_data", "{}", "completed", content)])
    assert found == Findings(tools=("cmc_market_data",))


def test_names_of_results_are_bounded() -> None:
    row = {"asset_id": 1, "name": "x" * 5000, "symbol": "y" * 5000}
    (asset,) = findings_of([trace(market_data_result={"results": [row]})]).assets
    assert len(asset.name) <= 60
    assert len(asset.symbol) <= 60


def test_the_mode_of_the_figures_tells_the_reach_where_the_desk_falls_back() -> None:
    assert reach_of("auto", Findings()).priced is None
    assert (
        reach_of("auto", Findings(modes=frozenset({"snapshot", "computed"}))).priced
        == reach_of("snapshot", Findings()).priced
    )
    assert reach_of("auto", Findings(modes=frozenset({"snapshot", "live"}))).priced is None
    assert Missing("concept") in reach_of("auto", Findings(modes=frozenset({"simulated"}))).missing


def test_the_snapshot_has_prices_of_the_shipped_futures_alone() -> None:
    priced = reach_of("snapshot", Findings()).priced
    assert priced is not None
    assert len(priced) == 10
    assert {1, 1027, 5426, 52, 1839, 74} <= priced


def test_what_the_run_lacked_is_beyond_reach_in_every_mode() -> None:
    findings = Findings(missing=(Missing("gas"),))
    assert all(Missing("gas") in reach_of(mode, findings).missing for mode in ("auto", "live", "snapshot", "simulated"))
