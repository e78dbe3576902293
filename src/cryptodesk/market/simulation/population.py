"""Everybody who ever lives in the simulated world, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from cryptodesk.market.records import Asset
from cryptodesk.market.simulation.anchors import ANCHORS, DEFAULT_IDENTITIES
from cryptodesk.market.simulation.coins import Coin
from cryptodesk.market.simulation.invention import Invention
from cryptodesk.market.simulation.real import RealCoins

__all__ = ["build_coins"]


def build_coins(seed: int, assets: Sequence[Asset], size: int) -> tuple[Coin, ...]:
    """The real assets, the largest first, then invented ones up to `size` coins in all, a fifth of `size` at least."""
    real = _in_line(assets or _default_assets())
    coins = RealCoins(seed).build(real)
    invented = Invention(seed, real)
    count = max(size - len(real), size // 5)
    coins += [invented.build(number) for number in range(count)]
    return _ranked(coins)


def _default_assets() -> tuple[Asset, ...]:
    return tuple(
        Asset(asset_id, name, symbol, slug, platform=platform, token_address=address, launched=launched)
        for asset_id, name, symbol, slug, launched, platform, address in DEFAULT_IDENTITIES
    )


def _in_line(assets: Sequence[Asset]) -> list[Asset]:
    def place(asset: Asset) -> tuple[float, float, int]:
        anchor = ANCHORS.get(asset.asset_id)
        cap = anchor.price * anchor.supply if anchor else 0.0
        return (-cap, asset.rank or float("inf"), asset.asset_id)

    return sorted(assets, key=place)


def _ranked(coins: Sequence[Coin]) -> tuple[Coin, ...]:
    """The same coins, each asset with its place by size on the anchor day; none where nobody checked its supply."""
    order = sorted(range(len(coins)), key=lambda index: -coins[index].price * coins[index].supply)
    ranks: dict[int, int] = {}
    for index in order:
        if coins[index].is_ranked and coins[index].asset.is_active:
            ranks[index] = len(ranks) + 1
    for index, coin in enumerate(coins):
        if coin.origin != "real":
            # Made here a moment ago and not yet seen by anybody: copying them would double the time to build a world.
            structs.force_setattr(coin.asset, "rank", ranks.get(index))
    return tuple(
        structs.replace(coin, asset=structs.replace(coin.asset, rank=ranks.get(index)))
        if coin.origin == "real"
        else coin
        for index, coin in enumerate(coins)
    )
