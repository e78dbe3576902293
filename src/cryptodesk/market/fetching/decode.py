"""The values in an answer, or the error that says they cannot be read."""

from __future__ import annotations

import codecs
import re
from typing import Any, TypeVar, overload

import msgspec

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.fetching.http import HttpAnswer

__all__ = ["decode_json"]

T = TypeVar("T")

_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})")
_MAX_REASON = 160


@overload
def decode_json(source: str, answer: HttpAnswer) -> Any: ...
@overload
def decode_json(source: str, answer: HttpAnswer, kind: type[T]) -> T: ...
def decode_json(source: str, answer: HttpAnswer, kind: Any = Any) -> Any:
    """The body as `kind`. JSON is UTF-8 whatever its label says; only what is not is read by its label.

    Raises: UpstreamBadAnswer, naming the place that does not fit."""
    body = answer.body.removeprefix(codecs.BOM_UTF8)
    try:
        return msgspec.json.decode(_as_utf8(body, answer.headers.get("content-type", "")), type=kind)
    except msgspec.ValidationError as error:
        reason = f"answered in another form than documented: {_bounded(error)}"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reason = "did not answer in JSON"
    raise UpstreamBadAnswer(f"{source} {reason}", upstream=source, upstream_status=answer.status)


def _as_utf8(body: bytes, content_type: str) -> bytes:
    try:
        body.decode()
    except UnicodeDecodeError:
        named = _CHARSET.search(content_type)
        try:
            return body.decode(named[1] if named else "utf-8").encode()
        except LookupError:  # a name nobody knows
            return body
    return body


def _bounded(error: Exception) -> str:
    text = "".join(mark if mark.isprintable() else " " for mark in str(error))
    return text if len(text) <= _MAX_REASON else text[:_MAX_REASON] + "…"
