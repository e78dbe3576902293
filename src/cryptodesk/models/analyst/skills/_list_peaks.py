"""What a screener cannot sift by: the distance from the all-time high, which is told of large coins, and indicators."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_tables import Row, figure_of, list_facts, list_table, name_of
from cryptodesk.models.analyst.skills._lists import result_of
from cryptodesk.models.analyst.text import plain
from cryptodesk.models.analyst.tool_names import MARKET_DATA, SIGNAL_LIST
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["call", "write", "write_without_indicator"]

# Large coins by CoinMarketCap's ids, as many as the tool takes at once: a sample that the answer names as one.
_SAMPLE = (
    1, 1027, 52, 1839, 5426, 74, 2010, 1958, 1975, 5805, 5994, 6636, 2, 1831, 7083, 6535, 20947, 32196, 1437, 30171,
)  # fmt: skip
_NEAR_PCT = Decimal(-5)
_FRESH = timedelta(days=7)


def call() -> Call:
    return Call(MARKET_DATA, {"asset_type": "coin", "ids": list(_SAMPLE), "metrics": ["price_stats"]})


def write(setting: Setting, count: int) -> Draft:
    result = result_of(setting.evidence, call())
    rows = sorted(
        (row for row in (result.rows("results") if result else []) if figure_of(row, "percent_from_ath") is not None),
        key=lambda row: -(figure_of(row, "percent_from_ath") or 0),
    )
    if result is None or not rows:
        return Draft(
            "No list is kept of coins near their all-time high, and the highs of the large ones are not at hand."
        )
    near = [row for row in rows if (figure_of(row, "percent_from_ath") or 0) >= _NEAR_PCT]
    parts = (
        []
        if setting.is_brief
        else [list_table(rows[:count], ("percent_from_ath", "ath", "ath_time")), _scope(len(rows))]
    )
    end = closing(setting, (result,), ("percent_from_ath", "ath", "ath_time"))
    facts = list_facts(rows[:count], ("percent_from_ath", "ath"), result, "ath")
    limit = Fact("near_all_time_high_within_pct", as_number(-_NEAR_PCT), "percent")
    return Draft(join_paragraphs(f"{_lead(rows, near)}{_fresh(result, rows)}", *parts, end), (*facts, limit))


def _lead(rows: list[Row], near: list[Row]) -> str:
    closest = f"**{name_of(rows[0])}** is nearest, {_distance(rows[0])}"
    if not near:
        return f"None of {len(rows)} large coins is within 5% of its all-time high; {closest}."
    names = join_names([f"{name_of(row)} ({_distance(row)})" for row in near])
    verb = "is" if len(near) == 1 else "are"
    return f"{len(near)} of {len(rows)} large coins {verb} within 5% of the all-time high: {names}."


def _distance(row: Row) -> str:
    value = figure_of(row, "percent_from_ath") or Decimal(0)
    return f"{percent(abs(value), signed=False)} below it" if value < 0 else "at it"


def _fresh(result: Result, rows: list[Row]) -> str:
    """Highs of the week before the data; dates that cannot be read count for nothing."""
    last = _day(result.as_of)
    names = [name_of(row) for row in rows if _is_fresh(_day(plain(row.get("ath_time"), 30)), last)]
    week = f"in the 7 days to {last.isoformat()}" if last else "in the last 7 days"
    return f" New highs {week}: {join_names(names)}." if names else f" None of them set its high {week}."


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _is_fresh(day: date | None, last: date | None) -> bool:
    return day is not None and last is not None and timedelta(0) <= last - day <= _FRESH


def _scope(count: int) -> str:
    return (
        f"The screener does not hold the distance from a high, so these are {count} large coins, not the whole market."
    )


def write_without_indicator(setting: Setting) -> Draft:
    """What is said to "coins with an RSI below 30", which no screener here can sift by."""
    result = next(iter(setting.evidence.results_of(SIGNAL_LIST)), None)
    rows = result.rows("items") if result else []
    lead = (
        "The screener holds no technical indicators, so I cannot list coins by RSI, averages or chart levels; of one"
        " coin I can give them (“RSI of ETH”)."
    )
    if result is None or not rows or setting.is_brief:
        return Draft(lead)
    rows = [{**row, "percent_change_7d": row.get("percent_change")} for row in rows]
    word = "fell" if result.words("list") == "top_losers" else "rose"
    told = (
        f"What can be listed: the coins that {word} most over the last 7 days. A move alone makes none of them extreme."
    )
    body = list_table(rows, ("percent_change_7d", "price", "market_cap"))
    facts = list_facts(rows, ("percent_change_7d",), result, "items")
    return Draft(join_paragraphs(lead, told, body, closing(setting, (result,), ("items",))), facts)
