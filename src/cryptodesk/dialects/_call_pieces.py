"""A tool call in a stream, in the pieces that OpenAI's format has for it."""

from __future__ import annotations

import msgspec

from cryptodesk.core.events import ToolCallDelta

__all__ = ["call_pieces"]

_json = msgspec.json.Encoder().encode

_OPENING = b'{"index":%d,"id":%b,"type":"function","function":{"name":%b,"arguments":""}}'
_ARGUMENTS = b'{"index":%d,"function":{"arguments":%b}}'


def call_pieces(event: ToolCallDelta) -> list[bytes]:
    """Members of `tool_calls`, each for a frame of its own: the first piece of a call carries its id and name and no
    arguments; those follow in pieces."""
    pieces = []
    if event.name is not None:
        pieces.append(_OPENING % (event.index, _json(event.call_id or ""), _json(event.name)))
    if event.arguments:
        pieces.append(_ARGUMENTS % (event.index, _json(event.arguments)))
    return pieces
