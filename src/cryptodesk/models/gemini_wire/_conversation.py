"""The desk's messages as the contents the vendor takes: user and model alternately, results of tools as the user's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import DecodeError, Raw, Struct, json, structs

from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart
from cryptodesk.models._http.turns import Prefix
from cryptodesk.models.gemini_wire import _wire as wire
from cryptodesk.models.gemini_wire._signatures import UNSIGNED, Signatures

__all__ = ["Turns", "as_turns"]

# The last content must be the user's (newer models refuse to go on in words put into their mouth), and a call must
# follow a content of the user's; so the first must be the user's too.
_BEGIN = wire.AskedPart(text="Begin.")
_CONTINUE = wire.AskedPart(text="Continue.")


class Turns(Struct, frozen=True):
    """`key` stands for all that comes before the answer."""

    contents: list[wire.Content]
    key: bytes


def as_turns(messages: Sequence[Message], model: str, signatures: Signatures, *, call_ids: bool) -> Turns:
    """System messages are left out: they go elsewhere."""
    writer = _TurnWriter(model, signatures, call_ids=call_ids)
    asked_last = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    for place, message in enumerate(messages):
        if message.role == "assistant":
            writer.add_answer(message, is_current=place > asked_last)
        elif message.role != "system":
            writer.add_asked(message)
    return writer.finish()


class _TurnWriter:
    def __init__(self, model: str, signatures: Signatures, *, call_ids: bool) -> None:
        self._prefix = Prefix(model.encode(errors="replace"))
        self._signatures = signatures
        self._call_ids = call_ids
        self._contents: list[wire.Content] = []
        self._asked: list[wire.AskedPart] = []  # of the user's content being written
        self._names: dict[str, str] = {}

    def add_asked(self, message: Message) -> None:
        for part in message.parts:
            if type(part) is ToolResultPart:
                self._asked.append(wire.AskedPart(function_response=self._result(part)))
            elif type(part) is TextPart and part.text.strip():  # a blank part is refused
                self._asked.append(wire.AskedPart(text=part.text))

    def add_answer(self, message: Message, *, is_current: bool) -> None:
        """`is_current` says that no question came since: calls of that turn must be signed."""
        self._close_asked(_BEGIN if not self._contents else None)
        self._names |= {call.call_id: call.name for call in message.tool_calls}
        kept = self._signatures.recall(self._prefix.key(), message) if message.tool_calls else None
        parts = self._parts(message)
        # Without signatures: whether one is known, and needed, changes as the conversation goes on.
        self._prefix.add(wire.Content("model", parts))
        if kept is not None:
            parts = self._as_kept(kept)
        elif is_current:
            parts = _with_first_call_signed(parts)
        if parts:
            self._add("model", parts)

    def finish(self) -> Turns:
        ends_with_answer = bool(self._contents) and self._contents[-1].role == "model"
        self._close_asked(_CONTINUE if ends_with_answer else _BEGIN)
        return Turns(self._contents, self._prefix.key())

    def _close_asked(self, otherwise: wire.AskedPart | None) -> None:
        parts = self._asked or ([otherwise] if otherwise is not None else [])
        if parts:
            # Results stand first in their content, whatever came between them and their calls.
            parts = sorted(parts, key=lambda part: part.function_response is None)
            self._prefix.add(wire.Content("user", parts))
            self._add("user", parts)
        self._asked = []

    def _add(self, role: Literal["user", "model"], parts: list[wire.AskedPart]) -> None:
        if self._contents and self._contents[-1].role == role:
            parts = [*self._contents.pop().parts, *parts]
        self._contents.append(wire.Content(role, parts))

    def _result(self, part: ToolResultPart) -> wire.AskedResponse:
        name = self._names.get(part.call_id) or part.name or "tool"
        # As text: the vendor's own structure turns every number into a double and forgets the order of fields.
        response = {"error" if part.is_error else "output": part.content}
        return wire.AskedResponse(name, response, part.call_id if self._call_ids else None)

    def _parts(self, message: Message) -> list[wire.AskedPart]:
        parts: list[wire.AskedPart] = []
        for part in message.parts:
            if type(part) is ToolCallPart:
                call_id = part.call_id if self._call_ids else None
                parts.append(wire.AskedPart(function_call=wire.AskedCall(part.name, _args(part.arguments), call_id)))
            elif type(part) is TextPart and part.text.strip():
                parts.append(wire.AskedPart(text=part.text))
        return parts

    def _as_kept(self, kept: Sequence[wire.AskedPart]) -> list[wire.AskedPart]:
        return list(kept) if self._call_ids else [_without_id(part) for part in kept]


def _with_first_call_signed(parts: list[wire.AskedPart]) -> list[wire.AskedPart]:
    """Of calls made at once only the first is signed."""
    first = next((place for place, part in enumerate(parts) if part.function_call is not None), None)
    if first is None:
        return parts
    return [*parts[:first], structs.replace(parts[first], thought_signature=UNSIGNED), *parts[first + 1 :]]


def _without_id(part: wire.AskedPart) -> wire.AskedPart:
    call = part.function_call
    return part if call is None else structs.replace(part, function_call=structs.replace(call, id=None))


def _args(arguments: str) -> Raw:
    """The vendor takes an object only; text that is none (a call that was cut off) is shown as what it is."""
    raw = arguments.encode(errors="replace")
    try:
        if isinstance(json.decode(raw), dict):
            return Raw(raw)
    except (DecodeError, RecursionError):
        pass
    return Raw(json.encode({"unreadable_arguments": raw.decode()}))
