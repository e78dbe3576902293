"""Rows of a screen: what identifies an asset, what it was screened by, and in a few words why it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptodesk.market.screening import FIELDS, AssetType, Filter, ScreenTable, Sort
from cryptodesk.tools._envelope import encode_time
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean

__all__ = ["make_row"]

_BASE: dict[AssetType, tuple[str, ...]] = {
    "coin": ("rank", "price", "market_cap", "volume_24h", "percent_change_24h", "percent_change_7d"),
    "onchain_token": ("platform", "price", "market_cap", "liquidity", "volume_24h", "percent_change_24h"),
    "exchange": ("rank", "spot_volume_24h", "derivative_volume_24h", "percent_change_volume_24h", "exchange_score"),
    "category": ("market_cap", "market_cap_change", "volume", "volume_change", "avg_price_change", "num_tokens"),
}
_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "ne": "is not"}
_SIZES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_MOST_REASONS = 4
_MOST_TAGS = 5


def make_row(
    asset_type: AssetType, record: Any, cells: tuple[ScreenTable, int], asked: tuple[Sequence[Filter], Sort], place: int
) -> dict[str, Any]:
    """`cells` are the table and the record's row in it, `asked` what it was screened and sorted by; `place` is 1 for
    the first."""
    filters, sort = asked
    used = [wanted.field for wanted in filters] + [sort.field]
    names = [name for name in dict.fromkeys((*_BASE[asset_type], *used)) if name not in {"name", "symbol"}]
    shown = {name: _value(asset_type, name, record, cells) for name in names}
    symbol = {"symbol": clean(record.symbol, SYMBOL_LIMIT)} if hasattr(record, "symbol") else {}
    why = [_reason(asset_type, wanted, shown) for wanted in list(filters)[:_MOST_REASONS]]
    if sort.field not in {wanted.field for wanted in filters[:_MOST_REASONS]}:
        why.append(_said(asset_type, sort.field, shown.get(sort.field)))
    why.append(f"{'lowest' if sort.order == 'asc' else 'highest'} {sort.field}" if place == 1 else "")
    return {
        "asset_id": record.asset_id,
        "name": clean(record.name, NAME_LIMIT),
        **symbol,
        **shown,
        "why": "; ".join(part for part in why if part),
    }


def _value(asset_type: AssetType, name: str, record: Any, cells: tuple[ScreenTable, int]) -> Any:
    if FIELDS[asset_type][name].kind == "tags":
        return [clean(tag, 40) for tag in record.tags[:_MOST_TAGS]]
    held = getattr(record, name, None)
    if isinstance(held, datetime):
        return encode_time(held)
    if isinstance(held, str):
        return clean(held, NAME_LIMIT)
    if held is not None:
        return held
    table, row = cells
    found = table.value(name, row) if name in table else None
    return round(found, 1) if name == "age_days" and isinstance(found, float) else found


def _reason(asset_type: AssetType, wanted: Filter, shown: dict[str, Any]) -> str:
    field = FIELDS[asset_type][wanted.field]
    if field.kind == "tags":
        return f"{'not ' if wanted.op == 'ne' else ''}tagged {_listed(wanted.value)}"
    if field.kind == "text":
        return f"{wanted.field} {_SIGNS.get(wanted.op, wanted.op)} {_listed(wanted.value)}"
    sign = _SIGNS.get(wanted.op, wanted.op)
    return f"{_said(asset_type, wanted.field, shown.get(wanted.field))} {sign} {_amount(field.unit, wanted.value)}"


def _listed(value: Any) -> str:
    return clean(value if isinstance(value, str) else " or ".join(map(str, value)))


def _said(asset_type: AssetType, name: str, value: Any) -> str:
    field = FIELDS[asset_type][name]
    if value is None:
        return f"{name} not known"
    return f"{name} {value[:10] if field.kind == 'date' else _amount(field.unit, value)}"


def _amount(unit: str, value: Any) -> str:
    """A number for people: `$45.2M`, `+12.3%`, `0.45`."""
    if not isinstance(value, int | float):
        return str(value)[:40]
    if unit == "percent":
        return f"{value:+.4g}%" if abs(value) < 10_000 else f"{value:+,.0f}%"
    if unit == "days":
        return f"{value:,.1f}".removesuffix(".0")
    if unit in {"rank", "count"}:
        return f"{value:,.0f}"
    text = _short(float(value))
    return f"${text}" if unit == "usd" else text


def _short(value: float) -> str:
    for size, letter in _SIZES:
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}" if abs(value) < 1e15 else f"{value:.4g}"
    return f"{value:.4g}"
