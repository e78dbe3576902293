"""The parts of an answer as events, and as what may have to be sent back."""

from __future__ import annotations

import secrets

from msgspec import DecodeError, Raw, json

from cryptodesk.core.events import ModelEvent, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.models.gemini_wire import _wire as wire

__all__ = ["PartAssembler"]


class PartAssembler:
    """Calls are numbered 0, 1, 2, ... in order of appearance, their ids unique within the answer."""

    __slots__ = ("_call_ids", "_nameless", "_parts", "_text")

    def __init__(self) -> None:
        self._parts: list[wire.AskedPart] = []
        self._text: list[str] = []  # unsigned, of one part; joined once
        self._call_ids: set[str] = set()
        self._nameless = False

    @property
    def calls(self) -> int:
        return len(self._call_ids)

    @property
    def has_nameless_call(self) -> bool:
        return self._nameless

    def add(self, part: wire.Part, events: list[ModelEvent]) -> None:
        signature = part.thought_signature or None
        if part.function_call is not None:
            self._add_call(part.function_call, signature, events)
        elif part.thought:
            if part.text:
                events.append(ReasoningDelta(part.text))
            if signature:  # a summary of thoughts need not be sent back, a signature must
                self._close_text()
                self._parts.append(wire.AskedPart(text=part.text or "", thought=True, thought_signature=signature))
        elif part.text or signature:
            if part.text:
                events.append(TextDelta(part.text))
            if signature is None:
                self._text.append(part.text or "")
            else:
                self._close_text()
                self._parts.append(wire.AskedPart(text=part.text or "", thought_signature=signature))

    def asked(self) -> list[wire.AskedPart]:
        """The answer as it is sent back, each signature in its own part."""
        self._close_text()
        return list(self._parts)

    def _close_text(self) -> None:
        if self._text:
            self._parts.append(wire.AskedPart(text="".join(self._text)))
            self._text.clear()

    def _add_call(self, call: wire.Call, signature: str | None, events: list[ModelEvent]) -> None:
        if not call.name:
            self._nameless = True
            return
        is_free = bool(call.id) and call.id not in self._call_ids
        call_id = call.id if call.id and is_free else f"call_{secrets.token_hex(12)}"
        arguments = _arguments(call.args)
        events.append(ToolCallDelta(len(self._call_ids), call_id, call.name, arguments))
        self._call_ids.add(call_id)
        self._close_text()
        asked = wire.AskedCall(call.name, Raw(arguments.encode()), call_id)
        self._parts.append(wire.AskedPart(function_call=asked, thought_signature=signature))


def _arguments(args: Raw) -> str:
    """The object as it was written, without the blanks: numbers keep their digits. A function without parameters comes
    without one."""
    written = bytes(args)
    try:
        if written.lstrip().startswith(b'"'):  # some gateways write the object as text
            written = json.decode(written, type=str).encode(errors="replace")
        text = json.format(written, indent=-1).decode()
    except (DecodeError, UnicodeDecodeError, RecursionError):
        text = written.decode(errors="replace")
    return "{}" if text in ("", "null") else text
