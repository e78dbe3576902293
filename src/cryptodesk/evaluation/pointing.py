"""Which of the sources that the tools brought an answer points at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptodesk.core.messages import Citation
from cryptodesk.core.tools import ToolTrace

__all__ = ["brought", "cited", "numbers_of", "short_title"]

_TELLING_WORDS = 3
_NUMBERS = re.compile(r"\[(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\](?!\()")


def cited(text: str, traces: Sequence[ToolTrace]) -> tuple[Citation, ...]:
    """Those of the sources the tools brought that the text points at: by address, else by number, else by title."""
    sources, numbers, folded = brought(traces), numbers_of(text), text.casefold()
    named = [each for each in sources if _has_address(text, each.url)]
    if not named:
        named = [each for number, each in enumerate(sources, 1) if number in numbers]
    if not named:
        named = [each for each in sources if _is_telling(each) and short_title(each.title).casefold() in folded]
    return tuple({each.url: each for each in reversed(named)}.values())[::-1]


def _has_address(text: str, url: str) -> bool:
    """Whole: "…/eip-155" is not in "…/eip-1559"."""
    return re.search(rf"{re.escape(url)}(?![\w%-])", text) is not None


def _is_telling(source: Citation) -> bool:
    """A short title ("Slashing") stands in texts that do not mean it."""
    return len(short_title(source.title).split()) >= _TELLING_WORDS


def brought(traces: Sequence[ToolTrace]) -> list[Citation]:
    return [each for trace in traces for each in trace.citations or ()]


def numbers_of(text: str) -> set[int]:
    return {int(each) for match in _NUMBERS.finditer(text) for each in re.findall(r"\d+", match.group(1))}


def short_title(title: str) -> str:
    """A handbook title without the source that the article rests on."""
    return title.partition(" (rests on: ")[0]
