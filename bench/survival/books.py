"""What must be true of the books after any number of kills, read from the data folder itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from bench.survival.clients import Acknowledged
from bench.survival.upstream import OUTPUT_USD, cost_usd
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.ports import Entry
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.reconciling import check_books, compare_bill
from cryptodesk.ledger.seals import BOOKS, Sealer, verify
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["Finding", "check", "check_in"]

_LATER_SECONDS = 3_600.0
_MOST_NAMED = 20


class Finding(Struct, frozen=True):
    """Counts, and every fault in words. `differences` are the lines on which bill and ledger are apart; `explained` are
    those whose run was killed before it was settled: held, never charged, never acknowledged."""

    acknowledged: int
    billed: int
    charged: int
    held: int
    open_holds: int
    lapsed: int
    differences: int
    explained: int
    billed_usd: Decimal
    charged_usd: Decimal
    killed_usd: Decimal
    faults: tuple[str, ...]


def check(
    path: Path, acknowledged: Sequence[Acknowledged], billed: Mapping[int, int], now: float, *, others: str = ""
) -> Finding:
    """The books in a file, as `check_in`."""
    with SqliteDatabase(path) as database:
        return asyncio.run(check_in(database, acknowledged, billed, now, others=others))


async def check_in(
    database: SqliteDatabase,
    acknowledged: Sequence[Acknowledged],
    billed: Mapping[int, int],
    now: float,
    *,
    others: str = "",
) -> Finding:
    """`billed` is how often the provider was asked each question. Releases what lapsed, as a server would later. Runs
    of models whose id begins with `others` are no questions: their books must be in order, and nobody bills them."""
    ledger = DatabaseLedger(database)
    opened = len(_unreleased(ledger))
    later = FixedClock(datetime.fromtimestamp(now + _LATER_SECONDS, UTC))
    lapsed = await HoldDesk(database, later).release_lapsed()
    charges = {e.run_id: e for e in ledger.entries() if e.kind == "charge" and _is_question(e, others)}
    holds = {entry.run_id: entry for entry in ledger.holds() if entry.kind == "hold" and _is_question(entry, others)}
    numbers, faults = _numbers(holds, acknowledged)
    faults += [f"never released: the hold of run {run_id}" for run_id in _unreleased(ledger)]
    faults += _lost(acknowledged, charges, holds)
    faults += _unheld(numbers, billed)
    bill = {run_id: cost_usd(number) * billed[number] for run_id, number in numbers.items() if billed.get(number)}
    apart = compare_bill(database, "run_id", bill)
    differences = [line for line in apart if line.name in bill or line.name in charges]
    known = {answer.run_id for answer in acknowledged}
    killed = [line for line in differences if line.ledger_usd is None and line.name not in known]
    faults += [f"unexplained: {line}" for line in differences if line not in killed]
    faults += [*check_books(database), *_broken_seals(database, now)]
    return Finding(
        acknowledged=len(acknowledged),
        billed=sum(billed.values()),
        charged=len(charges),
        held=len(holds),
        open_holds=opened,
        lapsed=lapsed,
        differences=len(differences),
        explained=len(killed),
        billed_usd=sum((cost_usd(number) * times for number, times in billed.items()), Decimal(0)),
        charged_usd=sum((entry.amount_usd for entry in charges.values()), Decimal(0)),
        killed_usd=sum((line.by_usd for line in killed), Decimal(0)),
        faults=tuple(faults),
    )


def _is_question(entry: Entry, others: str) -> bool:
    return not (others and entry.model_id.startswith(others))


def _unreleased(ledger: DatabaseLedger) -> set[str]:
    entries = ledger.holds()
    held = {entry.run_id for entry in entries if entry.kind == "hold"}
    return held - {entry.run_id for entry in entries if entry.kind == "release"}


def _numbers(holds: Mapping[str, Entry], acknowledged: Sequence[Acknowledged]) -> tuple[dict[str, int], list[str]]:
    """Which question each run was about. Only the number tells one hold from another: it bounds the answer's length."""
    answer = next((found for found in acknowledged if found.run_id in holds), None)
    if answer is None:
        return {}, ["no acknowledged answer was held"]
    base = holds[answer.run_id].amount_usd - answer.number * OUTPUT_USD
    found = {run_id: (hold.amount_usd - base) / OUTPUT_USD for run_id, hold in holds.items()}
    faults = [f"run {run_id} holds what no question costs" for run_id, number in found.items() if number % 1]
    if len(set(found.values())) != len(found):
        faults.append("two runs were held for one question")
    return {run_id: int(number) for run_id, number in found.items()}, faults


def _lost(acknowledged: Sequence[Acknowledged], charges: Mapping[str, Entry], holds: Mapping[str, Entry]) -> list[str]:
    """Answers that a client has and the books do not, or not as the client was told."""
    faults = []
    for answer in acknowledged:
        charge = charges.get(answer.run_id)
        if charge is None or charge.outcome != "finished" or answer.run_id not in holds:
            faults.append(f"lost: the answer to question {answer.number}, run {answer.run_id}")
        elif not charge.amount_usd == answer.cost_usd == cost_usd(answer.number):
            faults.append(f"run {answer.run_id} was charged {charge.amount_usd}, its answer said {answer.cost_usd}")
    return faults


def _unheld(numbers: Mapping[str, int], billed: Mapping[int, int]) -> list[str]:
    held = set(numbers.values())
    faults = [f"question {number} reached the provider without a hold" for number in billed if number not in held]
    return faults + [f"question {number} was asked {times} times" for number, times in billed.items() if times > 1]


def _broken_seals(database: SqliteDatabase, now: float) -> list[str]:
    Sealer(database, lambda: now).seal_blocking()
    findings = [verify(database, book) for book in BOOKS]
    return [f"{found.book}: {found.fault or 'not all sealed'}" for found in findings if found.fault or found.unsealed]
