"""The summary of a report: the first telling sentence of each section, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptodesk.core.patterns import Pattern

__all__ = ["executive_summary"]

_MOST, _SHORTEST, _LONGEST = 6, 25, 320
# Headings, tables, quotations, notes on sources, code: none is a sentence of the section's own.
_NO_PROSE = Pattern(r"^\s*(?:#|\||>|```|_(?!_)|---)")
_LISTING = Pattern(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
# A sentence ends where the next begins with a capital; citation marks behind the full stop belong to it.
_END = Pattern(r"(?<=[.!?])(?P<marks>(?:\s?\[\d{1,3}\])*)(?:\s+(?=[A-Z“\"*(])|$)")
_LACKING = Pattern(
    r"\bnot (?:available|known|at hand|enough)\b|^(?:there (?:is|are) no|no|none) "
    r"|^i (?:have|found|cannot|could|make|give|know|quote)\b"
    r"|\bcannot (?:be|say|tell)\b|\bhold no\b|\bhas no source\b|\bdata pull\b|`cryptodesk"
)
_FIGURE = Pattern(r"\d")
_ABBREVIATED = Pattern(r"(?:\b(?:e\.g|i\.e|vs|etc|approx|no|st|dr|mr|u\.s|cf|prev|inc|ltd)\.|\b[A-Z]\.)$", 0)


def executive_summary(sections: Sequence[str], most: int = _MOST) -> tuple[str, ...]:
    """One sentence a section, the first with a figure, else the first that says anything, never changed: what is bound
    to data in the section is so here. Sections that only say what is missing give none."""
    chosen: dict[str, None] = {}
    for text in sections:
        sentence = _telling(text)
        if sentence:
            chosen.setdefault(sentence)
    return tuple(chosen)[: max(0, most)]


def _telling(text: str) -> str:
    fit = [sentence for sentence in _sentences(text) if _is_fit(sentence)]
    return next((sentence for sentence in fit if _FIGURE.search(sentence)), fit[0] if fit else "")


def _is_fit(sentence: str) -> bool:
    if not _SHORTEST <= len(sentence) <= _LONGEST or sentence.endswith((":", "?")):
        return False
    if "](" in sentence:  # a headline is somebody else's word
        return False
    return _LACKING.search(sentence.lower()) is None


def _sentences(text: str) -> Iterator[str]:
    is_code = False
    for raw in text.split("\n"):
        is_code ^= raw.lstrip().startswith("```")
        if is_code or _NO_PROSE.match(raw):
            continue
        yield from _split(_LISTING.sub("", raw).strip())


def _split(line: str) -> Iterator[str]:
    """The last piece counts only if it is finished."""
    start = 0
    for match in _END.finditer(line):
        piece = line[start : match.start()]
        if _ABBREVIATED.search(piece):
            continue
        yield f"{piece}{match['marks']}".strip()
        start = match.end()
