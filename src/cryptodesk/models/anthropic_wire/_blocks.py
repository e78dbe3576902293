"""The blocks of an answer, whole or in pieces, as events and as what may have to be sent back."""

from __future__ import annotations

import secrets

from msgspec import DecodeError, Raw, json

from cryptodesk.core.events import ModelEvent, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.models.anthropic_wire import _wire as wire

__all__ = ["BlockAssembler"]

_DELTA_OF = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "input_json_delta": "tool_use",
}
_NO_INPUT = (b"", b"{}", b"null")


class _Open:
    """A block being written. `call` is the number of its call."""

    __slots__ = ("call", "call_id", "data", "kind", "name", "pieces", "signature")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.pieces: list[str] = []
        self.signature = ""
        self.data = ""
        self.call = -1
        self.call_id = ""
        self.name = ""

    def asked(self) -> wire.AskedBlock | None:
        """The block as it is sent back; None for one that cannot be."""
        text = "".join(self.pieces)
        match self.kind:
            case "text" if text.strip():
                return wire.TextBlock(text)
            case "thinking" if self.signature:
                return wire.ThinkingBlock(text, self.signature)
            case "redacted_thinking" if self.data:
                return wire.RedactedThinkingBlock(self.data)
            case "tool_use":
                return wire.ToolUseBlock(self.call_id, self.name, Raw((text or "{}").encode()))
        return None


class BlockAssembler:
    """Calls are numbered 0, 1, 2, ... in order of appearance, their ids unique within the answer."""

    __slots__ = ("_by_index", "_last", "_opened", "calls")

    def __init__(self) -> None:
        self._opened: list[_Open] = []
        self._by_index: dict[int, _Open] = {}
        self._last: _Open | None = None
        self.calls = 0

    def start(self, index: int | None, block: wire.Block, events: list[ModelEvent]) -> None:
        """A block begins; in a whole answer it is the whole block."""
        opened = self._open(index, block.type or "text")
        if opened.kind == "tool_use":
            self._announce(opened, block, events)
        opened.signature = block.signature or ""
        opened.data = block.data or ""
        if opened.kind == "text" and block.text:
            self._text(opened, block.text, events)
        elif opened.kind == "thinking" and block.thinking:
            self._thinking(opened, block.thinking, events)
        elif opened.kind == "tool_use" and bytes(block.input) not in _NO_INPUT:
            self._arguments(opened, bytes(block.input).decode(errors="replace"), events)

    def add(self, index: int | None, delta: wire.Delta, events: list[ModelEvent]) -> None:
        kind = _DELTA_OF.get(delta.type or "")
        if kind is None:  # citations, and what comes in later years
            return
        opened = self._last if index is None else self._by_index.get(index)
        if opened is None or (opened.kind != kind and opened.kind in ("text", "thinking", "tool_use")):
            opened = self._open(index, kind)  # its beginning got lost
        elif opened.kind != kind:
            return
        if delta.text:
            self._text(opened, delta.text, events)
        elif delta.thinking:
            self._thinking(opened, delta.thinking, events)
        elif delta.signature:
            opened.signature += delta.signature
        elif delta.partial_json:
            self._arguments(opened, delta.partial_json, events)

    def finish(self, events: list[ModelEvent], *, is_cut: bool) -> bool:
        """Completes calls that were given no arguments. False if a call never got a name."""
        if is_cut:
            return True
        calls = [opened for opened in self._opened if opened.kind == "tool_use"]
        events += [ToolCallDelta(call.call, None, None, "{}") for call in calls if call.name and not call.pieces]
        return all(call.name for call in calls)

    def asked(self) -> list[wire.AskedBlock] | None:
        """The answer as it is sent back; None where a call is not whole."""
        blocks = [block for opened in self._opened if (block := opened.asked()) is not None]
        return blocks if all(_is_whole(block) for block in blocks) else None

    def _open(self, index: int | None, kind: str) -> _Open:
        opened = self._last = _Open(kind)
        self._opened.append(opened)
        if index is not None:
            self._by_index[index] = opened
        return opened

    def _announce(self, opened: _Open, block: wire.Block, events: list[ModelEvent]) -> None:
        is_free = bool(block.id) and all(other.call_id != block.id for other in self._opened)
        opened.call_id = block.id if block.id and is_free else f"call_{secrets.token_hex(12)}"
        opened.name = block.name or ""
        if opened.name:
            opened.call = self.calls
            self.calls += 1
            events.append(ToolCallDelta(opened.call, opened.call_id, opened.name, ""))

    @staticmethod
    def _text(opened: _Open, text: str, events: list[ModelEvent]) -> None:
        opened.pieces.append(text)
        events.append(TextDelta(text))

    @staticmethod
    def _thinking(opened: _Open, text: str, events: list[ModelEvent]) -> None:
        opened.pieces.append(text)
        events.append(ReasoningDelta(text))

    @staticmethod
    def _arguments(opened: _Open, text: str, events: list[ModelEvent]) -> None:
        opened.pieces.append(text)
        if opened.name:
            events.append(ToolCallDelta(opened.call, None, None, text))


def _is_whole(block: wire.AskedBlock) -> bool:
    if not isinstance(block, wire.ToolUseBlock):
        return True
    try:
        return isinstance(json.decode(bytes(block.input)), dict)
    except (DecodeError, RecursionError):
        return False
