"""Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["MISSING", "table"]

MISSING = "n/a"


def table(headers: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    """A table whose first column is text and whose others are figures; a cell without a value says so."""
    lines = [_row(headers), _row(["---", *("---:" for _ in headers[1:])])]
    return "\n".join([*lines, *(_row([cell or MISSING for cell in row]) for row in rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
