"""Chains sum their protocols; stablecoins are where they say."""

from __future__ import annotations

import pytest

from cryptodesk.catalog.platforms import load_platforms
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of
from tests.market.simulation.worlds import MINUTE, SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("moment", moments())
def test_chains_hold_together_what_protocols_do(seed: int, moment: object) -> None:
    minute = minute_of(moment)  # type: ignore[arg-type]
    book = world(seed).defi
    protocols, chains = book.protocol_rows(minute), book.chain_rows(minute)
    names = {platform.name: platform.slug for platform in load_platforms()}

    for row in protocols:
        assert sum(row.by_chain.values()) == pytest.approx(row.tvl_usd)
    for chain in chains:
        parts = [part for row in protocols for name, part in row.by_chain.items() if names[name] == chain.slug]
        assert chain.tvl_usd == pytest.approx(sum(parts))
        assert book.tvl_on(chain.slug, minute) == pytest.approx(chain.tvl_usd)
    assert book.total_tvl(minute) == pytest.approx(sum(chain.tvl_usd or 0 for chain in chains))


def test_stablecoins_on_chains_are_what_circulates() -> None:
    book = world().defi
    for coin in book.stablecoin_rows(MINUTE):
        assert sum(coin.by_chain.values()) == pytest.approx(coin.circulating)
    chains = {chain.slug: chain.stablecoins_usd or 0 for chain in book.chain_rows(MINUTE)}
    whole = sum((coin.circulating or 0) * (coin.price or 0) for coin in book.stablecoin_rows(MINUTE))

    assert sum(chains.values()) <= whole * (1 + 1e-9)
    assert sum(chains.values()) > 0.5 * whole


def test_a_coins_row_has_its_protocols_tvl() -> None:
    listings = {row.asset_id: row for row in world().listings.everyone(MINUTE)}
    rows = world().defi.protocol_rows(MINUTE)

    assert len(rows) > 20
    assert all(listings[row.asset_id or 0].tvl == row.tvl_usd for row in rows)
    assert listings[1].tvl is None


def test_changes_compare_with_the_day_and_the_week_before() -> None:
    book = world().defi
    row = book.protocol_rows(MINUTE)[0]
    place = world().market.place_of[row.asset_id or 0]

    then = book.tvl_of(place, MINUTE - DAY_MINUTES)
    assert then is not None
    assert row.change_1d_pct == pytest.approx(((row.tvl_usd or 0) / then - 1) * 100)


def test_an_unknown_chain_or_coin_has_no_tvl() -> None:
    assert world().defi.tvl_on("no-such-chain", MINUTE) is None
    assert world().defi.tvl_of(0, MINUTE) is None
