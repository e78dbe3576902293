"""Tokens by their contract: coins on chains, and launches that nobody remembers."""

from __future__ import annotations

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of
from cryptodesk.market.simulation.launches import Launch
from tests.market.simulation.worlds import MINUTE, SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_is_what_its_id_finds_alone(seed: int) -> None:
    book = world(seed).tokens
    rows = book.rows(MINUTE)

    assert len({row.asset_id for row in rows}) == len(rows)
    for row in rows[::17]:
        alone = book.listing(row.asset_id, MINUTE)
        assert alone is not None
        assert (alone.price, alone.liquidity, alone.holders) == (row.price, row.liquidity, row.holders)
        assert alone.volume_24h == pytest.approx(row.volume_24h, abs=1e-9)


@pytest.mark.parametrize("moment", moments()[1:])
def test_the_numbers_of_a_token_fit_one_another(moment: object) -> None:
    rows = world().tokens.rows(minute_of(moment))  # type: ignore[arg-type]
    liquidity = [row.liquidity or 0 for row in rows]

    assert liquidity == sorted(liquidity, reverse=True)
    for row in rows:
        assert row.price is not None
        assert row.price > 0
        assert 0 < (row.liquidity or 0) < (row.market_cap or 0)
        assert (row.market_cap or 0) <= (row.fdv or 0) * (1 + 1e-9)
        assert (row.unique_buyers_24h or 0) <= (row.buys_24h or 0)
        assert (row.unique_sellers_24h or 0) <= (row.sells_24h or 0)
        assert row.first_priced_at is not None
        assert row.first_priced_at <= row.provenance.as_of
        assert (row.push_count is None) == (row.max_gain_multiple is None)


def test_a_coins_token_costs_what_the_coin_does() -> None:
    coins = {row.asset_id: row for row in world().listings.everyone(MINUTE)}
    tokens = [row for row in world().tokens.rows(MINUTE) if row.coin_asset_id is not None]

    assert len(tokens) > 100
    for token in tokens:
        coin = coins[token.coin_asset_id or 0]
        assert (token.price, token.market_cap, token.name) == (coin.price, coin.market_cap, coin.name)
        assert token.volume_24h == pytest.approx(coin.dex_volume_24h)


def test_new_tokens_appear_all_the_time_and_old_ones_go() -> None:
    book = world().tokens.launches
    now = {launch.key for launch in book.alive(MINUTE)}
    day_before = {launch.key for launch in book.alive(MINUTE - DAY_MINUTES)}
    year_before = {launch.key for launch in book.alive(MINUTE - 365 * DAY_MINUTES)}

    assert len(now) > 300
    assert 30 <= len(now - day_before) <= 40
    assert day_before - now
    assert not now & year_before
    assert min(MINUTE - launch.first_minute for launch in book.alive(MINUTE)) < 120


def test_any_launch_is_found_by_its_address_alone() -> None:
    book = world().tokens.launches
    for launch in book.alive(MINUTE)[::20] + book.alive(MINUTE - 2_000 * DAY_MINUTES)[:5]:
        found = book.find(str(launch.key))
        assert found is not None
        assert (found.slot, found.name, found.address) == (launch.slot, launch.name, launch.address)


@pytest.mark.parametrize(
    "asset_id",
    ["ethereum:0x" + "0" * 40, "solana:" + "1" * 43, "ethereum:", "", "nonsense", "solana:0OIl", "base:0xzz", "7:7:7"],
)
def test_addresses_that_nobody_has_find_nothing(asset_id: str) -> None:
    assert world().tokens.find(asset_id) is None
    assert world().tokens.listing(asset_id, MINUTE) is None
    assert world().tokens.track(asset_id) is None


def test_an_address_is_found_in_any_case() -> None:
    token = next(row for row in world().tokens.rows(MINUTE) if row.address.startswith("0x"))
    shouted = f"{token.platform}:0x{token.address[2:].upper()}"

    found = world().tokens.listing(shouted, MINUTE)

    assert found is not None
    assert found.asset_id == token.asset_id


def test_a_launch_is_there_from_its_minute_on_until_it_goes() -> None:
    launch = world().tokens.launches.alive(MINUTE)[200]
    key = str(launch.key)

    assert world().tokens.listing(key, launch.first_minute - 1) is None
    first = world().tokens.listing(key, launch.first_minute)
    assert first is not None
    assert first.volume_24h == 0
    assert first.percent_change_1h is None
    assert world().tokens.listing(key, launch.end_minute) is None


def test_bars_of_a_launch_begin_within_its_first_day_and_add_up() -> None:
    candles = world().market.candles
    for launch in world().tokens.launches.alive(MINUTE)[200:230]:
        days = candles.between(launch, "1d", 0, launch.end_minute)
        hours = candles.between(launch, "1h", 0, launch.end_minute)
        first = [bar for bar in hours if bar.opened_at.date() == days[0].opened_at.date()]
        assert minute_of(days[0].opened_at) == launch.first_day * DAY_MINUTES
        assert minute_of(hours[0].opened_at) == launch.first_minute // 60 * 60
        assert days[0].open == first[0].open
        assert days[0].high == pytest.approx(max(bar.high for bar in first))
        assert days[0].quote_volume == pytest.approx(sum(bar.quote_volume or 0 for bar in first))
        assert len(days) == launch.end_minute // DAY_MINUTES - launch.first_day


def test_a_rug_pull_takes_nearly_everything() -> None:
    launches = [launch for launch in world().tokens.launches.alive(MINUTE) if launch.is_rug]
    pulled = [launch for launch in launches if launch.rug_day * DAY_MINUTES < launch.end_minute]

    assert len(pulled) > 20
    for launch in pulled:
        assert launch.level(launch.rug_day + 1) < launch.level(launch.rug_day) - 5


def test_worlds_of_different_seeds_have_different_launches() -> None:
    first, second = (world(seed).tokens.launches.alive(MINUTE)[0] for seed in SEEDS)
    assert isinstance(first, Launch)
    assert first.address != second.address
    assert world(SEEDS[1]).tokens.find(str(first.key)) is None
