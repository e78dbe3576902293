"""What an exchange's own error codes become here. Its words go into the error's body, never into our message."""

from __future__ import annotations

import re
from typing import TypeVar

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamUnavailable,
)
from cryptodesk.core.retry_after import parse_retry_after
from cryptodesk.market.fetching.client import HttpAnswer
from cryptodesk.market.fetching.errors import LimitedBySource, UnusableSource
from cryptodesk.market.sources._figures import line

__all__ = ["Refusal", "malformed"]

E = TypeVar("E", bound=UpstreamError)

# Anything else in place of a code is words.
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,24}")


class Refusal:
    """An answer that says no, with the vendor's `code` and `words` for it."""

    def __init__(self, source: str, answer: HttpAnswer, code: object, words: object = None) -> None:
        self._source = source
        self._answer = answer
        self._code = str(code) if _CODE.fullmatch(str(code)) else "no code"
        self._words = line(words)

    def unlisted(self) -> UpstreamRejected:
        return self._error(UpstreamRejected, "does not list what was asked for")

    def wrong(self) -> UpstreamRejected:
        return self._error(UpstreamRejected, "refused our request as wrong")

    def busy(self) -> UpstreamUnavailable:
        return self._error(UpstreamUnavailable, "is in trouble")

    def closed(self) -> UpstreamUnavailable:
        """For a key, an account or a place that it does not serve."""
        return self._error(UnusableSource, "does not let us in")

    def limited(self) -> UpstreamRateLimited:
        return LimitedBySource(
            f"{self._source} limits our requests ({self._code})",
            upstream=self._source,
            upstream_status=self._answer.status,
            body=self._body(),
            retry_after_seconds=parse_retry_after(self._answer.headers.get("retry-after"), self._answer.fetched_at),
        )

    def _error(self, kind: type[E], meaning: str) -> E:
        return kind(
            f"{self._source} {meaning} ({self._code})",
            upstream=self._source,
            upstream_status=self._answer.status,
            body=self._body(),
        )

    def _body(self) -> dict[str, object]:
        return {"error_code": self._code, "text": self._words}


def malformed(source: str, what: str) -> UpstreamBadAnswer:
    """The error for an answer that is not as documented; `what` was expected or was wrong."""
    return UpstreamBadAnswer(f"{source} answered in another form than documented: {what}", upstream=source)
