"""Plants lies in the analyst's recorded answers by what it handed over: each figure of the text that is surely one of
its facts is given another's place, name, sign or size, the same each time it is run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from cryptodesk.core.events import ComputedFigure
from cryptodesk.verification.meanings import meaning_of
from tests.verification.recorded import Recorded, recorded_answers

__all__ = ["KINDS", "OWN_NAMES", "OwnLie", "own_lies"]

# "own names": two figures of one asset change places, of which one has a name that only code gives it.
OWN_NAMES = "own names"
KINDS = ("another name", "names swapped", "values of two assets", "wrong field", "wrong period", "wrong sign",
         "wrong magnitude", "invented", OWN_NAMES)  # fmt: skip
_MOST_OF_A_KIND = 2
_FIGURES = {
    "money": re.compile(r"(?<![\w.])-?\$\d[\d,]*(?:\.\d+)?(?: (?:trillion|billion|million))?(?![\d,]*\.?\d)"),
    "percent": re.compile(r"(?<![\w.,])[+-]?\d[\d,]*\.\d+%"),
}
_NUMBER = re.compile(r"[\d,]+(?:\.(\d+))?")
_MAGNITUDES = {"trillion": 1e12, "billion": 1e9, "million": 1e6}
_OTHERS = {"trillion": "billion", "billion": "million", "million": "billion"}
_WAYS = {"rose": "fell", "fell": "rose", "up": "down", "down": "up", "above": "below", "below": "above",
         "higher": "lower", "lower": "higher"}  # fmt: skip
_WAY = re.compile(rf"\b({'|'.join(_WAYS)})( by| of)? \**$")
_LENGTHS = (("last 30 days", "last 7 days"), ("over 7 days", "over 30 days"), ("24 hours", "7 days"),
            ("90 days", "30 days"), ("last year", "last 7 days"))  # fmt: skip
_STRANGERS = (("Ethereum", "ETH"), ("Solana", "SOL"), ("Bitcoin", "BTC"), ("Cardano", "ADA"))
# Told of two assets at once, so that another name makes no lie of it.
_OF_TWO = re.compile("beta|correlation|ratio|converted|dominance|_to_")


class Place(NamedTuple):
    """A figure of the text and the one fact that it is."""

    start: int
    end: int
    text: str
    kind: str
    fact: ComputedFigure


class OwnLie(NamedTuple):
    """`spans` are where the false figures stand in `text`."""

    kind: str
    text: str
    spans: tuple[tuple[int, int], ...]
    note: str


def own_lies() -> Iterator[tuple[Recorded, OwnLie]]:
    for at, answer in enumerate(recorded_answers()):
        if not answer.results or not answer.computed:
            continue
        chance = random.Random(7_000 + at)
        made: dict[str, list[OwnLie]] = {}
        for lie in _all(answer, chance):
            made.setdefault(lie.kind, []).append(lie)
        for lies in made.values():
            yield from ((answer, lie) for lie in chance.sample(lies, min(_MOST_OF_A_KIND, len(lies))))


def _all(answer: Recorded, chance: random.Random) -> Iterator[OwnLie]:
    body = len(answer.text.split("\n\n_As of")[0])
    places = _places(answer, body)
    yield from _swapped(answer.text, places)
    yield from _renamed(answer, places, body, chance)
    yield from _turned(answer.text, places)
    yield from _resized(answer.text, places, chance)
    yield from _relabelled(answer.text, body)


def _value(text: str) -> float:
    number = float(re.sub(r"[^\d.]", "", text))
    return number * next((size for name, size in _MAGNITUDES.items() if name in text), 1.0)


def _step(text: str) -> float:
    match = _NUMBER.search(text)
    assert match is not None
    step = 10.0 ** -len(match[1] or "")
    return float(step * next((size for name, size in _MAGNITUDES.items() if name in text), 1.0))


def _places(answer: Recorded, body: int) -> list[Place]:
    found = []
    for kind, pattern in _FIGURES.items():
        for match in pattern.finditer(answer.text, 0, body):
            fitting = [
                one
                for one in answer.computed
                if abs(abs(one.value) - _value(match[0])) <= 0.51 * _step(match[0])
                and (one.unit in {"percent", "percentage points"}) == (kind == "percent")
            ]
            if len({(one.asset, one.field) for one in fitting}) == 1:
                found.append(Place(match.start(), match.end(), match[0], kind, fitting[0]))
    return sorted(found, key=lambda place: place.start)


# --- figures that change places ----------------------------------------------------------------------------------


def _swapped(text: str, places: Sequence[Place]) -> Iterator[OwnLie]:
    for one, other in combinations(places, 2):
        kind = _kind_of_swap(one.fact, other.fact)
        if kind is None or one.kind != other.kind or _is_alike(one.text, other.text):
            continue
        changed = text[: one.start] + other.text + text[one.end : other.start] + one.text + text[other.end :]
        moved = len(other.text) - len(one.text)
        spans = (
            (one.start, one.start + len(other.text)),
            (other.start + moved, other.start + moved + len(one.text)),
        )
        yield OwnLie(kind, changed, spans, f"{one.fact.field} {one.text} - {other.fact.field} {other.text}")


def _kind_of_swap(one: ComputedFigure, other: ComputedFigure) -> str | None:
    if (one.asset == other.asset) == (one.field == other.field) or not (one.asset and other.asset):
        return None
    if one.field == other.field:
        return "values of two assets"
    meanings = [meaning_of(tuple(fact.field.split("."))) for fact in (one, other)]
    if any(meaning.measure.startswith("field") for meaning in meanings):
        return OWN_NAMES
    return "wrong period" if all(meaning.aspect == "change" for meaning in meanings) else "wrong field"


def _is_alike(one: str, other: str) -> bool:
    """Whether the texts may stand for one another, or differ in sign, which would give the lie away."""
    first, second = _value(one), _value(other)
    signs = {text[0] if text[0] in "+-" else "" for text in (one, other)}
    return abs(first - second) <= 0.04 * max(first, second) + 0.06 or len(signs) > 1


# --- other names -------------------------------------------------------------------------------------------------


def _renamed(answer: Recorded, places: Sequence[Place], body: int, chance: random.Random) -> Iterator[OwnLie]:
    symbols = {one.asset: one.symbol for one in answer.computed if one.asset_id is not None and one.symbol}
    if len(symbols) == 1:
        (name, symbol), text = next(iter(symbols.items())), answer.text
        strangers = [pair for pair in _STRANGERS if not re.search(rf"\b(?:{pair[0]}|{pair[1]})\b", text)]
        if strangers:
            pairs = {name: strangers[0][0], symbol: strangers[0][1]}
            yield from _with_names(answer.text, places, body, pairs, "another name", {name})
    elif len(symbols) > 1:
        one, other = chance.sample(sorted(symbols), 2)
        if one not in other and other not in one:
            pairs = {one: other, other: one, symbols[one]: symbols[other], symbols[other]: symbols[one]}
            yield from _with_names(answer.text, places, body, pairs, "names swapped", {one, other})


def _with_names(
    text: str, places: Sequence[Place], body: int, pairs: Mapping[str, str], kind: str, owners: set[str]
) -> Iterator[OwnLie]:
    spans = []
    for place in places:
        if place.fact.asset in owners and not _OF_TWO.search(place.fact.field):
            start = len(_exchanged(text[: place.start], pairs))
            spans.append((start, start + len(place.text)))
    changed = _exchanged(text[:body], pairs) + text[body:]
    if spans and changed != text:
        yield OwnLie(kind, changed, tuple(spans), " - ".join(pairs))


def _exchanged(text: str, pairs: Mapping[str, str]) -> str:
    names = sorted(pairs, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))
    return pattern.sub(lambda match: pairs[match[0]], text)


# --- signs, sizes, periods ---------------------------------------------------------------------------------------


def _replaced(kind: str, text: str, place: Place, changed: str) -> OwnLie:
    spans = ((place.start, place.start + len(changed)),)
    return OwnLie(kind, text[: place.start] + changed + text[place.end :], spans, place.text)


def _turned(text: str, places: Sequence[Place]) -> Iterator[OwnLie]:
    for place in places:
        if place.kind != "percent" or not re.search("[1-9]", place.text):
            continue
        if place.text[0] in "+-":
            yield _replaced("wrong sign", text, place, {"+": "-", "-": "+"}[place.text[0]] + place.text[1:])
        way = _WAY.search(text[: place.start])
        if way:
            other = _WAYS[way[1]]
            moved = len(other) - len(way[1])
            changed = text[: way.start(1)] + other + text[way.end(1) :]
            yield OwnLie("wrong sign", changed, ((place.start + moved, place.end + moved),), f"{other} {place.text}")


def _resized(text: str, places: Sequence[Place], chance: random.Random) -> Iterator[OwnLie]:
    for place in places:
        match = _NUMBER.search(place.text)
        assert match is not None
        number, digits = float(match[0].replace(",", "")), len(match[1] or "")
        magnitude = next((name for name in _MAGNITUDES if name in place.text), "")
        if magnitude:
            yield _replaced("wrong magnitude", text, place, place.text.replace(magnitude, _OTHERS[magnitude]))
        elif place.kind == "money" and number:
            yield _replaced("wrong magnitude", text, place, place.text.replace(match[0], f"{number * 10:,.{digits}f}"))
        other = number * chance.choice((0.71, 1.19, 1.43))
        if abs(other - number) > 0.06:
            yield _replaced("invented", text, place, place.text.replace(match[0], f"{other:,.{digits}f}"))


def _relabelled(text: str, body: int) -> Iterator[OwnLie]:
    for one, other in _LENGTHS:
        for match in re.finditer(rf"(\d+\.\d\d%)(\*\*)? over (?:the )?{one}", text[:body]):
            if float(match[1][:-1]):
                changed = text[: match.start()] + match[0].replace(one, other) + text[match.end() :]
                yield OwnLie("wrong period", changed, (match.span(1),), f"{one} -> {other}")
