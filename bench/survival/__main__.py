"""The command: so many kills, then what the books say. Exit status 1 if they say anything wrong."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bench.survival.books import Finding, check
from bench.survival.drive import DATABASE, Drive, Driven, drive
from cryptodesk.core.clock import SystemClock

__all__ = ["main"]

_SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    plan = Drive(options.count, options.servers, options.seed)
    with tempfile.TemporaryDirectory(prefix="survival-") as name:
        folder = Path(name)
        driven = asyncio.run(drive(folder, plan, _say_every(100)))
        finding = check(folder / DATABASE, driven.acknowledged, driven.billed, SystemClock().unix())
    _report(driven, finding)
    if options.out is not None:
        options.out.write_bytes(_result(plan, driven, finding))
    return 1 if finding.faults or driven.refused or not finding.acknowledged else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.survival", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000, help="kills (1000)")
    parser.add_argument("--servers", type=int, default=3, help="servers on the folder at once (3)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    return parser


def _say_every(step: int) -> Callable[[int], None]:
    def say(kills: int) -> None:
        if kills % step == 0:
            print(f"{kills} kills", file=sys.stderr, flush=True)

    return say


def _result(plan: Drive, driven: Driven, finding: Finding) -> bytes:
    counts = {"kills": driven.kills, "seconds": round(driven.seconds, 1), "broken": driven.broken}
    whole = {"plan": msgspec.to_builtins(plan), **counts, "refused": driven.refused, **msgspec.to_builtins(finding)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def _report(driven: Driven, finding: Finding) -> None:
    print(f"kills                       {driven.kills} in {driven.seconds:.0f} s")
    print(f"answers acknowledged        {finding.acknowledged} (ended early or never begun: {driven.broken})")
    print(f"holds                       {finding.held}, {finding.open_holds} open at the end, {finding.lapsed} lapsed")
    print(f"charged                     {finding.charged} runs, {finding.charged_usd} USD")
    print(f"billed by the provider      {finding.billed} calls, {finding.billed_usd} USD")
    print(f"bill and ledger apart       {finding.differences} runs, {finding.explained} of them killed before settled,")
    print(f"                            {finding.killed_usd} USD of {finding.billed_usd - finding.charged_usd} USD")
    for fault in (*finding.faults[:_SHOWN], *driven.refused[:_SHOWN]):
        print(f"FAULT: {fault}")
    print(f"faults                      {len(finding.faults) + len(driven.refused)}")


if __name__ == "__main__":
    sys.exit(main())
