"""Tool calls put together from fragments, by servers that agree on little: an index may be missing or used twice,
an id missing, repeated or shared, a name late, arguments an object, or nothing at all."""

from __future__ import annotations

import secrets

import msgspec

from cryptodesk.core.events import ModelEvent, ToolCallDelta
from cryptodesk.models.openai_wire._wire import ToolCallPiece

__all__ = ["CallAssembler"]


class _Call:
    __slots__ = ("call_id", "has_arguments", "held", "index", "is_announced", "sent_id")

    def __init__(self, index: int, sent_id: str | None, call_id: str) -> None:
        self.index = index
        self.sent_id = sent_id  # as the server wrote it; call_id is ours where that is missing or taken
        self.call_id = call_id
        self.held = ""  # arguments that came before the name
        self.is_announced = False
        self.has_arguments = False


class CallAssembler:
    """Fragments in, `ToolCallDelta` out: indexes 0, 1, 2, ... in order of appearance, ids unique within the answer."""

    __slots__ = ("_by_index", "_calls")

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def read(self, pieces: list[ToolCallPiece], events: list[ModelEvent], *, are_whole: bool) -> None:
        for piece in pieces:
            name = piece.function.name or None if piece.function else None
            call = self._new(piece) if are_whole else self._call_of(piece, name)
            self._write(call, name, _arguments(piece), events)

    def finish(self, events: list[ModelEvent], *, is_cut: bool) -> bool:
        """Completes calls that were given no arguments. False if a call never got a name."""
        for call in self._calls:
            if call.is_announced and not call.has_arguments and not is_cut:
                events.append(ToolCallDelta(call.index, None, None, "{}"))
        return is_cut or all(call.is_announced for call in self._calls)

    def _call_of(self, piece: ToolCallPiece, name: str | None) -> _Call:
        last = self._calls[-1] if self._calls else None
        known = last if piece.index is None else self._by_index.get(piece.index)
        if known is None:
            return self._new(piece)
        names_another = bool(piece.id) and bool(known.sent_id) and piece.id != known.sent_id
        if piece.index is None:
            begins = names_another or (name is not None and known.is_announced and piece.id != (known.sent_id or ""))
        else:
            begins = names_another and name is not None
        return self._new(piece) if begins else known

    def _new(self, piece: ToolCallPiece) -> _Call:
        sent_id = piece.id or None
        is_free = sent_id is not None and all(call.call_id != sent_id for call in self._calls)
        call_id = sent_id if sent_id is not None and is_free else f"call_{secrets.token_hex(12)}"
        call = _Call(len(self._calls), sent_id, call_id)
        self._calls.append(call)
        if piece.index is not None:
            self._by_index[piece.index] = call
        return call

    def _write(self, call: _Call, name: str | None, arguments: str, events: list[ModelEvent]) -> None:
        if arguments:
            call.has_arguments = True
        if call.is_announced:
            if arguments:
                events.append(ToolCallDelta(call.index, None, None, arguments))
        elif name is None:
            call.held += arguments
        else:
            call.is_announced = True
            events.append(ToolCallDelta(call.index, call.call_id, name, call.held + arguments))


def _arguments(piece: ToolCallPiece) -> str:
    written = piece.function.arguments if piece.function else None
    if isinstance(written, dict):
        return msgspec.json.encode(written).decode()
    return written or ""
