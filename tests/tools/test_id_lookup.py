"""`cmc_id_lookup` of coins: rows, ranks and sizes, and what is said of a doubtful name."""

from __future__ import annotations

import msgspec
import pytest

from cryptodesk.market.records import Asset
from tests.tools.fakes import BITCOIN, ETHEREUM, LAST_DAY, make_series, make_services, output_of, rising, run_tool

KEY = "coin_id_look_up_result"


async def test_a_row_has_the_fields_of_the_specification() -> None:
    output = await output_of("cmc_id_lookup", {"query": "bitcoin", "limit": 1})
    assert next(iter(output)) == KEY
    (row,) = output[KEY]
    assert list(row)[:11] == [
        *("asset_id", "name", "symbol", "slug", "rank", "market_cap", "asset_type", "is_active"),
        *("platform", "token_address", "match"),
    ]
    assert (row["asset_id"], row["name"], row["symbol"], row["slug"]) == (1, "Bitcoin", "BTC", "bitcoin")
    assert (row["rank"], row["asset_type"], row["is_active"], row["match"]) == (1, "coin", True, "exact_name")
    assert (row["platform"], row["token_address"], row["query"]) == (None, None, "bitcoin")


async def test_a_market_cap_is_price_times_known_supply_with_its_origin() -> None:
    output = await output_of("cmc_id_lookup", {"query": "bitcoin, ethereum", "limit": 1})
    bitcoin, ethereum = output[KEY]
    assert bitcoin["market_cap"] == pytest.approx(69_900 * 20.08e6, rel=0.001)
    (origin,) = output["provenance"]
    assert (origin["fields"], origin["mode"], origin["asset_ids"]) == (["market_cap"], "computed", [1])
    assert origin["as_of"] == "2026-09-10T00:00:00Z"
    assert output["source"] == ["a", "b", "c", "exchange_perpetuals", "bitcoin_block_schedule"]
    assert ethereum["market_cap"] is None
    assert {
        "field": "market_cap",
        "reason": "no price and supply of this asset are at hand",
        "asset_id": 1027,
    } in output["unavailable"]


async def test_sizes_that_many_rows_lack_are_named_once() -> None:
    crowd = tuple(Asset(n, f"Bitcoin {n}", f"C{n}", f"c-{n}") for n in range(20, 26))
    services = make_services(make_series(1, rising(1, 1)), assets=(BITCOIN, *crowd))
    output = await output_of("cmc_id_lookup", {"query": "bitcoin", "limit": 10}, services)
    told = [gap for gap in output["unavailable"] if gap["field"] == "market_cap"]
    reason = "no price and supply of this asset are at hand, where it is null"
    assert told == [{"field": "market_cap", "reason": reason}]


async def test_an_unknown_rank_is_null_and_named() -> None:
    output = await output_of("cmc_id_lookup", {"query": "twin-one", "limit": 1})
    assert output[KEY][0]["rank"] is None
    assert {"field": "rank", "reason": "no dated ranking holds this asset"} in output["unavailable"]


async def test_several_names_are_answered_in_their_order() -> None:
    output = await output_of("cmc_id_lookup", {"query": "ETH, bitcoin , ,ada", "limit": 1})
    assert [(row["query"], row["asset_id"]) for row in output[KEY]] == [("ETH", 1027), ("bitcoin", 1), ("ada", 2010)]


async def test_rivals_of_a_shared_symbol_are_named() -> None:
    output = await output_of("cmc_id_lookup", {"query": "BTC"})
    assert [(row["asset_id"], row["rivals"]) for row in output[KEY][:2]] == [(1, [9003]), (9003, [1])]


async def test_a_name_without_a_match_is_said_and_is_no_failure() -> None:
    output = await output_of("cmc_id_lookup", {"query": "zzqqxx"})
    assert output[KEY] == []
    assert output["unavailable"] == [{"field": "query", "reason": "no match for 'zzqqxx'"}]
    assert output["as_of"] == "2026-09-12T06:00:00Z"


@pytest.mark.parametrize("asset_type", ["onchain_token", "exchange", "category", "nft"])
async def test_an_asset_type_without_a_source_is_an_empty_list_of_its_own_key(asset_type: str) -> None:
    output = await output_of("cmc_id_lookup", {"query": "x", "asset_type": asset_type})
    key = f"{asset_type}_id_look_up_result"
    assert (output[key], KEY in output) == ([], False)
    assert [gap["field"] for gap in output["unavailable"]] == [key]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query": "a,b,c,d,e,f"}, "invalid arguments: query: at most 5 comma-separated names, got 6"),
        ({"query": " , "}, "invalid arguments: query: names nothing, got ' , '"),
        ({"query": "x", "limit": 11}, "invalid arguments: limit: Expected int <= 10"),
        ({"query": "x" * 201}, "invalid arguments: query: Expected str of length <= 200"),
    ],
)
async def test_a_query_that_cannot_be_answered_fails(arguments: dict[str, object], message: str) -> None:
    assert (await run_tool("cmc_id_lookup", arguments)).error_message == message


async def test_a_lowered_limit_and_an_ignored_chain_are_said() -> None:
    output = await output_of("cmc_id_lookup", {"query": "qq,ww,bitcoin", "limit": 10, "platform": "ethereum"})
    fields = [gap["field"] for gap in output["unavailable"]]
    assert fields.count("query") == 2
    assert {"platform", "limit"} <= set(fields)


async def test_an_address_finds_its_token() -> None:
    address = "0x" + "a1" * 20
    token = Asset(3717, "Wrapped", "WBTC", "wrapped", platform="ethereum", token_address=address)
    services = make_services(assets=(BITCOIN, ETHEREUM, token))
    output = await output_of("cmc_id_lookup", {"query": address.upper().replace("0X", "0x")}, services)
    assert [(row["asset_id"], row["match"]) for row in output[KEY]] == [(3717, "exact_address")]
    assert (output[KEY][0]["platform"], output[KEY][0]["token_address"]) == ("ethereum", address)


async def test_as_of_limits_the_market_cap() -> None:
    earlier = LAST_DAY.replace(month=1)
    output = await output_of("cmc_id_lookup", {"query": "1", "limit": 1}, as_of=earlier)
    assert output["provenance"][0]["as_of"] == "2026-01-09T00:00:00Z"


async def test_an_identity_carries_the_day_it_was_checked() -> None:
    checked = msgspec.structs.replace(BITCOIN, verified_at=LAST_DAY.date())
    services = make_services(make_series(1, rising(1, 1)), assets=(checked,))
    output = await output_of("cmc_id_lookup", {"query": "BTC"}, services)
    assert output["as_of"] == "2026-09-09T00:00:00Z"


async def test_fifty_rows_stay_within_the_size_budget() -> None:
    crowd = tuple(Asset(n, f"Common Name {n:03}", f"C{n}", f"common-name-{n}") for n in range(1, 61))
    trace = await run_tool(
        "cmc_id_lookup", {"query": "common,name,common name,c,common n", "limit": 10}, make_services(assets=crowd)
    )
    assert trace.output is not None
    assert len(trace.output) <= 6000
    rows = msgspec.json.decode(trace.output)[KEY]
    assert len({row["query"] for row in rows}) >= 4
