"""The end of a skill's answer: as of when, how old, from where, what is missing and what the tool noted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.results import Origin, Result
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.writer.draft import Setting, join_paragraphs

__all__ = ["closing", "moment", "result_fact_source", "source_line"]

_MOST_NOTES, _MOST_GAPS = 3, 6


def closing(setting: Setting, results: Sequence[Result], fields: Iterable[str] = ()) -> str:
    """The source line, then gaps and notes, which a brief answer leaves out. `fields` are those the answer rests on;
    none means all of the results."""
    wanted = frozenset(fields)
    lines = " ".join(dict.fromkeys(source_line(result, wanted) for result in results))
    if setting.is_brief:
        return f"_{lines}_" if lines else ""
    return join_paragraphs(_gaps(results, wanted), f"_{lines}_" if lines else "", _notes(results))


def source_line(result: Result, fields: frozenset[str] = frozenset()) -> str:
    """ "As of 2026-09-10 00:00 UTC (snapshot, 73 days old). Source: binance_usdm." """
    used = [origin for origin in result.origins if not fields or not origin.fields or fields & set(origin.fields)]
    names = list(dict.fromkeys(shown(origin.source, 80) for origin in used if origin.source)) or [
        shown(name, 80) for name in result.sources
    ]
    modes = {origin.mode for origin in used or result.origins}
    mode = next((mode for mode in ("simulated", "snapshot", "live", "computed") if mode in modes), "")
    age = f"{plural(result.age_days, 'day')} old" if result.age_days else ""
    how = ", ".join(filter(None, (mode, age)))
    origin = f"Source: {', '.join(names)}." if names else "The result names no source."
    return f"As of {moment(_newest(used) or result.as_of)}{f' ({how})' if how else ''}. {origin}"


def _newest(origins: Sequence[Origin]) -> str:
    return max((origin.as_of for origin in origins), default="")


def moment(stamp: str) -> str:
    """ "2026-09-10 00:00 UTC" of an ISO 8601 time; a date stays one."""
    text = shown(stamp, 40)
    if len(text) >= 16 and text[10:11] in {"T", " "}:
        return f"{text[:10]} {text[11:16]} UTC"
    return text or "an unstated time"


def _gaps(results: Sequence[Result], fields: frozenset[str]) -> str:
    lines = [
        f"{shown(gap.field.replace('_', ' ').replace('.', ' '), 80)}: {shown(gap.reason, 200)}"
        for result in results
        for gap in result.unavailable
        if not fields or gap.field in fields
    ]
    distinct = list(dict.fromkeys(lines))
    more = len(distinct) - _MOST_GAPS
    shown_lines = "; ".join(distinct[:_MOST_GAPS]) + (f"; and {more} more" if more > 0 else "")
    return f"Not available: {shown_lines}." if distinct else ""


def _notes(results: Sequence[Result]) -> str:
    notes = list(dict.fromkeys(shown(note, 300) for result in results for note in result.notes))[:_MOST_NOTES]
    return f"_{' '.join(map(sentence, notes))}_" if notes else ""


def result_fact_source(result: Result, field: str) -> tuple[str, str]:
    """The time and the source of a field, for a `Fact`."""
    origin = next((o for o in result.origins if field in o.fields or not o.fields), None)
    return (
        (origin.as_of if origin else "") or result.as_of,
        (origin.source if origin else "") or ", ".join(result.sources),
    )
