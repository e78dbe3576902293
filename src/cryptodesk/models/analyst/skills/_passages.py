"""Passages of the content search: read from its result, dated, cited and quoted word for word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Fact, Setting, join_names
from cryptodesk.models.analyst.writer.sourcing import moment

__all__ = [
    "EMPTY_REMEDY",
    "Passage",
    "age_of",
    "cite",
    "days_old",
    "item_line",
    "link",
    "passage_fact",
    "passages_closing",
    "read_passages",
]

EMPTY_REMEDY = (
    "`cryptodesk documents add --defaults` subscribes to news feeds, and `cryptodesk documents sync` reads them"
)

_TITLE, _TEXT, _PUBLISHER = 160, 1_300, 80
_MOST_NOTES = 3
# What the tool calls a passage that speaks to an assistant, or hides text: no source to quote.
_SUSPICIOUS = frozenset({"instruction_like", "hidden_text"})
_RESTS_ON = Pattern(r"\s*\(rests on: .*$")
_ORDER = Pattern(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your |previous |prior |above |these |those )*"
    r"(?:instructions?|rules|prompts?)\b"
    r"|\bsystem prompt\b",
    re.IGNORECASE,
)
# An address that may stand in a markdown link as it is; its brackets are encoded.
_ADDRESS = Pattern(r"https?://[^\s<>\"'`\\\[\]{}|^]{4,600}")
_KINDS = {
    "exchange_announcement": "exchange announcement",
    "project_faq": "project FAQ",
    "project_website": "project website",
    "social_post": "post",
    "twitter": "post on X",
    "rss_item": "news",
    "macro_event": "calendar",
}


class Passage(Struct, frozen=True):
    """One passage as the tool numbered it. `text` and `title` are somebody else's words, made fit for a line."""

    n: int
    publisher: str
    title: str
    url: str | None
    published_at: str
    kind: str
    text: str
    event_at: str
    is_simulated: bool
    is_suspicious: bool

    @property
    def subject(self) -> str:
        """The title without what the article rests on."""
        return _RESTS_ON.sub("", self.title)

    @property
    def day(self) -> str:
        return self.published_at[:10]

    @property
    def kind_name(self) -> str:
        return _KINDS.get(self.kind, self.kind.replace("_", " "))


def read_passages(results: Iterable[Result]) -> tuple[Passage, ...]:
    """In the order of the search, without those the tool warns of."""
    rows = [row for result in results for row in result.rows("passages")]
    passages = (_passage(row, place) for place, row in enumerate(rows, 1))
    return tuple(one for one in passages if one.text and one.title and not one.is_suspicious)


def _passage(row: Mapping[str, Any], place: int) -> Passage:
    number, url = row.get("n"), row.get("url")
    return Passage(
        number if isinstance(number, int) and not isinstance(number, bool) else place,
        shown(row.get("source"), _PUBLISHER) or "unnamed publisher",
        shown(row.get("title"), _TITLE),
        url if isinstance(url, str) and _ADDRESS.fullmatch(url) else None,
        shown(row.get("published_at"), 40),
        shown(row.get("content_type"), 40),
        shown(str(row.get("text") or "").strip("⟦⟧"), _TEXT),
        shown(row.get("event_at"), 40),
        row.get("is_simulated") is True,
        _is_suspicious(row),
    )


def _is_suspicious(row: Mapping[str, Any]) -> bool:
    """Warned of by the tool; of results that came from elsewhere, an order that stands in plain words."""
    warnings = row.get("warnings")
    warned = isinstance(warnings, list) and any(warning in _SUSPICIOUS for warning in warnings)
    return warned or _ORDER.search(f"{row.get('title')} {row.get('text')}") is not None


def link(passage: Passage) -> str:
    """The title, leading to its page where it has an address."""
    if passage.url is None:
        return passage.title
    address = passage.url.replace("(", "%28").replace(")", "%29")
    return f"[{passage.title}]({address})"


def cite(passage: Passage) -> str:
    """ "[1] Publisher, [title](address), 2026-11-19"; no number where there is no page, for it would lead nowhere."""
    number = f"[{passage.n}] " if passage.url else ""
    return f"{number}{passage.publisher}, {link(passage)}, {passage.day or 'undated'}"


def item_line(passage: Passage, today: date, *, with_text: bool = False, longest: int = 260) -> str:
    """One line of a list: date first, as a reader of news looks for it."""
    when = f"**{passage.day}**" if passage.day else "**undated**"
    age = age_of(passage, today)
    number = f" [{passage.n}]" if passage.url else ""
    head = f"{when}{f' ({age})' if age else ''}: {link(passage)}, {passage.publisher}, {passage.kind_name}{number}"
    said = shown(passage.text, longest) if with_text and not _repeats(passage) else ""
    return f"- {head}{f'. “{said}”' if said else ''}"


def _repeats(passage: Passage) -> bool:
    """A post's title is its text."""
    return passage.text.startswith(passage.title[:60])


def age_of(passage: Passage, today: date) -> str:
    """ "3 days old"; empty where the date is not known or lies ahead."""
    days = days_old(passage, today)
    if days is None or days < 0:
        return ""
    return "today" if days == 0 else f"{plural(days, 'day')} old"


def days_old(passage: Passage, today: date) -> int | None:
    try:
        return (today - date.fromisoformat(passage.day)).days
    except ValueError:
        return None


def passages_closing(setting: Setting, results: Sequence[Result], used: Sequence[Passage]) -> str:
    """Where the passages come from, how old the newest of them is, and what the search noted."""
    dates = sorted(passage.day for passage in used if passage.day)
    span = f", dated {dates[0]}" if len(set(dates)) == 1 else f", dated {dates[0]} to {dates[-1]}" if dates else ""
    mode = " (simulated)" if any(passage.is_simulated for passage in used) else ""
    names = join_names(list(dict.fromkeys(passage.publisher for passage in used))[:6])
    searched = moment(results[-1].as_of) if results else ""
    line = f"_Source: {names}{span}{mode}, found by `{CONTENT_SEARCH}` at {searched}._" if used else ""
    if setting.is_brief:
        return line
    gaps = [shown(gap.reason, 160) for result in results for gap in result.unavailable][:_MOST_NOTES]
    notes = [shown(note, 200) for result in results for note in result.notes][:_MOST_NOTES]
    said = "; ".join(dict.fromkeys([*gaps, *notes]))
    return "\n\n".join(filter(None, (line, f"_Notes: {said}._" if said else "")))


def passage_fact(field: str, passage: Passage, value: str) -> Fact:
    return Fact(field, value, as_of=passage.published_at, source=passage.publisher)
