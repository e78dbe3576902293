"""Rows of lists as tables, sentences and facts; the conditions of a screen in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cryptodesk.models.analyst.formats import big_money, money, number, percent, plural, to_decimal
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._lists import MOST_ROWS
from cryptodesk.models.analyst.text import plain, shown
from cryptodesk.models.analyst.writer.draft import Fact, as_number, join_names
from cryptodesk.models.analyst.writer.sourcing import moment, result_fact_source
from cryptodesk.models.analyst.writer.table import table

__all__ = [
    "Row",
    "figure_of",
    "has_figure",
    "label_of",
    "list_facts",
    "list_table",
    "name_of",
    "noun_of",
    "said_filters",
    "value_of",
]

Row = Mapping[str, Any]


def _signed(value: Any) -> str | None:
    return percent(value)


def _share(value: Any) -> str | None:
    return percent(value, signed=False)


def _times(value: Any) -> str | None:
    exact = to_decimal(value)
    return None if exact is None else f"{exact:.2f}"


def _moment(value: Any) -> str | None:
    return moment(plain(value, 40))[:10] if plain(value, 40) else None


# Header, words within a sentence, unit of a fact, and how a value is written.
_FIELDS: dict[str, tuple[str, str, str, Callable[[Any], str | None]]] = {
    "price": ("Price", "price", "USD", money),
    "market_cap": ("Market cap", "market cap", "USD", big_money),
    "fully_diluted_market_cap": ("Fully diluted", "fully diluted market cap", "USD", big_money),
    "volume_24h": ("24h volume", "24-hour volume", "USD", big_money),
    "volume": ("24h volume", "24-hour volume", "USD", big_money),
    "liquidity": ("Liquidity", "liquidity", "USD", big_money),
    "tvl": ("TVL", "value locked", "USD", big_money),
    "spot_volume_24h": ("Spot 24h", "24-hour spot volume", "USD", big_money),
    "derivative_volume_24h": ("Derivatives 24h", "24-hour derivatives volume", "USD", big_money),
    "market_cap_dominance": ("Dominance", "share of the market", "percent", _share),
    "market_cap_change": ("Cap 24h", "change of market cap over 24 hours", "percent", _signed),
    "volume_change": ("Volume 24h", "change of volume over 24 hours", "percent", _signed),
    "volume_change_24h": ("Volume change 24h", "change of volume over 24 hours", "percent", _signed),
    "avg_price_change": ("Average price 24h", "average price change over 24 hours", "percent", _signed),
    "percent_from_ath": ("From high", "distance from its all-time high", "percent", _signed),
    "ath": ("All-time high", "all-time high", "USD", money),
    "ath_time": ("High on", "day of its all-time high", "", _moment),
    "date_added": ("Added", "day it was added", "", _moment),
    "supply_ratio": ("Circulating/max", "share of its maximum supply in circulation", "", _times),
    "turnover": ("Volume/cap", "volume over market cap", "", _times),
    "tvl_ratio": ("Cap/TVL", "market cap over value locked", "", _times),
    "num_tokens": ("Coins", "number of coins", "", number),
    "num_market_pairs": ("Pairs", "market pairs", "", number),
    "rank": ("Rank", "rank", "", number),
    "age_days": ("Age, days", "age in days", "", number),
    "platform": ("Chain", "chain", "", lambda value: shown(value, 24) or None),
}
_WINDOWS = {
    "1h": "the last hour",
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "60d": "60 days",
    "90d": "90 days",
}
_SIGNS = {"gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "eq": "exactly", "ne": "other than"}


def _meta(field: str) -> tuple[str, str, str, Callable[[Any], str | None]]:
    if field in _FIELDS:
        return _FIELDS[field]
    window = field.removeprefix("percent_change_")
    if window in _WINDOWS:
        return window, f"change over {_WINDOWS[window]}", "percent", _signed
    words = field.replace("_", " ")
    return words.capitalize(), words, "", number


def label_of(field: str) -> str:
    return _meta(field)[1]


def value_of(field: str, value: Any) -> str | None:
    return _meta(field)[3](value)


def name_of(row: Row) -> str:
    """ "Bitcoin (BTC)"."""
    name, symbol = shown(row.get("name"), 40), shown(row.get("symbol"), 16)
    return f"{name or 'unnamed'} ({symbol})" if symbol and symbol != name else name or "unnamed"


def figure_of(row: Row, field: str) -> Decimal | None:
    return to_decimal(row.get(field))


def has_figure(rows: Iterable[Row], field: str) -> list[Row]:
    return [row for row in rows if figure_of(row, field) is not None]


def list_table(
    rows: Sequence[Row],
    fields: Sequence[str],
    *,
    first: str = "Asset",
    headers: Mapping[str, str] | None = None,
    also: Sequence[Row] = (),
) -> str:
    """At most twenty rows with their places, then those of `also` without one; columns of which no row has a value are
    left out, and rows left out are counted."""
    kept = [*rows, *also][:MOST_ROWS]
    columns = [field for field in dict.fromkeys(fields) if any(value_of(field, row.get(field)) for row in kept)]
    titles = [first, *((headers or {}).get(field) or _meta(field)[0] for field in columns)]
    lines = [
        [f"{f'{place}. ' if place <= len(rows) else ''}{name_of(row)}", *_cells(row, columns)]
        for place, row in enumerate(kept, 1)
    ]
    more = len(rows) + len(also) - len(kept)
    return table(titles, lines) + (f"\n\nLeft out: {plural(more, 'more row')}." if more else "")


def _cells(row: Row, columns: Sequence[str]) -> list[str | None]:
    return [value_of(field, row.get(field)) for field in columns]


def list_facts(rows: Sequence[Row], fields: Sequence[str], result: Result, part: str) -> tuple[Fact, ...]:
    """One fact for each row and field that has a figure; `part` is how the result calls its rows."""
    as_of, source = result_fact_source(result, part)
    return tuple(
        Fact(
            field, as_number(value), _meta(field)[2], shown(row.get("name"), 60), shown(row.get("symbol"), 24),
            row.get("asset_id"), as_of, source,
        )
        for row in rows[:MOST_ROWS]
        for field in dict.fromkeys(fields)
        if (value := figure_of(row, field)) is not None
    )  # fmt: skip


def noun_of(asset_type: str, count: int) -> str:
    singular = {"onchain_token": "token", "exchange": "exchange", "category": "category"}.get(asset_type, "coin")
    return singular if count == 1 else {"category": "categories"}.get(singular, f"{singular}s")


def said_filters(filters: Sequence[Mapping[str, Any]]) -> str:
    """ "market cap above $1.00 billion and down more than 10% over 7 days"."""
    return join_names([text for one in filters if (text := _said(one))])


def _said(one: Mapping[str, Any]) -> str:
    field, op, value = plain(one.get("field"), 40), plain(one.get("op"), 10), one.get("value")
    if not field or not op or value is None:
        return ""
    if field == "tag":
        names = value if isinstance(value, list) else [value]
        return f"{'not ' if op == 'ne' else ''}tagged {join_names([shown(name, 40) for name in names], 'or')}"
    if field == "platform":
        return f"{'not ' if op == 'ne' else ''}on {shown(value, 40).replace('-', ' ').capitalize()}"
    if field.startswith("percent_change_"):
        return _said_change(field, op, value)
    figure = (value_of(field, value) or shown(value, 40) or str(value)[:40]).replace(".00 ", " ")
    return f"{label_of(field)} {_SIGNS.get(op, op)} {figure.removesuffix('.00')}"


def _said_change(field: str, op: str, value: Any) -> str:
    exact, over = to_decimal(value), f"over {_WINDOWS.get(field.removeprefix('percent_change_'), field)}"
    if exact is None:
        return f"{label_of(field)} {op}"
    if exact == 0:
        return f"{'up' if op in {'gt', 'gte'} else 'down'} {over}"
    is_fall = exact < 0 and op in {"lt", "lte"}
    if is_fall or (exact > 0 and op in {"gt", "gte"}):
        than = "more than" if op in {"lt", "gt"} else "at least"
        return f"{'down' if is_fall else 'up'} {than} {number(abs(exact))}% {over}"
    return f"{label_of(field)} {_SIGNS.get(op, op)} {number(exact)}%"
