"""What runs of a model have used before, as the ledger knows it: the ground a quote stands on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from cryptodesk.storage.database import Database

__all__ = ["PastRuns", "load_past_runs"]

# So far back are runs looked for, in entries of all models, and so many calls of them are read.
_ENTRIES_BACK = 5_000
_MOST_CALLS = 600

_SELECT = """
SELECT run_id, input_tokens, output_tokens + reasoning_tokens,
  EXISTS (SELECT 1 FROM ledger_entries s WHERE s.entry_id = e.run_id || ':0:surcharge')
FROM ledger_entries e
WHERE position > (SELECT coalesce(max(position), 0) FROM ledger_entries) - ? AND model_id = ? AND account_id = ?
  AND kind = 'charge' AND outcome = 'finished' AND usage_is_estimated = 0
ORDER BY position DESC LIMIT ?
"""


class PastRuns(Struct, frozen=True):
    """Means a run. `grown_tokens` are the input tokens of later calls beyond what the first one read."""

    runs: int
    calls: float
    grown_tokens: float
    output_tokens: float


async def load_past_runs(
    database: Database, account_id: str, model_id: str, *, built_in_listed: bool
) -> PastRuns | None:
    """Of the account's latest finished runs, of those with built-in tools or of those without; None where there were
    none."""
    rows = await database.fetch(_SELECT, (_ENTRIES_BACK, model_id, account_id, _MOST_CALLS))
    found = _by_run(row for row in rows if bool(row[3]) == built_in_listed)
    if not found:
        return None
    runs = len(found)
    calls = sum(len(calls) for calls in found)
    grown = sum(max(0, sum(read for read, _ in calls) - len(calls) * calls[-1][0]) for calls in found)
    written = sum(wrote for calls in found for _, wrote in calls)
    return PastRuns(runs, calls / runs, grown / runs, written / runs)


def _by_run(rows: Iterable[Any]) -> list[list[tuple[int, int]]]:
    """The (read, written) tokens of each run's calls, the first call last, as the rows come."""
    found: dict[str, list[tuple[int, int]]] = {}
    for run_id, read, wrote, _ in rows:
        found.setdefault(run_id, []).append((read, wrote))
    return list(found.values())
