"""Pools, holders and checks of a token."""

from __future__ import annotations

import pytest

from cryptodesk.market.simulation.tokens import RISKY_ORIGINS
from tests.market.simulation.worlds import MINUTE, world


def test_pools_hold_together_what_the_token_has() -> None:
    for token in world().tokens.rows(MINUTE)[::19]:
        found = world().onchain.pools(token.asset_id, MINUTE)
        assert found is not None
        depths = [pool.liquidity_usd or 0 for pool in found.pools]
        assert depths == sorted(depths, reverse=True)
        assert sum(depths) == pytest.approx(token.liquidity)
        assert sum(pool.volume_24h_usd or 0 for pool in found.pools) == pytest.approx(token.volume_24h)
        assert all(pool.pair.startswith(f"{token.symbol}/") for pool in found.pools)


def test_impostors_are_found_out_nearly_always_and_honest_tokens_hardly_ever() -> None:
    market = world(size=2_000).market
    flagged = {True: [0, 0], False: [0, 0]}
    for token in world(size=2_000).tokens.rows(MINUTE):
        if token.coin_asset_id is None:
            continue
        is_risky = market.coins[market.place_of[token.coin_asset_id]].origin in RISKY_ORIGINS
        found = world(size=2_000).onchain.security(token.asset_id, MINUTE)
        assert found is not None
        flagged[is_risky][0] += found.level == "high"
        flagged[is_risky][1] += 1

    assert flagged[True][0] / flagged[True][1] > 0.75
    assert flagged[False][0] / flagged[False][1] < 0.02


def test_a_check_says_the_same_in_its_items_and_its_words() -> None:
    levels = set()
    for token in world().tokens.rows(MINUTE)[::5]:
        found = world().onchain.security(token.asset_id, MINUTE)
        assert found is not None
        levels.add(found.level)
        for item in found.items:
            assert found.statuses[item.code] == ("detected" if item.is_hit else "not detected")
        severe = [item.code for item in found.items if item.is_hit and item.risk_level == "high"]
        assert (found.level == "high") == bool(severe) == found.is_flagged_by_vendor
        assert 0 <= (found.sell_tax_pct or 0) < 100
        if found.statuses["honeypot"] == "detected":
            assert (found.sell_tax_pct or 0) >= 30
    assert levels == {"low", "medium", "high"}


def test_holders_add_up_by_value_and_by_time() -> None:
    ids = [1, 1027, *(row.asset_id for row in world().tokens.rows(MINUTE)[::60])]
    for asset_id in ids:
        found = world().onchain.holders(asset_id, MINUTE)
        assert found is not None
        assert sum(found.by_value.values()) == found.holders == sum(found.by_time.values())
        assert min(*found.by_value.values(), *found.by_time.values()) >= 0
        assert (found.whales_pct or 0) + (found.others_pct or 0) == pytest.approx(100)


def test_a_coin_and_its_token_have_the_same_holders() -> None:
    token = next(row for row in world().tokens.rows(MINUTE) if row.coin_asset_id == 1975)
    coin = world().onchain.holders(1975, MINUTE)

    assert coin is not None
    assert coin.holders == token.holders


def test_what_is_not_there_has_nothing() -> None:
    onchain = world().onchain
    assert onchain.pools("ethereum:0x" + "0" * 40, MINUTE) is None
    assert onchain.security("nonsense", MINUTE) is None
    assert onchain.holders(4_000_000_000, MINUTE) is None
