"""`cmc_market_overview`: sections with period and unit, past values only from the record, nothing that cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.simulated import SimulatedFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import (
    AltcoinSeason,
    ChainTvl,
    CoinListing,
    DerivativesMarket,
    EtfAssets,
    FearGreed,
    GasPrice,
    GlobalMetrics,
    IndexValue,
    Liquidations,
    MetricPoint,
    MetricSeries,
    ProtocolTvl,
    Provenance,
    Stablecoin,
)
from cryptodesk.tools import ToolServices
from cryptodesk.tools._output import encoded_size
from cryptodesk.tools.market_overview import BUNDLES, SECTIONS
from tests.market.simulation.worlds import MOMENT, world
from tests.tools.fakes import ASSETS, DAY, NOW, FakeFeed, make_services, output_of, run_tool

HERE = Provenance("coinmarketcap", "live", NOW - timedelta(minutes=2))


def metrics(**changes: Any) -> GlobalMetrics:
    figures: dict[str, Any] = {
        "total_market_cap": 2_000.0,
        "total_market_cap_yesterday": 1_600.0,
        "total_volume_24h": 100.0,
        "total_volume_24h_yesterday": 80.0,
        "btc_dominance": 55.0,
        "eth_dominance": 15.0,
        "derivatives_volume_24h": 900.0,
        "defi_market_cap": 70.0,
        "defi_volume_24h": 7.0,
        "stablecoin_market_cap": 160.0,
        "stablecoin_volume_24h": 60.0,
    }
    return GlobalMetrics(provenance=changes.pop("provenance", HERE), **{**figures, **changes})


def series(
    metric: str, values: list[float], *, entity: str = "market", unit: str = "USD", **changes: Any
) -> MetricSeries:
    """Daily values, the last one of this midnight."""
    last = NOW.replace(hour=0)
    points = tuple(MetricPoint(last - (len(values) - 1 - place) * DAY, value) for place, value in enumerate(values))
    origin = changes.pop("provenance", Provenance("record", "snapshot", last))
    return MetricSeries(metric=metric, entity=entity, unit=unit, granularity="1d", provenance=origin, points=points)


def market(
    asset_id: int, rate: float | None, interest: float | None, exchange: str = "Alpha", **changes: Any
) -> DerivativesMarket:
    fields: dict[str, Any] = {
        "instrument": f"{asset_id}-{exchange}-{changes.get('kind', 'perpetual')}",
        "kind": "perpetual",
        "provenance": Provenance(exchange.lower(), "live", NOW),
        "open_interest_usd": interest,
        "volume_24h_usd": 10.0,
        "funding_rate_pct": rate,
        "funding_period_hours": 8.0,
    }
    return DerivativesMarket(asset_id=asset_id, exchange=exchange, **{**fields, **changes})


def desk(*records: Any, failing: Any = None, now: datetime = NOW) -> ToolServices:
    return ToolServices(FixedClock(now), AssetDirectory(ASSETS), FakeFeed(*records, failing=failing))


async def ask(services: ToolServices, *sections: str, as_of: Any = None, **arguments: Any) -> Any:
    chosen = {"sections": list(sections)} if sections else {}
    return await output_of("cmc_market_overview", {**chosen, **arguments}, services, as_of=as_of)


async def section(name: str, *records: Any, **arguments: Any) -> Any:
    output = await ask(desk(*records), name, **arguments)
    return output["market_overview_result"].get(name)


def reasons(output: Any) -> dict[str, str]:
    return {gap["field"]: gap["reason"] for gap in output["unavailable"]}


class TestBundles:
    @pytest.mark.parametrize("bundle", list(BUNDLES))
    async def test_a_bundle_has_its_sections_or_says_why_not(self, bundle: str) -> None:
        output = await ask(desk(), bundle=bundle)
        assert output["market_overview_result"] == {}
        assert {gap["field"] for gap in output["unavailable"]} == set(BUNDLES[bundle])  # type: ignore[index]

    async def test_the_snapshot_is_the_default(self) -> None:
        output = await ask(desk())
        assert {gap["field"] for gap in output["unavailable"]} == set(BUNDLES["snapshot"])

    async def test_sections_replace_the_bundle(self) -> None:
        output = await ask(desk(metrics()), "dominance", bundle="daily_brief")
        assert list(output["market_overview_result"]) == ["dominance"]
        assert all(gap["field"].startswith("dominance") for gap in output["unavailable"])

    async def test_every_section_is_in_some_bundle_or_can_be_asked_for(self) -> None:
        assert set(SECTIONS) >= {name for names in BUNDLES.values() for name in names}
        assert len(SECTIONS) == 11

    @pytest.mark.parametrize("name", list(SECTIONS))
    async def test_the_daily_candles_alone_say_nothing_of_the_market(self, name: str) -> None:
        output = await ask(make_services(), name)
        assert name not in output["market_overview_result"]
        assert name in reasons(output)

    @pytest.mark.parametrize("arguments", [{"bundle": "all"}, {"sections": ["mood"]}, {"convert": "€"}])
    async def test_unknown_choices_are_named(self, arguments: dict[str, Any]) -> None:
        trace = await run_tool("cmc_market_overview", arguments, desk())
        assert trace.status == "failed"
        assert (trace.error_message or "").startswith("invalid arguments: ")


class TestMarketSize:
    async def test_size_and_changes_come_from_the_source_and_the_record(self) -> None:
        past = series("total_market_cap", [1_000.0] * 23 + [1_250.0] * 8)
        found = (await section("market_size", metrics(), past))["total_crypto_market_cap_usd"]
        assert found["current"] == 2_000
        # Against yesterday's 1,600, the 1,250 of a week ago and the 1,000 of a month ago.
        assert found["percent_change"] == {"24h": 25.0, "7d": pytest.approx(60.0), "30d": pytest.approx(100.0)}
        assert found["history"] == {"yesterday": 1_250, "last_week": 1_250, "last_month": 1_000}

    async def test_a_week_ago_is_the_point_of_that_day(self) -> None:
        values = [float(1_000 + place) for place in range(40)]
        found = await section("market_size", metrics(), series("total_market_cap", values))
        history = found["total_crypto_market_cap_usd"]["history"]
        # It is 06:00: the midnight nearest to a week ago is seven before the last one.
        assert history == {"yesterday": 1_038, "last_week": 1_032, "last_month": 1_009}

    async def test_changes_the_record_does_not_reach_are_unavailable(self) -> None:
        output = await ask(desk(metrics(), series("total_market_cap", [1.0] * 9)), "market_size")
        found = output["market_overview_result"]["market_size"]["total_crypto_market_cap_usd"]
        assert set(found["percent_change"]) == {"24h", "7d"}
        gaps = reasons(output)
        assert "market_size.total_crypto_market_cap_usd.percent_change.30d" in gaps
        assert "holds 8 days" in gaps["market_size.total_crypto_market_cap_usd.yearly"]
        assert "yearly" not in found

    async def test_a_year_has_its_ends_with_the_present_among_them(self) -> None:
        values = [100.0 + place for place in range(366)]
        found = await section("market_size", metrics(total_market_cap=50.0), series("total_market_cap", values))
        yearly = found["total_crypto_market_cap_usd"]["yearly"]
        assert yearly["max"] == {"value": 465, "timestamp": "2026-09-12T00:00:00Z"}
        assert yearly["min"] == {"value": 50, "timestamp": "2026-09-12T06:00:00Z"}

    async def test_a_year_with_holes_is_no_year(self) -> None:
        past = series("total_market_cap", [1.0] * 366)
        thin = MetricSeries(
            metric="total_market_cap",
            entity="market",
            unit="USD",
            granularity="1d",
            provenance=past.provenance,
            points=past.points[::4],
        )
        found = await section("market_size", metrics(), thin)
        assert "yearly" not in found["total_crypto_market_cap_usd"]

    async def test_without_a_source_the_record_s_last_value_stands_with_its_date(self) -> None:
        output = await ask(desk(series("total_market_cap", [1_000.0] * 40)), "market_size")
        found = output["market_overview_result"]["market_size"]["total_crypto_market_cap_usd"]
        assert found["current"] == 1_000
        assert output["provenance"][0]["as_of"] == "2026-09-12T00:00:00Z"

    async def test_another_currency_names_its_field_and_dollars_stand_in(self) -> None:
        euro = metrics(quote_currency="EUR", total_market_cap=1_800.0)
        found = await section("market_size", metrics(), euro, convert="EUR")
        assert found["total_crypto_market_cap_eur"]["current"] == 1_800
        output = await ask(desk(metrics()), "market_size", convert="EUR")
        assert output["market_overview_result"]["market_size"]["total_crypto_market_cap_usd"]["current"] == 2_000
        assert "else in USD" in output["notes"][0]

    async def test_a_record_in_another_currency_is_not_compared(self) -> None:
        past = series("total_market_cap", [1.0] * 40, unit="EUR")
        found = await section("market_size", metrics(), past)
        assert "history" not in found["total_crypto_market_cap_usd"]


class TestLiquidity:
    async def test_spot_derivatives_and_their_ratio(self) -> None:
        rows = [
            market(1, 0.01, 5.0, volume_24h_usd=150.0),
            market(1, None, 5.0, "Beta", volume_24h_usd=50.0),
            market(1, None, 5.0, "Beta", kind="future", volume_24h_usd=30.0),
            market(1, None, 5.0, "Fake", volume_24h_usd=1e9, is_outlier=True),
        ]
        output = await ask(desk(metrics(), *rows), "liquidity")
        volume = output["market_overview_result"]["liquidity"]["volume24h"]
        assert volume["spot"] == 100
        assert volume["spot_change_pct_24h"] == pytest.approx(25)
        assert volume["total"] == 1_000  # 100 spot and 900 derivatives, both by the source
        assert volume["derivatives"] == {
            "total": 900,
            "perpetuals": 200,
            "futures": 30,
            "exchanges": ["Alpha", "Beta"],
        }
        assert volume["spot_vs_perp_ratio"] == 0.5
        notes = " ".join(origin.get("note", "") for origin in output["provenance"])
        assert "without 1 that their source excludes" in notes

    async def test_volumes_of_different_days_make_no_ratio(self) -> None:
        old = market(1, 0.01, 5.0, provenance=Provenance("alpha", "snapshot", NOW - 3 * DAY))
        output = await ask(desk(metrics(), old), "liquidity")
        assert "different days" in reasons(output)["liquidity.volume24h.spot_vs_perp_ratio"]

    async def test_what_is_not_known_is_not_zero(self) -> None:
        output = await ask(desk(metrics(derivatives_volume_24h=None)), "liquidity")
        volume = output["market_overview_result"]["liquidity"]["volume24h"]
        assert set(volume) == {"spot", "spot_change_pct_24h"}
        assert {"liquidity.volume24h.derivatives", "liquidity.volume24h.spot_vs_perp_ratio"} <= set(reasons(output))


class TestDominance:
    async def test_shares_add_up(self) -> None:
        found = await section("dominance", metrics())
        assert [found[name]["current"] for name in ("btc", "eth", "others")] == [55, 15, 30]

    async def test_others_are_known_on_days_of_which_both_shares_are(self) -> None:
        records = (
            series("btc_dominance", [50.0] * 366, unit="percent"),
            series("eth_dominance", [10.0] * 200 + [20.0] * 166, unit="percent"),
        )
        found = await section("dominance", metrics(), *records)
        assert found["others"]["history"] == {"yesterday": 30, "last_week": 30, "last_month": 30}
        assert found["others"]["yearly"]["max"]["value"] == 40
        assert found["others"]["yearly"]["min"]["value"] == 30

    @pytest.mark.parametrize(("btc", "eth"), [(80.0, 30.0), (-1.0, 10.0)])
    async def test_shares_that_cannot_be_are_refused(self, btc: float, eth: float) -> None:
        output = await ask(desk(metrics(btc_dominance=btc, eth_dominance=eth)), "dominance")
        assert "dominance" not in output["market_overview_result"]
        assert "do not add up" in reasons(output)["dominance"]

    async def test_one_share_alone_leaves_no_others(self) -> None:
        found = await section("dominance", metrics(eth_dominance=None))
        assert set(found) == {"btc"}


class TestMood:
    async def test_fear_and_greed_with_labels_history_and_ends(self) -> None:
        index = FearGreed(index=44, label="Fear", provenance=HERE)
        past = series("fear_greed", [10.0] + [50.0] * 355 + [90.0] * 9 + [30.0], unit="index")
        found = (await section("sentiment", index, past))["fear_greed"]
        assert found["current"] == {"value": "Fear", "index": 44}
        assert found["history"]["yesterday"] == {"value": "Extreme greed", "index": 90}
        assert found["yearly"]["max"]["index"] == 90
        assert found["yearly"]["min"] == {"value": "Fear", "index": 30, "timestamp": "2026-09-12T00:00:00Z"}

    async def test_bitcoin_s_past_does_not_explain_the_market_s_index(self) -> None:
        index = FearGreed(index=44, label="Fear", provenance=HERE)
        past = series("fear_greed", [50.0] * 366, entity="bitcoin", unit="index")
        assert "history" not in (await section("sentiment", index, past))["fear_greed"]
        bitcoin = FearGreed(index=20, label="Extreme fear", scope="bitcoin", provenance=HERE)
        found = (await section("sentiment", bitcoin, past))["fear_greed"]
        assert (found["scope"], found["history"]["yesterday"]["index"]) == ("bitcoin", 50)

    @pytest.mark.parametrize(
        ("index", "label"),
        [(76, "Altcoin season"), (75, "Neither season"), (25, "Neither season"), (24, "Bitcoin season")],
    )
    async def test_the_season_by_its_limits(self, index: int, label: str) -> None:
        found = await section("rotation", AltcoinSeason(index=index, provenance=HERE))
        assert found["altcoin_season"]["current"] == {"value": label, "index": index}

    @pytest.mark.parametrize("index", [-1, 101])
    async def test_an_index_off_its_scale_is_refused(self, index: int) -> None:
        assert await section("sentiment", FearGreed(index=index, label="x", provenance=HERE)) is None
        assert await section("rotation", AltcoinSeason(index=index, provenance=HERE)) is None


class TestLeverage:
    async def test_open_interest_by_kind_without_what_is_excluded(self) -> None:
        rows = [
            market(1, 0.01, 300.0),
            market(1, 0.01, 50.0, "Beta", kind="future"),
            market(2, 0.01, 1e12, "Fake", exclusions=("unbelievable",)),
        ]
        found = await section("leverage", *rows)
        interest = found["open_interest"]
        assert (interest["total"], interest["perpetuals"], interest["futures"]) == (350, 300, 50)
        assert interest["exchanges"] == ["Alpha", "Beta"]

    async def test_funding_is_per_eight_hours_and_weighted_by_open_interest(self) -> None:
        rows = [
            market(1, 0.01, 300.0),
            market(1027, 0.01, 100.0, "Beta", funding_period_hours=1.0),  # 0.08 over eight hours
            market(5426, 9.0, 100.0, "Gamma"),  # nobody pays that
            market(2010, None, 100.0, "Delta"),
        ]
        found = (await section("leverage", *rows))["funding_rate"]
        assert found["average"] == pytest.approx((0.01 * 300 + 0.08 * 100) / 400)
        assert (found["unit"], found["markets"], found["exchanges"]) == ("pct_per_8h", 2, ["Alpha", "Beta"])
        assert found["btc"] == pytest.approx(0.01)
        assert found["top_alts_minus_btc_spread_current"] == pytest.approx(0.07)

    async def test_funding_falls_back_to_volume_then_to_the_plain_mean(self) -> None:
        by_volume = [market(1, 0.01, None, volume_24h_usd=30.0), market(1, 0.05, None, "Beta", volume_24h_usd=10.0)]
        assert (await section("leverage", *by_volume))["funding_rate"]["average"] == pytest.approx(0.02)
        plain = [market(1, 0.01, None, volume_24h_usd=None), market(1, 0.05, None, "Beta", volume_24h_usd=None)]
        assert (await section("leverage", *plain))["funding_rate"]["average"] == pytest.approx(0.03)

    async def test_only_ten_altcoins_make_the_spread(self) -> None:
        rows = [market(1, 0.0, 500.0), *(market(100 + place, 0.02, 50.0) for place in range(10)), market(999, 3.0, 1.0)]
        found = (await section("leverage", *rows))["funding_rate"]
        assert found["top_alts_minus_btc_spread_current"] == pytest.approx(0.02)

    async def test_liquidations_by_window_or_from_whole_days(self) -> None:
        rows = [Liquidations(asset_id=1, window_hours=24, total_usd=11.0, provenance=HERE)]
        days = series("liquidations", [100.0] * 20 + [2.0] * 10 + [7.0], entity="1")
        found = (await section("leverage", *rows, days))["liquidations"]["btc"]
        # Today is not over: its 7 do not count yet.
        assert found == {"total_usd24h": 11, "total_usd7d": 14, "total_usd30d": 2_020}

    async def test_too_few_days_are_not_summed(self) -> None:
        rows = [Liquidations(asset_id=1, window_hours=24, total_usd=11.0, provenance=HERE)]
        output = await ask(desk(*rows, series("liquidations", [2.0] * 11, entity="1")), "leverage")
        found = output["market_overview_result"]["leverage"]["liquidations"]["btc"]
        assert found == {"total_usd24h": 11, "total_usd7d": 14}
        assert "leverage.liquidations.btc.total_usd30d" in reasons(output)


class TestFunds:
    async def test_assets_flows_and_their_past(self) -> None:
        rows = [EtfAssets(asset_id=1, assets_usd=120.0, net_flow_usd=-3.0, provenance=HERE)]
        output = await ask(desk(*rows, series("etf_assets", [100.0] * 40, entity="1")), "trad_fi_flows")
        found = output["market_overview_result"]["trad_fi_flows"]
        assert found["etf_aum"]["btc"]["current"] == 120
        assert found["etf_aum"]["btc"]["history"]["last_month"] == 100
        assert found["etf_net_flow"] == {"btc": -3}
        assert "trad_fi_flows.etf_aum.eth" in reasons(output)

    async def test_indices(self) -> None:
        output = await ask(desk(IndexValue(name="cmc20", value=210.5, provenance=HERE)), "indices")
        assert output["market_overview_result"]["indices"] == {"cmc20": {"value": 210.5}}
        assert {"indices.cmc20.percent_change_24h", "indices.cmc100"} <= set(reasons(output))


class TestNetworks:
    GAS = GasPrice(
        network="ethereum", provenance=HERE, base_fee_gwei=9.0, slow_gwei=10.0, standard_gwei=20.0, fast_gwei=40.0
    )

    async def test_gas_with_one_priced_transfer(self) -> None:
        ether = CoinListing(asset_id=1027, name="Ether", symbol="ETH", slug="e", price=2_500.0, provenance=HERE)
        found = (await section("gas", self.GAS, ether))["eth"]
        assert {name: found[name] for name in ("slow", "standard", "fast", "base_fee", "unit")} == {
            "slow": 10,
            "standard": 20,
            "fast": 40,
            "base_fee": 9,
            "unit": "gwei",
        }
        example = found["example_transfer"]
        assert (example["gas_units"], example["speed"]) == (21_000, "standard")
        assert example["cost_eth"] == pytest.approx(0.00042)  # 21,000 × 20 gwei
        assert example["cost_usd"] == pytest.approx(1.05)  # 0.00042 × 2,500

    @pytest.mark.parametrize("age_days", [None, 3])
    async def test_without_a_fresh_price_the_cost_is_in_ether_alone(self, age_days: int | None) -> None:
        old = Provenance("x", "snapshot", NOW - (age_days or 0) * DAY)
        ether = CoinListing(asset_id=1027, name="Ether", symbol="ETH", slug="e", price=2_500.0, provenance=old)
        output = await ask(desk(self.GAS, *([ether] if age_days else [])), "gas")
        example = output["market_overview_result"]["gas"]["eth"]["example_transfer"]
        assert set(example) == {"what", "gas_units", "speed", "cost_eth"}
        assert "gas.eth.example_transfer.cost" in reasons(output)

    async def test_prices_out_of_order_are_refused(self) -> None:
        wrong = GasPrice(network="ethereum", provenance=HERE, slow_gwei=30.0, standard_gwei=20.0)
        output = await ask(desk(wrong), "gas")
        assert reasons(output)["gas"] == "the source's slow price is above its fast one"

    async def test_value_locked_by_chain_and_protocol(self) -> None:
        chains = [
            ChainTvl(slug=name, name=name.title(), tvl_usd=value, dex_volume_24h_usd=2.0, provenance=HERE)
            for name, value in (("a", 60.0), ("b", 30.0), ("c", 10.0), ("d", None))
        ]
        protocols = [
            ProtocolTvl(slug="p", name="P <b>\u202e", tvl_usd=5.0, provenance=HERE),
            ProtocolTvl(slug="q", name="Q", tvl_usd=9.0, change_7d_pct=-1.5, category="Lending", provenance=HERE),
        ]
        found = await section("defi", *chains, *protocols, metrics())
        assert found["total_tvl_usd"] == 100
        assert found["top_chains"][0] == {"name": "A", "tvl_usd": 60, "share_pct": 60}
        assert found["dex_volume_24h_usd"] == 8
        assert found["top_protocols"][0] == {"name": "Q", "category": "Lending", "tvl_usd": 9, "change_7d_pct": -1.5}
        assert "\u202e" not in found["top_protocols"][1]["name"]
        assert (found["market_cap"], found["volume_24h"]) == (70, 7)

    async def test_stablecoins_and_who_is_off_the_peg(self) -> None:
        def coin(symbol: str, circulating: float, price: float | None, peg: str = "USD", **more: Any) -> Stablecoin:
            return Stablecoin(
                slug=symbol.lower(),
                name=symbol,
                symbol=symbol,
                peg_currency=peg,
                circulating=circulating,
                price=price,
                provenance=HERE,
                **more,
            )

        rows = [
            coin("USDA", 60e6, 1.0005, circulating_24h_ago=48e6, circulating_7d_ago=50e6),
            coin("USDB", 40e6, 0.95, circulating_7d_ago=50e6),
            coin("TINY", 1e6, 0.5, circulating_7d_ago=1e6),
            coin("EURX", 90e6, 1.1, "EUR"),
        ]
        found = await section("stablecoins", *rows, metrics())
        assert found["market_cap"] == 160
        assert found["circulating_usd"] == 101e6
        assert found["circulating_change_7d_pct"] == pytest.approx(0.0)
        assert found["circulating_change_24h_pct"] == pytest.approx(25.0)  # of the one whose supply then is known
        assert "circulating_change_30d_pct" not in found
        assert [row["symbol"] for row in found["top"]] == ["USDA", "USDB", "TINY"]
        assert [row["symbol"] for row in found["off_peg"]] == ["USDB"]
        assert found["off_peg"][0]["from_peg_pct"] == pytest.approx(-5)
        assert found["off_peg_count"] == 1


class TestAllSections:
    async def test_nothing_from_later_is_used(self) -> None:
        as_of = NOW - 30 * DAY
        early = Provenance("coinmarketcap", "snapshot", as_of - DAY)
        late = metrics(total_market_cap=9e9)
        past = series("total_market_cap", [1_000.0 + place for place in range(400)])
        services = desk(metrics(provenance=early, total_market_cap=1_500.0), late, past)
        output = await ask(services, "market_size", as_of=as_of)
        found = output["market_overview_result"]["market_size"]["total_crypto_market_cap_usd"]
        assert found["current"] == 1_500
        # 399 days after the first point it is now; a month before, 369.
        assert found["history"]["yesterday"] == 1_368
        assert output["as_of"] == "2026-08-13T06:00:00Z"

    async def test_a_source_that_fails_is_named_once(self) -> None:
        output = await ask(desk(failing={GlobalMetrics: "coinmarketcap"}), "market_size", "liquidity", "dominance")
        assert [gap["reason"] for gap in output["unavailable"]].count("coinmarketcap: no answer") == 1

    @pytest.mark.parametrize("bundle", [*BUNDLES, None])
    async def test_the_simulated_world_fills_every_section_and_the_size_holds(self, bundle: str | None) -> None:
        services = ToolServices(
            FixedClock(MOMENT), AssetDirectory(world().assets), SimulatedFeed(world(), FixedClock(MOMENT))
        )
        wanted = list(SECTIONS) if bundle is None else list(BUNDLES[bundle])  # type: ignore[index]
        output = await (ask(services, *wanted) if bundle is None else ask(services, bundle=bundle))
        assert list(output["market_overview_result"]) == wanted
        assert encoded_size(output) <= (12_000 if bundle is None else 6_100)
        assert "truncated" not in output
        assert {origin["mode"] for origin in output["provenance"]} == {"simulated"}
        assert sum(note.startswith("simulated data") for note in output["notes"]) == 1

    async def test_every_year_s_greatest_is_above_its_least(self) -> None:
        services = ToolServices(
            FixedClock(MOMENT), AssetDirectory(world().assets), SimulatedFeed(world(), FixedClock(MOMENT))
        )
        output = await ask(services, "market_size", "dominance", "sentiment", "rotation")

        def years(node: Any) -> list[Any]:
            if not isinstance(node, dict):
                return []
            own = [node["yearly"]] if "yearly" in node else []
            return own + [one for child in node.values() for one in years(child)]

        found = years(output["market_overview_result"])
        assert len(found) >= 4
        for year in found:
            name = "index" if "index" in year["max"] else "value"
            assert year["max"][name] >= year["min"][name]
