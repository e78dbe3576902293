"""Encrypted reasoning kept between the rounds of a tool loop."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.messages import Message
from cryptodesk.models._http.turns import KeptTurns, is_same_turn
from cryptodesk.models.openai_wire.responses import _wire as wire

__all__ = ["Thoughts"]


class Thoughts:
    """Assistant turns with reasoning and calls, as items to be sent back."""

    __slots__ = ("_turns",)

    def __init__(self, max_bytes: int | None = None) -> None:
        self._turns: KeptTurns[Sequence[wire.AskedItem]] = KeptTurns(max_bytes)

    def keep(self, key: bytes, items: Sequence[wire.AskedItem]) -> None:
        """Keeps a turn that called tools after reasoning; others need not be sent back."""
        kinds = {type(item) for item in items}
        if wire.AskedReasoning in kinds and wire.AskedCall in kinds:
            self._turns.keep(key, items)

    def recall(self, key: bytes, message: Message) -> Sequence[wire.AskedItem] | None:
        """The whole turn as it came, if `message` is that turn."""
        return self._turns.recall(key, lambda items: _is_same(items, message))


def _is_same(items: Sequence[wire.AskedItem], message: Message) -> bool:
    text = "".join(item.content for item in items if isinstance(item, wire.AskedMessage))
    calls = [
        (item.call_id, item.name, item.arguments.encode(errors="replace"))
        for item in items
        if isinstance(item, wire.AskedCall)
    ]
    return is_same_turn(message, text, calls)
