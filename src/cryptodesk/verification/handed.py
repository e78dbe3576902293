"""Figures that code hands over with what they are of, and whether a claim is of the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from cryptodesk.core.events import ComputedFigure
from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.claims import Claim
from cryptodesk.verification.dates import read_day
from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.faults import faults_of, wanted_measures
from cryptodesk.verification.meanings import Meaning, meaning_of
from cryptodesk.verification.periods import same_length
from cryptodesk.verification.precision import bounds_of
from cryptodesk.verification.vocabulary import load_vocabulary, word_set, words_of

__all__ = [
    "Handed",
    "fits",
    "handed_over",
    "has_unit",
    "is_named",
    "is_outworded",
    "is_worded",
    "may_be",
    "names_field",
]

_NO_CALL = -1
_PIECES = Pattern(r"[._]")
# A ratio of two fields is neither of them, whatever its name begins with.
_OF_TWO = Pattern(r"(?:^|_)(?:to|ratio|with|within|per)(?:_|$)")
_PHRASE_END = Pattern(r"[,;.()]|\b(?:and|to)\b")
_WORD = Pattern(r"[^\W\d_]+|(?<![\d.,$-])\d+(?![\d.,%-])")
_NEAR_WORDS = 4
_NAMED = frozenset({"BTC", "ETH"})
# Words of a text, and of a field's name, that say the same.
_ALIKE = {
    "below": "drawdown", "daily": "day", "annualised": "year", "half": "percentile", "highest": "high", "lowest": "low",
    "paid": "cost", "costs": "cost", "worth": "value", "pnl": "gain", "loss": "gain", "profit": "gain", "sell": "sale",
    "selling": "sale", "leave": "left", "total": "portfolio", "whole": "portfolio", "holding": "portfolio",
    "holdings": "portfolio",
}  # fmt: skip
_ADJOINING = _LONG_NAME = 4
_JOINTS = frozenset({"of", "at", "is", "wa", "by", "to", "a", "the", "about"})
_TELLING_NOTHING = word_set("pct percent usd price change coin a at if after be is of to in as current count") | {""}
_SHARES = frozenset({"percent", "points"})


class Handed(Struct, frozen=True, gc=False):
    """`owners` are the keys of the assets that the figure may be told of; empty where it is of none. `title` are the
    words of an owner that no result knows, as of a group of coins. `words` are those of the field's name that tell it
    from others; `is_known`: the vocabulary has the field. `cell` is the figure as if it stood in a result."""

    figure: ComputedFigure
    owners: frozenset[str]
    title: frozenset[str]
    words: frozenset[str]
    is_known: bool
    cell: Cell
    day: date | None = None


def handed_over(figures: Iterable[ComputedFigure], facts: FactTable, tickers: Mapping[str, str]) -> list[Handed]:
    keys: dict[tuple[object, str], str] = {}
    found = []
    for one in figures:
        of = (one.asset_id, one.asset)
        if of not in keys:
            keys[of] = _key(one, facts)
        found.append(_handed(one, keys[of], facts, tickers))
    return found


def _key(one: ComputedFigure, facts: FactTable) -> str:
    """The entity's key; empty for none and for what no result names."""
    if one.asset_id is not None:
        key = str(one.asset_id)
        facts.entities.add(key, one.asset, one.symbol)
        return key
    name = one.asset.lower()
    return next((key for key, entity in facts.entities.by_key.items() if name and entity.name.lower() == name), "")


def _handed(one: ComputedFigure, key: str, facts: FactTable, tickers: Mapping[str, str]) -> Handed:
    field = one.field.removeprefix("period_")
    meaning = meaning_of(tuple(field.split(".")))
    is_known = not meaning.measure.startswith("field") and not _OF_TWO.search(one.field)
    pieces = _PIECES.split(one.field)
    named = {tickers[piece.upper()] for piece in pieces if piece.upper() in _NAMED and piece.upper() in tickers}
    read = msgspec.structs.replace(meaning, unit=_unit(one, meaning if is_known else None))
    return Handed(
        one,
        frozenset({key, *named} if key else named),
        frozenset(map(_stem, words_of(one.asset))) if not key else frozenset(),
        frozenset(_stem(piece.lower()) for piece in pieces) - _TELLING_NOTHING,
        is_known,
        Cell(one.value, tuple(field.split(".")), facts.entities.by_key.get(key), _NO_CALL, None, read),
        read_day(one.as_of),
    )


def _stem(word: str) -> str:
    return _ALIKE.get(word, word.removesuffix("s"))


def _unit(one: ComputedFigure, meaning: Meaning | None) -> str:
    if one.unit in {"%", "percent", "percentage points"}:
        return "percent"
    if _currency(one.unit) in load_vocabulary().currencies.values():
        return "money"
    if one.unit:
        return "gwei" if one.unit == "gwei" else "coins"
    return meaning.unit if meaning is not None else ""


def may_be(claim: Claim, one: Handed) -> bool:
    """Whether owner and direction are the figure's; the field is another question."""
    return _is_of(claim, one) and _has_way(claim, one)


def has_unit(claim: Claim, one: Handed) -> bool:
    kind, unit = claim.figure.kind, one.cell.meaning.unit
    if kind == "money":
        return not unit or (unit == "money" and _currency(one.figure.unit) in {"", claim.figure.unit})
    return kind not in _SHARES or unit not in {"money", "coins", "rank"}


def _currency(unit: str) -> str:
    return load_vocabulary().currencies.get(unit.lower(), unit)


def _is_of(claim: Claim, one: Handed) -> bool:
    if not claim.assets or not (one.owners or one.title):
        return True
    if not one.owners.isdisjoint(claim.assets):
        return True
    if claim.figure.kind == "count" and one.cell.meaning.unit == "coins":
        return claim.figure.unit in {one.figure.unit, *one.owners}
    return bool(one.title) and (not claim.is_own_asset or one.title <= _words(claim))


def _has_way(claim: Claim, one: Handed) -> bool:
    value, figure = one.figure.value, claim.figure
    if not value or not figure.value or figure.kind not in _SHARES:
        return True
    if figure.sign:
        return figure.sign * value > 0
    if value < 0 or one.cell.meaning.aspect == "change" or _MOVES & one.words:
        return claim.is_unsigned or (claim.sign or 1) * value > 0
    return True


_MOVES = frozenset({"pnl", "gain", "move", "distance", "return", "best", "worst", "day"})


def names_field(claim: Claim) -> bool:
    """Whether the words right at the figure say of what it is."""
    if not claim.is_tight or _is_of_other_unit(claim):
        return False
    return bool(claim.measures) or claim.aspect in _EXTREMES or (claim.aspect == "change" and bool(claim.hours))


def _is_of_other_unit(claim: Claim) -> bool:
    """Whether the figure is not of the measure that is named beside it: a bare number of money, a share of a price."""
    units = {load_vocabulary().units.get(measure, "") for measure in wanted_measures(claim)}
    if claim.figure.kind == "plain":
        is_broken = "." in claim.figure.number and units == {"count"}
        return is_broken or not units.isdisjoint({"money", "percent", "gwei", "coins"})
    return claim.figure.kind in _SHARES and not claim.aspect and units.isdisjoint({"percent", "ratio", ""})


_EXTREMES = frozenset({"high", "low", "ath", "atl", "open"})


def fits(claim: Claim, one: Handed, facts: FactTable, *, is_held: bool) -> bool:
    """Whether the field is the one that the words speak of."""
    if one.is_known:
        faults = set(faults_of(_qualified(claim, one), one.cell, facts))
        if not one.cell.meaning.hours and not is_held:
            faults.discard("period")  # code does not say of which
        is_told = names_field(claim) and bool(claim.measures or claim.aspect in _EXTREMES)
        return faults.isdisjoint({"sign", "period"}) and ("field" not in faults or not is_told)
    if not _is_over(claim, one):
        return False
    if not is_held:
        return True
    is_moved = claim.direction is not None and 0 <= claim.figure.start - claim.direction.end <= _ADJOINING
    if claim.figure.kind == "money" or (is_moved and claim.is_own_measure):
        return not one.words.isdisjoint(_near_words(claim))
    return not one.words.isdisjoint(_words(claim))


def _near_words(claim: Claim) -> frozenset[str]:
    """Words of the row, and those between the figure before and the one behind."""
    front = _stems(claim.front[claim.left :])
    return frozenset({*map(_stem, claim.told_words), *front, *_behind(claim)[: _NEAR_WORDS + 2]})


def _behind(claim: Claim) -> list[str]:
    """The words behind the figure, within its phrase."""
    return _stems(_PHRASE_END.split(claim.behind, maxsplit=1)[0])


def _name_in_front(claim: Claim) -> str:
    """The last word in front of the figure that says anything."""
    return next((word for word in reversed(_stems(claim.front[claim.left :])) if word not in _JOINTS), "")


def is_named(claim: Claim, one: Handed) -> bool:
    """Whether the field's own word stands right in front of the figure: "would be worth $5"."""
    name = _name_in_front(claim)
    return name in one.words and name.isalpha() and len(name) >= _LONG_NAME


def _qualified(claim: Claim, one: Handed) -> Claim:
    """The claim with the qualifiers of the field that its sentence has anywhere: "8 gwei, standard speed"."""
    lacking = one.cell.meaning.qualifiers - claim.qualifiers
    if not lacking or not lacking <= claim.words | claim.told_words:
        return claim
    return msgspec.structs.replace(claim, qualifiers=claim.qualifiers | lacking)


def is_outworded(claim: Claim, one: Handed, others: Iterable[Handed]) -> bool:
    """Whether the words at the figure are those of another figure handed over rather than of this one."""
    told = frozenset(map(_stem, claim.told_words))
    front, behind, name = _stems(claim.front), _behind(claim)[:_NEAR_WORDS], _name_in_front(claim)
    lowest, highest = bounds_of(claim.figure, claim.approximation)
    for other in others:
        if lowest <= abs(other.figure.value) <= highest:
            continue
        if other.figure.field == one.figure.field:
            if _is_named_instead(claim, one, other):
                return True
        elif name in other.words - one.words and one.is_known and not other.is_known and _is_sibling(one, other):
            return True
        elif not one.is_known and _is_sibling(one, other):
            own, others_own = one.words - other.words, other.words - one.words
            if own and _is_worded_instead(own, others_own, told, front, behind):
                return True
    return False


def is_worded(claim: Claim, one: Handed, others: Iterable[Handed], facts: FactTable) -> bool:
    """Whether the words right at the figure are those of this field where it is read as another's: "5 ARB circulate,
    total 6 ARB"."""
    if not one.is_known or "field" not in (faults := faults_of(claim, one.cell, facts)) or "period" in faults:
        return False
    near = {*_stems(claim.front)[-2:], *_behind(claim)[:2]}
    if one.words.isdisjoint(near):
        return False
    read = [other for other in others if other.is_known and "field" not in faults_of(claim, other.cell, facts)]
    return bool(read) and all(
        not (one.words - other.words).isdisjoint(near) and (other.words - one.words).isdisjoint(near) for other in read
    )


def _is_sibling(one: Handed, other: Handed) -> bool:
    """Whether the two are of one owner and one kind, so that only their words tell them apart."""
    if (other.owners, other.title, other.cell.meaning.unit) != (one.owners, one.title, one.cell.meaning.unit):
        return False
    return other.figure.value.is_integer() == one.figure.value.is_integer()


def _is_named_instead(claim: Claim, one: Handed, other: Handed) -> bool:
    """Of one field in a row or a sentence about the other's owner: a whole told of a part, a group of another."""
    if not (one.owners or one.title):
        return (claim.is_own_asset or claim.is_row_asset) and not other.owners.isdisjoint(claim.assets)
    words = _words(claim)
    return bool(one.title and other.title) and other.title - one.title <= words and not one.title - other.title <= words


def _is_worded_instead(
    own: frozenset[str], others: frozenset[str], told: frozenset[str], front: Sequence[str], behind: Sequence[str]
) -> bool:
    """Whether header and row, else what stands behind the figure, else the nearest word in front is the others'."""
    if told and not told.isdisjoint(others):
        return told.isdisjoint(own)
    if not others.isdisjoint(behind) and own.isdisjoint(behind):
        return True
    near = next((word for word in reversed(front) if word in own or word in others), "")
    return near in others and own.isdisjoint(behind)


def _words(claim: Claim) -> frozenset[str]:
    return frozenset(map(_stem, claim.words | claim.told_words))


def _stems(text: str) -> list[str]:
    """The words, and numbers that are no figures: the 50 of "SMA(50)"."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


def _is_over(claim: Claim, one: Handed) -> bool:
    held = one.cell.meaning.hours
    if one.cell.meaning.aspect != "change" or not held or not claim.hours:
        return True
    return any(same_length(held, hours) for hours in claim.hours)
