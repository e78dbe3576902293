"""Exchanges share out what is traded."""

from __future__ import annotations

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of
from cryptodesk.market.simulation.exchanges import VENUES
from tests.market.simulation.worlds import MINUTE, SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("moment", moments()[1:])
def test_exchanges_of_a_kind_trade_together_what_the_coins_do(seed: int, moment: object) -> None:
    minute = minute_of(moment)  # type: ignore[arg-type]
    book, totals = world(seed).exchanges, world(seed).totals.at(minute)
    sums = {"central": 0.0, "decentral": 0.0}
    for place, exchange in enumerate(book.all):
        sums[exchange.kind] += book.spot_volume(place, minute) or 0.0

    assert sums["central"] == pytest.approx(totals.cex_volume)
    assert sums["decentral"] == pytest.approx(totals.dex_volume)


def test_the_venues_are_open_for_ever_and_others_open_and_close() -> None:
    book = world().exchanges
    opened = [
        {place for place in range(len(book.all)) if book.is_open(place, minute_of(moment))} for moment in moments()
    ]

    assert all(set(range(VENUES)) <= places for places in opened)
    assert len(opened[0]) < len(opened[3])
    assert any(exchange.ends < 12_000 for exchange in book.all)
    assert (
        book.spot_volume(next(place for place in range(VENUES, 50) if place not in opened[0]), minute_of(moments()[0]))
        is None
    )


def test_reserves_are_the_sum_of_their_wallets_the_most_valuable_first() -> None:
    book = world().exchanges
    shown = [reserves for place in range(len(book.all)) if (reserves := book.reserves(place, MINUTE)) is not None]

    assert len(shown) > 10
    for reserves in shown:
        values = [wallet.balance * (wallet.price_usd or 0) for wallet in reserves.reserves]
        assert values == sorted(values, reverse=True)
        assert reserves.total_usd == pytest.approx(sum(values))
    assert len({exchange.slug for exchange in book.all}) == len(book.all)


def test_together_they_hold_less_of_a_coin_than_there_is() -> None:
    market, book = world().market, world().exchanges
    held = sum(
        wallet.balance
        for place in range(len(book.all))
        if (reserves := book.reserves(place, MINUTE)) is not None
        for wallet in reserves.reserves
        if wallet.asset_id == 1
    )

    assert held < 0.4 * market.supply(0, MINUTE)


def test_a_listing_says_how_its_volume_changed() -> None:
    book = world().exchanges
    row = book.listing(0, MINUTE, (5.0, 7.0))
    before = book.spot_volume(0, MINUTE - 7 * DAY_MINUTES)

    assert before is not None
    assert row.percent_change_volume_7d == pytest.approx(((row.spot_volume_24h or 0) / before - 1) * 100)
    assert (row.derivative_volume_24h, row.open_interest) == (5.0, 7.0)
    assert book.listing(0, MINUTE, None).open_interest is None
    ranks = sorted(
        book.listing(p, MINUTE, None).rank or 0
        for p in range(50)
        if book.all[p].kind == "central" and book.is_open(p, MINUTE)
    )
    assert ranks == list(range(1, len(ranks) + 1))
