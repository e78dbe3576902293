"""The command: parts of the proof one after the other. Exit status 0 when all was kept, 1 when something was not, 2
when a part could not be run here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from bench.proof.page import write
from bench.proof.part import Amount, Part
from bench.proof.running import Proved, describe_machine, load_parts, prove
from bench.report import format_table

__all__ = ["amount_of", "chosen", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.short and options.write:
        raise SystemExit("--short is for tests: its figures are not written")
    parts = load_parts()
    if options.list:
        _list(parts)
        return 0
    names = chosen(options.parts, parts)
    wanted = [(name, parts[name], amount_of(parts[name], options)) for name in names]
    machine = describe_machine()
    print(machine, flush=True)
    done = []
    for proved in prove(wanted, options.seed, _say, options.scratch):
        done.append(proved)
        _report(proved)
        if options.write:
            write(proved, machine)
    return _status(done)


def _status(done: Sequence[Proved]) -> int:
    broken = [proved.name for proved in done if not proved.outcome.is_kept]
    skipped = [proved.name for proved in done if proved.outcome.skipped]
    kept = len(done) - len(broken) - len(skipped)
    words = [", ".join(names) or "none" for names in (broken, skipped)]
    print(f"\n{kept} of {len(done)} parts kept; broken: {words[0]}; not run: {words[1]}")
    return 1 if broken else 2 if skipped else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.proof", description=__doc__)
    parser.add_argument("--parts", default="", help="names with commas between; all of them when left out")
    parser.add_argument("--short", action="store_true", help="as little of each as the tests run")
    parser.add_argument("--count", type=int, help="how much of each: what is counted is said by --list")
    parser.add_argument("--seconds", type=float, help="how long, for the parts in which something lasts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    parser.add_argument("--scratch", type=Path, help="a folder for the data folders of the servers")
    parser.add_argument("--list", action="store_true", help="name the parts and how much of them is run")
    return parser


def chosen(words: str, parts: dict[str, Part]) -> list[str]:
    """In the order of the parts. Raises: SystemExit for a name that there is not."""
    names = [name.strip() for name in words.split(",") if name.strip()]
    if unknown := [name for name in names if name not in parts]:
        raise SystemExit(f"{unknown[0]!r} is none of {', '.join(parts)}")
    return [name for name in parts if not names or name in names]


def amount_of(part: Part, options: argparse.Namespace) -> Amount:
    """As much of the part as was asked for."""
    amount = part.short if options.short else part.long
    if options.count is not None:
        amount = structs.replace(
            amount, count=options.count, limit_seconds=max(amount.limit_seconds, part.long.limit_seconds)
        )
    if options.seconds is not None:
        more = max(0.0, options.seconds - amount.seconds) * 2
        amount = structs.replace(amount, seconds=options.seconds, limit_seconds=amount.limit_seconds + more)
    return amount


def _list(parts: dict[str, Part]) -> None:
    rows = [
        [
            name,
            part.title,
            f"{part.long.count:,} {part.counts}",
            f"{part.long.seconds:g}",
            f"{part.long.limit_seconds:g}",
        ]
        for name, part in parts.items()
    ]
    print(format_table(["part", "what", "how much", "seconds", "at most, seconds"], rows))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _report(proved: Proved) -> None:
    outcome = proved.outcome
    print(f"\n## {proved.part.title} ({proved.name}), {proved.seconds:.0f} s")
    if outcome.skipped:
        print(f"not run: {outcome.skipped}")
    elif outcome.how:
        print(outcome.how)
    words = {True: "kept", False: "BROKEN", None: ""}
    rows = [[figure.name, figure.value, figure.goal, words[figure.is_met]] for figure in outcome.figures]
    if rows:
        print(format_table(["what", "measured", "goal", ""], rows))
    for fault in outcome.faults:
        print(f"FAULT: {fault}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
