"""What becomes of a unit with wrong figures: marked only, repaired from the cells, or left out."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import msgspec

from cryptodesk.verification.checking import CheckedUnit
from cryptodesk.verification.claims import Claim
from cryptodesk.verification.tables import TableReader
from cryptodesk.verification.verdicts import BAD, CheckedFigure
from cryptodesk.verification.vocabulary import load_vocabulary

__all__ = ["Policy", "Treated", "note_on", "treat"]

Policy = Literal["mark", "repair", "cut", "off"]

_NOTHING = "n/a"
_MARKS = ("**", "__", "_", "*")


class Treated(NamedTuple):
    """`text` is what is sent of the unit, None where all of it is left out. `figures` have their places in the text
    sent, counted from the unit's beginning."""

    text: str | None
    figures: tuple[CheckedFigure, ...]
    repaired: int = 0
    left_out: int = 0


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def treat(checked: CheckedUnit, policy: Policy) -> Treated:
    """Places of the figures given count from the beginning of the unit."""
    start = checked.unit.start
    figures = [msgspec.structs.replace(one, start=one.start - start, end=one.end - start) for one in checked.figures]
    bad = [one for one in figures if one.verdict in BAD]
    if policy in {"mark", "off"} or not bad:
        return Treated(checked.unit.text, tuple(figures))
    edits = (
        [_repair(checked, one, claim) for one, claim in zip(figures, checked.claims, strict=True)]
        if policy == "repair"
        else []
    )
    if policy == "repair" and all(
        edit is not None for edit, one in zip(edits, figures, strict=True) if one.verdict in BAD
    ):
        return _edited(checked, figures, [edit for edit in edits if edit])
    if checked.unit.kind == "row":
        return _emptied(checked, figures, edits)
    return _left_out(checked, figures)


def _repair(checked: CheckedUnit, figure: CheckedFigure, claim: Claim | None) -> list[_Edit] | None:
    """The edits that put the right value in place; none for a good figure, None where it cannot be done in place."""
    if figure.verdict not in BAD:
        return []
    if figure.verdict != "contradicted" or figure.expected is None or claim is None:
        return None
    text = figure.expected
    is_negative = text.startswith("-")
    if claim.figure.kind == "money" and is_negative and claim.sign < 0 and not claim.figure.sign:
        text = text.removeprefix("-")  # "an outflow of $5M"
    if (
        claim.direction is None
        or claim.figure.sign
        or claim.aspect not in {"change", ""}
        or claim.figure.kind == "money"
    ):
        return [_Edit(figure.start, figure.end, text)]
    text = text.removeprefix("-")
    turns = (claim.sign < 0) != is_negative and claim.sign != 0
    if not turns:
        return [_Edit(figure.start, figure.end, text)]
    turned = _turned(checked, figure, claim)
    return None if turned is None else [turned, _Edit(figure.start, figure.end, text)]


def _turned(checked: CheckedUnit, figure: CheckedFigure, claim: Claim) -> _Edit | None:
    """The opposite word of direction, where the word speaks of this figure alone."""
    if claim.direction is None:
        return None
    offset = figure.start - claim.figure.start
    start, end = claim.direction.start + offset, claim.direction.end + offset
    between = (min(end, figure.start), max(start, figure.end))
    base = checked.unit.start
    others = [one for one in checked.figures if one.start - base != figure.start]
    if any(between[0] <= one.start - base < between[1] for one in others) or _is_shared(checked, claim):
        return None
    word = checked.unit.text[start:end]
    opposite = load_vocabulary().opposites.get(word.lower())
    if opposite is None:
        return None
    return _Edit(start, end, opposite.capitalize() if word[:1].isupper() else opposite)


def _is_shared(checked: CheckedUnit, claim: Claim) -> bool:
    return sum(one is not None and one.direction == claim.direction for one in checked.claims) > 1


def _edited(checked: CheckedUnit, figures: list[CheckedFigure], edits: list[list[_Edit]]) -> Treated:
    """The text with all edits, and the figures where they then stand."""
    ordered = sorted({edit for one in edits for edit in one})
    text, place = "", 0
    for edit in ordered:
        text += checked.unit.text[place : edit.start] + edit.text
        place = edit.end
    text += checked.unit.text[place:]
    moved, repaired = [], 0
    for one in figures:
        shift = sum(len(edit.text) - (edit.end - edit.start) for edit in ordered if edit.end <= one.start)
        own = next((edit for edit in ordered if (edit.start, edit.end) == (one.start, one.end)), None)
        if own is None:
            moved.append(msgspec.structs.replace(one, start=one.start + shift, end=one.end + shift))
            continue
        repaired += one.verdict in BAD
        moved.append(
            msgspec.structs.replace(
                one, text=own.text, was=one.text, start=one.start + shift, end=one.start + shift + len(own.text),
                action="repaired",
            )
        )  # fmt: skip
    return Treated(text, tuple(moved), repaired, 0)


def _emptied(checked: CheckedUnit, figures: list[CheckedFigure], edits: list[list[_Edit] | None]) -> Treated:
    """A table row: the cells with wrong figures say so, the others stay; what can be repaired is."""
    possible = edits or [None if one.verdict in BAD else [] for one in figures]
    kept: list[list[_Edit]] = []
    lost: list[CheckedFigure] = []
    holes: set[_Edit] = set()
    for one, edit in zip(figures, possible, strict=True):
        if edit is not None:
            kept.append(edit)
            continue
        start, text = next(
            (start, text)
            for start, text in TableReader().cells(checked.unit.text)
            if start <= one.start < start + len(text) + 1
        )
        body = text.strip()
        begin = start + text.find(body)
        holes.add(_Edit(begin, begin + len(body), _NOTHING))
        lost.append(one)
    within = [one for one in figures if any(hole.start <= one.start < hole.end for hole in holes)]
    outside = [one for one in figures if one not in within]
    edits_left = [[edit for edit in one if not any(h.start <= edit.start < h.end for h in holes)] for one in kept]
    treated = _edited(checked, outside, [*edits_left, sorted(holes)])
    gone = tuple(msgspec.structs.replace(one, start=one.start, end=one.start, action="left_out") for one in within)
    return Treated(treated.text, (*treated.figures, *gone), treated.repaired, len(holes))


def _left_out(checked: CheckedUnit, figures: list[CheckedFigure]) -> Treated:
    gone = tuple(msgspec.structs.replace(one, start=0, end=0, action="left_out") for one in figures)
    return Treated(_open_marks(checked.unit.text), gone, 0, 1)


def _open_marks(text: str) -> str | None:
    """Emphasis that begins or ends in the text and not in it alone must stay, or it spreads."""
    left = "".join(mark for mark in ("**", "__") if text.count(mark) % 2)
    bare = re.sub(r"\*\*|__", "", text)
    if bare.startswith("_") != bare.endswith("_"):
        left += "_"
    return left or None


def note_on(repaired: int, left_out: int) -> str:
    """One line on what was changed; empty where nothing was."""
    said = []
    if repaired:
        said.append(f"{repaired} {'figure was' if repaired == 1 else 'figures were'} corrected from the data")
    if left_out:
        what = "statement was left out: its" if left_out == 1 else "statements were left out: their"
        said.append(f"{left_out} {what} figures are not in the data")
    return f"_{'; '.join(said)}._" if said else ""
