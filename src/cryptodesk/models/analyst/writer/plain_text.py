"""The same answer without markdown: emphasis goes, tables become aligned columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from cryptodesk.core.patterns import Pattern

__all__ = ["to_plain_text"]

_EMPHASIS = Pattern(r"\*\*|(?<![\w_])_(?=\S)|(?<=\S)_(?![\w_])|`")
_HEADING = Pattern(r"^#{1,6} ", re.MULTILINE)
_LINK = Pattern(r"\[([^\]\n]+)\]\((\S+?)\)")
_RULE = Pattern(r"\|(?: ?:?-{3,}:? ?\|)+")


def to_plain_text(markdown: str) -> str:
    """Links keep their address in brackets."""
    lines = markdown.split("\n")
    out: list[str] = []
    for is_table, group in groupby(lines, key=lambda line: line.startswith("|")):
        block = list(group)
        out += _columns(block) if is_table else map(_plain, block)
    return "\n".join(out)


def _plain(text: str) -> str:
    return _EMPHASIS.sub("", _HEADING.sub("", _LINK.sub(r"\1 (\2)", text)))


def _columns(lines: Sequence[str]) -> Iterator[str]:
    rows = [
        [_plain(cell.strip()) for cell in line.strip("|").split("|")] for line in lines if not _RULE.fullmatch(line)
    ]
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(max(map(len, rows)))]
    for row in rows:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        yield "  ".join(cells).rstrip()
