"""What live sources brought is put into the store now and then, so that the desk has a past of its own."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.market.query import Query, Record
from cryptodesk.market.sources._source import Route

__all__ = ["Keeper"]

log = logging.getLogger("cryptodesk.market")

_MOST_REMEMBERED = 4096


class Saves(Protocol):
    async def save_records(
        self, records: Sequence[Record], source: str, *, is_list: bool = False, known_at: datetime | None = None
    ) -> int: ...


class Keeper:
    """Keeps the answers of a route at most every `keep_seconds`, for each question apart. A store that fails costs the
    past, not the answer."""

    def __init__(self, store: Saves, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept_at: OrderedDict[tuple[str, Query[Any]], float] = OrderedDict()

    async def keep(self, source: str, route: Route, query: Query[Any], records: Sequence[Any]) -> None:
        key = (source, query)
        kept_at = self._kept_at.get(key)
        if route.keep_seconds is None or (kept_at is not None and self._clock.unix() - kept_at < route.keep_seconds):
            return
        self._kept_at[key] = self._clock.unix()
        self._kept_at.move_to_end(key)
        if len(self._kept_at) > _MOST_REMEMBERED:
            self._kept_at.popitem(last=False)
        try:
            await self._store.save_records(records, source, is_list=query.ids is None, known_at=self._clock.now())
        except CryptodeskError:
            log.exception("what %s sent could not be stored", source)
