"""NFT collections."""

from __future__ import annotations

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, moment_of
from tests.market.simulation.worlds import MINUTE, moments, world


def test_a_collection_is_worth_its_floor_times_its_size() -> None:
    market = world().market
    for row in world().nfts.rows(MINUTE):
        collection = world().nfts.all[row.asset_id]
        native = market.price(market.place_of[collection.native_id], MINUTE)
        assert row.floor_price == pytest.approx((row.floor_price_native or 0) * native)
        assert row.market_cap == pytest.approx((row.floor_price or 0) * (row.total_supply or 0))
        assert 0 < (row.owners or 0) < (row.total_supply or 0)
        assert row.asset_id == f"simulated:{row.slug}"


def test_collections_are_born_over_time_and_listed_by_value() -> None:
    counts = [len(world().nfts.rows(minute_of(moment))) for moment in moments()]
    caps = [row.market_cap or 0 for row in world().nfts.rows(MINUTE)]

    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[3] > 50
    assert caps == sorted(caps, reverse=True)


def test_the_days_change_compares_two_floors() -> None:
    rows = world().nfts.rows(MINUTE)
    for row in rows[:20]:
        before = world().nfts.listing(row.asset_id, MINUTE - DAY_MINUTES)
        if before is None:
            assert row.percent_change_24h is None
        else:
            change = ((row.floor_price or 0) / (before.floor_price or 1) - 1) * 100
            assert row.percent_change_24h == pytest.approx(change)


def test_an_unknown_or_unborn_collection_is_not_there() -> None:
    collection = max(world().nfts.all.values(), key=lambda one: one.born)

    assert world().nfts.listing("simulated:none", MINUTE) is None
    assert world().nfts.listing(collection.asset_id, collection.born * DAY_MINUTES - 1) is None
    born = world().nfts.listing(collection.asset_id, collection.born * DAY_MINUTES)
    assert born is not None
    assert born.provenance.as_of == moment_of(collection.born * DAY_MINUTES)
