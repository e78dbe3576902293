"""A category as the list of narratives has it: in a row, in sentences, as facts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.models.analyst.formats import big_money, number, percent
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_tables import Row, figure_of
from cryptodesk.models.analyst.skills._lists import Window
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import result_fact_source
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SECTOR_WINDOWS", "about_sector", "sector_facts", "sector_table", "with_change"]

SECTOR_WINDOWS = ("24h", "7d", "30d")


def with_change(row: Row, field: str) -> str:
    name, change = f"**{_name(row)}**", percent(row.get(field))
    return f"{name} ({change})" if change else name


def _name(row: Row) -> str:
    return shown(row.get("categoryName"), 60) or "unnamed"


def sector_table(rows: Sequence[Row], window: Window) -> str:
    perf = f"volumeWeightedPricePerfVsCryptoMarketCap{window.name}"
    lines = [
        [
            f"{number(figure_of(row, 'trendingRank')) or '-'}. {_name(row)}", big_money(row.get("marketCapUsd")),
            *(percent(row.get(f"marketCapChangePercentage{name}")) for name in SECTOR_WINDOWS),
            percent(row.get("volumeChangePercentage24h")), percent(row.get(perf)), _largest(row) or None,
        ]
        for row in rows
    ]  # fmt: skip
    titles = [
        "Category",
        "Market cap",
        "24h",
        "7d",
        "30d",
        "Volume 24h",
        f"Beyond market {window.name}",
        "Largest coins",
    ]
    return table(titles, lines)


def _largest(row: Row) -> str:
    listed = row.get("topCoinList")
    coins = listed.get("rows") if isinstance(listed, dict) else None
    symbols = [shown(coin[1], 12) for coin in coins or [] if isinstance(coin, list) and len(coin) > 1]
    return ", ".join(symbols[:3])


def sector_facts(row: Row, field: str, result: Result) -> list[Fact]:
    as_of, source = result_fact_source(result, "items")
    figures = ((field, "percent"), ("marketCapUsd", "USD"))
    return [
        Fact(name, as_number(value), unit, _name(row), "", shown(row.get("asset_id"), 60), as_of, source)
        for name, unit in figures
        if (value := figure_of(row, name)) is not None
    ]


def about_sector(setting: Setting, row: Row, result: Result, window: Window) -> str:
    change = figure_of(row, f"marketCapChangePercentage{window.name}")
    others = [
        f"{text} over {name}"
        for name in (*SECTOR_WINDOWS, "90d")
        if name != window.name and (text := percent(row.get(f"marketCapChangePercentage{name}")))
    ]
    cap = big_money(row.get("marketCapUsd"))
    lead = f"**{_name(row)}** {_moved(change, window)}{f', to a market cap of {cap}' if cap else ''}."
    if setting.is_brief:
        return lead
    place, considered = figure_of(row, "trendingRank"), result.figure("considered")
    among = (
        f"Among {int(considered):,} categories it stands at place {number(place)} by strength."
        if place and considered
        else ""
    )
    beyond = percent(row.get(f"volumeWeightedPricePerfVsCryptoMarketCap{window.name}"))
    market = (
        f"Weighted by volume, its coins moved {beyond} (percent points) against the whole market." if beyond else ""
    )
    return join_paragraphs(
        " ".join(filter(None, (lead, f"Market cap {join_names(others)}." if others else "", market, among))),
        _coins(row),
    )


def _moved(change: Decimal | None, window: Window) -> str:
    if change is None:
        return f"has no known change over {window.label}"
    word = "rose" if change > 0 else "fell" if change < 0 else "did not move"
    return (
        f"{word} **{percent(abs(change), signed=False)}** over {window.label}"
        if change
        else f"{word} over {window.label}"
    )


def _coins(row: Row) -> str:
    listed = row.get("topCoinList")
    coins = [
        coin
        for coin in (listed.get("rows") if isinstance(listed, dict) else None) or []
        if isinstance(coin, list) and len(coin) > 3
    ]
    said = [f"{shown(coin[1], 12)} {change}" for coin in coins if (change := percent(coin[3]))]
    return f"Its largest over 24 hours: {', '.join(said)}." if said else ""
