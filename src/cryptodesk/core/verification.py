"""What was found out about the figures of an answer: where each comes from, and which contradict their source."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["CellReference", "CheckedFigure", "Counts", "Policy", "Status", "Verdict", "Verification"]

Verdict = Literal["bound", "derived", "quoted", "user", "unbound", "contradicted"]
Status = Literal["verified", "unverified", "contradicted", "no_figures"]
Policy = Literal["mark", "repair", "cut", "off"]


class CellReference(Struct, frozen=True, omit_defaults=True):
    """A cell of a tool output. `path` is a JSON pointer into the output of the call."""

    call_id: str
    tool: str
    path: str
    asset: str | None = None
    field: str | None = None
    value: float | str | None = None
    unit: str | None = None
    as_of: str | None = None


class CheckedFigure(Struct, frozen=True, omit_defaults=True):
    """One figure of the answer; `start` and `end` count characters of the whole text. `cells` are what it rests on; of
    a contradicted one, what it should have been. `expected` is that value in the figure's own manner. `action` is
    what a policy did: a repaired figure's `text` is the new one and `was` the old; one left out has no place."""

    text: str
    start: int
    end: int
    verdict: Verdict
    reason: str = ""
    cells: tuple[CellReference, ...] = ()
    expected: str | None = None
    action: Literal["repaired", "left_out"] | None = None
    was: str | None = None


class Counts(Struct, frozen=True):
    bound: int = 0
    derived: int = 0
    quoted: int = 0
    user: int = 0
    unbound: int = 0
    contradicted: int = 0


class Verification(Struct, frozen=True, omit_defaults=True):
    """`status` is the worst of the figures that were sent as they were. Counts are of the verdicts before any policy;
    `repaired` counts figures, `left_out` sentences, list items and table cells."""

    status: Status
    counts: Counts
    figures: tuple[CheckedFigure, ...] = ()
    policy: Policy = "mark"
    repaired: int = 0
    left_out: int = 0
