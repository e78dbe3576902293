"""What the edge may ask about money: quotes, receipts, use and budgets, each caller of its own account alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, Literal

from cryptodesk.core.clock import Clock
from cryptodesk.core.money import BudgetState, Quote, Receipt, UsageRow
from cryptodesk.core.ports import Entry, ModelCatalog, Pricing, ToolRunner
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.amounts import NOTHING, add
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.quotes import Quoter
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.ledger.tally import Tally
from cryptodesk.storage.database import Database

__all__ = ["LedgerDesk"]

_USAGE = """
SELECT day, key_id, model_id, runs, input_tokens, output_tokens, cache_read_tokens, reasoning_tokens,
  cache_write_tokens, cache_write_1h_tokens, charged_usd, refunded_usd
FROM ledger_days WHERE account_id = ? AND day >= ? AND day <= ? ORDER BY day DESC, key_id, model_id
"""
_LAPSE = "SELECT lapses_at FROM ledger_holds WHERE entry_id = ?"


class LedgerDesk:
    """`core.money.MoneyDesk`."""

    def __init__(
        self, database: Database, clock: Clock, catalog: ModelCatalog, pricing: Pricing, tools: ToolRunner
    ) -> None:
        self._database = database
        self._clock = clock
        self._ledger = DatabaseLedger(database)
        self._tally = Tally(database)
        self._budgets = BudgetBook(database)
        self._quoter = Quoter(database, catalog, pricing, tools)

    async def quote(self, request: RunRequest) -> Quote:
        """Calls no model. Raises: ModelNotFound."""
        return await self._quoter.quote(request)

    async def receipt(self, caller: Caller, run_id: str) -> Receipt | None:
        """None for a run of another account, and one that the ledger does not know: it is free and not over yet, or it
        never was."""
        holds, entries = await self._load_run(caller.account_id, run_id)
        if not (holds or entries):
            return None
        first = (*holds, *entries)[0]
        is_open = bool(holds) and len(holds) == 1 and not await self._has_lapsed(holds[0])
        return Receipt(
            run_id=run_id,
            status="open" if is_open else "settled",
            outcome=None if is_open else _outcome(holds, entries),
            model_id=first.model_id,
            served_by=tuple(dict.fromkeys(entry.served_by for entry in entries if entry.served_by)),
            usage=sum((entry.usage for entry in entries if entry.kind == "charge"), Usage()),
            total_usd=reduce(add, (entry.amount_usd for entry in entries), NOTHING),
            held_usd=holds[0].amount_usd if holds else NOTHING,
            is_estimated=any(entry.usage_is_estimated for entry in entries),
            created_at=first.created_at,
            entries=(*holds[:1], *entries, *holds[1:]),
        )

    async def usage(self, caller: Caller, first: date, last: date) -> Sequence[UsageRow]:
        """Days `first` to `last`, both included, the newest first."""
        await self._tally.catch_up()
        rows = await self._database.fetch(_USAGE, (caller.account_id, first.isoformat(), last.isoformat()))
        return [_to_usage(row) for row in rows]

    async def budgets(self, caller: Caller) -> Sequence[BudgetState]:
        if not await self._budgets.binds(caller):
            return ()
        return await self._budgets.states(caller, self._clock.unix())

    async def _load_run(self, account_id: str, run_id: str) -> tuple[Sequence[Entry], Sequence[Entry]]:
        """Both books of it, at one moment: a charge is never seen without the release that came with it."""
        holds = await self._ledger.load_holds(account_id=account_id, run_id=run_id)
        entries = await self._ledger.load_entries(account_id=account_id, run_id=run_id)
        if entries and len(holds) == 1:  # perhaps the run ended between the two reads
            holds = await self._ledger.load_holds(account_id=account_id, run_id=run_id)
        return holds, entries

    async def _has_lapsed(self, hold: Entry) -> bool:
        ((lapses_at,),) = await self._database.fetch(_LAPSE, (hold.entry_id,))
        return bool(lapses_at <= self._clock.unix())


def _outcome(holds: Sequence[Entry], entries: Sequence[Entry]) -> Literal["finished", "cancelled", "failed"]:
    charges = [entry for entry in entries if entry.kind == "charge"]
    if charges:
        return charges[-1].outcome
    return holds[-1].outcome if len(holds) > 1 else "failed"


def _to_usage(row: Any) -> UsageRow:
    return UsageRow(
        date.fromisoformat(row[0]),
        row[1],
        row[2],
        row[3],
        Usage(row[4], row[5], row[6], row[7], row[8], row[9]),
        Decimal(row[10]),
        Decimal(row[11]),
    )
