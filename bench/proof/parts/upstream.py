"""Every fault that a provider can have, against the failure contract: `cryptodesk drill`."""

from __future__ import annotations

from collections import Counter

import msgspec

from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError
from bench.proof.server import desk_environment, run_command

__all__ = ["PART"]

# Those that take no time, for the short form: an error status, a broken connection, a disk that is full.
_QUICK = ("bad_tool_json", "down_500", "burst_429", "store_full")
_ALL = 10
_DRILL_SECONDS = 900.0


async def _run(effort: Effort) -> Outcome:
    only = [] if effort.count >= _ALL else [word for name in _QUICK[: effort.count] for word in ("--only", name)]
    env = desk_environment(effort.folder)
    code, output, errors = await run_command(env, "drill", "--json", *only, limit_seconds=_DRILL_SECONDS)
    try:
        report = msgspec.json.decode(output)
        rows, books, seconds = report["rows"], report["books"], report["seconds"]
    except (msgspec.MsgspecError, LookupError):
        raise ProofError(f"`cryptodesk drill` ended with {code}: {errors.decode(errors='replace')[-400:]}") from None
    broken = [row for row in rows if row["breaches"]]
    faults = [f"{row['fault']} by {row['way']} on {row['wire']}: {'; '.join(row['breaches'])}" for row in broken[:20]]
    by_sight = Counter(row["saw"] for row in rows)
    figures = [
        Figure("faults; rows", f"{len({row['fault'] for row in rows})}; {len(rows):,} in {seconds:.0f} s"),
        Figure("rows in which the contract was broken", str(len(broken)), "0", not broken),
        Figure("what clients saw", "; ".join(f"{saw}: {count}" for saw, count in by_sight.most_common())),
        Figure("problems of the books", str(len(books)), "0", not books),
    ]
    faults += [f"books: {problem}" for problem in books[:10]]
    faults += [] if (code == 0) == (not faults) else [f"`cryptodesk drill` ended with {code}"]
    return Outcome(figures, faults, how="`cryptodesk drill` with default settings; docs/drills.md has its table")


PART = Part(
    title="Provider faults",
    does="Every fault of a provider, of tools, of the clock and of the ledger's disk is played through every way in.",
    counts=f"faults, all of them from {_ALL} on",
    long=Amount(20, 0, 1_200),
    short=Amount(1, 0, 110),
    run=_run,
)
