"""Current figures: price, market cap, volume, supply, extremes of the record."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.measures import MEASURES, Measure
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.closing import Used, caveats, gaps, sources, when
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import (
    fact,
    field_text,
    label_in,
    label_of,
    measure_text,
    moved,
    record_note,
    value_of,
)
from cryptodesk.models.analyst.writer.table import table

__all__ = ["write_quote"]


def write_quote(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    measures = [MEASURES[name] for name in setting.plan.measures or ("price",) if name in MEASURES]
    if "percent_from_atl" in setting.plan.measures:
        holdings = [_with_distance(holding) for holding in holdings]
        measures += [MEASURES["atl"]] if "atl" not in setting.plan.measures and not setting.is_brief else []
    wanted = [(holding, measure) for holding in holdings for measure in measures]
    used: list[Used] = [(holding, m.field) for holding, m in wanted if field_text(holding, m.field) is not None]
    absent: list[Used] = [(holding, m.field) for holding, m in wanted if field_text(holding, m.field) is None]
    day = _day_changes(setting, holdings)
    is_table = len(holdings) > 1 or len(measures) > 3
    if is_table:
        body = _as_table(holdings, measures, with_day=bool(day))
    else:
        body = " ".join(
            filter(None, (_sentence(setting, holdings[0], measures), _day_sentence(holdings[0]) if day else ""))
        )
    used += day
    if any(measure.time_field for measure in measures) and is_table:
        body = join_paragraphs(body, record_note(holdings))
    text = join_paragraphs(body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used))
    return Draft(text, tuple(fact(holding, field) for holding, field in [*used, *absent]))


def _with_distance(holding: Holding) -> Holding:
    """How far the price is above the lowest on record, in percent of it; no tool has it as a field."""
    price, low = value_of(holding, "price"), value_of(holding, "atl")
    if price is None or not low:
        return holding
    return structs.replace(holding, values={**holding.values, "percent_from_atl": (price - low) / low * 100})


def _day_changes(setting: Setting, holdings: Sequence[Holding]) -> list[Used]:
    """The move of the last day, said along with a price."""
    if "price" not in (setting.plan.measures or ("price",)) or setting.is_brief:
        return []
    return [
        (holding, "percent_change_24h") for holding in holdings if value_of(holding, "percent_change_24h") is not None
    ]


def _day_sentence(holding: Holding) -> str:
    change = value_of(holding, "percent_change_24h")
    return "" if change is None else f"It {moved(change)} over the 24 hours before."


def _sentence(setting: Setting, holding: Holding, measures: Sequence[Measure]) -> str:
    name = shown(holding.asset.label, 110)
    known = [(measure, text) for measure in measures if (text := measure_text(holding, measure)) is not None]
    if not known:
        return ""
    if [measure.name for measure, _ in known] == ["price"]:
        price = known[0][1]
        at = when(holding)
        forms = (
            f"{name} was trading at **{price}** as of {at}.",
            f"The price of {name} was **{price}** as of {at}.",
            f"As of {at}, one {shown(holding.asset.symbol, 24) or name} cost **{price}** "
            f"({shown(holding.asset.name, 80)}).",
        )
        return setting.pick(forms)
    parts = [
        f"{_article(measure)}{label_in(holding, measure)} {'was' if measure.name != 'max_supply' else 'is'} **{text}**"
        for measure, text in known
    ]
    return f"{name}, as of {when(holding)}: {join_names(parts)}."


def _article(measure: Measure) -> str:
    return "its " if measure.name != "price" else "the "


def _as_table(holdings: Sequence[Holding], measures: Sequence[Measure], *, with_day: bool) -> str:
    if len(holdings) == 1:
        holding = holdings[0]
        rows = [
            [_capital(label_in(holding, measure).rstrip(",")), measure_text(holding, measure)] for measure in measures
        ]
        if with_day:
            rows.append([_capital(label_of("percent_change_24h")), field_text(holding, "percent_change_24h")])
        return f"{shown(holding.asset.label, 110)}:\n\n" + table(["Figure", "Value"], rows)
    headers = [
        "Asset",
        *(_header(measure, holdings) for measure in measures),
        *(["24-hour change"] if with_day else []),
    ]
    return table(headers, [_asset_row(holding, measures, with_day=with_day) for holding in holdings])


def _asset_row(holding: Holding, measures: Sequence[Measure], *, with_day: bool) -> list[str | None]:
    cells = [measure_text(holding, measure) for measure in measures]
    day = [field_text(holding, "percent_change_24h")] if with_day else []
    return [shown(holding.asset.label, 110), *cells, *day]


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _header(measure: Measure, holdings: Sequence[Holding]) -> str:
    """One header for all: an extreme is called one of the record unless it is known to be one of all time."""
    if measure.time_field and any("record_from" in holding.values for holding in holdings):
        return "Highest on record" if measure.name == "ath" else "Lowest on record"
    return _capital(measure.label)
