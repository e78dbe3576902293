"""What is asked of an asset's days, weeks, months or years: the best, the worst, how many were up, the longest streak."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading

__all__ = ["BestSlots", "Unit", "Want", "read_best"]

Unit = Literal["day", "week", "month", "quarter", "year"]
Want = Literal["best", "worst", "both", "ups", "downs", "streak_up", "streak_down"]

_ANY = Pattern(
    r"day|dai|week|month|quarter|year|annual|streak|in a row|candle|session|straight|consecutive|running|24 ?h"
)
_UNITS = r"(?:days?|daily|day's|24[- ]?h(?:ours?|r)?|sessions?|trading days?|weeks?|weekly|months?|monthly|quarters?|quarterly|years?|yearly|annual|calendar (?:weeks?|months?|years?))"
_GOOD = r"(?:best|strongest|greenest|brightest|most (?:bullish|profitable|positive)|top|happiest)"
_BAD = r"(?:worst|weakest|reddest|ugliest|darkest|bloodiest|most (?:bearish|painful|negative)|roughest|blackest)"
_SIZE = r"(?:biggest|largest|greatest|steepest|sharpest|highest|deepest|hardest|heaviest|strongest|best|worst|max(?:imum)?|record|craziest|wildest)"
_RISE = r"(?:gains?|rises?|rall(?:y|ies)|pumps?|jumps?|climbs?|surges?|increases?|green candles?|advances?|upside|up ?moves?|move up|spikes?|leaps?|bounces?)"
_FALL = r"(?:drops?|falls?|loss(?:es)?|declines?|crash(?:es)?|dumps?|dips?|plunges?|slides?|decreases?|red candles?|sell-?offs?|down ?moves?|move down|slumps?|tumbles?|pullbacks?)"
_MOVE = r"(?:moves?|changes?|returns?|swings?|candles?|performance|percent\w*)"
_IN_ONE = rf"(?:(?:single|one|1|in a|within a|the)[- ])?(?:calendar )?{_UNITS}"
_RISEN = r"(?:gain(?:ed)?|rise|rose|risen|rall(?:y|ied)|pump(?:ed)?|jump(?:ed)?|climb(?:ed)?|surge[d]?|go up|went up|grew|grow|moved? up)"
_FALLEN = r"(?:drop(?:ped)?|fall|fell|fallen|los[et]|decline[d]?|crash(?:ed)?|dump(?:ed)?|plunge[d]?|slid|slide|go down|went down|moved? down|sank|tank(?:ed)?)"
_BEST = Pattern(
    rf"\b{_GOOD} (?:(?:performing|single|ever|calendar|trading|of the) )?{_UNITS}\b(?! (?:of the week|high|low|clos|average|volume|to))|\b{_SIZE} {_IN_ONE}(?:-?(?:long|over-\w+))? (?:price |percentage |percent |% )?{_RISE}\b"
    rf"|\b{_SIZE} (?:price |percentage |percent |% )?{_RISE} (?:in|over|within|of|on|for) (?:a |one |any |1 |a single )(?:single )?{_UNITS}\b|\b(?:which|what|on (?:which|what)|in (?:which|what)) (?:single |calendar |was (?:the )?)?{_UNITS}\b.{{0,40}}\b(?:best|strongest|{_RISEN} (?:the )?most|most {_RISE})\b"
)
_WORST = Pattern(
    rf"\b{_BAD} (?:(?:performing|single|ever|calendar|trading|of the) )?{_UNITS}\b(?! (?:of the week|high|low|clos|average|volume|to))|\b{_SIZE} {_IN_ONE}(?:-?(?:long|over-\w+))? (?:price |percentage |percent |% )?{_FALL}\b"
    rf"|\b{_SIZE} (?:price |percentage |percent |% )?{_FALL} (?:in|over|within|of|on|for) (?:a |one |any |1 |a single )(?:single )?{_UNITS}\b|\b(?:which|what|on (?:which|what)|in (?:which|what)) (?:single |calendar |was (?:the )?)?{_UNITS}\b.{{0,40}}\b(?:worst|weakest|{_FALLEN} (?:the )?(?:most|hardest)|most {_FALL})\b"
)
_BOTH = Pattern(
    rf"\b{_SIZE} {_IN_ONE} {_MOVE}\b|\b{_SIZE} {_MOVE} (?:in|over|within) (?:a |one |any )(?:single )?{_UNITS}\b|\b(?:best and (?:the )?worst|worst and (?:the )?best|best (?:or|/|&) worst) {_UNITS}\b"
)
_SIDE_UP = r"(?:up|green|higher|positive(?:ly)?|in the green|with a gain|in profit|winning|gaining)"
_SIDE_DOWN = r"(?:down|red|lower|negative(?:ly)?|in the red|with a loss|losing)"
_UPS = Pattern(
    rf"\b(?:how many|number of|on how many|count (?:of )?(?:the )?)\s*(?:of the )?(?:last \d+ )?{_SIDE_UP} {_UNITS}\b|\b(?:how many|number of|on how many) (?:of the )?(?:last \d+ )?{_UNITS}\b.{{0,40}}\b(?:close[ds]?|end(?:ed|s)?|finish(?:ed|es)?|was|were|is|go|went|did)\b.{{0,20}}\b{_SIDE_UP}\b|\bwin rate\b.{{0,20}}\b{_UNITS}\b|\bgreen {_UNITS} (?:vs\.?|and|or|to|versus) red\b"
)
_DOWNS = Pattern(
    rf"\b(?:how many|number of|on how many)\s*(?:of the )?(?:last \d+ )?{_SIDE_DOWN} {_UNITS}\b|\b(?:how many|number of|on how many) (?:of the )?(?:last \d+ )?{_UNITS}\b.{{0,40}}\b(?:close[ds]?|end(?:ed|s)?|finish(?:ed|es)?|was|were|is|go|went|did)\b.{{0,20}}\b{_SIDE_DOWN}\b"
)
_STREAK = Pattern(
    rf"\b(?:longest|best|worst|biggest|current|winning|losing|green|red) (?:\w+ ){{0,2}}?(?:streak|run|row)\b|\b{_UNITS} in a row\b|\b(?:straight|consecutive|successive) (?:\w+ )?{_UNITS}\b"
)
_STREAK_DOWN = Pattern(rf"\b(?:losing|red|worst|loss\w*|{_FALLEN}|{_SIDE_DOWN})\b")
_OTHERS = Pattern(
    r"\b(?:will|should|next|best time|good time|time to|to (?:buy|sell|trade|invest|enter|post)|weekday|day of the week|month of the year|seasonal\w*|volume|market ?cap|exchange|strategy|average|highest clos\w*|clos\w+ (?:high|low)|volatil\w*|volatile|funding|liquidat\w+|why|drawdown|max(?:imum)? drawdown|of all coins|portfolio|if i|for me|traded|correlat\w*)\b"
)
_UNIT_OF: tuple[tuple[Unit, Pattern], ...] = (
    ("quarter", Pattern(r"\bquarter(?:s|ly)?\b")),
    ("month", Pattern(r"\bmonth(?:s|ly)?\b")),
    ("week", Pattern(r"\bweek(?:s|ly)?\b")),
    ("day", Pattern(r"\b(?:days?|daily|24[- ]?h\w*|sessions?|candles?)\b")),
    ("year", Pattern(r"\b(?:years?|yearly|annual)\b")),
)


class BestSlots(Struct, frozen=True):
    want: Want
    unit: Unit = "day"


def read_best(reading: Reading) -> BestSlots | None:
    """None where the question is of no such thing."""
    if not reading.says(_ANY) or _OTHERS.search(reading.masked):
        return None
    text = _without_period(reading)
    if _STREAK.search(text) and (down := _STREAK_DOWN.search(text)) is not None:
        return BestSlots("streak_down" if down else "streak_up", _unit(text, text))
    for want, pattern in _WANTS:
        found = pattern.search(text)
        if found:
            return BestSlots(want, _unit(found.group(), text))
    return BestSlots("streak_up", _unit(text, text)) if _STREAK.search(text) else None


_WANTS: tuple[tuple[Want, Pattern], ...] = (
    ("both", _BOTH), ("ups", _UPS), ("downs", _DOWNS), ("best", _BEST), ("worst", _WORST),
)  # fmt: skip


def _without_period(reading: Reading) -> str:
    """ "Best month of the last year": the year is when, the month is what."""
    period = reading.period
    if period is None:
        return reading.masked
    return reading.masked[: period.start] + " " * (period.stop - period.start) + reading.masked[period.stop :]


def _unit(found: str, text: str) -> Unit:
    for each in (found, text):
        unit = next((name for name, pattern in _UNIT_OF if pattern.search(each)), None)
        if unit is not None:
            return unit
    return "day"
