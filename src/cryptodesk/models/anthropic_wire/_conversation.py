"""The desk's messages as the turns the vendor takes: user and assistant alternately, results of tools in user turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

from msgspec import DecodeError, Raw, Struct, json

from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart
from cryptodesk.models._http.turns import Prefix
from cryptodesk.models.anthropic_wire import _wire as wire
from cryptodesk.models.anthropic_wire._thoughts import Thoughts

__all__ = ["Turns", "as_turns"]

_CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# The first and the last turn must be the user's: newer models refuse to go on in words put into their mouth.
_BEGIN = wire.TextBlock("Begin.")
_CONTINUE = wire.TextBlock("Continue.")


class Turns(Struct, frozen=True):
    """`key` stands for all that comes before the answer. `has_thoughts` is False in a tool loop that began with
    thinking we do not have, or with none."""

    messages: list[wire.AskedMessage]
    key: bytes
    has_thoughts: bool


def as_turns(messages: Sequence[Message], prefix: Prefix, thoughts: Thoughts) -> Turns:
    """System messages are left out: they go elsewhere. `prefix` is what was sent before the first turn."""
    writer = _TurnWriter(prefix, thoughts)
    for message in messages:
        if message.role == "assistant":
            writer.add_answer(message)
        elif message.role != "system":
            writer.add_asked(message)
    return writer.finish()


class _TurnWriter:
    def __init__(self, prefix: Prefix, thoughts: Thoughts) -> None:
        self._prefix = prefix
        self._thoughts = thoughts
        self._turns: list[wire.AskedMessage] = []
        self._asked: list[wire.AskedBlock] = []  # of the user turn being written
        self._is_in_loop = False
        self._has_thoughts = True

    def add_asked(self, message: Message) -> None:
        if message.role == "user":
            self._is_in_loop, self._has_thoughts = False, True
        for part in message.parts:
            if type(part) is ToolResultPart:
                self._asked.append(wire.ToolResultBlock(_call_id(part.call_id), part.content, part.is_error))
            elif type(part) is TextPart and part.text.strip():  # a blank block is refused
                self._asked.append(wire.TextBlock(part.text))

    def add_answer(self, message: Message) -> None:
        self._close_asked(_BEGIN if not self._turns else None)
        kept = self._thoughts.recall(self._prefix.key(), message) if message.tool_calls else None
        if message.tool_calls and not self._is_in_loop:
            self._is_in_loop, self._has_thoughts = True, kept is not None
        blocks = list(kept) if kept is not None else _blocks(message)
        if blocks:
            self._add("assistant", blocks)

    def finish(self) -> Turns:
        ends_with_answer = bool(self._turns) and self._turns[-1].role == "assistant"
        if ends_with_answer and not self._asked:
            self._has_thoughts = True  # a turn of its own begins
        self._close_asked(_CONTINUE if ends_with_answer else _BEGIN)
        return Turns(self._turns, self._prefix.key(), self._has_thoughts)

    def _close_asked(self, otherwise: wire.TextBlock | None) -> None:
        blocks = self._asked or ([otherwise] if otherwise is not None else [])
        if blocks:
            # Results stand first in their turn, whatever came between them and their calls.
            self._add("user", sorted(blocks, key=lambda block: not isinstance(block, wire.ToolResultBlock)))
        self._asked = []

    def _add(self, role: str, blocks: list[wire.AskedBlock]) -> None:
        turn = wire.AskedMessage("user" if role == "user" else "assistant", blocks)
        self._turns.append(turn)
        self._prefix.add(turn)


def _blocks(message: Message) -> list[wire.AskedBlock]:
    blocks: list[wire.AskedBlock] = []
    for part in message.parts:
        if type(part) is ToolCallPart:
            blocks.append(wire.ToolUseBlock(_call_id(part.call_id), part.name, _input(part.arguments)))
        elif type(part) is TextPart and part.text.strip():
            blocks.append(wire.TextBlock(part.text))
    return blocks


def _call_id(call_id: str) -> str:
    """Ids of other vendors may have characters that this one refuses; the same id always becomes the same."""
    if _CALL_ID.fullmatch(call_id):
        return call_id
    return f"call_{blake2b(call_id.encode(errors='replace'), digest_size=12).hexdigest()}"


def _input(arguments: str) -> Raw:
    """The vendor takes an object only; text that is none (a call that was cut off) is shown as what it is."""
    raw = arguments.encode(errors="replace")
    try:
        if isinstance(json.decode(raw), dict):
            return Raw(raw)
    except (DecodeError, RecursionError):
        pass
    return Raw(json.encode({"unreadable_arguments": arguments}))
