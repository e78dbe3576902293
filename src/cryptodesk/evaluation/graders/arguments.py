"""Arguments: what the gold call names must be among those given, in any order and in any equivalent form.

In gold arguments `{"any": [...]}` accepts any of several values, `{"contains": [...]}` a text with all these words,
`{"least": n}` a number from n up, and `{"covers": [first, last]}` of `history` a span of dates that the request holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from cryptodesk.evaluation.graders._check import Check, Made
from cryptodesk.evaluation.records import GoldCall, Question
from cryptodesk.tools.market_overview import BUNDLES

__all__ = ["grade_arguments", "matches"]

_SECONDS = {"5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400, "1w": 604_800}
_DEFAULT_COUNT = 30
_DEFAULTS: dict[str, Any] = {
    "asset_type": "coin", "convert": "USD", "time_period": "24h", "interval": "1d", "scope": "market", "window": "24h",
}  # fmt: skip
_LISTS = ("ids", "id")
# One bar more or less at either end is the same question.
_LEEWAY = timedelta(days=1)


def grade_arguments(question: Question, made: Sequence[Made], now: datetime) -> Check | None:
    """None if the question names no calls."""
    if not question.calls:
        return None
    notes = [_note(gold, made) for gold in question.calls if not _is_made(gold, made, now)]
    return Check(len(question.calls) - len(notes), len(question.calls), tuple(notes))


def _note(gold: GoldCall, made: Sequence[Made]) -> str:
    given = [str(call.arguments)[:200] for call in made if call.tool == gold.tool]
    return f"{gold.tool} lacks {gold.arguments}, got {'; '.join(given) or 'no call'}"


def _is_made(gold: GoldCall, made: Sequence[Made], now: datetime) -> bool:
    """Ids may be spread over several calls that are alike otherwise."""
    rest = {name: value for name, value in gold.arguments.items() if name != "ids"}
    fitting = [call for call in made if call.tool == gold.tool and _holds(rest, call.arguments, now)]
    wanted = {str(each) for each in gold.arguments.get("ids", ())}
    return bool(fitting) and wanted <= {str(each) for call in fitting for each in _ids(call.arguments)}


def _ids(arguments: dict[str, Any]) -> list[Any]:
    found = [arguments.get(name) for name in _LISTS]
    return [each for value in found if value is not None for each in (value if isinstance(value, list) else [value])]


def _holds(gold: dict[str, Any], given: dict[str, Any], now: datetime) -> bool:
    for name, wanted in gold.items():
        value = given.get(name, _DEFAULTS.get(name))
        if name == "sections" and _in_bundle(wanted, given):
            continue
        if not matches(wanted, value, now):
            return False
    return True


def _in_bundle(wanted: Any, given: dict[str, Any]) -> bool:
    if "sections" in given or not isinstance(wanted, list):
        return False
    bundle = str(given.get("bundle", "snapshot"))
    return any(name == bundle and set(wanted) <= set(sections) for name, sections in BUNDLES.items())


def matches(wanted: Any, value: Any, now: datetime) -> bool:
    """Whether a given argument means what the gold one does."""
    if isinstance(wanted, dict):
        return _matches_form(wanted, value, now)
    if isinstance(wanted, list):
        return isinstance(value, list) and all(any(matches(each, one, now) for one in value) for each in wanted)
    if isinstance(wanted, bool) or value is None:
        return bool(wanted == value)
    if isinstance(wanted, int | float) or isinstance(value, int | float):
        return _number(wanted) is not None and _number(wanted) == _number(value)
    return str(wanted).casefold().strip() == str(value).casefold().strip()


def _matches_form(wanted: dict[str, Any], value: Any, now: datetime) -> bool:
    if "any" in wanted:
        return any(matches(each, value, now) for each in wanted["any"])
    if "contains" in wanted:
        return isinstance(value, str) and all(str(word).casefold() in value.casefold() for word in wanted["contains"])
    if "least" in wanted:
        number = _number(value)
        return number is not None and number >= float(wanted["least"])
    if "covers" in wanted:
        return isinstance(value, dict) and _covers(wanted["covers"], value, now)
    return isinstance(value, dict) and all(matches(each, value.get(name), now) for name, each in wanted.items())


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _covers(span: Sequence[str], history: dict[str, Any], now: datetime) -> bool:
    """Whether the bars asked for hold every day from the first to the last."""
    first, last = date.fromisoformat(span[0]), date.fromisoformat(span[1])
    begin, end = _asked_span(history, now.date())
    return begin <= first + _LEEWAY and end >= last - _LEEWAY


def _asked_span(history: dict[str, Any], today: date) -> tuple[date, date]:
    end = _day(history.get("time_end")) or today
    begin = _day(history.get("time_start"))
    if begin is None:
        count = _number(history.get("count")) or _DEFAULT_COUNT
        bar_seconds = _SECONDS.get(str(history.get("interval", "1d")), 86_400)
        begin = end - timedelta(seconds=min(count, 100_000) * bar_seconds)
    return begin, end


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None
