"""Where a claim and a cell part: in unit, asset, field, period, time or sign. No fault: the cell is what is claimed."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.claims import Claim
from cryptodesk.verification.entities import MARKET
from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.meanings import ALL_TIME, YEAR_TO_DATE, Meaning
from cryptodesk.verification.periods import SINCE_THEN, same_length
from cryptodesk.verification.vocabulary import load_vocabulary

__all__ = ["REASONS", "faults_of", "is_claimed", "wanted_measures"]

REASONS = ("unit", "asset", "field", "period", "time", "sign")

_AVERAGED = frozenset({"rsi", "sma", "ema"})
_CHART_INTERVALS = frozenset({1.0, 4.0, 24.0, 168.0})
_COUNTED = frozenset({"coins", "assets", "tokens", "cryptocurrencies", "markets", "exchanges", "posts", "categories"})
_SIZES = frozenset({"largest", "biggest", "smallest", "larger", "bigger", "smaller"})
_OVERTAKING = frozenset({"overtake", "overtaking", "overtook", "flippening"})
# "XRP is the largest of them at $5": largest by what it is worth in all.
_LARGEST = Pattern(r"\b(?:largest|biggest|smallest)(?:\s\w+){0,3}\s(?:at|with)\s[*_]*$", re.IGNORECASE)
_DISTANCE = frozenset({"below", "from", "off", "under", "away", "short", "beneath", "distance", "above", "down", "up"})
# A change of a thing that is only ever priced is a change of its price.
_DEFAULT_CHANGE = ("price",)


def is_claimed(claim: Claim, cell: Cell, facts: FactTable) -> bool:
    """Whether the cell is what the claim speaks of: `faults_of` without the reasons, and faster."""
    meaning = cell.meaning
    return (
        _has_unit(claim, cell, meaning, facts)
        and _is_of(claim, cell, meaning, facts)
        and _is_field(claim, cell, meaning, facts)
        and _is_over(claim, cell, meaning, facts)
        and _is_at(claim, cell, meaning, facts)
        and _has_sign(claim, cell, meaning)
    )


def faults_of(claim: Claim, cell: Cell, facts: FactTable) -> list[str]:
    """The faults, gravest first. The value itself is not compared."""
    meaning = cell.meaning
    found = []
    if not _has_unit(claim, cell, meaning, facts):
        found.append("unit")
    if not _is_of(claim, cell, meaning, facts):
        found.append("asset")
    if not _is_field(claim, cell, meaning, facts):
        found.append("field")
    if not _is_over(claim, cell, meaning, facts):
        found.append("period")
    if not _is_at(claim, cell, meaning, facts):
        found.append("time")
    if not _has_sign(claim, cell, meaning):
        found.append("sign")
    return found


def _has_unit(claim: Claim, cell: Cell, meaning: Meaning, facts: FactTable) -> bool:
    kind, unit = claim.figure.kind, meaning.unit
    if kind == "money":
        return unit in {"money", ""} and claim.figure.unit == facts.currency(cell.call)
    if kind == "points" and claim.figure.unit != "bps":
        # A price moves by percent; what is a share or an index already moves by points.
        return meaning.aspect == "change" and _is_pointed(meaning.measure)
    if kind in {"percent", "points"}:
        return unit in {"percent", "ratio", ""}
    if kind == "rank":
        return unit == "rank"
    if kind == "count":
        symbol = cell.entity.symbol if cell.entity is not None else ""
        own = {symbol, cell.entity.key if cell.entity is not None else ""}
        return unit in {"coins", "count", ""} and (unit != "coins" or not symbol or claim.figure.unit in own)
    if kind == "multiple":
        return unit == "ratio"
    if claim.figure.unit == "gwei":
        return unit in {"gwei", ""}
    return unit != "percent" or "." in claim.figure.number or bool(claim.measures)


def _is_pointed(measure: str) -> bool:
    return measure.startswith("field") or load_vocabulary().units.get(measure) in {"percent", "index", "ratio"}


def _is_of(claim: Claim, cell: Cell, meaning: Meaning, facts: FactTable) -> bool:
    if cell.entity is None:
        if not claim.assets or MARKET.key in claim.assets or not claim.is_own_asset:
            return True
        if (meaning.unit == "count" and not claim.measures) or meaning.qualifiers & claim.qualifiers:
            return True
        # The market's mood may be told in a sentence about a coin, where the coin has none of its own.
        return meaning.measure in claim.measures and not _has_own(claim, meaning.measure, facts)
    if not claim.assets:
        return True
    if cell.entity.key in claim.assets or facts.entities.is_namesake(cell.entity.key, claim.assets):
        return True
    if not (claim.is_own_asset or claim.is_row_asset) and len(facts.entities.by_key) == 1:
        return True
    return (
        bool(cell.entity.parent)
        and cell.entity.parent in claim.assets
        and cell.entity.name.lower() in " ".join(claim.words)
    )


def _has_own(claim: Claim, measure: str, facts: FactTable) -> bool:
    return any(
        cell.entity is not None and cell.entity.key in claim.assets for cell in facts.by_measure.get(measure, ())
    )


def wanted_measures(claim: Claim) -> tuple[str, ...]:
    """The measures that are said, or that go without saying."""
    if claim.wanted is None:
        claim.wanted = _wanted(claim)
    return claim.wanted


def _wanted(claim: Claim) -> tuple[str, ...]:
    if claim.measures:
        return claim.measures
    if claim.aspect in {"high", "low", "ath", "atl", "open", "close"}:
        return _DEFAULT_CHANGE
    if claim.figure.kind == "money" and claim.assets and not claim.aspect and MARKET.key not in claim.assets:
        if not _OVERTAKING.isdisjoint(claim.words) or _LARGEST.search(claim.front):
            return (*claim.carried, "market_cap")
        if claim.is_listed and claim.carried:
            return claim.carried
        sized = ("market_cap",) if _SIZES & claim.words or claim.is_in_brackets else ()
        return (*claim.carried, *sized, *_DEFAULT_CHANGE)
    if claim.aspect == "change":
        if not claim.assets:
            return (*claim.carried, *_DEFAULT_CHANGE, "market_cap")
        if claim.carried:
            return (*claim.carried, *_DEFAULT_CHANGE)
        return ("market_cap",) if claim.assets == (MARKET.key,) else _DEFAULT_CHANGE
    return claim.carried


def _is_field(claim: Claim, cell: Cell, meaning: Meaning, facts: FactTable) -> bool:
    wanted = wanted_measures(claim)
    if not wanted and claim.figure.kind == "plain" and not _is_spoken_of(claim, meaning):
        return False
    if wanted and meaning.measure not in wanted and not _is_loosely_meant(claim, meaning):
        return False
    if not wanted and meaning.measure.startswith("field") and meaning.extra and not meaning.extra & claim.words:
        return not set(meaning.measure.split()[1:]).isdisjoint(claim.words)
    if wanted == _DEFAULT_CHANGE and not claim.measures and cell.entity is None and claim.is_own_asset:
        return False
    if meaning.label and claim.label and meaning.label != claim.label:
        return False
    if meaning.qualifiers - claim.qualifiers or (claim.qualifiers - meaning.qualifiers) & facts.told_apart(cell):
        return False
    return _is_aspect(claim, meaning)


def _is_loosely_meant(claim: Claim, meaning: Meaning) -> bool:
    """Whether the sentence leaves open which field it means: none is named at the figure. A bare amount is a price,
    but one in billions is not."""
    if claim.is_tight and claim.measures:
        return False
    if meaning.aspect != "level" or meaning.ago_hours:
        return False
    if meaning.unit in {"count", "index"} and claim.figure.kind == "plain":
        return not claim.is_tight and _is_spoken_of(claim, meaning)
    if meaning.unit not in {"money", "coins"}:
        return False
    if claim.qualifiers - meaning.qualifiers or _SIZES & claim.words:
        return False
    if not (claim.measures or claim.carried or claim.figure.magnitude):
        return False
    return (meaning.measure == "price") != bool(claim.figure.magnitude)


def _is_spoken_of(claim: Claim, meaning: Meaning) -> bool:
    """Whether a bare number's sentence has a word of the field; money in cents is telling enough by itself."""
    if "." in claim.figure.number or claim.figure.value >= 1000:
        return True
    if meaning.unit == "count" and _COUNTED & claim.words:
        return True
    return not set(meaning.measure.replace("_", " ").split()).isdisjoint(claim.words)


def _is_aspect(claim: Claim, meaning: Meaning) -> bool:
    said, held = claim.aspect, meaning.aspect
    if not claim.is_tight and held == "level" and claim.figure.kind not in {"percent", "points"}:
        return True
    is_share = claim.figure.kind in {"percent", "points"}
    if held in {"from_high", "from_low"}:
        is_told = said in {"high", "low", "ath", "atl"} or SINCE_THEN in claim.hours or bool(_DISTANCE & claim.words)
        return is_share and is_told
    if said in {"high", "ath"}:
        return held == "high" and (said == "high" or meaning.is_of_record)
    if said in {"low", "atl"}:
        return held == "low" and (said == "low" or meaning.is_of_record)
    if said == "change":
        return held == "change" or (meaning.unit == "percent" and held in {"level", "mean"} and bool(claim.measures))
    if said == "open":
        return held == "open"
    if held == "change":
        return is_share
    if held in {"high", "low"}:
        return False
    return held != "open"


def _is_over(claim: Claim, cell: Cell, meaning: Meaning, facts: FactTable) -> bool:
    held = facts.hours_of(cell)
    said = claim.hours
    if SINCE_THEN in said:
        return meaning.aspect in {"from_high", "from_low"}
    if claim.window is not None and meaning.aspect == "change":
        return _spans(claim.window, held, facts.as_of.get(cell.call))
    if not held:
        return meaning.aspect != "change" or not said
    if not said:
        return True
    if meaning.measure in _AVERAGED:
        own = {facts.hours_of(one) for one in facts.by_measure.get(meaning.measure, ())}
        lengths = [one for one in said if one not in _CHART_INTERVALS or one in own] or [held]
        return any(same_length(one, held) for one in lengths)
    if meaning.is_of_record and claim.aspect in {"ath", "atl", ""} | (
        {"high", "low"} if meaning.unit == "percent" else set()
    ):
        return True
    if meaning.measure == "funding_rate":
        return True
    return any(same_length(one, held) for one in said)


def _spans(window: tuple[date | None, date | None], hours: float, as_of: date | None) -> bool:
    """Whether the window is the last so many hours before the result's time."""
    first, last = window
    if first is None or as_of is None:
        return hours == ALL_TIME and first is None
    if hours < 0:
        return hours == YEAR_TO_DATE and first == date(as_of.year, 1, 1)
    if last is not None and abs((as_of - last).days) > 1:
        return False
    return abs(((last or as_of) - first).days - hours / 24) <= 1.01


def _is_at(claim: Claim, cell: Cell, meaning: Meaning, facts: FactTable) -> bool:
    if claim.moment is not None and claim.moment.first is not None and claim.moment.last is not None:
        if meaning.ago_hours:
            return _is_ago_day(claim, cell, meaning, facts)
        return any(_covers(claim, day, meaning) for day in facts.days_of(cell))
    if claim.ago_hours is not None and meaning.aspect in {"level", "mean"} and not meaning.hours:
        return same_length(claim.ago_hours, meaning.ago_hours) if meaning.ago_hours else False
    if meaning.ago_hours:
        return claim.ago_hours is None and claim.may_be_past and not claim.hours
    # Where a move began is not where the value stands now.
    return not (claim.is_start and meaning.aspect == "level" and meaning.unit == "money" and not meaning.hours)


def _is_ago_day(claim: Claim, cell: Cell, meaning: Meaning, facts: FactTable) -> bool:
    as_of = facts.as_of.get(cell.call)
    if as_of is None or claim.moment is None or claim.moment.first is None or claim.moment.last is None:
        return False
    day = as_of - timedelta(hours=meaning.ago_hours)
    return claim.moment.first <= day <= claim.moment.last


def _covers(claim: Claim, day: date, meaning: Meaning) -> bool:
    moment = claim.moment
    if moment is None or moment.first is None or moment.last is None:
        return True
    if moment.first <= day <= moment.last:
        # A month or a year is the time of a change only where it is the window, which its length tells.
        return moment.grain == "day" or meaning.aspect != "change"
    # A day's last price is known at the midnight after it.
    return moment.grain == "day" and moment.first == day - timedelta(days=1) and meaning.aspect not in {"high", "low"}


def _has_sign(claim: Claim, cell: Cell, meaning: Meaning) -> bool:
    value = cell.value
    if claim.figure.value == 0 or value == 0:
        return True
    is_signed = meaning.aspect in {"change", "from_high", "from_low"} or meaning.measure in {"etf_flow"}
    said = claim.figure.sign or (claim.sign if is_signed or value < 0 else 0)
    if meaning.aspect in {"from_high", "from_low"} and not claim.figure.sign:
        return claim.sign in {0, 1 if value > 0 else -1}
    if said == 0:
        return value > 0 or (claim.is_unsigned and is_signed)
    return said == (1 if value > 0 else -1)
