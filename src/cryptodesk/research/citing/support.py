"""Whether a source says what a sentence cites it for: figures, names and terms are found again, and nothing is turned.

Exact and deaf to meaning on purpose: what passes has the source's own figures beside the source's own names. A model
may be asked on top (`Entailment`) and can only say no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.core.verification import CheckedFigure
from cryptodesk.research.citing._figures import figures_missing, find_figure
from cryptodesk.research.citing._terms import stem
from cryptodesk.research.citing._texts import Place, ReadText, read_text
from cryptodesk.research.citing._turns import is_swapped, is_turned
from cryptodesk.research.citing.marks import bare
from cryptodesk.verification.verdicts import BAD

__all__ = ["Entailment", "Support", "check_cells", "check_sentence", "misquoted"]

# Shares of a sentence's terms that must stand in the passage as a whole, and in the part of it that fits best.
_LEAST_IN_PASSAGE, _LEAST_IN_PLACE = 0.62, 0.45
_MOST_OF_SUBJECT_MISSING = 0.25
_FEWEST_TERMS = 2
_PLACE = 2
_LONGEST = 1_500
_FEWEST_QUOTED = 4
_QUOTATION = Pattern(r"“([^“”]{4,1500})”|(?<!\w)\"([^\"\n]{4,1500})\"")
_AGE = Pattern(r"\s?\((?:\d+ (?:hours?|days?) old|today|yesterday)\)")


class Support(Struct, frozen=True):
    """`reason` says what is missing or turned; empty where the source says it."""

    is_supported: bool
    reason: str = ""


class Entailment(Protocol):
    """A model's word on whether a passage says what a sentence says."""

    def __call__(self, sentence: str, passages: Sequence[str]) -> bool: ...


def check_sentence(
    sentence: str, passages: Sequence[str], entailment: Entailment | None = None, *, head: str = ""
) -> Support:
    """Whether one of the passages says it. `head` (title, publisher, date) may be said too; it supports nothing alone.

    A sentence of which no passage says all is refused: what two passages say is two sentences' worth."""
    told = _AGE.sub("", bare(sentence[:_LONGEST])).strip()
    reason = misquoted(told, passages)
    if reason:
        return Support(False, reason)
    reason = "there is no text to compare with"
    claim = read_text(told)
    for passage in passages:
        found = _against(claim, read_text(passage), read_text(head) if head else None)
        if not found:
            if entailment is not None and not entailment(told, [passage]):
                return Support(False, "the model asked reads the passage otherwise")
            return Support(True)
        reason = found
    return Support(False, reason)


def misquoted(text: str, passages: Sequence[str]) -> str:
    """What the text gives for somebody's words and no passage has word for word; empty where there is nothing such.

    A few words between quotation marks may be a name or a manner of speaking."""
    for match in _QUOTATION.finditer(text):
        quotation = match[1] or match[2]
        pieces = [words for piece in quotation.split("…") if (words := _letters(piece))]
        if len(quotation.split()) < _FEWEST_QUOTED:
            continue
        if not any(all(piece in _letters(passage) for piece in pieces) for passage in passages):
            return f"“{quotation[:60]}” is not in the source word for word"
    return ""


@lru_cache(maxsize=512)
def _letters(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text).split()).casefold()


def check_cells(
    figures: Iterable[CheckedFigure], owners: Callable[[CheckedFigure], Iterable[str]], keys: Iterable[str]
) -> Support:
    """Whether all figures of a sentence are bound, and each of the cited series has one of them.

    `owners` gives the series that a figure is of; one that code worked out may be of several."""
    held: set[str] = set()
    count = 0
    for one in figures:
        if one.verdict in BAD and one.action is None:
            return Support(False, f"{one.text}: {one.reason or one.verdict}")
        of = set(owners(one))
        held |= of
        count += bool(of)
    if not count:
        return Support(False, "no figure of the sentence is from the data")
    without = [key for key in keys if key not in held]
    return Support(not without, f"no figure of the sentence is of {without[0]}" if without else "")


# --- passages ------------------------------------------------------------------------------------------------------


def _against(claim: ReadText, passage: ReadText, head: ReadText | None) -> str:
    """What the passage does not say of the claim; empty where it says all."""
    if not claim.places:
        return "there is nothing to check"
    return next(filter(None, (_place_missing(place, passage, head) for place in claim.places)), "")


def _place_missing(place: Place, passage: ReadText, head: ReadText | None) -> str:
    stems = set(place.terms.stems)
    if len(stems) < _FEWEST_TERMS and not place.reading.figures:
        return "" if stems and stems <= passage.stems else "it says too little to be checked"
    near = _nearest(place, passage)
    others = (*passage.places, *(head.places if head else ()))
    return (
        _names_missing(place, passage, head)
        or _terms_missing(place, passage, head)
        or figures_missing(place, near, others)
        or _is_of_other(place, near, passage, head)
        or is_turned(place, near)
        or is_swapped(place, near)
    )


def _names_missing(place: Place, passage: ReadText, head: ReadText | None) -> str:
    known = passage.stems | (head.stems if head else frozenset())
    assets = passage.assets | (head.assets if head else frozenset())
    of_assets: set[str] = set()
    for mark in place.reading.marks:
        if mark.kind == "asset":
            words = {stem(word) for word in mark.words.split()}
            if mark.name not in assets and not words <= known:
                return f"{place.text[mark.start : mark.end]} is not in the source"
            of_assets |= words
    lacking = sorted(place.terms.names - of_assets - known)
    return f"“{lacking[0]}” is not in the source" if lacking else ""


def _terms_missing(place: Place, passage: ReadText, head: ReadText | None) -> str:
    stems, known = set(place.terms.stems), passage.stems | (head.stems if head else frozenset())
    lacking = sorted(stems - known)
    if stems and 1 - len(lacking) / len(stems) < _LEAST_IN_PASSAGE:
        return f"the source does not speak of {', '.join(f'“{one}”' for one in lacking[:3])}"
    absent = [one for one in place.terms.subject if one not in known and one not in _of_assets(place)]
    if len(absent) > len(place.terms.subject) * _MOST_OF_SUBJECT_MISSING:
        return f"the source does not speak of “{absent[0]}”"
    best = max((_share(stems, span) for span in _spans(passage)), default=0.0)
    return "" if not stems or best >= _LEAST_IN_PLACE else "no part of the source speaks of all that"


def _of_assets(place: Place) -> frozenset[str]:
    return frozenset(stem(word) for mark in place.reading.marks if mark.kind == "asset" for word in mark.words.split())


def _is_of_other(place: Place, near: Place, passage: ReadText, head: ReadText | None) -> str:
    """Whether the sentence that says it names somebody else as the one it is of."""
    names = passage.names | place.terms.names
    named = [one for one in place.terms.subject if one in names and one not in _of_assets(place)]
    others = [one for one in near.terms.subject if one in names and one not in _of_assets(near)]
    if not named or set(named) & set(near.terms.stems):
        return ""  # it names both: who did it to whom is looked at for itself
    if others:
        return f"the source says it of “{others[0]}”, not of “{named[0]}”"
    # "The team" is whoever was named before.
    before = passage.places[: next((at for at, one in enumerate(passage.places) if one is near), 0)]
    known = {stem for one in before for stem in one.terms.stems} | (head.stems if head else frozenset())
    return "" if set(named) & known else f"the source does not say it of “{named[0]}”"


def _spans(passage: ReadText) -> Iterable[frozenset[str]]:
    places = passage.places
    for at in range(len(places)):
        yield frozenset(one for place in places[at : at + _PLACE] for one in place.terms.stems)


def _share(stems: set[str], held: frozenset[str]) -> float:
    return len(stems & held) / len(stems) if stems else 0.0


def _nearest(place: Place, passage: ReadText) -> Place:
    """The sentence of the passage that shares most with the claim, figures before words."""
    stems = set(place.terms.stems)

    def likeness(other: Place) -> tuple[int, float]:
        same = sum(find_figure(one, place, other) is not None for one in place.reading.figures)
        return same, _share(stems, frozenset(other.terms.stems))

    return max(passage.places, key=likeness, default=place)
