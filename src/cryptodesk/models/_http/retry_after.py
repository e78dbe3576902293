"""When a vendor's server says that asking again makes sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

__all__ = ["retry_after_seconds"]

_LONGEST_SECONDS = 86_400.0
_MAX_TEXT = 64


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds from the answer on, at most a day; None for nothing or nonsense. A moment is read by the server's own
    clock, so that ours may be wrong. Source: RFC 9110, 10.2.3; `retry-after-ms` is OpenAI's finer twin of it."""
    fine = _number(headers.get("retry-after-ms"))
    seconds = _number(headers.get("Retry-After")) if fine is None else fine / 1000.0
    if seconds is None:
        seconds = _seconds_between(headers.get("Date"), headers.get("Retry-After"))
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), _LONGEST_SECONDS)


def _number(text: str | None) -> float | None:
    try:
        return float((text or "")[:_MAX_TEXT])
    except ValueError:
        return None


def _seconds_between(start: str | None, end: str | None) -> float | None:
    try:
        moments = [parsedate_to_datetime((text or "")[:_MAX_TEXT]) for text in (start, end)]
        return (moments[1] - moments[0]).total_seconds()
    except (ValueError, TypeError):  # no date, or only one of them with a zone
        return None
