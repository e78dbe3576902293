"""Fields of a result as text and as facts; a field that is not there has neither, and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cryptodesk.models.analyst.evidence import Block, Holding
from cryptodesk.models.analyst.formats import big_money, coins, money, number, percent, to_decimal
from cryptodesk.models.analyst.measures import MEASURES, Measure, Unit
from cryptodesk.models.analyst.results import Origin
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Fact, as_number

__all__ = [
    "derived_fact",
    "fact",
    "field_text",
    "label_in",
    "label_of",
    "measure_text",
    "missing",
    "moved",
    "note_of",
    "origin_of",
    "record_note",
    "value_of",
]

_RETURN_LABELS = {
    "percent_change_1h": "1-hour change",
    "percent_change_24h": "24-hour change",
    "percent_change_7d": "7-day change",
    "percent_change_30d": "30-day change",
    "percent_change_60d": "60-day change",
    "percent_change_90d": "90-day change",
    "percent_change_1y": "1-year change",
    "percent_change_3y": "3-year change",
    "percent_change_ytd": "change since the start of the year",
    "percent_change_all": "change over the whole record",
    "high_24h": "24-hour high",
    "low_24h": "24-hour low",
    "history": "price history",
}
_METRIC_OF = {measure.field: measure.metric for measure in MEASURES.values()} | {
    "high_24h": "price_stats",
    "low_24h": "price_stats",
}


def label_in(holding: Holding, measure: Measure) -> str:
    """The measure's name; an extreme is called one of all time only where the record does not begin later."""
    began = holding.values.get("record_from")
    if measure.name in _RECORD_LABELS and isinstance(began, str):
        return f"{_RECORD_LABELS[measure.name]} since {shown(began, 10)}, where the record begins,"
    return measure.label


_RECORD_LABELS = {"ath": "highest price", "atl": "lowest price"}


def record_note(holdings: Sequence[Holding]) -> str:
    """Since when the extremes of the assets are known; empty where the tool does not say."""
    begins = {shown(h.asset.name, 80): h.values["record_from"] for h in holdings if _begins(h)}
    parts = [f"{name} on {shown(began, 10)}" for name, began in begins.items()]
    return f"The record begins for {', '.join(parts)}; what was before is not known here." if parts else ""


def _begins(holding: Holding) -> bool:
    return isinstance(holding.values.get("record_from"), str)


def label_of(field: str) -> str:
    named = next((measure.label for measure in MEASURES.values() if measure.field == field), None)
    return named or _RETURN_LABELS.get(field) or shown(field.replace("_", " "), 60)


def value_of(holding: Holding, field: str) -> Decimal | None:
    return to_decimal(holding.values.get(field))


def unit_of(field: str) -> Unit:
    if field.startswith("percent_") or field in {"volume_change_24h"}:
        return "percent"
    return next((measure.unit for measure in MEASURES.values() if measure.field == field), "money")


def field_text(holding: Holding, field: str) -> str | None:
    """The formatted figure with its unit; None if the result has none."""
    value, unit = holding.values.get(field), unit_of(field)
    if unit == "money":
        return money(value, holding.block.currency)
    if unit == "big_money":
        return big_money(value, holding.block.currency)
    if unit == "percent":
        return percent(value, signed=field.startswith(("percent_", "volume_change")))
    if unit == "coins":
        return coins(value, shown(holding.asset.symbol, 24))
    text = number(value)
    return f"#{text}" if text and field == "rank" else text


def measure_text(holding: Holding, measure: Measure) -> str | None:
    """The figure; an extreme with its date and with what it is an extreme of."""
    text = field_text(holding, measure.field)
    if text is None or measure.time_field is None:
        return text
    when, origin = (
        holding.values.get(measure.time_field),
        origin_of(holding.block, measure.field, holding.asset.asset_id),
    )
    said = [f"on {shown(when, 10)}"] if isinstance(when, str) else []
    if origin is not None and origin.note and "record_from" not in holding.values:
        said.append(note_of(holding, origin))
    return f"{text} ({'; '.join(said)})" if said else text


def moved(change: Decimal) -> str:
    """The change as a verb with its size; the word always agrees with the sign of what is shown."""
    size = percent(abs(change), signed=False)
    if change.quantize(Decimal("0.01")) == 0:
        return "was flat (0.00%)"
    return f"{'rose' if change > 0 else 'fell'} {size}"


def origin_of(block: Block, field: str, asset_id: object) -> Origin | None:
    """The entry that names the field, for this asset if entries are told apart by asset; else one that covers all."""
    covering = [
        origin
        for origin in block.origins
        if (field in origin.fields or not origin.fields) and (not origin.asset_ids or str(asset_id) in origin.asset_ids)
    ]
    return covering[0] if covering else None


def note_of(holding: Holding, origin: Origin) -> str:
    """The tool's note; where it points at a field of the row, the field's value stands in."""
    began = holding.values.get("record_from")
    return shown(origin.note.replace("record_from", began) if isinstance(began, str) else origin.note, 300)


def fact(holding: Holding, field: str, block: Block | None = None) -> Fact:
    """The field as a fact; its value is None when the result lacks it."""
    value = value_of(holding, field)
    used = block or holding.block
    origin = origin_of(used, field, holding.asset.asset_id)
    return Fact(
        field,
        None if value is None else as_number(value),
        _fact_unit(holding, field),
        holding.asset.name,
        holding.asset.symbol,
        holding.asset.asset_id,
        (origin.as_of if origin else "") or used.as_of,
        (origin.source if origin else "") or ", ".join(used.sources),
    )


def derived_fact(holding: Holding, field: str, value: Decimal, unit: str, on: date | None = None) -> Fact:
    """A figure computed from the bars of the holding's history; `on` where it is one day's own."""
    block = holding.series_block or holding.block
    source = ", ".join(block.sources)
    asset = holding.asset
    as_of = on.isoformat() if on else block.as_of
    return Fact(field, as_number(value), unit, asset.name, asset.symbol, asset.asset_id, as_of, source)


def _fact_unit(holding: Holding, field: str) -> str:
    unit = unit_of(field)
    if unit in {"money", "big_money"}:
        return holding.block.currency
    return {"percent": "percent", "coins": holding.asset.symbol}.get(unit, "")


def missing(holding: Holding, field: str) -> str:
    """Why the field is not there, in the words of the tool where it gave any."""
    reason = holding.reason(
        field, _METRIC_OF.get(field, field), *(("returns",) if field.startswith("percent_") else ())
    )
    return shown(reason, 200) if reason else "the result does not contain it"
