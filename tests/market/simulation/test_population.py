"""Who lives in the world: real assets as they are, invented ones of each kind."""

from __future__ import annotations

from collections import Counter

import pytest

from cryptodesk.market.records import Asset
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.coins import FIRST_INVENTED_ID, NEVER, Coin, cap_at
from cryptodesk.market.simulation.population import build_coins
from tests.market.simulation.worlds import world

REAL = (
    Asset(1, "Bitcoin", "BTC", "bitcoin", launched="2009-01-03", max_supply="21000000"),
    Asset(1027, "Ethereum", "ETH", "ethereum", launched="2015-07-30"),
    Asset(825, "Tether USDt", "USDT", "tether", platform="ethereum", token_address="0x" + "d" * 40),
    Asset(3717, "Wrapped Bitcoin", "WBTC", "wrapped-bitcoin", platform="ethereum", token_address="0x" + "b" * 40),
    Asset(3890, "Polygon", "MATIC", "polygon", is_active=False, launched="2019"),
)


def _by_origin(coins: tuple[Coin, ...]) -> Counter[str]:
    return Counter(coin.origin for coin in coins)


def test_real_assets_keep_their_identity_and_invented_ones_have_ids_of_their_own() -> None:
    coins = build_coins(3, REAL, 300)
    by_id = {coin.asset.asset_id: coin for coin in coins}

    for asset in REAL:
        kept = by_id[asset.asset_id].asset
        assert (kept.name, kept.symbol, kept.slug, kept.token_address) == (
            asset.name,
            asset.symbol,
            asset.slug,
            asset.token_address,
        )
    invented = [coin for coin in coins if coin.origin != "real"]
    assert [coin.asset.asset_id for coin in invented] == list(range(FIRST_INVENTED_ID, FIRST_INVENTED_ID + 295))
    assert len(by_id) == len(coins) == 300


def test_every_kind_lives_in_a_world_of_a_hundred() -> None:
    assert set(_by_origin(build_coins(3, (), 120))) == {
        "real",
        "invented",
        "collision",
        "impostor",
        "lookalike",
        "hostile",
        "stablecoin",
    }


def test_many_real_assets_still_leave_room_for_invented_ones() -> None:
    real = [Asset(10 + number, f"Real {number}", f"R{number}", f"real-{number}") for number in range(500)]

    assert _by_origin(build_coins(3, real, 500))["real"] == 500
    assert len(build_coins(3, real, 500)) == 600


def test_the_nth_invented_coin_does_not_depend_on_the_size_of_the_world() -> None:
    small, large = build_coins(3, REAL, 150), build_coins(3, REAL, 400)

    for one, other in zip(small, large, strict=False):
        assert (one.asset.name, one.asset.token_address, one.price, one.born, one.key) == (
            other.asset.name,
            other.asset.token_address,
            other.price,
            other.born,
            other.key,
        )


def test_impostors_bear_a_prominent_name_on_another_contract_and_lookalikes_one_that_only_looks_so() -> None:
    coins = world().market.coins
    by_id = {coin.asset.asset_id: coin for coin in coins}

    for coin in coins:
        model = by_id[coin.model_id].asset if coin.model_id is not None else None
        if coin.origin == "impostor":
            assert model is not None
            assert (coin.asset.name, coin.asset.symbol) == (model.name, model.symbol)
            assert coin.asset.token_address is not None
            assert coin.asset.token_address != model.token_address
        if coin.origin == "collision":
            assert model is not None
            assert coin.asset.symbol == model.symbol
            assert coin.asset.name != model.name
        if coin.origin == "lookalike":
            assert model is not None
            assert coin.asset.name != model.name


def test_slugs_are_unique_and_addresses_too() -> None:
    assets = world().assets
    addresses = [(asset.platform, asset.token_address) for asset in assets if asset.token_address]

    assert len({asset.slug for asset in assets}) == len(assets)
    assert len(set(addresses)) == len(addresses)


def test_lives_begin_and_end_within_the_world_and_some_begin_late() -> None:
    coins = world().market.coins
    born = [coin.born for coin in coins]

    assert min(born) >= 0
    assert all(coin.ends > coin.born for coin in coins)
    assert sum(coin.ends < NEVER for coin in coins) > 0.05 * len(coins)
    assert all(coin.asset.is_active == (coin.ends == NEVER) for coin in coins)
    assert sum(world().market.prices.factors.regimes[day] == "bull" for day in born) > 0


def test_an_inactive_real_asset_ends_and_a_wrapped_one_follows_its_target() -> None:
    coins = {coin.asset.symbol: coin for coin in build_coins(3, REAL, 150) if coin.origin == "real"}

    assert coins["MATIC"].ends < NEVER
    assert coins["WBTC"].target_id == 1
    assert (coins["WBTC"].offset, coins["WBTC"].key) == (coins["BTC"].offset, coins["BTC"].key)
    assert coins["USDT"].currency == "USD"


def test_renamed_and_redenominated_and_gappy_coins_exist() -> None:
    coins = world(size=2_000).market.coins

    assert sum(coin.rename is not None for coin in coins) >= 10
    assert sum(coin.redenomination is not None for coin in coins) >= 5
    assert sum(bool(coin.gap_threshold) for coin in coins) >= 20


def test_sizes_fall_with_the_place_in_line() -> None:
    assert cap_at(10, 0) > cap_at(100, 0) > cap_at(10_000, 0) > 100_000
    assert [asset.symbol for asset in world().assets if asset.rank in {1, 2, 3}] == ["BTC", "ETH", "USDT"]


def test_a_world_too_small_for_each_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 100 coins, got 99"):
        SimulatedWorld(1, size=99)
