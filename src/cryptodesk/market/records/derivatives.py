"""Futures and perpetuals: one record a market, so that sums can say what they leave out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = ["FUNDING_REFERENCE_HOURS", "DerivativesMarket", "Liquidations"]

# Funding rates are compared over eight hours, the commonest period.
FUNDING_REFERENCE_HOURS = 8


class DerivativesMarket(Struct, frozen=True, kw_only=True):
    """One contract on one exchange. Money is in US dollars.

    `funding_rate_pct` is what longs pay shorts over `funding_period_hours`, in percent points. `is_outlier` marks rows
    that their source excludes from sums, `exclusions` says why."""

    asset_id: int
    exchange: str
    instrument: str
    kind: Literal["perpetual", "future"]
    provenance: Provenance
    open_interest_usd: float | None = None
    volume_24h_usd: float | None = None
    funding_rate_pct: float | None = None
    funding_period_hours: float | None = None
    next_funding_at: datetime | None = None
    mark_price: float | None = None
    index_price: float | None = None
    is_outlier: bool = False
    exclusions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.asset_id}:{self.exchange}:{self.instrument}"

    @property
    def funding_rate_pct_8h(self) -> float | None:
        """The funding rate over eight hours, in percent points, without compounding."""
        if self.funding_rate_pct is None or not self.funding_period_hours:
            return None
        return self.funding_rate_pct * FUNDING_REFERENCE_HOURS / self.funding_period_hours


class Liquidations(Struct, frozen=True, kw_only=True):
    """Positions closed by force over the `window_hours` before `provenance.as_of`, in US dollars. `asset_id` 0 is the
    whole market."""

    asset_id: int
    window_hours: int
    provenance: Provenance
    total_usd: float | None = None
    long_usd: float | None = None
    short_usd: float | None = None

    @property
    def key(self) -> str:
        return f"{self.asset_id}:{self.window_hours}"
