"""What of a conversation matters: the last question, the user's turns before it, the tool results that belong to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart

__all__ = ["Outcome", "Situation", "read_conversation"]


class Outcome(Struct, frozen=True):
    """One finished call: what was asked and what came back."""

    call: ToolCallPart
    content: str
    is_error: bool


class Situation(Struct, frozen=True):
    """`outcomes` are results that follow the question, or stand directly before it (`is_resumed`).

    `is_brief` says that the system prompt asks for short answers; nothing else of it is read.
    """

    question: str
    earlier: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    is_resumed: bool
    is_brief: bool

    @property
    def repeats_itself(self) -> bool:
        """The question of a resumed turn is the one its results were gathered for, in the same or in no new words."""
        if not self.is_resumed or not self.earlier:
            return self.is_resumed
        return _normal(self.question) == _normal(self.earlier[-1]) or _GO_ON.search(self.question.lower()) is not None


_GO_ON = re.compile(
    r"^\W*(?:(?:please|ok(?:ay)?|now|so|and)[, ]+)*"
    r"(?:go on|go ahead|continue|proceed|answer|summari[sz]e"
    r"|explain (?:it|this|that|the result)|use the (?:tool|result|trace)"
    r"|write (?:it|the answer)|tell me(?! about)"
    r"|give me (?:the|an) (?:answer|summary|result)"
    r"|what (?:is|are) the (?:answer|results?)|what did you find)\b"
)
_BRIEF = re.compile(
    r"\b(?:be (?:very )?(?:brief|concise|terse|short)"
    r"|(?:brief|concise|short|terse) (?:answers?|repl(?:y|ies)|responses?)"
    r"|(?:answer|reply|respond) (?:briefly|concisely|shortly)|in one sentence|keep (?:it|answers) (?:short|brief))\b"
)


def read_conversation(messages: Sequence[Message]) -> Situation:
    users = [index for index, message in enumerate(messages) if message.role == "user"]
    system = " ".join(message.text for message in messages if message.role == "system")[:8000].lower()
    is_brief = _BRIEF.search(system) is not None
    if not users:
        return Situation("", (), _outcomes(messages, messages), False, is_brief)
    last = users[-1]
    earlier = tuple(messages[index].text for index in users[:-1])
    after = _outcomes(messages[last + 1 :], messages)
    before = () if after else _outcomes(_directly_before(messages, last), messages)
    return Situation(messages[last].text, earlier, after or before, bool(before), is_brief)


def _directly_before(messages: Sequence[Message], index: int) -> Sequence[Message]:
    """The unbroken stretch of calls and results that ends right before `index`."""
    start = index
    while start > 0 and (messages[start - 1].role == "tool" or messages[start - 1].tool_calls):
        start -= 1
    return messages[start:index]


def _outcomes(stretch: Sequence[Message], messages: Sequence[Message]) -> tuple[Outcome, ...]:
    results = [part for message in stretch for part in message.parts if isinstance(part, ToolResultPart)]
    if not results:
        return ()
    calls = {call.call_id: call for message in messages for call in message.tool_calls}
    return tuple(
        Outcome(
            calls.get(result.call_id) or ToolCallPart(result.call_id, result.name, "{}"),
            result.content,
            result.is_error,
        )
        for result in results
    )


def _normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
