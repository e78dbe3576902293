"""The onchain lists of `cmc_signal_list`: what trends, moves, is new or is bought, and what a check rules out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cryptodesk.market.records import SecurityItem, TokenListing, TokenSecurity
from cryptodesk.tools import ToolServices
from cryptodesk.tools._signal_tokens import is_risky
from tests.tools.fakes import DAY, NOW, FakeFeed, make_services
from tests.tools.test_signal_list import ORIGIN, gaps, ids, items_of, listed


def token(name: str, **figures: Any) -> TokenListing:
    plain = {"platform": "base", "liquidity": 1e5, "volume_24h": 1e5, "price": 1.0, "provenance": ORIGIN}
    figures = {**plain, **figures}
    return TokenListing(
        asset_id=f"{figures['platform']}:0x{name}", name=name, symbol=name.upper(), address=f"0x{name}", **figures
    )


# Lists


async def test_trending_tokens_count_volume_and_buyers_alike() -> None:
    tokens = (
        token("a", volume_24h=9e6, unique_buyers_24h=10),
        token("b", volume_24h=8e6, unique_buyers_24h=900),
        token("c", volume_24h=1e6, unique_buyers_24h=500),
        token("d", volume_24h=9e7, unique_buyers_24h=999, liquidity=9_999.0),
    )
    assert ids(await listed("onchain_trending", *tokens)) == ["base:0xb", "base:0xa", "base:0xc"]


async def test_without_buyers_the_volume_alone_counts_and_that_is_said() -> None:
    output = await listed("onchain_trending", token("a", volume_24h=1.0), token("b", volume_24h=2.0))
    assert ids(output) == ["base:0xb", "base:0xa"]
    assert gaps(output)["unique_buyers"] == "not known: the order is by volume alone"


@pytest.mark.parametrize("period", ["1h", "24h", "7d"])
async def test_tokens_that_moved_most(period: str) -> None:
    field = f"percent_change_{period}"
    tokens = [token("up", **{field: 50.0}), token("down", **{field: -50.0}), token("flat", **{field: 0.0})]
    assert ids(await listed("onchain_gainers", *tokens, time_period=period)) == ["base:0xup"]
    assert ids(await listed("onchain_losers", *tokens, time_period=period)) == ["base:0xdown"]


async def test_a_month_of_tokens_is_not_known_and_a_day_is_taken() -> None:
    output = await listed("onchain_gainers", token("up", percent_change_24h=5.0), time_period="30d")
    assert (ids(output), output["signal_list_result"]["time_period"]) == (["base:0xup"], "24h")
    assert "24h was used" in gaps(output)["time_period"]


async def test_new_tokens_come_with_their_age() -> None:
    tokens = (
        token("old", first_priced_at=NOW - 3 * DAY),
        token("new", first_priced_at=NOW - timedelta(minutes=90, seconds=30)),
        token("later", first_priced_at=NOW + DAY),
        token("undated"),
    )
    output = await listed("onchain_new", *tokens)
    assert [(item["asset_id"], item["age_minutes"]) for item in items_of(output)] == [
        ("base:0xnew", 90),
        ("base:0xold", 4_320),
    ]


async def test_a_chain_and_a_depth_narrow_lists_of_tokens() -> None:
    tokens = [token(name, platform=chain, first_priced_at=NOW) for name, chain in (("a", "bsc"), ("b", "base"))]
    deep = token("deep", platform="bsc", liquidity=1e7, first_priced_at=NOW)
    assert ids(await listed("onchain_new", *tokens, deep, platform="BNB Chain", min_liquidity=1e6)) == ["bsc:0xdeep"]
    nowhere = await listed("onchain_new", *tokens, platform="solana")
    assert gaps(nowhere)["items"] == "no list of onchain tokens on solana is at hand"
    assert "category_id" in gaps(await listed("onchain_new", *tokens, category_id="defi"))


def bought(name: str, **figures: Any) -> TokenListing:
    plain = {"buys_24h": 300, "sells_24h": 100, "unique_buyers_24h": 90, "unique_sellers_24h": 50}
    return token(name, **{**plain, **figures})


def check(name: str, **findings: Any) -> TokenSecurity:
    return TokenSecurity(asset_id=f"base:0x{name}", provenance=ORIGIN, **findings)


async def test_a_buy_signal_needs_depth_buyers_and_a_clean_check() -> None:
    tokens = (
        bought("good", push_count=2, max_gain_multiple=1.5),
        bought("shallow", liquidity=49_999.0),
        bought("balanced", sells_24h=200),
        bought("unsold", sells_24h=0),
        bought("leaving", unique_sellers_24h=90),
        bought("trap"),
        bought("unchecked"),
    )
    names = ("good", "shallow", "balanced", "unsold", "leaving")
    checks = (*(check(name) for name in names), check("trap", statuses={"honeypot": "yes"}))
    output = await listed("onchain_buy_signals", *tokens, *checks)
    assert ids(output) == ["base:0xgood"]
    assert items_of(output)[0]["signal"] == {"push_count": 2, "max_gain_multiple": 1.5}
    assert gaps(output)["security"] == "no security check of 1 of 3 candidates is at hand: they were left out"
    assert "Of 3 candidates the first 3 were checked" in output["signal_list_result"]["rule"]


async def test_signals_of_the_source_come_first_then_the_most_bought() -> None:
    tokens = [bought("a"), bought("b", buys_24h=900), bought("c", push_count=1)]
    output = await listed("onchain_buy_signals", *tokens, *(check(name) for name in "abc"))
    assert ids(output) == ["base:0xc", "base:0xb", "base:0xa"]


async def test_security_is_asked_for_in_small_lots_and_not_without_end() -> None:
    tokens = [bought(f"t{number}") for number in range(40)]
    feed = FakeFeed(*tokens)
    bare = make_services()
    await listed("onchain_buy_signals", services=ToolServices(bare.clock, bare.assets, feed))
    lots = [query.ids for query in feed.queries if query.kind is TokenSecurity]
    assert [len(lot or ()) for lot in lots] == [5, 5, 5, 5]


@pytest.mark.parametrize(
    "findings",
    [
        {"level": "High"},
        {"is_flagged_by_vendor": True},
        {"is_reported": True},
        {"sell_tax_pct": 10.5},
        {"buy_tax_pct": 99.0},
        {"statuses": {"fake_token": "detected"}},
        {"items": (SecurityItem("cannot_sell_all", True),)},
        {"items": (SecurityItem("anything", True, "high"),)},
    ],
)
def test_a_severe_finding_rules_a_token_out(findings: dict[str, Any]) -> None:
    assert is_risky(token("a"), check("a", **findings))


def test_what_is_common_or_not_found_rules_nothing_out() -> None:
    mild = check(
        "a",
        level="medium",
        sell_tax_pct=3.0,
        statuses={"honeypot": "no", "mintable": "yes"},
        items=(SecurityItem("is_mintable", True, "medium"), SecurityItem("honeypot", False, "high")),
    )
    assert not is_risky(token("a"), mild)
    assert is_risky(token("a", security_level="honeypot"), mild)
