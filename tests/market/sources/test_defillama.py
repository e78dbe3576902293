"""DefiLlama without a key: every route on good days and bad days, and what the vendor's quirks become."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import ChainTvl, MetricSeries, ProtocolTvl, Stablecoin, TokenListing, UnlockSchedule
from cryptodesk.market.sources.defillama import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay, suffer
from tests.market.sources.payloads.aggregators import (
    CONTEXT,
    LINK,
    NOW,
    PEPE,
    Case,
    ask,
    at,
    load,
    params_of,
    read,
    ways,
)

TOTALS = tuple(load(f"defillama/{name}") for name in ("protocols", "fees", "revenue", "dexs"))
CHAINS = tuple(load(f"defillama/{name}") for name in ("chains", "stablecoin_chains", "dexs"))
PROTOCOLS = Query(kind=ProtocolTvl)
TVL = Query(kind=MetricSeries, ids=("aave",), metric="tvl")
VOLUME = Query(kind=MetricSeries, ids=("uniswap-v3",), metric="dex_volume")
SUPPLY = Query(kind=MetricSeries, ids=("tether",), metric="stablecoin_supply")
PRICE = Query(kind=MetricSeries, ids=(1,), metric="price")
TOKENS = Query(kind=TokenListing, ids=(LINK, PEPE))
CURRENT = f"/prices/current/{LINK},{PEPE}"

CASES = (
    Case(PROTOCOLS, "/protocols", TOTALS),
    Case(Query(kind=ChainTvl), "/v2/chains", CHAINS),
    Case(TVL, "/protocol/aave", (load("defillama/protocol"),)),
    Case(VOLUME, "/summary/dexs/uniswap-v3", (load("defillama/volumes"),)),
    Case(SUPPLY, "/stablecoincharts/all", (load("defillama/supply"),)),
    Case(Query(kind=Stablecoin), "/stablecoins", (load("defillama/stablecoins"),)),
    Case(TOKENS, CURRENT, (load("defillama/prices"),)),
    Case(PRICE, "/chart/coingecko:bitcoin", (load("defillama/price_chart"),)),
)
all_cases = pytest.mark.parametrize("case", CASES, ids=str)


@all_cases
def test_every_route_reads_what_is_documented(case: Case) -> None:
    records = read(SOURCE, case.query, case.path, *case.bodies)
    assert records
    for record in records:
        assert isinstance(record, case.query.kind)
        assert record.provenance.source == "defillama"
        assert record.provenance.mode == "live"
        assert record.provenance.as_of <= NOW


def test_no_route_is_without_a_case() -> None:
    assert {id(ask(SOURCE, case.query, case.path)[0]) for case in CASES} == {id(route) for route in SOURCE.routes}


@all_cases
@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(case: Case, day: BadDay) -> None:
    await suffer(day, SOURCE, ask(SOURCE, case.query, case.path)[0], case.query, CONTEXT)


@all_cases
@pytest.mark.parametrize(
    "body", [b"{}", b'"text"', b"[[]]", b"[{}]", b'{"coins": 5}', b'{"tvl": [1]}', b'{"coins": {"a": 1}}']
)
def test_an_answer_of_another_form_is_a_bad_answer(case: Case, body: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer) as caught:
        read(SOURCE, case.query, case.path, *([body] * len(case.bodies)))
    assert caught.value.upstream == "defillama"


@pytest.mark.parametrize("kind", [ProtocolTvl, ChainTvl, Stablecoin])
def test_a_list_of_now_does_not_answer_for_the_past(kind: type[Any]) -> None:
    assert not ways(SOURCE, Query(kind=kind, as_of=NOW - timedelta(seconds=601)))
    assert ways(SOURCE, Query(kind=kind, as_of=NOW - timedelta(seconds=599)))


def test_hosts_are_the_documented_ones() -> None:
    hosts = {
        request.path.partition("://")[2].partition("/")[0] or "api.llama.fi"
        for case in CASES
        for request in ask(SOURCE, case.query, case.path)[1]
    }
    assert hosts == {"api.llama.fi", "coins.llama.fi", "stablecoins.llama.fi"}


def test_a_protocol_has_its_value_its_fees_and_its_chains_without_what_is_borrowed() -> None:
    aave, uniswap, older, mixed = read(SOURCE, PROTOCOLS, "/protocols", *TOTALS)
    assert (aave.slug, aave.asset_id, aave.category) == ("aave-v3", 7278, "Lending")
    assert (aave.tvl_usd, aave.change_1d_pct, aave.change_7d_pct) == (33000000000.5, -1.25, 3.5)
    assert (aave.fees_24h_usd, aave.revenue_24h_usd, aave.dex_volume_24h_usd) == (2300000.5, 310000.0, None)
    assert aave.by_chain == {"Ethereum": 28000000000.5, "Arbitrum": 5e9}
    assert (uniswap.name, uniswap.dex_volume_24h_usd) == ("Uniswap V3", 1.5e9)
    assert (older.slug, older.revenue_24h_usd) == ("aave-v2", None)
    assert (mixed.tvl_usd, mixed.revenue_24h_usd) == (None, -25.0)


def test_references_to_two_different_assets_name_none_and_one_known_one_suffices() -> None:
    by_slug = {record.slug: record for record in read(SOURCE, PROTOCOLS, "/protocols", *TOTALS)}
    assert by_slug["mixed-up"].asset_id is None  # Bitcoin by one, Ethereum by the other
    assert by_slug["aave-v2"].asset_id is None
    assert by_slug["uniswap-v3"].asset_id == 1975


def test_protocols_are_found_by_slug_by_asset_and_by_their_parent() -> None:
    def found(*ids: int | str) -> list[str]:
        query = structs.replace(PROTOCOLS, ids=ids)
        return [record.slug for record in read(SOURCE, query, "/protocols", *TOTALS)]

    assert found("uniswap-v3", "nobody") == ["uniswap-v3"]
    assert found(7278) == ["aave-v3"]
    assert found("aave") == ["aave"]
    assert not ways(SOURCE, structs.replace(PROTOCOLS, ids=("../x",)))


def test_a_parent_is_the_sum_of_its_parts_and_says_so() -> None:
    (aave,) = read(SOURCE, structs.replace(PROTOCOLS, ids=("aave",)), "/protocols", *TOTALS)
    assert aave.tvl_usd == 33000000000.5 + 200000000
    assert aave.fees_24h_usd == 2300000.5 + 10000
    assert (aave.revenue_24h_usd, aave.dex_volume_24h_usd, aave.change_1d_pct) == (310000.0, None, None)
    assert aave.by_chain == {"Ethereum": 28200000000.5, "Arbitrum": 5e9}
    assert (aave.asset_id, aave.provenance.note) == (7278, "the sum of Aave V2, Aave V3")


def test_a_limit_keeps_the_largest() -> None:
    listed = read(SOURCE, structs.replace(PROTOCOLS, limit=2), "/protocols", *TOTALS)
    assert [record.slug for record in listed] == ["aave-v3", "uniswap-v3"]


def test_chains_go_by_our_slugs_with_stablecoins_and_volumes_of_their_own() -> None:
    ethereum, optimism, tiny = read(SOURCE, Query(kind=ChainTvl), "/v2/chains", *CHAINS)
    assert (ethereum.slug, ethereum.name, ethereum.asset_id) == ("ethereum", "Ethereum", 1027)
    assert (ethereum.tvl_usd, ethereum.stablecoins_usd) == (90000000000.25, 160400000000.0)
    # What an aggregator routed is counted at the exchange already.
    assert ethereum.dex_volume_24h_usd == 1.2e9
    assert (optimism.slug, optimism.dex_volume_24h_usd, optimism.stablecoins_usd) == ("optimism", 1e8, None)
    assert (tiny.slug, tiny.asset_id, tiny.stablecoins_usd) == ("tiny-chain-l1", None, None)
    (one,) = read(SOURCE, Query(kind=ChainTvl, ids=("optimism",)), "/v2/chains", *CHAINS)
    assert one.tvl_usd == 4e9


def test_value_locked_is_of_midnights_whatever_the_moving_last_point_says() -> None:
    (series,) = read(SOURCE, TVL, "/protocol/aave", load("defillama/protocol"))
    assert [(point.at, point.value) for point in series.points] == [
        (at(2026, 9, 7), 32900000000.0),
        (at(2026, 9, 9), 33100000000.5),
    ]
    assert (series.entity, series.unit, series.provenance.as_of) == ("aave", "USD", at(2026, 9, 9))


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        ("ethereum", "/v2/historicalChainTvl/Ethereum"),
        ("optimism", "/v2/historicalChainTvl/OP%20Mainnet"),
        ("all", "/v2/historicalChainTvl"),
        ("lido", "/protocol/lido"),
    ],
)
def test_value_locked_of_chains_and_of_everything_has_routes_of_its_own(entity: str, path: str) -> None:
    ((_, requests),) = ways(SOURCE, structs.replace(TVL, ids=(entity,)))
    assert [request.path for request in requests] == [path]
    if entity != "lido":
        (series,) = read(SOURCE, structs.replace(TVL, ids=(entity,)), path, load("defillama/chain_tvl"))
        assert [point.value for point in series.points] == [8.9e10, 9e10]


def test_sums_leave_out_the_day_that_is_not_over() -> None:
    (series,) = read(SOURCE, VOLUME, "/summary/dexs/uniswap-v3", load("defillama/volumes"))
    assert [(point.at, point.value) for point in series.points] == [(at(2026, 9, 7), 1.4e9), (at(2026, 9, 8), 1.45e9)]
    assert series.provenance.as_of == at(2026, 9, 9)


@pytest.mark.parametrize(
    ("metric", "entity", "path", "data_type"),
    [
        ("dex_volume", "base", "/overview/dexs/Base", None),
        ("dex_volume", "all", "/overview/dexs", None),
        ("fees", "aave", "/summary/fees/aave", "dailyFees"),
        ("revenue", "market", "/overview/fees", "dailyRevenue"),
    ],
)
def test_volumes_fees_and_revenue_are_asked_for_with_their_charts(
    metric: str, entity: str, path: str, data_type: str | None
) -> None:
    ((_, (request,)),) = ways(SOURCE, structs.replace(VOLUME, metric=metric, ids=(entity,)))
    assert request.path == path
    assert params_of(request).get("dataType") == data_type
    assert params_of(request)["excludeTotalDataChart"] == "false"


def test_one_stablecoin_counts_at_its_peg_and_many_in_dollars() -> None:
    (one,) = read(SOURCE, SUPPLY, "/stablecoincharts/all", load("defillama/supply"))
    assert [point.value for point in one.points] == [1.69e11, 1.7e11]
    (request,) = ask(SOURCE, SUPPLY, "/stablecoincharts/all")[1]
    assert params_of(request) == {"stablecoin": "1"}
    every = structs.replace(SUPPLY, ids=None)
    (total,) = read(SOURCE, every, "/stablecoincharts/all", load("defillama/supply"))
    assert (total.entity, [point.value for point in total.points]) == ("all", [1.6999e11, 1.7108e11])
    chain = structs.replace(SUPPLY, ids=("ethereum", 825))
    _, second = ask(SOURCE, chain, "/stablecoincharts/Ethereum")[1]
    assert params_of(second) == {"stablecoin": "1"}
    _, by_asset = read(SOURCE, chain, "/stablecoincharts/Ethereum", *[load("defillama/supply")] * 2)
    assert by_asset.entity == "825"
    assert not ways(SOURCE, structs.replace(SUPPLY, ids=("some-dollar", 1)))


def test_a_stablecoin_is_counted_in_its_own_peg() -> None:
    tether, euro, odd = read(SOURCE, Query(kind=Stablecoin), "/stablecoins", load("defillama/stablecoins"))
    assert (tether.slug, tether.asset_id, tether.peg_currency, tether.mechanism) == (
        "tether",
        825,
        "USD",
        "fiat-backed",
    )
    assert (tether.circulating, tether.circulating_7d_ago, tether.price) == (170000000000.5, 1.68e11, 0.99998)
    assert (tether.circulating_24h_ago, tether.circulating_30d_ago) == (1.699e11, None)
    assert tether.by_chain == {"Tron": 8.1e10, "Ethereum": 7.9e10}
    assert (euro.peg_currency, euro.circulating, euro.circulating_7d_ago, euro.price) == ("EUR", 2.1e8, 0.0, None)
    assert (odd.slug, odd.peg_currency, odd.circulating, odd.price) == ("unlisted-dollar", "VAR", None, 1.01)
    (one,) = read(SOURCE, Query(kind=Stablecoin, ids=(825,)), "/stablecoins", load("defillama/stablecoins"))
    assert one.slug == "tether"


def test_tokens_are_priced_by_contract_with_the_doubts_of_the_source() -> None:
    link, pepe = read(SOURCE, TOKENS, CURRENT, load("defillama/prices"))
    assert (link.asset_id, link.name, link.price, link.coin_asset_id) == (LINK, "Chainlink", 22.41, 1975)
    assert (link.provenance.as_of, link.provenance.note) == (at(2026, 9, 9, 11, 56, 20), None)
    assert (pepe.name, pepe.symbol, pepe.price) == ("PEPE", "PEPE", 1.04e-05)
    assert pepe.provenance.note == "the source's confidence in this price is 0.5 of 1"
    assert read(SOURCE, TOKENS, CURRENT, b'{"coins": {}}') == ()


def test_a_past_moment_asks_for_the_price_of_that_moment() -> None:
    moment = at(2026, 3, 1, 10, 30, 15)
    ((_, (request,)),) = ways(SOURCE, structs.replace(TOKENS, as_of=moment))
    assert (
        request.path
        == f"https://coins.llama.fi/prices/historical/{int(at(2026, 3, 1, 10, 30).timestamp())}/{LINK},{PEPE}"
    )


@pytest.mark.parametrize(
    "token", ["nochain:0x1", "bitcoin:abc", "ethereum:", "ethereum:0x1,0x2", "ethereum:a/../b", "ethereum:a?b", "PEPE"]
)
def test_what_is_no_token_is_not_asked_for(token: str) -> None:
    assert not ways(SOURCE, Query(kind=TokenListing, ids=(token,)))


def test_chains_are_spelled_as_the_price_service_spells_them() -> None:
    query = Query(kind=TokenListing, ids=("avalanche:0xab", "solana:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"))
    ((_, (request,)),) = ways(SOURCE, query)
    assert request.path.endswith("/avax:0xab,solana:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")


def test_prices_over_time_are_set_to_the_moments_that_were_asked_for_and_never_earlier() -> None:
    query = structs.replace(PRICE, start=at(2026, 9, 6), end=NOW)
    (series,) = read(SOURCE, query, "/chart/coingecko:bitcoin", load("defillama/price_chart"))
    assert [(point.at, point.value) for point in series.points] == [
        (at(2026, 9, 6), 110000.0),  # taken at 23:58
        (at(2026, 9, 7, 0, 0, 15), 110500.0),
        (at(2026, 9, 9), 111000.0),
    ]
    assert (series.entity, series.unit, series.granularity) == ("1", "USD", "1d")


def test_a_long_chart_is_asked_for_in_pages_of_500_points() -> None:
    start = NOW.replace(hour=0) - timedelta(days=1200)
    _, requests = ask(SOURCE, structs.replace(PRICE, start=start), "/chart/coingecko:bitcoin")
    spans = [params_of(request)["span"] for request in requests]
    assert spans == ["500", "500", "201"]
    begins = [int(params_of(request)["start"]) for request in requests]
    assert begins == [int((start + timedelta(days=days)).timestamp()) for days in (0, 500, 1000)]
    assert all("end" not in params_of(request) for request in requests)
    two = structs.replace(PRICE, ids=(1, 1027), start=start)
    assert [params_of(request)["span"] for request in ask(SOURCE, two, "bitcoin,coingecko:ethereum")[1]] == [
        "250"
    ] * 4 + ["201"]


@pytest.mark.parametrize(
    "query",
    [
        structs.replace(PRICE, start=NOW - timedelta(days=3001)),
        structs.replace(PRICE, interval="1w"),
        structs.replace(PRICE, quote_currency="EUR"),
        structs.replace(PRICE, ids=None),
        structs.replace(PRICE, ids=(1_000_000_007,)),
        structs.replace(PRICE, start=NOW + timedelta(days=1)),
        structs.replace(TVL, interval="1h"),
        structs.replace(TVL, ids=(7278,)),
        structs.replace(TVL, ids=("a/b", "..")),
        structs.replace(TVL, metric="market_cap"),
        Query(kind=UnlockSchedule),
    ],
    ids=lambda query: f"{query.kind.__name__}:{query.metric}:{query.ids}:{query.start}",
)
def test_what_cannot_be_answered_is_not_asked_for(query: Query[Any]) -> None:
    assert not ways(SOURCE, query)


@pytest.mark.parametrize("value", ["NaN", "1e999", True, [], {}, None, "x" * 50_000])
def test_figures_that_are_none_are_not_told(value: Any) -> None:
    row = {"name": "N" * 50_000, "slug": "n"} | dict.fromkeys(
        ("tvl", "change_1d", "category", "chainTvls", "cmcId"), value
    )
    bodies = (msgspec.json.encode([row]), *TOTALS[1:])
    (protocol,) = read(SOURCE, PROTOCOLS, "/protocols", *bodies)
    assert (protocol.tvl_usd, protocol.change_1d_pct, protocol.by_chain, protocol.asset_id) == (None, None, {}, None)
    assert len(protocol.name) <= 120
