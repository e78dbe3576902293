"""Sizes and lives for the real assets that live in the simulated world; their identities stay what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import structs

from cryptodesk.market.records import Asset
from cryptodesk.market.simulation.anchors import ANCHORS, PEGS, SECTOR_BY_SYMBOL, STABLE_SYMBOLS, Anchor
from cryptodesk.market.simulation.coins import (
    ALL_REAL_PLACES,
    FIRST_INVENTED_ID,
    FIRST_PLACE,
    MOST_RANKED,
    NEVER,
    OFFSETS,
    Coin,
    cap_at,
)
from cryptodesk.market.simulation.days import midnight, to_day
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["RealCoins"]

_TAIL_PLACES = 1.6


class RealCoins:
    def __init__(self, seed: int) -> None:
        self._seed = seed

    def build(self, assets: Sequence[Asset]) -> list[Coin]:
        listed = {asset.asset_id for asset in assets}
        coins = [self._coin(asset, index) for index, asset in enumerate(assets)]
        by_id = {coin.asset.asset_id: coin for coin in coins}
        return [self._pegged(coin, by_id) if _target(coin.asset) in listed else coin for coin in coins]

    def _coin(self, asset: Asset, index: int) -> Coin:
        draws = Draws(self._seed, "real", asset.asset_id)
        place = FIRST_PLACE + min(index, ALL_REAL_PLACES) + max(index - ALL_REAL_PLACES, 0) * _TAIL_PLACES
        stable = STABLE_SYMBOLS.get(asset.symbol)
        most = float(asset.max_supply) if asset.max_supply else None
        anchor = ANCHORS.get(asset.asset_id) or self._anchor(asset, place, draws, most)
        born = max(_born(asset, draws), 0)
        return Coin(
            asset=asset,
            origin="real",
            born=born,
            ends=NEVER if asset.is_active else max(to_day(2023) + draws.index(1000), born + 30),
            sector=SECTORS.index(anchor.sector),
            price=stable[0] if stable else anchor.price,
            supply=anchor.supply,
            beta=anchor.beta,
            load=0.004 if asset.asset_id in ANCHORS else 0.011,
            wobble=anchor.wobble,
            offset=draws.index(OFFSETS),
            swing=0.0004 if stable else 0.55 * anchor.beta * 0.024 + 0.8 * anchor.wobble,
            key=draws.word() >> 2 | 1,
            turnover=(0.35 if stable else 0.045) * draws.between(0.6, 1.5),
            dex_share=draws.between(0.05, 0.35) if asset.platform else 0.02,
            growth=draws.between(0.0, 0.05),
            max_supply=most if most and most >= anchor.supply else None,
            is_ranked=index < MOST_RANKED,
            currency=stable[1] if stable else None,
        )

    @staticmethod
    def _anchor(asset: Asset, place: float, draws: Draws, most: float | None) -> Anchor:
        cap = cap_at(place, draws.between(-0.35, 0.35))
        fallback = SECTORS[3 + draws.index(len(SECTORS) - 3)] if asset.platform else "layer-1"
        sector = SECTOR_BY_SYMBOL.get(asset.symbol, fallback)
        supply = most * draws.between(0.4, 0.95) if most else 10 ** draws.between(7.0, 10.8)
        if asset.symbol in STABLE_SYMBOLS:
            supply, sector = cap, "payments"
        return Anchor(cap / supply, supply, sector, draws.between(0.9, 1.6), draws.between(0.018, 0.042))

    @staticmethod
    def _pegged(coin: Coin, by_id: dict[int, Coin]) -> Coin:
        target_id, ratio = PEGS[coin.asset.symbol.upper()]
        target = by_id[target_id]
        cap = coin.price * coin.supply
        return structs.replace(
            coin,
            price=target.price * ratio,
            supply=cap / (target.price * ratio),
            sector=target.sector,
            beta=target.beta,
            load=target.load,
            wobble=target.wobble,
            offset=target.offset,
            swing=target.swing,
            key=target.key,
            max_supply=None,
            target_id=target_id,
        )


def _target(asset: Asset) -> int | None:
    peg = PEGS.get(asset.symbol.upper())
    return peg[0] if peg and asset.asset_id < FIRST_INVENTED_ID else None


def _born(asset: Asset, draws: Draws) -> int:
    fallback = to_day(2017) + draws.index(4 * 365)
    if not asset.launched:
        return fallback
    try:
        return (date(*map(int, f"{asset.launched}-01-01".split("-")[:3])) - midnight(0).date()).days
    except ValueError:
        return fallback
