"""The verifier as the engine knows it: a gate for each run, by the operator's policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptodesk.core.events import ComputedFigure
from cryptodesk.core.messages import Message, ToolCallPart
from cryptodesk.core.verification import Policy, Verification
from cryptodesk.verification.streaming import Gate

__all__ = ["AnswerVerifier"]

# What a user wrote long ago is seldom repeated, and every word of it is read for each answer.
_MOST_USER_TEXTS = 6


class AnswerVerifier:
    """A `core.ports.Verifier`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @property
    def changes_text(self) -> bool:
        return self._policy in {"repair", "cut"}

    def begin(self, messages: Sequence[Message], now: datetime, *, is_json: bool) -> _Check | None:
        if self._policy == "off":
            return None
        texts = [message.text for message in messages if message.role == "user"][-_MOST_USER_TEXTS:]
        # A figure cut out of JSON would leave no JSON.
        return _Check(Gate("mark" if is_json else self._policy, texts, now))


class _Check:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.feed = gate.feed

    def add_result(self, call: ToolCallPart, output: str) -> None:
        self._gate.add_result(call.name, call.arguments, output, call.call_id)

    def add_computed(self, figures: Sequence[ComputedFigure]) -> None:
        self._gate.add_computed(figures)

    def finish(self) -> tuple[str, Verification]:
        return self._gate.finish()
