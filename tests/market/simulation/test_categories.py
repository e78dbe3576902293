"""Categories and what they sum."""

from __future__ import annotations

import pytest

from cryptodesk.market.simulation.categories import title_of
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of
from tests.market.simulation.worlds import MINUTE, SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
def test_a_category_sums_its_ranked_members_and_counts_all(seed: int) -> None:
    for moment in moments():
        minute = minute_of(moment)
        rows = world(seed).listings.everyone(minute)
        for category in world(seed).categories.rows(minute):
            members = [row for row in rows if category.asset_id in row.tags]
            ranked = [row for row in members if row.rank is not None]
            assert category.num_tokens == len(members)
            assert category.market_cap == pytest.approx(sum(row.market_cap or 0 for row in ranked))
            assert category.volume == pytest.approx(sum(row.volume_24h or 0 for row in ranked))
            assert category.top_coin_ids == tuple(row.asset_id for row in ranked[:10])
            assert set(world(seed).categories.member_ids(category.asset_id, minute)) == {
                row.asset_id for row in members
            }


def test_changes_compare_with_the_category_as_it_was() -> None:
    book = world().categories
    before = {row.asset_id: row for row in book.rows(MINUTE - 7 * DAY_MINUTES)}
    for row in book.rows(MINUTE):
        then = before[row.asset_id].market_cap or 0
        assert row.market_cap_change_7d == pytest.approx(((row.market_cap or 0) / then - 1) * 100)


def test_every_coin_has_a_category_and_real_coins_get_none_by_lot() -> None:
    tags = world().categories.tags
    assert all(tags)
    for coin, own in zip(world().market.coins, tags, strict=True):
        if coin.origin == "real":
            assert len(own) == 1 + (coin.asset.platform is not None)


def test_titles_read_as_names() -> None:
    assert title_of("layer-1") == "Layer 1"
    assert title_of("bsc-ecosystem") == "BNB Smart Chain Ecosystem"
    assert world().categories.member_ids("no-such-thing", MINUTE) == ()
