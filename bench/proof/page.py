"""docs/reliability.md: the figures of each part, written by the tool that measured them, and by nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.proof.part import Figure, Part
from bench.proof.running import Proved
from bench.targets import ROOT

__all__ = ["PAGE", "markers", "place_for", "rewritten", "write"]

PAGE = ROOT / "docs" / "reliability.md"
_NOT_YET = "Not measured yet."
_WORDS = {True: "kept", False: "**broken**", None: ""}


def markers(name: str) -> tuple[str, str]:
    return f"<!-- proof {name}: python -m bench.proof --parts {name} --write -->", f"<!-- end of proof {name} -->"


def place_for(name: str, part: Part) -> str:
    """A section for a part that was not run yet."""
    begin, end = markers(name)
    return f"## {part.title}\n\n{part.does}\n\n{begin}\n\n{_NOT_YET}\n\n{end}\n"


def write(proved: Proved, machine: str, page: Path = PAGE) -> None:
    """Raises: ValueError if the page has no place for it."""
    page.write_text(rewritten(page.read_text("utf-8"), proved, machine), "utf-8")


def rewritten(text: str, proved: Proved, machine: str) -> str:
    """The page with these figures in the place of the part's former ones."""
    begin, end = markers(proved.name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{PAGE.name} lacks the lines {begin} and {end}")
    return f"{before}{begin}\n\n{_section(proved, machine)}\n\n{end}{after}"


def _section(proved: Proved, machine: str) -> str:
    outcome = proved.outcome
    when = f"Measured on {proved.on} in {proved.seconds:.0f} s: {machine}."
    if outcome.skipped:
        return f"{when}\n\nNot measured there: {outcome.skipped}."
    how = f"{when} {outcome.how[:1].upper()}{outcome.how[1:]}." if outcome.how else when
    parts = [how, _table(outcome.figures) if outcome.figures else ""]
    if outcome.faults:
        parts.append("\n".join(("Faults:", "", *(f"- {_plain(fault)}" for fault in outcome.faults))))
    return "\n\n".join(part for part in parts if part)


def _table(figures: Sequence[Figure]) -> str:
    rows = [(_plain(each.name), _plain(each.value), _plain(each.goal), _result(each)) for each in figures]
    table = (("what", "measured", "goal", ""), ("---",) * 4, *rows)
    return "\n".join(f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|" for cells in table)


def _result(figure: Figure) -> str:
    if figure.is_met is None and figure.goal:
        return "cannot be told"
    return _WORDS[figure.is_met]


def _plain(text: str) -> str:
    """In one line, with nothing that ends a cell or opens a tag."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("|", "\\|").replace("<", "&lt;")[:600]
