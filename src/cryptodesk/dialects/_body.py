"""Reads a request body within its bounds, and the object that it is."""

from __future__ import annotations

from typing import Any

import msgspec

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import InvalidRequest, RequestTimeout, TooLarge
from cryptodesk.dialects._ports import DialectSettings, Receive

__all__ = ["ClientGone", "read_body", "read_object", "require_json"]

_decode = msgspec.json.Decoder().decode


class ClientGone(Exception):
    """The client hung up before its request was whole; nobody is left to answer."""


def require_json(content_type: bytes) -> None:
    """A browser sends other types to any origin unasked; this refusal also keeps foreign pages out.

    Raises: InvalidRequest."""
    # Compared whole at first: nearly every client sends it bare.
    if content_type != b"application/json" and content_type.partition(b";")[0].strip().lower() != b"application/json":
        raise InvalidRequest(
            "Unsupported content type; send the header 'Content-Type: application/json'.",
            reason="unsupported_content_type",
        )


async def read_body(receive: Receive, declared_bytes: bytes | None, settings: DialectSettings) -> bytes:
    """The whole body. `declared_bytes` is the Content-Length header; it is used to refuse early, never trusted.

    Raises: TooLarge, RequestTimeout, ClientGone."""
    limit = settings.max_body_bytes
    if declared_bytes is not None and declared_bytes.isdigit() and _exceeds(declared_bytes, limit):
        raise _too_large(limit)
    deadline = Deadline(settings.body_seconds)
    try:
        return await deadline.wait(_read(receive, limit))
    except TimeoutError:
        raise RequestTimeout(f"The request body did not arrive within {settings.body_seconds:g} seconds.") from None
    finally:
        deadline.close()


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is. Raises: InvalidRequest with a whole sentence."""
    if not body:
        raise InvalidRequest("The request body is empty; send a JSON object.")
    try:
        document = _decode(str(body, "utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The request body is not valid UTF-8 (byte {error.start}).") from None
    except RecursionError:
        raise InvalidRequest("The request body is nested too deeply.") from None
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise InvalidRequest("The request body is not a JSON object.")
    return document


async def _read(receive: Receive, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join((*pieces, piece)) if pieces else piece
        pieces.append(piece)


def _exceeds(digits: bytes, limit: int) -> bool:
    # Python refuses to read integers of thousands of digits, and a header may hold them.
    return len(digits.lstrip(b"0")) > 18 or int(digits) > limit


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The request body is larger than {limit} bytes; send a shorter one.")
