"""Changes of a text by place, and where the places of the old text are in the new one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from cryptodesk.core.verification import CheckedFigure, Verification

__all__ = ["Edit", "Edited", "apply_edits", "move_figures"]


class Edit(NamedTuple):
    """`start` to `end` of the old text becomes `text`; an insertion where both are one."""

    start: int
    end: int
    text: str


class Edited(NamedTuple):
    text: str
    edits: tuple[Edit, ...]


def apply_edits(text: str, edits: Iterable[Edit]) -> Edited:
    """Of edits that overlap the first stays."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    pieces, place = [], 0
    for edit in kept:
        pieces += [text[place : edit.start], edit.text]
        place = edit.end
    return Edited("".join([*pieces, text[place:]]), tuple(kept))


def move_figures(verification: Verification, edits: tuple[Edit, ...]) -> Verification:
    """The same verdicts at the figures' new places. What has no place (left out) keeps none of its own."""
    if not edits:
        return verification
    ordered = sorted(range(len(verification.figures)), key=lambda at: verification.figures[at].start)
    moved: list[CheckedFigure] = list(verification.figures)
    at = shift = 0
    for place in ordered:
        figure = verification.figures[place]
        while at < len(edits) and edits[at].end <= figure.start:
            shift += len(edits[at].text) - (edits[at].end - edits[at].start)
            at += 1
        # Something may be put into the middle of what the verifier took for one figure.
        inner = sum(
            len(edit.text) - (edit.end - edit.start)
            for edit in edits[at:]
            if edit.start > figure.start and edit.end < figure.end
        ) if at < len(edits) and edits[at].start < figure.end else 0  # fmt: skip
        moved[place] = msgspec.structs.replace(figure, start=figure.start + shift, end=figure.end + shift + inner)
    return msgspec.structs.replace(verification, figures=tuple(moved))
