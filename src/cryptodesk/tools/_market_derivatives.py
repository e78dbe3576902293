"""Open interest, funding and liquidations of a coin over all markets, with what the sums leave out beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cryptodesk.market.records import DerivativesMarket, Liquidations, Provenance
from cryptodesk.tools._envelope import Gap, Origin, computed_mode, encode_time, origin_of
from cryptodesk.tools._market_quote import UNSOURCED_METRICS, AssetValues
from cryptodesk.tools._text import clean

__all__ = ["derivative_values"]

_MOST_EXCHANGES = 8
_WINDOWS_HOURS = (1, 4, 24)
_IN_DOLLARS = "known in USD only: ask with convert USD"


def derivative_values(
    asset_id: int, markets: Sequence[DerivativesMarket], liquidations: Sequence[Liquidations], *, in_dollars: bool
) -> AssetValues:
    """Rows that their source excludes stand in `open_interest_reported` alone. Funding rates are over eight hours, each
    weighted by its market's volume. Money is in US dollars, so that in another currency only rates are given."""
    windows = {row.window_hours: row for row in liquidations if row.window_hours in _WINDOWS_HOURS}
    if not markets and not windows:
        return AssetValues(gaps=[Gap("derivatives", UNSOURCED_METRICS["derivatives"], asset_id)])
    fields: dict[str, Any] = {}
    origins: list[Origin] = []
    gaps: list[Gap] = []
    counted = [market for market in markets if not _is_excluded(market)]
    if in_dollars:
        _add_sums(markets, counted, fields, origins)
        _add_liquidations(windows, fields, origins)
    else:
        gaps += [Gap(field, _IN_DOLLARS, asset_id) for field in ("open_interest", "liquidations")]
    _add_funding(counted, fields, origins)
    if in_dollars and counted:
        fields["by_exchange"] = _by_exchange(markets)
        origins.append(_origin(["by_exchange"], markets, "exchanges with most open interest first"))
    absent = [name for name in ("open_interest", "funding_rate_pct_8h", "liquidations") if name not in fields]
    known = {gap.field for gap in gaps}
    gaps += [Gap(name, "no source at hand gives it for this asset", asset_id) for name in absent if name not in known]
    return AssetValues(fields, origins, gaps)


def _is_excluded(market: DerivativesMarket) -> bool:
    return market.is_outlier or bool(market.exclusions)


def _total(markets: Iterable[DerivativesMarket], value: Callable[[DerivativesMarket], float | None]) -> float | None:
    """None where no market says it: a sum of nothing is not zero."""
    known = [amount for market in markets if (amount := value(market)) is not None]
    return sum(known) if known else None


def _interest(market: DerivativesMarket) -> float | None:
    return market.open_interest_usd


def _volume(market: DerivativesMarket) -> float | None:
    return market.volume_24h_usd


def _add_sums(
    markets: Sequence[DerivativesMarket],
    counted: Sequence[DerivativesMarket],
    fields: dict[str, Any],
    origins: list[Origin],
) -> None:
    interest, volume = _total(counted, _interest), _total(counted, _volume)
    left_out = len(markets) - len(counted)
    if interest is not None:
        fields["open_interest"] = interest
        origins.append(_origin(["open_interest"], counted, _sum_note(counted, left_out)))
    reported = _total(markets, _interest)
    if left_out and reported is not None:
        fields["open_interest_reported"] = reported
        origins.append(_origin(["open_interest_reported"], markets, "with the markets that their source excludes"))
    if volume is not None:
        fields["futures_volume_24h"] = volume
        origins.append(_origin(["futures_volume_24h"], counted, _sum_note(counted, left_out)))


def _sum_note(counted: Sequence[DerivativesMarket], left_out: int) -> str:
    names = {market.exchange for market in counted}
    excluded = f", without {left_out} that their source excludes as unbelievable" if left_out else ""
    return f"sum over {len(counted)} markets on {len(names)} exchanges{excluded}"


def _add_funding(counted: Sequence[DerivativesMarket], fields: dict[str, Any], origins: list[Origin]) -> None:
    """Weighted by volume; of markets that all lack it, the plain mean, which is said."""
    rated = [market for market in counted if market.funding_rate_pct_8h is not None]
    weighted = [market for market in rated if _volume(market)]
    used = weighted or rated
    if not used:
        return
    weights = [_volume(market) or 0.0 for market in used] if weighted else [1.0] * len(used)
    rates = [market.funding_rate_pct_8h or 0.0 for market in used]
    fields["funding_rate_pct_8h"] = sum(map(float.__mul__, rates, map(float, weights))) / sum(weights)
    names = sorted({clean(market.exchange, 40) for market in used})
    how = "weighted by 24-hour volume" if weighted else "plain mean"
    note = f"percent per 8 hours, paid by longs where positive; {how} over {', '.join(names)}"
    origins.append(_origin(["funding_rate_pct_8h"], used, note))


def _add_liquidations(windows: dict[int, Liquidations], fields: dict[str, Any], origins: list[Origin]) -> None:
    if not windows:
        return
    fields["liquidations"] = {f"{hours}h": _window(windows[hours]) for hours in sorted(windows)}
    rows = list(windows.values())
    origins.append(_joined_origin(["liquidations"], [row.provenance for row in rows], None, is_sum=False))


def _window(row: Liquidations) -> dict[str, float]:
    values = {"total": row.total_usd, "long": row.long_usd, "short": row.short_usd}
    return {name: value for name, value in values.items() if value is not None}


def _by_exchange(markets: Sequence[DerivativesMarket]) -> list[dict[str, Any]]:
    """The exchanges with most open interest; one whose markets are all excluded says so."""
    names = dict.fromkeys(market.exchange for market in markets)
    rows = [_exchange(name, [market for market in markets if market.exchange == name]) for name in names]
    rows.sort(key=lambda row: (row.get("is_excluded", False), -row.get("open_interest", 0.0)))
    return rows[:_MOST_EXCHANGES]


def _exchange(name: str, own: Sequence[DerivativesMarket]) -> dict[str, Any]:
    counted = [market for market in own if not _is_excluded(market)]
    shown = counted or own
    rates: dict[str, Any] = {}
    _add_funding(shown, rates, [])
    values = {
        "open_interest": _total(shown, _interest),
        "volume_24h": _total(shown, _volume),
        "funding_rate_pct_8h": rates.get("funding_rate_pct_8h"),
        "is_excluded": None if counted else True,
    }
    return {"exchange": clean(name, 40), **{field: value for field, value in values.items() if value is not None}}


def _origin(fields: list[str], markets: Sequence[DerivativesMarket], note: str | None) -> Origin:
    return _joined_origin(fields, [market.provenance for market in markets], note, is_sum=len(markets) > 1)


def _joined_origin(fields: list[str], origins: Sequence[Provenance], note: str | None, *, is_sum: bool) -> Origin:
    """Of the oldest part; a sum of what several sources say is computed."""
    sources = list(dict.fromkeys(origin.source for origin in origins))
    oldest, newest = min(origin.as_of for origin in origins), max(origin.as_of for origin in origins)
    mode = computed_mode([origin.mode for origin in origins]) if is_sum else origins[0].mode
    if newest != oldest:
        note = "; ".join(filter(None, (note, f"parts are of {encode_time(oldest)} to {encode_time(newest)}")))
    return origin_of(fields, Provenance(" + ".join(sources), mode, oldest), note)
