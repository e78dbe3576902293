"""What the ledger needs done from time to time while a server runs."""

from __future__ import annotations

import asyncio
import logging

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.seals import Sealer
from cryptodesk.storage.database import Database

__all__ = ["INTERVAL_SECONDS", "LedgerKeeper"]

log = logging.getLogger("cryptodesk.ledger")

INTERVAL_SECONDS = 30.0

_UNCOUNTED_HOLDS = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM ledger_holds WHERE position > (SELECT holds_to FROM ledger_tally))
  OR EXISTS (SELECT 1 FROM ledger_open_holds)
"""


class LedgerKeeper:
    def __init__(self, database: Database, clock: Clock, holds: HoldDesk) -> None:
        self._database = database
        self._holds = holds
        self._budgets = BudgetBook(database)
        self._sealer = Sealer(database, clock.unix)

    async def serve(self) -> None:
        """Runs until it is cancelled."""
        while True:
            try:
                await self.keep()
            except CryptodeskError:
                log.exception("the ledger could not be kept; tried again in %g seconds", INTERVAL_SECONDS)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def keep(self) -> None:
        """Once: holds that lapsed are given back, and what was recorded is sealed. Totals are counted where a budget
        rests on them, so that no run has much to count; elsewhere they wait until somebody asks."""
        if not await self._budgets.is_empty() or await self._database.fetch(_UNCOUNTED_HOLDS):
            await self._holds.release_lapsed()
        await self._sealer.seal()
