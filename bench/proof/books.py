"""The end of every part: the ledger beside the provider's bill and what clients have, its own rules, and its seals."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from bench.proof.part import Figure, ProofError
from bench.proof.server import desk_environment, run_command
from bench.survival.books import Finding, check
from bench.survival.clients import Clients
from bench.survival.drive import DATABASE
from bench.survival.upstream import BillingUpstream
from cryptodesk.core.clock import SystemClock

__all__ = ["figures_of", "operators_view", "read_books", "unreleased"]

_MOST_NAMED = 10
_UNRELEASED = """
SELECT count(*) FROM ledger_holds h WHERE kind = 'hold'
AND NOT EXISTS (SELECT 1 FROM ledger_holds r WHERE r.run_id = h.run_id AND r.kind = 'release')
"""


async def read_books(
    folder: Path, clients: Clients, upstream: BillingUpstream, *, others: str = ""
) -> tuple[list[Figure], list[str]]:
    """Figures and faults. No server may live on the folder any more."""
    finding = await asyncio.to_thread(
        check, folder / DATABASE, clients.acknowledged, dict(upstream.billed), SystemClock().unix(), others=others
    )
    faults = [*finding.faults[:_MOST_NAMED], *clients.refused[:_MOST_NAMED]]
    more = len(finding.faults) + len(clients.refused) - len(faults)
    faults += _damage(folder / DATABASE)
    return figures_of(finding), [*faults, *([f"and {more} faults more"] if more > 0 else [])]


def _damage(path: Path) -> list[str]:
    with closing(sqlite3.connect(path, timeout=10)) as database:
        found = [text for (text,) in database.execute("PRAGMA integrity_check")]
    return [] if found == ["ok"] else [f"the file is damaged: {text}" for text in found[:_MOST_NAMED]]


def figures_of(finding: Finding) -> list[Figure]:
    lost = sum(fault.startswith("lost:") for fault in finding.faults)
    return [
        Figure("answers that clients have whole", f"{finding.acknowledged:,}"),
        Figure("of them without their charge, turn or hold", str(lost), "0", lost == 0),
        Figure("holds; left open and lapsed", f"{finding.held:,}; {finding.lapsed:,}"),
        Figure("charged", f"{finding.charged:,} runs, {finding.charged_usd.normalize():f} USD"),
        Figure("billed by the provider", f"{finding.billed:,} calls, {finding.billed_usd.normalize():f} USD"),
        Figure(
            "runs on which bill and ledger are apart; cut down before they were settled",
            f"{finding.differences:,}; {finding.explained:,}",
            "the same",
            finding.differences == finding.explained,
        ),
        Figure("faults of the books", str(len(finding.faults)), "0", not finding.faults),
    ]


async def operators_view(folder: Path) -> list[str]:
    """What `cryptodesk ledger reconcile` and `verify` find wrong, for runs that no provider bills. Holds of runs that
    are over must be given back. Raises: ProofError if a command fails otherwise."""
    env = desk_environment(folder)
    problems = [*(await _ask(env, "reconcile"))["problems"]]
    books = (await _ask(env, "verify"))["books"]
    problems += [f"{book['book']}: {book['fault']}" for book in books if book["fault"]]
    left = unreleased(folder / DATABASE)
    return problems + ([f"{left} holds are still open"] if left else [])


async def _ask(env: dict[str, str], command: str) -> dict[str, list]:  # type: ignore[type-arg]
    code, output, errors = await run_command(env, "ledger", command, "--json")
    if code not in (0, 1) or not output.strip():
        raise ProofError(f"`cryptodesk ledger {command}` ended with {code}: {errors.decode(errors='replace')[-300:]}")
    found: dict[str, list] = msgspec.json.decode(output)  # type: ignore[type-arg]
    return found


def unreleased(path: Path) -> int:
    """How many holds nobody gave back so far."""
    with closing(sqlite3.connect(path, timeout=10)) as database:
        return int(database.execute(_UNRELEASED).fetchone()[0])
