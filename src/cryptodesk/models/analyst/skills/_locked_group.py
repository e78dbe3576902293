"""The protocols of a kind by the value locked in them, from the screener."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, percent, to_decimal
from cryptodesk.models.analyst.skills._locked_phrases import TvlSlots
from cryptodesk.models.analyst.skills._overview import Part, end_of, fact_at
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["group_call", "row_name", "total_locked", "write_group"]


def group_call(tag: str) -> Call:
    filters = [{"field": "tag", "op": "eq", "value": tag}, {"field": "tvl", "op": "gt", "value": 0}]
    sort = {"field": "tvl", "order": "desc"}
    query = f"{tag} coins by value locked"
    return Call(ASSET_SCREENER, {"query": query, "asset_type": "coin", "filters": filters, "sort": sort})


def total_locked(part: Part | None) -> Decimal | None:
    return part.figure("total_tvl_usd") if part else None


def row_name(row: Mapping[str, Any]) -> str:
    return shown(row.get("name"), 80) or "unnamed"


def write_group(setting: Setting, slots: TvlSlots, part: Part | None) -> Draft:
    result = next(iter(reversed(setting.evidence.results_of(ASSET_SCREENER))), None)
    rows = [row for row in result.rows("results") if to_decimal(row.get("tvl")) is not None] if result else []
    label, total = shown(slots.tag.replace("-", " "), 40), total_locked(part)
    whole = f"All of DeFi holds {big_money(total)}." if total is not None else ""
    if result is None or not rows:
        reason = shown(result.reason("tvl", "results"), 200) if result else "the screener was not asked"
        none = f"No coin tagged {label} has a known value locked{f': {reason}' if reason else ''}."
        return Draft(join_paragraphs(f"{none} {whole}".strip(), end_of(setting, part) if part and whole else ""))
    first = to_decimal(rows[0].get("tvl")) or Decimal(0)
    summed = sum((to_decimal(row.get("tvl")) or Decimal(0) for row in rows), Decimal(0))
    lead = f"Among coins tagged {label}, {_coin(rows[0])} has most value locked: **{big_money(first)}**."
    several = f"The {len(rows)} shown hold {big_money(summed)} together (computed)." if len(rows) > 1 else ""
    past = (
        "How their value locked changed is not in the tools; the changes shown are of the price."
        if slots.wants_past
        else ""
    )
    body = "" if setting.is_brief else _coin_table(rows)
    sentences = " ".join(filter(None, (lead, several, past, whole)))
    end = closing(setting, (result,), ("tvl", "results"))
    facts = [fact_at(result, "tvl", first, "USD")]
    facts += [fact_at(result, "tvl.total_of_shown", summed, "USD")] if several else []
    return Draft(join_paragraphs(sentences, body, end), tuple(facts))


def _coin(row: Mapping[str, Any]) -> str:
    name, symbol = row_name(row), shown(row.get("symbol"), 24)
    return f"{name} ({symbol})" if symbol and symbol != name else name


def _coin_table(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        [
            _coin(row),
            big_money(row.get("tvl")),
            big_money(row.get("market_cap")),
            percent(row.get("percent_change_24h")),
            percent(row.get("percent_change_7d")),
        ]
        for row in rows
    ]
    return table(("Coin", "value locked", "market cap", "price 24h", "price 7d"), cells)
