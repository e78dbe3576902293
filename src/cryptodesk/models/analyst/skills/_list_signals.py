"""Ready-made lists: their rows as an answer, and what is said where a list is empty."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_tables import Row, list_facts, list_table, name_of
from cryptodesk.models.analyst.skills._lists import MOST_ROWS, Window
from cryptodesk.models.analyst.text import plain, sentence, shown
from cryptodesk.models.analyst.writer.draft import Fact, Setting

__all__ = ["gap_of", "moved", "rule_of", "signal_facts", "signal_rows", "signal_table"]

_USUAL = ("price", "market_cap", "volume_24h")


def signal_rows(result: Result, window: Window, count: int) -> list[Row]:
    """The rows with their change under the name of its window."""
    rows = result.rows("items")[: min(count, MOST_ROWS)]
    return [{**row, window.field: row.get("percent_change")} for row in rows]


def signal_table(rows: Sequence[Row], window: Window, *first: str, asset: str = "Asset") -> str:
    return list_table(
        rows, (*first, window.field, *_USUAL), first=asset, headers={window.field: f"Change {window.name}"}
    )


def signal_facts(rows: Sequence[Row], window: Window, result: Result) -> tuple[Fact, ...]:
    return list_facts(rows, (window.field, "price"), result, "items")


def moved(row: Row, window: Window) -> str:
    """ "Zcash (ZEC), +52.54%"."""
    change = percent(row.get(window.field))
    return f"{name_of(row)}, {change}" if change else name_of(row)


def gap_of(result: Result) -> str:
    """Why the list is empty, in the tool's words, and what would bring it where the tool says so."""
    reasons = [gap.reason for gap in result.unavailable if gap.field in {"items", "date_added", "results", "category"}]
    return "; ".join(dict.fromkeys(shown(reason, 200) for reason in reasons)) or "the list came back empty"


def rule_of(setting: Setting, result: Result) -> str:
    """How the list was made: said in a detailed answer."""
    rule = plain(result.at("rule"), 300)
    return f"How the list is made: {sentence(shown(rule, 300))}" if rule and setting.is_detailed else ""
