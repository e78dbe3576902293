"""The items of an answer, whole or in pieces, as events and as what may have to be sent back."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from cryptodesk.core.events import ModelEvent, ReasoningDelta, TextDelta
from cryptodesk.models.openai_wire._tool_calls import CallAssembler
from cryptodesk.models.openai_wire._wire import CallFunctionPiece, ToolCallPiece
from cryptodesk.models.openai_wire.responses import _wire as wire

__all__ = ["ItemAssembler"]


class _Kind(Struct):
    type: str | None = None


_decode_kind = msgspec.json.Decoder(_Kind).decode
_decode_item = msgspec.json.Decoder(wire.Item).decode
_KNOWN = frozenset({"message", "function_call", "reasoning"})
_SUMMARY_BREAK = "\n\n"
_PHASES: dict[str, wire.Phase] = {"commentary": "commentary", "final_answer": "final_answer"}


class _Open:
    """An item being written. `slot` is its number among the calls' assembler."""

    __slots__ = ("has_spoken", "is_announced", "is_done", "item", "item_id", "slot")

    def __init__(self, slot: int, item_id: str | None) -> None:
        self.slot = slot
        self.item_id = item_id
        self.item: wire.Item | None = None
        self.has_spoken = False
        self.is_announced = False
        self.is_done = False


class ItemAssembler:
    """Items come announced, in pieces, and then whole; each of the three may be missing. What was said in pieces is not
    said again when it comes whole."""

    __slots__ = ("_by_index", "_calls", "_last", "_opened")

    def __init__(self) -> None:
        self._opened: list[_Open] = []
        self._by_index: dict[int, _Open] = {}
        self._last: _Open | None = None
        self._calls = CallAssembler()

    @property
    def has_calls(self) -> bool:
        return bool(self._calls)

    def start(self, index: int | None, raw: Raw, events: list[ModelEvent]) -> None:
        """An item is announced; a call's id and name stand in it."""
        item = _item(raw)
        if item is None:
            return
        opened = self._find(index, item.id)
        if opened is None or opened.is_done or _is_another(opened, item):
            opened = self._open(index, item.id)
        opened.item = item
        if item.type == "function_call":
            self._announce(opened, item, events)

    def text(self, index: int | None, item_id: str | None, text: str, events: list[ModelEvent]) -> None:
        self._spoken(index, item_id)
        events.append(TextDelta(text))

    def reasoning(self, index: int | None, item_id: str | None, text: str, events: list[ModelEvent]) -> None:
        self._spoken(index, item_id)
        events.append(ReasoningDelta(text))

    def summary_break(self, events: list[ModelEvent]) -> None:
        """Another part of a summary begins."""
        events.append(ReasoningDelta(_SUMMARY_BREAK))

    def arguments(self, index: int | None, item_id: str | None, text: str, events: list[ModelEvent]) -> None:
        opened = self._spoken(index, item_id)
        self._calls.read([_piece(opened, None, None, text)], events, are_whole=False)

    def whole_arguments(self, index: int | None, item_id: str | None, text: str, events: list[ModelEvent]) -> None:
        """Said only if no piece of them was."""
        opened = self._find(index, item_id)
        if opened is None or not opened.has_spoken:
            self.arguments(index, item_id, text, events)

    def end(self, index: int | None, raw: Raw, events: list[ModelEvent]) -> None:
        """A whole item: what of it was not said yet is."""
        item = _item(raw)
        if item is None:
            return
        opened = self._find(index, item.id)
        if opened is None or opened.is_done or _is_another(opened, item):
            opened = self._open(index, item.id)
        opened.is_done, opened.item = True, item
        if item.type == "function_call":
            if not opened.is_announced:
                self._announce(opened, item, events)
            elif not opened.has_spoken and _arguments(item):
                self._calls.read([_piece(opened, None, None, _arguments(item))], events, are_whole=False)
        elif not opened.has_spoken:
            _say(item, events)
        opened.has_spoken = True

    def take_output(self, output: list[Raw], events: list[ModelEvent]) -> None:
        """All items once more, as the end of an answer has them; of a whole answer, for the first time."""
        is_known = bool(self._opened)
        for index, raw in enumerate(output):
            item = _item(raw) if is_known else None
            if item is None or not any(each.is_done and _is_same(each, item) for each in self._opened):
                self.end(index, raw, events)

    def finish(self, events: list[ModelEvent], *, is_cut: bool) -> bool:
        """Completes calls that were given no arguments. False if a call never got a name."""
        return self._calls.finish(events, is_cut=is_cut)

    def asked(self) -> list[wire.AskedItem]:
        """The answer as it is sent back."""
        found = [_asked(opened.item) for opened in self._opened if opened.is_done and opened.item is not None]
        return [item for item in found if item is not None]

    def _find(self, index: int | None, item_id: str | None) -> _Open | None:
        if index is not None and index in self._by_index:
            return self._by_index[index]
        if item_id:
            return next((each for each in reversed(self._opened) if each.item_id == item_id), None)
        return self._last if index is None else None

    def _open(self, index: int | None, item_id: str | None) -> _Open:
        opened = self._last = _Open(len(self._opened), item_id)
        self._opened.append(opened)
        if index is not None:
            self._by_index[index] = opened
        return opened

    def _spoken(self, index: int | None, item_id: str | None) -> _Open:
        opened = self._find(index, item_id)
        if opened is None:  # its beginning got lost
            opened = self._open(index, item_id)
        opened.has_spoken = True
        return opened

    def _announce(self, opened: _Open, item: wire.Item, events: list[ModelEvent]) -> None:
        arguments = "" if opened.has_spoken else _arguments(item)
        opened.is_announced = True
        opened.has_spoken = opened.has_spoken or bool(arguments)
        self._calls.read([_piece(opened, item.call_id or item.id, item.name, arguments)], events, are_whole=False)


def _item(raw: Raw) -> wire.Item | None:
    """None for kinds that nobody asked for. Raises: msgspec.DecodeError."""
    if bytes(raw) == b"null" or _decode_kind(raw).type not in _KNOWN:
        return None
    return _decode_item(raw)


def _is_another(opened: _Open, item: wire.Item) -> bool:
    """Some servers count from 0 anew for every item."""
    known = opened.item
    return known is not None and (known.type != item.type or bool(known.id and item.id and known.id != item.id))


def _is_same(opened: _Open, item: wire.Item) -> bool:
    known = opened.item
    if known is None or known.type != item.type:
        return False
    if item.type == "function_call":
        return (known.call_id, known.name) == (item.call_id, item.name)
    return known.id == item.id or _words(known) == _words(item)


def _say(item: wire.Item, events: list[ModelEvent]) -> None:
    words = _words(item)
    if words:
        events.append(TextDelta(words) if item.type == "message" else ReasoningDelta(words))


def _words(item: wire.Item) -> str:
    if item.type == "message":
        return "".join(part.text or part.refusal or "" for part in item.content or ())
    summary = _SUMMARY_BREAK.join(part.text or "" for part in item.summary or ())
    return summary or "".join(part.text or "" for part in item.content or ())


def _piece(opened: _Open, call_id: str | None, name: str | None, arguments: str) -> ToolCallPiece:
    return ToolCallPiece(opened.slot, call_id, CallFunctionPiece(name, arguments))


def _arguments(item: wire.Item) -> str:
    if isinstance(item.arguments, dict):
        return msgspec.json.encode(item.arguments).decode()
    return item.arguments or ""


def _asked(item: wire.Item) -> wire.AskedItem | None:
    """None for what cannot be sent back. Only reasoning keeps its id: others are not found where nothing is stored."""
    if item.type == "function_call":
        return wire.AskedCall(item.call_id or "", item.name or "", _arguments(item) or "{}")
    if item.type == "message":
        return wire.AskedMessage("assistant", _words(item), _PHASES.get(item.phase or ""))
    if not item.encrypted_content:
        return None
    return wire.AskedReasoning(
        item.id or "", _parts(item.summary), _parts(item.content) or None, item.encrypted_content
    )


def _parts(parts: list[wire.Part] | None) -> list[dict[str, Any]]:
    return [{"type": part.type, "text": part.text or ""} for part in parts or ()]
