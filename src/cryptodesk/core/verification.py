"""What was found out about the figures of an answer: where each comes from, and which contradict their source."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["Cell", "CheckedFigure", "Policy", "Verdict", "Verification"]

Verdict = Literal["bound", "derived", "quoted", "user", "unbound", "contradicted"]
Policy = Literal["mark", "repair", "cut", "off"]


class Cell(Struct, frozen=True, omit_defaults=True):
    """A value of a tool's result. `path` is a JSON pointer into the call's result; `value` is exact decimal text."""

    call_id: str
    tool: str
    path: str
    field: str
    value: str
    unit: str = ""
    asset: str = ""
    as_of: str = ""


class CheckedFigure(Struct, frozen=True, omit_defaults=True):
    """A figure of the text at `start` to `end` (characters). For a contradicted one the cells are those that it should
    have been."""

    text: str
    start: int
    end: int
    verdict: Verdict
    cells: tuple[Cell, ...] = ()
    reason: str = ""


class Verification(Struct, frozen=True):
    """Of a whole answer. `changed` counts what the policy repaired or cut."""

    policy: Policy
    bound: int
    derived: int
    quoted: int
    user: int
    unbound: int
    contradicted: int
    changed: int
    figures: tuple[CheckedFigure, ...]
