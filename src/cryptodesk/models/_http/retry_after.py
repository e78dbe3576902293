"""When a vendor's server says that asking again makes sense."""

from __future__ import annotations

from collections.abc import Mapping

from cryptodesk.core.retry_after import parse_http_date, parse_retry_after

__all__ = ["retry_after_seconds"]


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds from the answer on; names of headers in lower case. A moment is read by the server's own clock, so that
    ours may be wrong. `retry-after-ms` is OpenAI's finer twin of the header."""
    fine = parse_retry_after(headers.get("retry-after-ms"), None, longest_seconds=86_400_000.0)
    if fine is not None:
        return fine / 1000.0
    return parse_retry_after(headers.get("retry-after"), parse_http_date(headers.get("date")))
