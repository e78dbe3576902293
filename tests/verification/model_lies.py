"""Lies that free prose invites beside those of `planting`: a date off by a day, a month or a year, another rise or fall
word wherever it stands, percent for points and points for percent, other words for a number, a ratio of something else.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from tests.verification.planting import Lie, lies_in_prose, replaced
from tests.verification.prose import DATES, FORMATS, Filled, Prose, fill, lookup, proses

__all__ = ["MODEL_CLASSES", "lies_in_model_prose"]

_MOST_OF_A_KIND = 2


def lies_in_model_prose(kind_of_prose: str) -> Iterator[tuple[Prose, Lie]]:
    yield from lies_in_prose(kind_of_prose)
    for at, prose in enumerate(proses(kind_of_prose)):
        chance = random.Random(9_000 + at)
        filled = fill(prose)
        for kind, make in _MAKERS.items():
            made = [lie for lie in make(prose, filled, at) if lie is not None]
            for lie in chance.sample(made, min(_MOST_OF_A_KIND, len(made))):
                yield prose, lie._replace(kind=kind)


def _wrong_date(prose: Prose, filled: Filled, at: int) -> Iterator[Lie | None]:
    for slot in filled.slots:
        if slot.style in DATES:
            day = date.fromisoformat(str(lookup(prose, slot.path))[:10])
            # The day of the answer is the end of every stretch up to now.
            for other in (day - timedelta(days=1), day + timedelta(days=1), _in_other_month(day), _in_other_year(day)):
                if slot.path.endswith("last_day") and other > day:
                    continue
                lie = replaced(filled, slot, DATES[slot.style](other), at, f"{day} -> {other}")
                yield lie and lie._replace(start=_begin(lie.text, lie.start), end=_end(lie.text, lie.end))


def _begin(text: str, place: int) -> int:
    """Where the sentence or line begins: with another date what is told of that day may be called false."""
    return max(text.rfind(". ", 0, place), text.rfind("\n", 0, place)) + 1


def _end(text: str, place: int) -> int:
    return min((at for at in (text.find(". ", place), text.find("\n", place)) if at >= 0), default=len(text))


def _in_other_month(day: date) -> date:
    month = day.month - 1 or 2
    return day.replace(month=month, day=min(day.day, monthrange(day.year, month)[1]))


def _in_other_year(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def _turned(prose: Prose, filled: Filled, at: int) -> Iterator[Lie | None]:
    """The word of direction that the template chose by the figure's sign, exchanged for its opposite."""
    for turn in filled.turns:
        slot = next((one for one in filled.slots if one.path == turn.path and one.start >= turn.end), None)
        if slot is None or not any(digit in "123456789" for digit in filled.text[slot.start : slot.end]):
            continue
        if "pwords" not in slot.style and lookup(prose, turn.path) == 0:
            continue
        moved = len(turn.other) - (turn.end - turn.start)
        text = filled.text[: turn.start] + turn.other + filled.text[turn.end :]
        yield Lie("", at, text, slot.start + moved, slot.end + moved, f"{turn.path}: {turn.other}")


def _points(prose: Prose, filled: Filled, at: int) -> Iterator[Lie | None]:
    """A move of a share by points is no percent change, and a percent change of a price is none by points."""
    for slot in filled.slots:
        text = filled.text[slot.start : slot.end]
        if slot.style == "pp1" and "dominance" in slot.path and "lower" in filled.text[slot.end : slot.end + 10]:
            yield replaced(filled, slot, FORMATS["p1"](lookup(prose, slot.path)), at, "percent for points")
        elif slot.style in {"p1", "p2"} and "percent_change_" in slot.path and filled.text[slot.end : slot.end + 1]:
            yield replaced(filled, slot, f"{text[:-1]} percentage points", at, "points for percent")


def _other_words(prose: Prose, filled: Filled, at: int) -> Iterator[Lie | None]:
    for slot in filled.slots:
        if slot.style == "pwords":
            value = abs(lookup(prose, slot.path))
            for other in (value + 6, value * 1.6 + 3):
                yield replaced(filled, slot, FORMATS["pwords"](other), at, "words")


def _other_ratio(prose: Prose, filled: Filled, at: int) -> Iterator[Lie | None]:
    for slot in filled.slots:
        if slot.path.startswith("=") and slot.style in FORMATS:
            for factor in (0.5, 1.3, 2.0):
                yield replaced(filled, slot, FORMATS[slot.style](lookup(prose, slot.path) * factor), at, f"x {factor}")


_MAKERS: dict[str, Callable[[Prose, Filled, int], Iterator[Lie | None]]] = {
    "wrong date": _wrong_date,
    "turned about": _turned,
    "points and percent": _points,
    "wrong words": _other_words,
    "wrong arithmetic": _other_ratio,
}
MODEL_CLASSES = tuple(_MAKERS)
