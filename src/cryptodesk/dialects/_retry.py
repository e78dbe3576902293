"""When a client that was refused may try again."""

from __future__ import annotations

from datetime import datetime

from cryptodesk.core.errors import CryptodeskError, Overloaded, RateLimited

__all__ = ["retry_headers", "seconds_to_wait"]

Headers = tuple[tuple[bytes, bytes], ...]


def seconds_to_wait(error: CryptodeskError, now: datetime) -> int | None:
    """Whole seconds, at least 1, until what we refused for has ended; None where nobody knows."""
    if isinstance(error, Overloaded):
        return error.retry_after_seconds
    resets_at = error.resets_at if isinstance(error, RateLimited) else None
    return None if resets_at is None else max(1, -int((now - resets_at).total_seconds() // 1))


def retry_headers(error: CryptodeskError, now: datetime) -> Headers:
    seconds = seconds_to_wait(error, now)
    return () if seconds is None else ((b"retry-after", b"%d" % seconds),)
