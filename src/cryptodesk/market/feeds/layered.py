"""What the desk asks: live sources first, the store for what they lack, and never anything invented."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec import structs

from cryptodesk.core.clock import Clock
from cryptodesk.market.query import AssetId, Feed, Found, Query, Record, Unavailable, answers
from cryptodesk.market.records import AltcoinSeason, DerivativesMarket, FearGreed, GasPrice, Liquidations, TrendingAsset

__all__ = ["LIVE_PATIENCE_SECONDS", "OLDEST", "LayeredFeed"]

R = TypeVar("R", bound=Record)

# A question is answered from the store rather than late.
LIVE_PATIENCE_SECONDS = 4.0
# After nothing live answered in time, and again not, how long the store answers alone. Once may have been a queue.
_OFFLINE_SECONDS = 30.0
_SILENCES = 2

# Stored values older than this describe another market: they are refused. Everything else is given with its date.
OLDEST: dict[type[Any], timedelta] = {
    GasPrice: timedelta(hours=1),
    Liquidations: timedelta(days=2),
    DerivativesMarket: timedelta(days=7),
    TrendingAsset: timedelta(days=7),
    FearGreed: timedelta(days=30),
    AltcoinSeason: timedelta(days=30),
}


class LayeredFeed:
    """A `Feed` of two: `live`, if there is one, then `stored` for every id that is still open."""

    def __init__(
        self, live: Feed | None, stored: Feed, clock: Clock, patience_seconds: float = LIVE_PATIENCE_SECONDS
    ) -> None:
        self._live = live
        self._stored = stored
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._offline_until = float("-inf")
        self._silences = 0

    async def find(self, query: Query[R]) -> Found[R]:
        live = await self._ask_live(query)
        if query.ids is None:
            return live if live.records else self._with_store(live, await self._ask_stored(query))
        open_ids = _unanswered(query.ids, live)
        if not open_ids:
            return live
        stored = await self._ask_stored(structs.replace(query, ids=open_ids))
        return _in_order(query.ids, self._with_store(live, stored))

    async def _ask_live(self, query: Query[R]) -> Found[R]:
        if self._live is None:
            return Found()
        if self._clock.unix() < self._offline_until:
            return Found((), (Unavailable("live", "no live source answered a moment ago; asked again soon"),))
        try:
            async with asyncio.timeout(self._patience_seconds):
                found = await self._live.find(query)
        except TimeoutError:
            self._silences += 1
            if self._silences >= _SILENCES:
                self._offline_until = self._clock.unix() + _OFFLINE_SECONDS
                self._silences = 0
            return Found((), (Unavailable("live", f"no answer within {self._patience_seconds:g} s"),))
        self._silences = 0
        return found

    async def _ask_stored(self, query: Query[R]) -> Found[R]:
        # The store has no clock of its own: without a moment it would tell what was written down before its time.
        moment = query.as_of or self._clock.now()
        found = await self._stored.find(structs.replace(query, as_of=moment))
        oldest = OLDEST.get(query.kind)
        return found if oldest is None else _without_old(found, moment - oldest)

    @staticmethod
    def _with_store(live: Found[R], stored: Found[R]) -> Found[R]:
        return Found((*live.records, *stored.records), (*live.unavailable, *stored.unavailable))


def _unanswered(ids: tuple[AssetId, ...], found: Found[Any]) -> tuple[AssetId, ...]:
    return tuple(asked for asked in ids if not any(answers(record, asked) for record in found.records))


def _in_order(ids: tuple[AssetId, ...], found: Found[R]) -> Found[R]:
    def place(record: R) -> int:
        return next((index for index, asked in enumerate(ids) if answers(record, asked)), len(ids))

    return structs.replace(found, records=tuple(sorted(found.records, key=place)))


def _without_old(found: Found[R], since: datetime) -> Found[R]:
    kept = tuple(record for record in found.records if record.provenance.as_of >= since)
    refused = tuple(
        Unavailable(source, f"the last value known is of {as_of:%Y-%m-%d %H:%M} UTC, too old to stand for now")
        for source, as_of in sorted(
            {(record.provenance.source, record.provenance.as_of) for record in found.records if record not in kept}
        )
    )
    return Found(kept, (*found.unavailable, *refused))
