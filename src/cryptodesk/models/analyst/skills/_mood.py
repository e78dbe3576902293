"""Sentences on the mood of a sample: each of one field of the tool's result, empty where the field has nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cryptodesk.models.analyst.formats import number, percent, plural, trimmed
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Setting, join_names

__all__ = [
    "said_change",
    "said_index",
    "said_items",
    "said_keywords",
    "said_shares",
    "said_signed",
    "said_volume",
]

_SOURCES = {
    "x": "posts on X",
    "open_social_and_news": "posts on open networks and headlines",
    "fear_greed_index": "the fear and greed index alone",
}


def said_signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{trimmed(value, 3)}"


def said_items(result: Result) -> str:
    size = result.figure("sample_size")
    kind = _SOURCES.get(result.words("source"), "items")
    return f"{number(size) if size is not None else 'an unstated number of'} {kind}"


def said_change(result: Result) -> str:
    change = result.figure("change_vs_previous_window")
    if change is None:
        reason = shown(result.reason("change_vs_previous_window"), 160)
        return f"The change to the window before is not known: {reason}." if reason else ""
    if change == 0:
        return "That is unchanged from the window before."
    return f"That is {'up' if change > 0 else 'down'} by {trimmed(abs(change), 3)} from the window before."


def said_shares(result: Result) -> str:
    names = (("positive_pct", "positive"), ("neutral_pct", "neutral"), ("negative_pct", "negative"))
    said = [f"{percent(v, signed=False)} {word}" for name, word in names if (v := result.figure(name)) is not None]
    return f"By votes {join_names(said)}." if said else ""


def said_keywords(setting: Setting, result: Result) -> str:
    rows = result.rows("keywords")[: 10 if setting.is_detailed else 5]
    said = [_keyword(row) for row in rows]
    return f"Most used words: {join_names([each for each in said if each])}." if said else ""


def _keyword(row: Mapping[str, Any]) -> str:
    word, mentions = shown(row.get("keyword"), 40), row.get("mentions")
    if not word or not isinstance(mentions, int):
        return ""
    return f"“{word}” ({plural(mentions, 'mention')})"


def said_volume(result: Result) -> str:
    now, before, change = (result.figure("volume", name) for name in ("items", "previous_items", "change_pct"))
    if now is None or before is None or change is None:
        return ""
    return f"The window before held {number(before)} items ({percent(change)} since)."


def said_index(result: Result) -> str:
    index, label = result.figure("fear_greed", "index"), shown(result.words("fear_greed", "value"), 40).lower()
    return (
        f"The fear and greed index stands at {number(index)} of 100{f' ({label})' if label else ''}."
        if index is not None
        else ""
    )
