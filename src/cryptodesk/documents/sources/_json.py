"""Reading answers in JSON whose form is somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.fetching import Page

__all__ = ["count_of", "dict_of", "list_of", "load_json", "moment_of", "text_of"]


def load_json(page: Page, source: str) -> dict[str, Any]:
    """Raises: UpstreamBadAnswer if it is no JSON object."""
    try:
        found = msgspec.json.decode(page.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise UpstreamBadAnswer(f"{source} answered with something else than a JSON object", upstream=source)
    return found


def list_of(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def dict_of(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """A string, or a number as one; anything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def count_of(*values: object) -> int | None:
    """Their sum; None if none of them is a count."""
    counts = [
        int(text) for value in values if (text := text_of(value)).isascii() and text.isdecimal() and len(text) < 12
    ]
    return sum(counts) if counts else None


def moment_of(value: object) -> datetime | None:
    """An ISO 8601 moment, or unix seconds or milliseconds; None for anything else."""
    text = text_of(value)
    try:
        if text.isascii() and text.isdecimal():
            number = int(text)
            return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
        moment = datetime.fromisoformat(text.strip()[:40])
    except (ValueError, OverflowError, OSError):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
