"""Markdown as plain text, block by block while it comes: no marks, tables in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["PlainText", "as_plain"]

_MARKS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_SLANTED = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])(.+?)(?<=\S)\1(?![\w*_])")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_FIGURE = re.compile(r"^[-+−~<>$€]*[\d.,]+.{0,12}$")


class PlainText:
    """Fed with pieces of Markdown, gives back what is whole: a line, or a table."""

    def __init__(self) -> None:
        self._rest = ""
        self._table: list[list[str]] = []

    def add(self, text: str) -> str:
        *whole, self._rest = (self._rest + text).split("\n")
        return "".join(f"{line}\n" for each in whole for line in self._line(each))

    def finish(self) -> str:
        rest, self._rest = self._rest, ""
        return "\n".join([*(self._line(rest) if rest else ()), *self._end_table()])

    def _line(self, line: str) -> Iterator[str]:
        if line.lstrip().startswith("|"):
            if not _RULE.match(line):
                self._table.append([_unmarked(cell.strip()) for cell in line.strip().strip("|").split("|")])
            return
        yield from self._end_table()
        yield _unmarked(_HEADING.sub("", line))

    def _end_table(self) -> Iterator[str]:
        rows, self._table = self._table, []
        return _columns(rows)


def as_plain(markdown: str) -> str:
    text = PlainText()
    return text.add(markdown) + text.finish()


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Figures at the right of their column, words at its left."""
    count = max(map(len, rows), default=0)
    columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(count)]
    widths = [max(map(len, column)) for column in columns]
    right = [all(_FIGURE.match(cell) for cell in column[1:] if cell) for column in columns]
    for row in zip(*columns, strict=True):
        cells = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _unmarked(line: str) -> str:
    line = _LINK.sub(r"\1 (\2)", _CODE.sub(r"\1", line))
    return _SLANTED.sub(r"\2", _MARKS.sub(r"\2", line))
