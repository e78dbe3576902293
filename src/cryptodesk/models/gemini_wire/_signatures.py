"""Signed turns kept between the calls of a tool loop.

The vendor wants a tool call back in the very part that it came in, with the signature of the thoughts that led to it;
newer models refuse a call of the current turn without one. The desk's messages carry text, calls and results, no
vendor's signatures; so the provider itself keeps what it was sent. What was kept is found again only by the
conversation before it and the call's own id, so that another caller's conversation can never reach it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from cryptodesk.core.messages import Message
from cryptodesk.models.gemini_wire import _wire as wire

__all__ = ["UNSIGNED", "Prefix", "Signatures"]

# What the vendor documents for a call it has no signature of: one that another model made, or that we forgot.
UNSIGNED = "skip_thought_signature_validator"

_MAX_BYTES = 16_000_000
_MAX_TURN_BYTES = 2_000_000

_encode = msgspec.json.Encoder().encode


class Prefix:
    """A running fingerprint of what was sent before a turn."""

    __slots__ = ("_hash",)

    def __init__(self, model: str) -> None:
        self._hash = blake2b(model.encode(errors="replace"), digest_size=24)

    def add(self, content: wire.Content) -> None:
        encoded = _encode(content)
        self._hash.update(b"%d:" % len(encoded))
        self._hash.update(encoded)

    def key(self) -> bytes:
        return self._hash.digest()


class Signatures:
    """Model turns with signed calls, the longest unused forgotten first.

    In this process only: a follow-up that another process serves, or one after a restart, goes without."""

    __slots__ = ("_bytes", "_max_bytes", "_turns")

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._turns: OrderedDict[bytes, tuple[Sequence[wire.AskedPart], int]] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def keep(self, key: bytes, parts: Sequence[wire.AskedPart]) -> None:
        """Keeps a turn of signed calls; others need not be sent back as they came."""
        if not any(part.function_call for part in parts) or not any(part.thought_signature for part in parts):
            return
        size = len(_encode(parts))
        if size > _MAX_TURN_BYTES:
            return
        self._forget(key)
        self._turns[key] = (parts, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._turns)))

    def recall(self, key: bytes, message: Message) -> Sequence[wire.AskedPart] | None:
        """The whole turn as it came, if `message` is that turn."""
        found = self._turns.get(key)
        if found is None or not _is_same(found[0], message):
            return None
        self._turns.move_to_end(key)
        return found[0]

    def _forget(self, key: bytes) -> None:
        self._bytes -= self._turns.pop(key, ((), 0))[1]


def _is_same(parts: Sequence[wire.AskedPart], message: Message) -> bool:
    text = "".join(part.text for part in parts if part.text and not part.thought)
    kept = [(call.id, call.name, _value(bytes(call.args))) for part in parts if (call := part.function_call)]
    calls = [(call.call_id, call.name, _value(call.arguments.encode(errors="replace"))) for call in message.tool_calls]
    return text.strip() == message.text.strip() and kept == calls


def _value(arguments: bytes) -> object:
    try:
        return msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return arguments
