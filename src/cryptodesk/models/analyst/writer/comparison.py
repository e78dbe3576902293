"""Two to five assets side by side: a table and what stands out in it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.history_calls import return_field
from cryptodesk.models.analyst.measures import MEASURES, Measure
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.change import change_text
from cryptodesk.models.analyst.writer.closing import Used, caveats, gaps, sources
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.figures import fact, field_text, moved, value_of
from cryptodesk.models.analyst.writer.history import write_history
from cryptodesk.models.analyst.writer.span import read_span, span_facts
from cryptodesk.models.analyst.writer.table import table

__all__ = ["write_comparison"]

_USUAL = ("percent_change_24h", "percent_change_7d", "percent_change_30d")
_USUAL_HEADERS = ("24 hours", "7 days", "30 days")
# Figures a comparison is about in themselves; a price alone is compared by its moves.
_OWN = (
    "market_cap",
    "volume_24h",
    "circulating_supply",
    "total_supply",
    "max_supply",
    "fully_diluted_market_cap",
    "rank",
)


def write_comparison(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    period = setting.plan.period
    if period is not None and (len(holdings) < 2 or period.kind in {"day", "all"}):
        return write_history(setting, holdings)
    measures = [MEASURES[name] for name in setting.plan.measures if name in _OWN]
    if measures:
        return _by_measure(setting, holdings, measures[0])
    return _over_period(setting, holdings, period) if period is not None else _usual(setting, holdings)


def _over_period(setting: Setting, holdings: Sequence[Holding], period: Period) -> Draft:
    rows: list[list[str | None]] = []
    facts: list[Fact] = []
    for holding in holdings:
        span, (change, change_fact) = read_span(holding), change_text(holding, period)
        high, low = (f"{span.high} ({span.high_day})", f"{span.low} ({span.low_day})") if span else (None, None)
        rows.append([shown(holding.asset.label, 110), field_text(holding, "price"), change, high, low])
        facts += [
            fact(holding, "price"),
            *([change_fact] if change_fact else []),
            *(span_facts(holding, span) if span else ()),
        ]
    body = table(["Asset", "Latest price", f"Change over {period.label}", "High", "Low"], rows)
    used, absent = _sorted_out(holdings, "price")
    used += [(holding, field) for holding in holdings for field in _bases(holding, period)]
    absent += [
        (holding, return_field(period) or "history") for holding in holdings if change_text(holding, period)[0] is None
    ]
    summary = _spread(holdings, period)
    text = join_paragraphs(summary, body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used))
    return Draft(text, tuple(facts))


def _bases(holding: Holding, period: Period) -> list[str]:
    """What the row of the holding rests on beside the price."""
    field = return_field(period)
    own = [field] if field and value_of(holding, field) is not None else []
    return [*own, *(["history"] if holding.series is not None else [])]


def _spread(holdings: Sequence[Holding], period: Period) -> str:
    changes = [(change, holding) for holding in holdings if (change := _change(holding, period)) is not None]
    if len(changes) < 2:
        return ""
    ranked = sorted(changes, key=lambda pair: pair[0], reverse=True)
    (best, first), (worst, last) = ranked[0], ranked[-1]
    if best == worst:
        return f"Over {period.label} they moved by the same amount."
    best_name, worst_name = shown(first.asset.name, 80), shown(last.asset.name, 80)
    if len(ranked) == 2:
        return f"Over {period.label} {best_name} did better: it {moved(best)}, while {worst_name} {moved(worst)}."
    return f"Over {period.label} {best_name} did best (it {moved(best)}) and {worst_name} worst (it {moved(worst)})."


def _change(holding: Holding, period: Period) -> Decimal | None:
    field = return_field(period)
    own = value_of(holding, field) if field else None
    return own if own is not None else holding.series.change_pct if holding.series else None


def _usual(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    fields = ("price", "market_cap", *_USUAL)
    used, absent = _sorted_out(holdings, *fields)
    rows = [
        [shown(holding.asset.label, 110), *(field_text(holding, field) for field in fields)] for holding in holdings
    ]
    body = table(["Asset", "Price", "Market cap", *_USUAL_HEADERS], rows)
    month = Period("days", "the last 30 days", 30)
    text = join_paragraphs(
        _spread(holdings, month), body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used)
    )
    return Draft(text, tuple(fact(holding, field) for holding, field in [*used, *absent]))


def _by_measure(setting: Setting, holdings: Sequence[Holding], measure: Measure) -> Draft:
    fields = ("price", measure.field)
    used, absent = _sorted_out(holdings, *fields)
    rows = [
        [shown(holding.asset.label, 110), *(field_text(holding, field) for field in fields)] for holding in holdings
    ]
    body = table(["Asset", "Price", measure.label[:1].upper() + measure.label[1:]], rows)
    summary = _largest(holdings, measure)
    text = join_paragraphs(summary, body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used))
    return Draft(text, tuple(fact(holding, field) for holding, field in [*used, *absent]))


def _largest(holdings: Sequence[Holding], measure: Measure) -> str:
    known = [(value, holding) for holding in holdings if (value := value_of(holding, measure.field)) is not None]
    if len(known) < 2:
        return ""
    largest = max(known, key=lambda pair: pair[0])[1]
    if measure.name == "rank":
        largest = min(known, key=lambda pair: pair[0])[1]
        return f"{shown(largest.asset.name, 80)} ranks highest, {field_text(largest, measure.field)}."
    if measure.unit == "coins":  # counts of different coins say nothing about one another
        return ""
    return f"{shown(largest.asset.name, 80)} has the largest {measure.label}, {field_text(largest, measure.field)}."


def _sorted_out(holdings: Sequence[Holding], *fields: str) -> tuple[list[Used], list[Used]]:
    used: list[Used] = []
    absent: list[Used] = []
    for holding in holdings:
        for field in fields:
            (used if value_of(holding, field) is not None else absent).append((holding, field))
    return used, absent
