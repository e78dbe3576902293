"""The desk's messages as the items the vendor takes: each text, each call and each result is one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart
from cryptodesk.models._http.turns import Prefix
from cryptodesk.models.openai_wire.responses import _wire as wire
from cryptodesk.models.openai_wire.responses._thoughts import Thoughts

__all__ = ["Items", "as_items"]


class Items(Struct, frozen=True):
    """`key` stands for all that comes before the answer."""

    items: list[wire.AskedItem]
    key: bytes


def as_items(messages: Sequence[Message], model: str, thoughts: Thoughts | None) -> Items:
    """Without `thoughts` no reasoning is put back."""
    prefix = Prefix(model.encode(errors="replace"))
    items: list[wire.AskedItem] = []
    for message in messages:
        plain = _items(message)
        kept = thoughts.recall(prefix.key(), message) if thoughts is not None and message.tool_calls else None
        # Without reasoning: the next key must not depend on whether it was still there.
        prefix.add(plain)
        items += plain if kept is None else kept
    return Items(items, prefix.key())


def _items(message: Message) -> list[wire.AskedItem]:
    items: list[wire.AskedItem] = []
    for part in message.parts:
        if type(part) is TextPart:
            if part.text or len(message.parts) == 1:
                items.append(wire.AskedMessage(message.role, part.text))
        elif type(part) is ToolCallPart:
            items.append(wire.AskedCall(part.call_id, part.name, part.arguments))
        elif type(part) is ToolResultPart:
            items.append(wire.AskedResult(part.call_id, part.content))
    return items
