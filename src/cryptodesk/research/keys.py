"""Names that one thing has wherever a step of one run meets it: what an answer may cite, and what a tool is asked."""

from __future__ import annotations

import msgspec

from cryptodesk.core.messages import ToolCallPart

__all__ = ["CallKey", "call_key", "document_key", "series_key"]

CallKey = tuple[str, bytes]


def document_key(document_id: str) -> str:
    """ "document:handbook/defi/restaking"; whoever knows a document by its address alone gives that."""
    return f"document:{document_id}"


def series_key(source: str, entity: int | str | None = None) -> str:
    """ "series:binance_usdm:5426"; without `entity` for data of the whole market or of no one thing."""
    return f"series:{source}" if entity is None else f"series:{source}:{entity}"


def call_key(call: ToolCallPart) -> CallKey:
    """Equal for calls that ask a tool for the same thing, however their arguments are written."""
    try:
        canonical = msgspec.json.encode(msgspec.json.decode(call.arguments), order="deterministic")
    except (msgspec.DecodeError, RecursionError):
        canonical = call.arguments.encode("utf-8", "surrogatepass")
    return call.name, canonical
