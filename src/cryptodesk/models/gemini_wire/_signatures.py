"""Signed turns kept between the calls of a tool loop.

The vendor wants a tool call back in the very part that it came in, with the signature of the thoughts that led to it;
newer models refuse a call of the current turn without one.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.messages import Message
from cryptodesk.models._http.turns import KeptTurns, is_same_turn
from cryptodesk.models.gemini_wire import _wire as wire

__all__ = ["UNSIGNED", "Signatures"]

# What the vendor documents for a call it has no signature of: one that another model made, or that we forgot.
UNSIGNED = "skip_thought_signature_validator"


class Signatures:
    """Model turns with signed calls."""

    __slots__ = ("_turns",)

    def __init__(self, max_bytes: int | None = None) -> None:
        self._turns: KeptTurns[Sequence[wire.AskedPart]] = KeptTurns(max_bytes)

    def keep(self, key: bytes, parts: Sequence[wire.AskedPart]) -> None:
        """Keeps a turn of signed calls; others need not be sent back as they came."""
        if any(part.function_call for part in parts) and any(part.thought_signature for part in parts):
            self._turns.keep(key, parts)

    def recall(self, key: bytes, message: Message) -> Sequence[wire.AskedPart] | None:
        """The whole turn as it came, if `message` is that turn."""
        return self._turns.recall(key, lambda parts: _is_same(parts, message))


def _is_same(parts: Sequence[wire.AskedPart], message: Message) -> bool:
    text = "".join(part.text for part in parts if part.text and not part.thought)
    calls = [(call.id, call.name, bytes(call.args)) for part in parts if (call := part.function_call)]
    return is_same_turn(message, text, calls)
