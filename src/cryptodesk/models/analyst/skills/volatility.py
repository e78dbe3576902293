"""Realised volatility of one or several assets: how widely their daily returns spread, by the year."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent, plural
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._closes import (
    Closes,
    Gathered,
    Span,
    close_calls,
    figure_fact,
    gather,
    over,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._returns import (
    Return,
    annualised_volatility_pct,
    deviation,
    log_returns,
    simple_returns,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._unfound import with_unfound
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_concept, is_list, is_speculation, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_DEFAULT_DAYS = 90
_WORD = Pattern(
    r"\bvolatil\w*|\bvol(?:a|as|s)?\b(?! ?ume)|\b(?:standard|std\.?) ?dev(?:iation)?s?\b|\bst\.? ?dev\b|\bchoppy\b|\bchoppiness\b|\bprice swings?\b|\bhv(?: ?\d{1,3})?\b"
    r"|\bsigma\b(?=.{0,30}\b(?:returns?|daily|days?|moves?|annual\w*|past|last|of)\b)|\b(?:jump(?:y|ier|iest|iness)|jitter(?:y|iness)|twitch(?:y|ier)|skittish|wobbl(?:y|ier|iness)|bump(?:y|ier|iest|iness)|turbulen(?:t|ce)|erratic(?:ally)?|unstable|unsteady|(?:in)?stability|nervous(?:ness)?|roller ?-?coaster|swingy|swingier)\b"
)
# Words that are about swings only where an asset is their subject.
_SWINGS = Pattern(
    r"\b(?:how (?:much|wild(?:ly)?|hard|widely|violent(?:ly)?|big|large|wide)|wild(?:er|est|ly)?|violent(?:ly)?|typical|average|usual|annual(?:ised|ized)?|yearly|daily|bigger|larger|wider|biggest|harder|which|who|more|most) (?:\w+ ){0,5}?(?:(?:price )?swing(?:s|ing|ed)?|swung|bounc(?:e|es|ed|ing) (?:around|about)|(?:jump|move|moves|moved|moving|jumps|thrash|lurch|flail|fluctuat)(?:s|ed|es|e|ing)? (?:around|about)|fluctuat\w*)\b"
    r"|\b(?:swings?|swung|fluctuat\w*|bounc(?:es|ed|ing|e) around)\b.{0,30}\b(?:bigger|harder|larger|wider|wilder|more|most|annual\w*|per year|a year)\b|\b(?:swings|fluctuations?)\b|\b(?:typical|average|usual|mean|normal|expected) (?:daily|weekly|day'?s?|monthly) (?:price )?(?:move|moves|movement|range|change|fluctuation)s?\b"
    r"|\bhow (?:wild|calm|quiet|tame|rough|steady|stable|spiky|crazy|lively|hectic) (?:\w+ ){0,3}?(?:_|it\b|they\b|has|have|was|were|is|are)"
)
_RISK = Pattern(r"\b(?:riskier|riskiest|less risky|more risky|safer|how risky|as risky|stabler|more stable|steadier)\b")
_OTHERS = Pattern(
    r"\bimplied\b|\bdvol\b|\bvolatility (?:index|products?|tokens?)\b|\bpump[- ]and[- ]dump\b|\brug\b|\bwallets?\b|\baccumulat\w+\b|\bstablecoins?\b|\bnetwork\b|\bpeg(?:ged)?\b"
)


class _Figures(Struct, frozen=True):
    """`yearly_pct` and `daily_pct` are the deviation of log returns; `best` and `worst` are simple returns."""

    closes: Closes
    yearly_pct: float
    daily_pct: float
    count: int
    best: Return
    worst: Return


def _recognise(reading: Reading) -> Claim | None:
    if (
        looks_ahead(reading)
        or reading.says(_OTHERS)
        or is_concept(reading)
        or is_list(reading)
        or is_speculation(reading)
    ):
        return None
    assets = with_unfound(reading, _WORD)
    if not (assets or is_about_asset(reading)):
        return None
    if _WORD.search(reading.masked):
        return Claim(0.98, assets=assets)
    if reading.is_known and _SWINGS.search(reading.masked):
        return Claim(0.94, assets=assets)
    return Claim(0.93) if len(reading.assets) > 1 and _RISK.search(reading.masked) else None


def _calls(ask: Ask) -> Sequence[Call]:
    return close_calls(ask.ids, span_of(ask.plan.period, _DEFAULT_DAYS), ask.today, ask.plan.currency)


def _write(setting: Setting) -> Draft:
    span = span_of(setting.plan.period, _DEFAULT_DAYS)
    gathered = _gathered(setting, span)
    figures = [found for one in gathered.closes if (found := _figures(one)) is not None]
    thin = [
        f"There are too few daily closes of {one.name} for a deviation."
        for one in gathered.closes
        if _figures(one) is None
    ]
    figures.sort(key=lambda one: -one.yearly_pct)
    parts = [_lead(setting, figures, span)]
    if not setting.is_brief:
        parts += [
            _table(figures),
            " ".join(filter(None, (_method(setting, figures), *short_notes(gathered, span)))),
        ]
    text = join_paragraphs(
        *parts, " ".join((*gathered.absent, *thin)), closing(setting, gathered.results, ("history",))
    )
    return Draft(text, tuple(fact for one in figures for fact in _facts(one)))


def _gathered(setting: Setting, span: Span) -> Gathered:
    assets = setting.resolved.assets
    calls = close_calls(
        [a.asset_id for a in assets if a.asset_id is not None], span, setting.today, setting.plan.currency
    )
    return gather(setting, calls, assets, span.count)


def _figures(closes: Closes) -> _Figures | None:
    logs, moves = log_returns(closes.days, closes.values), simple_returns(closes.days, closes.values)
    yearly, daily = annualised_volatility_pct(logs), deviation([one.value for one in logs])
    if yearly is None or daily is None:
        return None
    best, worst = max(moves, key=lambda one: one.value), min(moves, key=lambda one: one.value)
    return _Figures(closes, yearly, daily * 100, len(logs), best, worst)


def _lead(setting: Setting, figures: Sequence[_Figures], span: Span) -> str:
    if not figures:
        return ""
    first = figures[0]
    days, name = over(span, first.closes), first.closes.label
    if len(figures) > 1:
        return _compared(figures, days)
    return setting.pick(
        (
            f"The realised volatility of {name} {days} was **{_rate(first)}** a year.",
            f"{name} had a realised volatility of **{_rate(first)}** a year {days}.",
        )
    )


def _compared(figures: Sequence[_Figures], days: str) -> str:
    first, second = figures[0], figures[1]
    if _rate(first) == _rate(second) and len(figures) == 2:
        return f"{_capital(days)} {first.closes.name} and {second.closes.name} were equally volatile: **{_rate(first)}** a year."
    rest = join_names([f"{_rate(one)} for {one.closes.name}" for one in figures[1:]])
    which = "the more volatile" if len(figures) == 2 else f"the most volatile of the {len(figures)}"
    return f"{_capital(days)} {first.closes.name} was {which}: **{_rate(first)}** a year, against {rest}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rate(figures: _Figures) -> str:
    return percent(figures.yearly_pct, signed=False) or ""


def _table(figures: Sequence[_Figures]) -> str:
    if len(figures) < 2:
        return _in_words(figures[0]) if figures else ""
    rows = [
        [
            one.closes.label,
            _rate(one),
            percent(one.daily_pct, signed=False),
            _dated(one.best),
            _dated(one.worst),
            one.closes.dates,
        ]
        for one in figures
    ]
    return table(["Asset", "Volatility, annualised", "Per day", "Best day", "Worst day", "Closes from"], rows)


def _in_words(one: _Figures) -> str:
    daily = percent(one.daily_pct, signed=False)
    return f"That is {daily} a day; the best day was {_dated(one.best)} and the worst {_dated(one.worst)}."


def _dated(move: Return) -> str:
    return f"{percent(move.value * 100)} ({move.day.isoformat()})"


def _method(setting: Setting, figures: Sequence[_Figures]) -> str:
    if not figures:
        return ""
    counts = sorted({one.count for one in figures})
    used = (
        plural(counts[0], "daily log return") if len(counts) == 1 else f"{counts[0]} to {counts[-1]} daily log returns"
    )
    how = f"Computed here from {used}: their sample standard deviation, annualised with 365 days."
    if setting.is_detailed:
        how += " About two of three daily moves lie within one daily deviation; volatility tells the size of moves, not their direction, and it is one measure of risk among several."
    return how


def _facts(one: _Figures) -> tuple[Fact, ...]:
    return (
        figure_fact(one.closes, "volatility_annualised_pct", one.yearly_pct, "percent"),
        figure_fact(one.closes, "volatility_daily_pct", one.daily_pct, "percent"),
        figure_fact(one.closes, "best_day_pct", one.best.value * 100, "percent"),
        figure_fact(one.closes, "worst_day_pct", one.worst.value * 100, "percent"),
        figure_fact(one.closes, "daily_returns_used", one.count),
    )


SKILL = Skill(
    name="volatility",
    title="how volatile an asset has been",
    examples=(
        "How volatile is SOL vs ETH?",
        "realised volatility of BTC over the last 30 days",
        "which was riskier this year, SOL or ADA?",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
