"""One coin's latest values as `cmc_market_data` shows them: by metric, each with its origin, gaps named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from cryptodesk.market.records import Figure
from cryptodesk.tools._envelope import Gap, Origin, origin_of
from cryptodesk.tools._market_figures import CoinFigures

__all__ = ["METRIC_FIELDS", "UNSOURCED_METRICS", "AssetValues", "join_values", "quote_values"]

_SPANS = ("1h", "24h", "7d", "30d", "60d", "90d", "1y", "ytd", "3y", "all")

METRIC_FIELDS: dict[str, tuple[str, ...]] = {
    "price": ("price",),
    "market_cap": ("market_cap", "fully_diluted_market_cap", "market_cap_dominance", "rank"),
    "volume": ("volume_24h", "volume_change_24h", "turnover"),
    "returns": tuple(f"percent_change_{span}" for span in _SPANS),
    "supply": ("circulating_supply", "total_supply", "max_supply"),
    "liquidity": ("num_market_pairs", "cex_volume_24h", "dex_volume_24h", "tvl"),
    "market_pairs": ("num_market_pairs",),
    "price_stats": ("high_24h", "low_24h", "ath", "atl", "percent_from_ath", "percent_from_atl"),
}

UNSOURCED_METRICS: dict[str, str] = {
    "liquidity": "no source of order books or of a volume split by venue is at hand",
    "market_pairs": "no source of market pairs is at hand",
    "derivatives": "no source of open interest, funding or liquidations is at hand",
    "holders": "no source of holder counts is at hand",
}
_SINGLE_PAIRS = "no source of single pairs with their depth is at hand; num_market_pairs counts them"

# Not every coin has these: that they are missing is no gap.
_OPTIONAL = frozenset({"tvl"})
_COUNTS = frozenset({"rank", "num_market_pairs"})
_TIMES = {"ath": "ath_time", "atl": "atl_time"}
_OF_RECORD = "within the record (since record_from), not necessarily of all time"
_NOTES = {
    "volume_24h": "of one market alone over the last UTC day, not of all trading",
    "percent_change_all": "against the first open on record (record_from), not since launch",
    **dict.fromkeys(("ath", "atl", "percent_from_ath", "percent_from_atl"), _OF_RECORD),
}
# Their notes only repeat what the field's name and `as_of` say.
_SELF_EXPLAINING = frozenset({"high_24h", "low_24h", "volume_change_24h", *METRIC_FIELDS["returns"][:-1]})


class AssetValues(Struct, frozen=True):
    """`fields` by their wire names, each in one of `origins`; `gaps` are the ones asked for and not there."""

    fields: dict[str, Any] = {}
    origins: list[Origin] = []
    gaps: list[Gap] = []


def join_values(parts: Iterable[AssetValues]) -> AssetValues:
    """Several parts of one row."""
    fields: dict[str, Any] = {}
    origins: list[Origin] = []
    gaps: list[Gap] = []
    for part in parts:
        fields |= part.fields
        origins += part.origins
        gaps += part.gaps
    return AssetValues(fields, origins, gaps)


def quote_values(
    asset_id: int,
    known: CoinFigures,
    metrics: Iterable[str],
    *,
    began_at: datetime | None,
    common_notes: Collection[str | None] = (),
) -> AssetValues:
    """The values of the asked metrics. Metrics that have no fields here are passed over.

    `began_at` is the start of the candle record; `common_notes` are said once for the whole result."""
    shown: dict[str, Figure] = {}
    gaps: list[Gap] = []
    for metric in metrics:
        fields = METRIC_FIELDS.get(metric, ())
        found = {field: known.figures[field] for field in fields if field in known.figures}
        shown |= found
        absent = [field for field in fields if field not in found and field not in _OPTIONAL]
        gaps += _gaps(metric, absent, known.missing, asset_id, is_whole=not found)
        if metric == "market_pairs" and found:
            gaps.append(Gap("market_pairs", _SINGLE_PAIRS, asset_id))
    origins = [
        origin_of(_wire_names(field, known), figure.provenance, _note(field, figure, known, common_notes))
        for field, figure in shown.items()
    ]
    return AssetValues(_wire_fields(shown, known, began_at), origins, gaps)


def _gaps(
    metric: str, fields: Sequence[str], reasons: Mapping[str, str], asset_id: int, *, is_whole: bool
) -> list[Gap]:
    """One line for a metric of which nothing is there, else one a field."""
    if is_whole and fields:
        return [Gap(metric, UNSOURCED_METRICS.get(metric) or reasons[fields[0]], asset_id)]
    return [Gap(field, reasons[field], asset_id) for field in fields]


def _wire_fields(shown: Mapping[str, Figure], known: CoinFigures, began_at: datetime | None) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, figure in shown.items():
        fields[field] = int(figure.value) if field in _COUNTS else figure.value
        if field in _TIMES and field in known.times:
            fields[_TIMES[field]] = f"{known.times[field]:%Y-%m-%d}"
    if began_at is not None and any("record_from" in _NOTES.get(field, "") for field in known.of_record & set(shown)):
        fields["record_from"] = f"{began_at:%Y-%m-%d}"
    return fields


def _wire_names(field: str, known: CoinFigures) -> list[str]:
    return [field, _TIMES[field]] if field in _TIMES and field in known.times else [field]


def _note(field: str, figure: Figure, known: CoinFigures, common: Collection[str | None]) -> str | None:
    """The caveat of this field alone. What holds for the whole record is said once for the whole result, and notes
    name no dates or markets that other fields give, so that many assets can share them."""
    if field in known.of_record:
        if field in _NOTES:
            return _NOTES[field]
        if field in _SELF_EXPLAINING:
            return None
    return None if figure.provenance.note in common else figure.provenance.note
