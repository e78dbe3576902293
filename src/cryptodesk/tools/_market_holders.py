"""Who holds a coin or a token, as `cmc_market_data` shows it."""

from __future__ import annotations

from typing import Any

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import Holders
from cryptodesk.tools._envelope import Gap, origin_of
from cryptodesk.tools._market_quote import UNSOURCED_METRICS, AssetValues

__all__ = ["holder_values"]


def holder_values(asset_id: AssetId, known: Holders | None) -> AssetValues:
    """The count and the distribution; shares are percent of the supply. Unavailable where neither is known."""
    fields = {} if known is None else _fields(known)
    if known is None or not fields:
        return AssetValues(gaps=[Gap("holders", UNSOURCED_METRICS["holders"], asset_id)])
    return AssetValues(fields, [origin_of(fields, known.provenance, known.provenance.note)])


def _fields(known: Holders) -> dict[str, Any]:
    shares = {"whales_pct": known.whales_pct, "others_pct": known.others_pct}
    values: dict[str, Any] = {
        "holders": known.holders,
        "holders_by_value": dict(known.by_value) or None,
        "holders_by_time": dict(known.by_time) or None,
        "holder_shares": {name: share for name, share in shares.items() if share is not None} or None,
    }
    return {field: value for field, value in values.items() if value is not None}
