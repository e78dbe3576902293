"""Reasoning kept between the calls of a tool loop, for servers that want it back beside a call's result.

The desk's messages carry text, calls and results; so the provider itself keeps what it was sent. It is found again only
by everything that stood before it, so that no other conversation, however alike its call ids, can reach it.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from cryptodesk.models.openai_wire import _wire as wire

__all__ = ["ReasoningEcho", "Thought", "Thoughts"]

# The field that reasoning goes back in; "none" for servers that want none.
ReasoningEcho = Literal["none", "reasoning_content", "reasoning_details"]

_MAX_BYTES = 16_000_000
_MAX_TURN_BYTES = 2_000_000

_encode = msgspec.json.Encoder().encode


class Thought:
    """The reasoning of one answer, as it is to be sent back."""

    __slots__ = ("_details", "_echo", "_text", "has_calls")

    def __init__(self, echo: ReasoningEcho) -> None:
        self._echo = echo
        self._text: list[str] = []
        self._details: list[dict[str, Any]] = []
        self.has_calls = False

    def add(self, piece: wire.Piece) -> None:
        if self._echo == "reasoning_details":
            self._details += piece.reasoning_details or ()
        elif text := piece.reasoning_content or piece.reasoning:
            self._text.append(text)
        self.has_calls = self.has_calls or bool(piece.tool_calls)

    @property
    def kept(self) -> str | list[dict[str, Any]] | None:
        if not self.has_calls:
            return None
        return "".join(self._text) or self._details or None


class Thoughts:
    """Reasoning of answers that called tools, by what was asked; the longest unused is forgotten first.

    In this process only: a follow-up that another process serves, or one after a restart, goes without."""

    __slots__ = ("_bytes", "_kept", "_max_bytes")

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._kept: OrderedDict[bytes, tuple[str | list[dict[str, Any]], int]] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def keep(self, key: bytes, thought: Thought) -> None:
        """Keeps the answer to the conversation of `key`, if it reasoned and called."""
        kept = thought.kept
        size = 0 if kept is None else len(_encode(kept))
        if kept is None or size > _MAX_TURN_BYTES:
            return
        self._forget(key)
        self._kept[key] = (kept, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def restore(self, model: str, messages: list[wire.AskedMessage]) -> tuple[bytes, bool]:
        """Puts reasoning back into the messages it belongs to. The key of this conversation, and whether a message with
        calls is without."""
        running = blake2b(model.encode(), digest_size=24)
        is_missing = False
        for message in messages:
            key = running.digest()
            # Before any reasoning is put in: the next key must not depend on whether it was still there.
            running.update(_encode(message))
            if message.tool_calls:
                is_missing |= not self._restore(message, key)
        return running.digest(), is_missing

    def _restore(self, message: wire.AskedMessage, key: bytes) -> bool:
        kept, _ = self._kept.get(key, (None, 0))
        if kept is None:
            return False
        self._kept.move_to_end(key)
        if isinstance(kept, str):
            message.reasoning_content = kept
        else:
            message.reasoning_details = kept
        return True

    def _forget(self, key: bytes) -> None:
        self._bytes -= self._kept.pop(key, ("", 0))[1]
