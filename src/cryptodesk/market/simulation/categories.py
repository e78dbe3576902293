"""Categories: what each coin counts as, and the sums over those that count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from math import expm1

from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.records import CategoryListing
from cryptodesk.market.simulation.coins import Coin
from cryptodesk.market.simulation.days import DAY_MINUTES
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.market import Frame, Market

__all__ = ["NARRATIVES", "CategoryBook", "tags_of", "title_of"]

NARRATIVES = (
    "account-abstraction",
    "bitcoin-ecosystem",
    "cross-chain",
    "data-availability",
    "depin",
    "dog-themed",
    "fan-tokens",
    "governance",
    "identity",
    "intents",
    "launchpad",
    "made-on-weekends",
    "move-to-earn",
    "perpetuals",
    "prediction-markets",
    "proof-of-work",
    "restaking",
    "socialfi",
    "tokenized-gold",
    "zero-knowledge",
)
_LOTS = 64
_TOP = 10
_WINDOWS_DAYS = (1, 7, 30, 90, 365)


class _Group(Struct, frozen=True):
    """Places among the ranked coins, and how many coins there are in all."""

    members: tuple[int, ...]
    places: tuple[int, ...]


def tags_of(coins: Sequence[Coin]) -> list[tuple[str, ...]]:
    """The ids of each coin's categories. Coins with the same ones share one tuple."""
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    return [shared.setdefault(tags, tags) for tags in map(_tags, coins)]


def _tags(coin: Coin) -> tuple[str, ...]:
    tags = [SECTORS[coin.sector]]
    if coin.is_stable:
        tags = ["stablecoin"]
    elif coin.target_id is not None:
        tags = ["wrapped-tokens"]
    else:
        # Real coins get no narrative by lot: nobody should read that of something they know.
        lot = (coin.key >> 7) % _LOTS if coin.origin != "real" else _LOTS
        tags += [NARRATIVES[lot]] if lot < len(NARRATIVES) else []
    if coin.asset.platform:
        tags.append(f"{coin.asset.platform}-ecosystem")
    return tuple(tags)


def title_of(category_id: str) -> str:
    if category_id.endswith("-ecosystem"):
        platform = find_platform(category_id.removesuffix("-ecosystem"))
        if platform is not None:
            return f"{platform.name} Ecosystem"
    return category_id.replace("-", " ").title()


class CategoryBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self.rows = lru_cache(maxsize=4)(self._rows)

    @cached_property
    def tags(self) -> list[tuple[str, ...]]:
        return tags_of(self._market.coins)

    @cached_property
    def groups(self) -> dict[str, _Group]:
        """In alphabetical order."""
        own_of = {place: own for own, place in enumerate(self._market.ranked)}
        places: dict[str, list[int]] = {}
        for place, tags in enumerate(self.tags):
            for tag in tags:
                places.setdefault(tag, []).append(place)
        return {
            tag: _Group(tuple(own_of[place] for place in places[tag] if place in own_of), tuple(places[tag]))
            for tag in sorted(places)
        }

    def member_ids(self, category_id: str, minute: int) -> tuple[int, ...]:
        """Every coin of a category that is alive; empty for an unknown category."""
        group = self.groups.get(category_id)
        places = group.places if group else ()
        market = self._market
        return tuple(market.coins[place].asset.asset_id for place in places if market.is_alive(place, minute))

    def _rows(self, minute: int) -> tuple[CategoryListing, ...]:
        """The largest first; only categories with a ranked coin alive."""
        frames = [self._market.ranked_frame(minute)]
        frames += [self._market.ranked_frame(max(minute - days * DAY_MINUTES, DAY_MINUTES)) for days in _WINDOWS_DAYS]
        living = [frozenset(frame.alive) for frame in frames]
        rows = [
            self._row(category_id, group, frames, living)
            for category_id, group in self.groups.items()
            if not living[0].isdisjoint(group.members)
        ]
        return tuple(sorted(rows, key=lambda row: (-(row.market_cap or 0.0), row.asset_id)))

    def _row(
        self, category_id: str, group: _Group, frames: Sequence[Frame], living: Sequence[frozenset[int]]
    ) -> CategoryListing:
        now, minute = frames[0], frames[0].minute
        caps = [_sum(frame.caps, group.members, alive) for frame, alive in zip(frames, living, strict=True)]
        volume = _sum(now.volumes, group.members, living[0])
        before = _sum(frames[1].volumes, group.members, living[1])
        both = [own for own in group.members if own in living[0] and own in living[1]]
        changes = [expm1(now.logs[own] - frames[1].logs[own]) * 100 for own in both]
        top = sorted((own for own in group.members if own in living[0]), key=lambda own: -now.caps[own])[:_TOP]
        market = self._market
        return CategoryListing(
            asset_id=category_id,
            name=title_of(category_id),
            title=title_of(category_id),
            provenance=market.stamp(minute),
            slug=category_id,
            description=f"Coins of the simulated world that count as {title_of(category_id)}.",
            num_tokens=sum(market.is_alive(place, minute) for place in group.places),
            market_cap=caps[0],
            market_cap_change=_change(caps[0], caps[1]),
            market_cap_change_7d=_change(caps[0], caps[2]),
            market_cap_change_30d=_change(caps[0], caps[3]),
            market_cap_change_90d=_change(caps[0], caps[4]),
            market_cap_change_1y=_change(caps[0], caps[5]),
            volume=volume,
            volume_change=_change(volume, before),
            avg_price_change=sum(changes) / len(changes) if changes else None,
            top_coin_ids=tuple(market.coins[market.ranked[own]].asset.asset_id for own in top),
        )


def _sum(values: Sequence[float], members: Iterable[int], alive: frozenset[int]) -> float:
    return sum([values[own] for own in members if own in alive])


def _change(now: float, then: float) -> float | None:
    return (now / then - 1) * 100 if then else None
