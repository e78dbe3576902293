"""Giving back what a run was charged: for work that is done again at the house's expense."""

from __future__ import annotations

from cryptodesk.core.clock import Clock
from cryptodesk.core.ports import Database, Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.store import DatabaseLedger

__all__ = ["Refunds"]


class Refunds:
    def __init__(self, database: Database, ledger: DatabaseLedger, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    async def refund_run(self, run_id: str) -> int:
        """How many entries were given back now: every charge and surcharge of the run, each by an entry of its own; 0
        where nothing was charged or all was given back before. Returns once it is on disk."""
        entries = await self._ledger.load_entries(run_id=run_id)
        known = {entry.entry_id for entry in entries}
        owed = [entry for entry in entries if entry.kind in ("charge", "surcharge") and entry.amount_usd]
        refunds = [refund for entry in owed if (refund := self._refund(entry)).entry_id not in known]
        if refunds:
            batch = self._database.batch()
            self._ledger.record(batch, refunds)
            await batch.commit()
        return len(refunds)

    def _refund(self, entry: Entry) -> Entry:
        return Entry(
            entry_id=f"{entry.entry_id}:refund",
            account_id=entry.account_id,
            key_id=entry.key_id,
            run_id=entry.run_id,
            kind="refund",
            # The plain minus would round to 28 digits.
            amount_usd=entry.amount_usd.copy_negate(),
            created_at=self._clock.unix(),
            model_id=entry.model_id,
            served_by=entry.served_by,
            price_version=entry.price_version,
            usage=Usage(),
            outcome=entry.outcome,
        )
