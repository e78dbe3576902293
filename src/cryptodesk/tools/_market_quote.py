"""One asset's latest values as `cmc_market_data` shows them: by metric, each with its origin, gaps named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from cryptodesk.market.quotes import compute_quote
from cryptodesk.market.records import Asset, Figure, Quote
from cryptodesk.tools._envelope import Gap, Origin, origin_of
from cryptodesk.tools._market_currency import PricedSeries

__all__ = ["METRIC_FIELDS", "UNSOURCED_METRICS", "AssetValues", "quote_values"]

_SPANS = ("1h", "24h", "7d", "30d", "60d", "90d", "1y", "ytd", "3y", "all")

METRIC_FIELDS: dict[str, tuple[str, ...]] = {
    "price": ("price",),
    "market_cap": ("market_cap", "fully_diluted_market_cap", "market_cap_dominance"),
    "volume": ("volume_24h", "volume_change_24h", "turnover"),
    "returns": tuple(f"percent_change_{span}" for span in _SPANS),
    "supply": ("circulating_supply", "total_supply", "max_supply"),
    "price_stats": ("high_24h", "low_24h", "ath", "atl", "percent_from_ath", "percent_from_atl"),
}

UNSOURCED_METRICS: dict[str, str] = {
    "liquidity": "no source of order books or of a volume split by venue is at hand",
    "market_pairs": "no source of market pairs is at hand",
    "derivatives": "no source of open interest, funding or liquidations is at hand",
    "holders": "no source of holder counts is at hand",
}

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

    fields: dict[str, Any]
    origins: list[Origin]
    gaps: list[Gap]


def quote_values(asset: Asset, priced: PricedSeries, metrics: Iterable[str]) -> AssetValues:
    """The values of the asked metrics as of the last candle. Metrics that have no fields here are passed over."""
    quote = compute_quote(asset, priced.series)
    reasons = _reasons(quote, priced)
    shown: dict[str, Figure] = {}
    gaps: list[Gap] = []
    for metric in metrics:
        fields = METRIC_FIELDS.get(metric, ())
        known = {field: quote.figures[field] for field in fields if field not in reasons}
        shown |= known
        gaps += _gaps(metric, [field for field in fields if field not in known], reasons, asset, is_whole=not known)
    return AssetValues(_wire_fields(shown, quote, priced.series.candles[0].opened_at), _origins(shown, priced), gaps)


def _reasons(quote: Quote, priced: PricedSeries) -> dict[str, str]:
    """Why a field is missing, for each that is."""
    reasons = {missing.field: missing.reason for missing in quote.missing}
    reasons["market_cap_dominance"] = "the capitalisation of the whole market is not known"
    if priced.is_crossed:
        reason = f"not known in {priced.series.quote_currency}: the highs of two markets are not of the same moment"
        reasons |= dict.fromkeys(METRIC_FIELDS["price_stats"], reason)
    return reasons


def _gaps(metric: str, fields: Sequence[str], reasons: Mapping[str, str], asset: Asset, *, is_whole: bool) -> list[Gap]:
    """One line for a metric of which nothing is there, else one a field."""
    if is_whole and fields:
        return [Gap(metric, reasons[fields[0]], asset.asset_id)]
    return [Gap(field, reasons[field], asset.asset_id) for field in fields]


def _wire_fields(shown: Mapping[str, Figure], quote: Quote, began_at: datetime) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, figure in shown.items():
        fields[field] = figure.value
        if field in _TIMES:
            fields[_TIMES[field]] = f"{quote.times[field]:%Y-%m-%d}"
    if any(note for field, note in _NOTES.items() if field in shown and "record_from" in note):
        fields["record_from"] = f"{began_at:%Y-%m-%d}"
    return fields


def _origins(shown: Mapping[str, Figure], priced: PricedSeries) -> list[Origin]:
    """One entry a field, in the order shown; a dated extreme carries its date along."""
    return [
        origin_of(_wire_names(field), figure.provenance, _note(field, figure, priced))
        for field, figure in shown.items()
    ]


def _wire_names(field: str) -> list[str]:
    return [field, _TIMES[field]] if field in _TIMES else [field]


def _note(field: str, figure: Figure, priced: PricedSeries) -> str | None:
    """The caveat of this field alone. What holds for the whole series is said once for the whole result, and notes
    name no dates or markets that other fields give, so that many assets can share them."""
    if field in _NOTES:
        return _NOTES[field]
    if field in _SELF_EXPLAINING or figure.provenance.note == priced.series.provenance.note:
        return None
    return figure.provenance.note
