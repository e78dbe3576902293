"""Documents cut into passages: at headings, paragraphs and sentences, and where there is none of these at words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.records import Chunk, Document

__all__ = ["MOST_CHARACTERS", "MOST_CHUNKS", "chunk_document", "chunk_text"]

MOST_CHUNKS = 2_000
# A passage holds one thought and fits two windows of the encoder together with the title.
MOST_CHARACTERS = 1_100
_ENOUGH_CHARACTERS = 700
# Below this a passage says too little by itself: a new heading does not end it, and a rest joins what went before.
_FEW_CHARACTERS = 300
_MOST_WITH_REST = 1_200

_HEADING = Pattern(r"#{1,6} +\S")
_TABLE_RULE = Pattern(r"\|?[\s:|-]*-[\s:|-]*\|?")
# After the mark of a sentence and before what may begin one. Ideographic marks need no blank behind them.
_SENTENCE_END = Pattern(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\sa-z])|(?<=[。！？])")
_IDEOGRAPHS = Pattern(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_IDEOGRAPHIC_MARKS = ("。", "！", "？")
# What an ideograph takes of the window, in characters of a Latin script.
_IDEOGRAPH_WEIGHT = 4


class _Unit(Struct, frozen=True):
    """What is not cut again. `glue` joins it to the unit before in the same passage."""

    text: str
    glue: str
    is_heading: bool = False

    @property
    def size(self) -> int:
        return _size(self.text) + len(self.glue)


def chunk_document(document: Document) -> tuple[Chunk, ...]:
    """The document's passages in the order of its text; empty for a text without content. At most 2,000: what comes
    after them is not searched."""
    passages = islice(chunk_text(document.text), MOST_CHUNKS)
    return tuple(Chunk(document.document_id, number, text) for number, text in enumerate(passages))


def chunk_text(text: str) -> Iterator[str]:
    """Passages of about 700 to 1,100 characters, a quarter of that in ideographs.

    A heading stays with what follows it; rows of a table stay whole, and each part of a long table repeats its head."""
    held: str | None = None
    # More than the most passages can hold: of a text of 100 MB the rest is not even looked at.
    for passage in _pack(_units(text.lstrip()[: MOST_CHUNKS * _MOST_WITH_REST])):
        if held is None:
            held = passage
        elif _size(passage) < _FEW_CHARACTERS and _size(held) + _size(passage) + 2 <= _MOST_WITH_REST:
            held = f"{held}\n\n{passage}"
        else:
            yield held
            held = passage
    if held is not None:
        yield held


def _pack(units: Iterable[_Unit]) -> Iterator[str]:
    held: list[_Unit] = []
    size = 0
    for unit in units:
        if held and _is_full(held, size, unit):
            kept = _trailing_headings(held)
            if len(kept) < len(held):
                yield _join(held[: len(held) - len(kept)])
                held, size = kept, sum(each.size for each in kept)
        held.append(unit)
        size += unit.size
    if held:
        yield _join(held)


def _is_full(held: list[_Unit], size: int, unit: _Unit) -> bool:
    if size + unit.size > MOST_CHARACTERS:
        return True
    if unit.is_heading and not held[-1].is_heading:
        return size >= _FEW_CHARACTERS
    return size >= _ENOUGH_CHARACTERS and unit.glue == "\n\n"


def _trailing_headings(held: list[_Unit]) -> list[_Unit]:
    """Headings at the end, which belong to what comes; not so many that they leave it no room."""
    first = len(held)
    while first and held[first - 1].is_heading:
        first -= 1
    kept = held[first:]
    return kept if sum(each.size for each in kept) < _FEW_CHARACTERS else []


def _join(units: list[_Unit]) -> str:
    return units[0].text + "".join(unit.glue + unit.text for unit in units[1:])


def _units(text: str) -> Iterator[_Unit]:
    for block in _blocks(text):
        if len(block) == 1 and _HEADING.match(block[0]) and _size(block[0]) <= _FEW_CHARACTERS:
            yield _Unit(block[0], "\n\n", is_heading=True)
        elif block[0].startswith("|"):
            yield from _table(block)
        else:
            yield from _paragraph("\n".join(block))


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines that belong together: a heading by itself, the rows of a table, a paragraph. None is empty."""
    block: list[str] = []
    for line in map(str.strip, text.split("\n")):
        ends_block = block and line.startswith("|") != block[-1].startswith("|")
        if not line or ends_block or _HEADING.match(line):
            if block:
                yield block
            block = []
        if line:
            block.append(line)
            if _HEADING.match(line):
                yield block
                block = []
    if block:
        yield block


def _table(rows: list[str]) -> Iterator[_Unit]:
    head = _table_head(rows)
    part: list[str] = []
    size = glue_size = len("\n\n")
    for row in rows:
        if part and size + _size(row) + 1 > MOST_CHARACTERS:
            yield _Unit("\n".join(part), "\n\n")
            part, size = list(head), glue_size + sum(_size(each) + 1 for each in head)
        if _size(row) > MOST_CHARACTERS - size:
            if len(part) > len(head):
                yield _Unit("\n".join(part), "\n\n")
            yield from _paragraph(row)
            part, size = [], glue_size
        else:
            part.append(row)
            size += _size(row) + 1
    if part and part != head:
        yield _Unit("\n".join(part), "\n\n")


def _table_head(rows: list[str]) -> list[str]:
    is_short = sum(map(len, rows[:2])) <= _FEW_CHARACTERS
    return rows[:2] if len(rows) > 2 and is_short and _TABLE_RULE.fullmatch(rows[1]) else []


def _paragraph(text: str) -> Iterator[_Unit]:
    if _size(text) + 2 <= MOST_CHARACTERS:
        yield _Unit(text, "\n\n")
        return
    glue = "\n\n"
    for sentence in _sentences(text):
        for piece in _fitting(sentence):
            yield _Unit(piece, glue)
            glue = "" if piece.endswith(_IDEOGRAPHIC_MARKS) else " "


def _sentences(text: str) -> Iterator[str]:
    at = 0
    for end in _SENTENCE_END.finditer(text):
        # The closing quotes that the pattern took belong to the sentence that they close.
        sentence = text[at : end.end()].strip()
        if sentence:
            yield sentence
        at = end.end()
    if text[at:].strip():
        yield text[at:].strip()


def _fitting(sentence: str) -> Iterator[str]:
    """The sentence, or pieces of it cut at blanks, or where there are none anywhere."""
    most = MOST_CHARACTERS - 2
    if _size(sentence) <= most:
        yield sentence
        return
    at = 0
    while at < len(sentence):
        end = at + _characters_within(sentence, at, most)
        if end < len(sentence):
            blank = sentence.rfind(" ", at + most // 2, end)
            end = blank if blank > at else end
        piece = sentence[at:end].strip()
        if piece:
            yield piece
        at = end


def _characters_within(text: str, at: int, most: int) -> int:
    piece = text[at : at + most]
    if not _IDEOGRAPHS.search(piece):
        return len(piece)
    size = 0
    for count, character in enumerate(piece):
        size += _IDEOGRAPH_WEIGHT if _IDEOGRAPHS.match(character) else 1
        if size > most:
            return max(count, 1)
    return len(piece)


def _size(text: str) -> int:
    """Characters as the window counts them."""
    if text.isascii():
        return len(text)
    return len(text) + (_IDEOGRAPH_WEIGHT - 1) * len(_IDEOGRAPHS.findall(text))
