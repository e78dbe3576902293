"""Thinking kept between the calls of a tool loop.

The vendor wants the thinking that led to a tool call back beside the call's result, byte for byte with its signature.
The desk's messages carry text, calls and results, no vendor's signatures; so the provider itself keeps what it was
sent. What was kept is found again only by everything that stood before it: a changed prompt, tool or message makes the
vendor refuse a signature, and another caller's conversation can never reach it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from cryptodesk.core.messages import Message
from cryptodesk.models.anthropic_wire import _wire as wire

__all__ = ["Prefix", "Thoughts"]

_MAX_BYTES = 16_000_000
_MAX_TURN_BYTES = 2_000_000

_encode = msgspec.json.Encoder().encode
_THINKING = (wire.ThinkingBlock, wire.RedactedThinkingBlock)


class Prefix:
    """A running fingerprint of what was sent before a message."""

    __slots__ = ("_hash",)

    def __init__(self, *parts: object) -> None:
        self._hash = blake2b(digest_size=24)
        for part in parts:
            self.add(part)

    def add(self, part: object) -> None:
        encoded = _encode(part)
        self._hash.update(b"%d:" % len(encoded))
        self._hash.update(encoded)

    def key(self) -> bytes:
        return self._hash.digest()


class Thoughts:
    """Assistant turns with thinking and tool calls, the longest unused forgotten first.

    In this process only: a follow-up that another process serves, or one after a restart, goes without."""

    __slots__ = ("_bytes", "_max_bytes", "_turns")

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._turns: OrderedDict[bytes, tuple[Sequence[wire.AskedBlock], int]] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def keep(self, key: bytes, blocks: Sequence[wire.AskedBlock]) -> None:
        """Keeps a turn in which tools were called after thinking; others need not be sent back."""
        calls = any(isinstance(block, wire.ToolUseBlock) for block in blocks)
        if not calls or not any(isinstance(block, _THINKING) for block in blocks):
            return
        size = len(_encode(blocks))
        if size > _MAX_TURN_BYTES:
            return
        self._forget(key)
        self._turns[key] = (blocks, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._turns)))

    def recall(self, key: bytes, message: Message) -> Sequence[wire.AskedBlock] | None:
        """The whole turn as it came, if `message` is that turn."""
        found = self._turns.get(key)
        if found is None or not _is_same(found[0], message):
            return None
        self._turns.move_to_end(key)
        return found[0]

    def _forget(self, key: bytes) -> None:
        self._bytes -= self._turns.pop(key, ((), 0))[1]


def _is_same(blocks: Sequence[wire.AskedBlock], message: Message) -> bool:
    text = "".join(block.text for block in blocks if isinstance(block, wire.TextBlock))
    kept = [(block.id, block.name, _value(bytes(block.input))) for block in blocks if type(block) is wire.ToolUseBlock]
    calls = [(call.call_id, call.name, _value(call.arguments.encode())) for call in message.tool_calls]
    return text.strip() == message.text.strip() and kept == calls


def _value(arguments: bytes) -> object:
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return arguments
