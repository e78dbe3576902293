"""What data the desk has, read for the edge in a thread: counting rows is no work for the event loop."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from cryptodesk.dialects._ports import DataReport

if TYPE_CHECKING:
    from cryptodesk.app.desk import Desk

__all__ = ["DeskData"]

_KEPT_SECONDS = 10.0


class DeskData:
    """Kept for some seconds, and read once for all who ask at the same time: a page that is reloaded costs nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = asyncio.Lock()
        self._kept: tuple[float, DataReport] | None = None

    async def report(self) -> DataReport:
        """Raises: InternalError for a failing database."""
        async with self._lock:
            now = self._desk.clock.unix()
            if self._kept is None or not 0 <= now - self._kept[0] < _KEPT_SECONDS:
                await self._desk.market.learn()
                self._kept = (now, await asyncio.to_thread(self._read))
            return self._kept[1]

    def _read(self) -> DataReport:
        # Imported late, by names: both bring what only commands need.
        market = importlib.import_module("cryptodesk.market.intake.status")
        documents = importlib.import_module("cryptodesk.documents.intake.status")
        store = importlib.import_module("cryptodesk.documents.store")
        desk, now = self._desk, self._desk.clock.now()
        database = desk.database
        return DataReport(
            desk.settings.data,
            market.read_status(database, now, desk.market.source_states),
            documents.read_status(store.DocumentStore(database), store.SubscriptionStore(database), now),
        )
