"""Reasoning kept between the calls of a tool loop, for servers that want it back beside a call's result."""

from __future__ import annotations

from typing import Any, Literal

from cryptodesk.models._http.turns import KeptTurns, Prefix
from cryptodesk.models.openai_wire import _wire as wire

__all__ = ["ReasoningEcho", "Thought", "Thoughts"]

# The field that reasoning goes back in; "none" for servers that want none.
ReasoningEcho = Literal["none", "reasoning_content", "reasoning_details"]


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
    """Reasoning of answers that called tools, by what was asked."""

    __slots__ = ("_turns",)

    def __init__(self, max_bytes: int | None = None) -> None:
        self._turns: KeptTurns[str | list[dict[str, Any]]] = KeptTurns(max_bytes)

    def keep(self, key: bytes, thought: Thought) -> None:
        """Keeps the answer to the conversation of `key`, if it reasoned and called."""
        kept = thought.kept
        if kept is not None:
            self._turns.keep(key, kept)

    def restore(self, model: str, messages: list[wire.AskedMessage]) -> tuple[bytes, bool]:
        """Puts reasoning back into the messages it belongs to. The key of this conversation, and whether a message with
        calls is without."""
        prefix = Prefix(model.encode())
        is_missing = False
        for message in messages:
            key = prefix.key()
            # Before any reasoning is put in: the next key must not depend on whether it was still there.
            prefix.add(message)
            if message.tool_calls:
                is_missing |= not self._restore(message, key)
        return prefix.key(), is_missing

    def _restore(self, message: wire.AskedMessage, key: bytes) -> bool:
        kept = self._turns.recall(key)
        if kept is None:
            return False
        if isinstance(kept, str):
            message.reasoning_content = kept
        else:
            message.reasoning_details = kept
        return True
