"""The envelope around every CoinMarketCap answer, and what its error codes mean.

| code | what it says | becomes |
|---|---|---|
| 0 | well, if there is `data` | |
| 1001, 1002, 1007, 401 | key wrong, missing or disabled | UpstreamUnavailable |
| 1003, 1004, 402 | account not paid | UpstreamUnavailable |
| 1005, 1006, 1014, 403 | the plan (or having none) does not cover this | UpstreamRejected |
| 1008, 1011, 1022, 429 | too many requests this minute | UpstreamRateLimited |
| 1009, 1010 | the day's or month's credits are spent | UpstreamRateLimited, until midnight UTC |
| other 400-499 | the request is wrong | UpstreamRejected |
| 500, anything else | busy, at HTTP 200 as well | UpstreamUnavailable |

Codes are numbers on v1 and v2 and texts on the DEX, v3, v4 and v5 routes; they are compared as text.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamError, UpstreamRejected, UpstreamUnavailable
from cryptodesk.core.retry_after import parse_retry_after
from cryptodesk.market.fetching.client import HttpAnswer
from cryptodesk.market.fetching.errors import LimitedBySource
from cryptodesk.market.sources._coinmarketcap_values import text

__all__ = ["check_by", "read_data"]

_KEY_WORDS = "does not accept our key; check the configured key"
_PAY_WORDS = "wants its account paid"
_PLAN_WORDS = "does not cover this by the plan in use"

_KEY = frozenset({"1001", "1002", "1007", "401"})
_PAY = frozenset({"1003", "1004", "402"})
_PLAN = frozenset({"1005", "1006", "1014", "403"})
_MINUTE = frozenset({"1008", "1011", "1022", "429"})
_SPENT = frozenset({"1009", "1010"})


class _Status(Struct, frozen=True):
    error_code: int | float | str | None = None
    error_message: Any = None


class _Envelope(Struct, frozen=True):
    # Left as it came: a listing is some eight megabytes, and only its reader needs it.
    data: msgspec.Raw | UnsetType = UNSET
    status: _Status | None = None


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_decode = msgspec.json.Decoder(_Envelope).decode
_decode_any = msgspec.json.Decoder().decode


def check_by(source: str) -> Callable[[HttpAnswer], None]:
    """The check of answers for a source of this name."""

    def check(answer: HttpAnswer) -> None:
        """Raises: UpstreamError. An answer in another form is left to its HTTP status, if that is a bad one."""
        is_success = 200 <= answer.status < 300
        try:
            envelope = _decode(_plain(answer))
        except _UNREADABLE:
            if is_success:
                raise _bad(source, answer, "answered in another form than documented") from None
            return
        code = _code(envelope.status)
        if code not in (None, "0"):
            raise _error(source, answer, code, text(envelope.status and envelope.status.error_message, 300))
        if is_success and envelope.data is UNSET:
            raise _bad(source, answer, "answered without data")

    return check


def read_data(source: str, answer: HttpAnswer) -> Any:
    """What `data` holds. Raises: UpstreamError as the check does."""
    check_by(source)(answer)
    envelope = _decode(_plain(answer))
    if envelope.data is UNSET:
        raise _bad(source, answer, "answered without data")
    try:
        return _decode_any(envelope.data)
    except _UNREADABLE:
        raise _bad(source, answer, "answered in another form than documented") from None


def _plain(answer: HttpAnswer) -> bytes:
    return answer.body.removeprefix(codecs.BOM_UTF8)


def _code(status: _Status | None) -> str | None:
    if status is None or status.error_code is None:
        return None
    code = status.error_code
    return str(int(code)) if isinstance(code, float) else str(code).strip()


def _error(source: str, answer: HttpAnswer, code: str, words: str | None) -> UpstreamError:
    # Its words about keys may repeat ours.
    body = {"error_code": code, "text": None if code in _KEY else words}
    status = answer.status
    if code in _MINUTE or code in _SPENT:
        return _limited(source, answer, code, body)
    if code in _PLAN:
        return UpstreamRejected(f"{source} {_PLAN_WORDS} ({code})", upstream=source, upstream_status=status, body=body)
    if code in _KEY or code in _PAY:
        told = _KEY_WORDS if code in _KEY else _PAY_WORDS
        return UpstreamUnavailable(f"{source} {told} ({code})", upstream=source, upstream_status=status, body=body)
    if len(code) == 3 and code.startswith("4"):
        told = f"{source} refused our request as wrong ({code})"
        return UpstreamRejected(told, upstream=source, upstream_status=status, body=body)
    told = f"{source} is busy ({text(code, 20)})"
    return UpstreamUnavailable(told, upstream=source, upstream_status=status, body=body)


def _limited(source: str, answer: HttpAnswer, code: str, body: dict[str, Any]) -> LimitedBySource:
    retry_after = parse_retry_after(answer.headers.get("retry-after"), answer.fetched_at)
    what = "our requests"
    if code in _SPENT:
        midnight = answer.fetched_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        retry_after = (midnight - answer.fetched_at).total_seconds()
        what = "the credits of our plan, which are spent"
    return LimitedBySource(
        f"{source} limits {what} ({code})",
        upstream=source,
        upstream_status=answer.status,
        body=body,
        retry_after_seconds=retry_after,
    )


def _bad(source: str, answer: HttpAnswer, words: str) -> UpstreamBadAnswer:
    return UpstreamBadAnswer(f"{source} {words}", upstream=source, upstream_status=answer.status)
