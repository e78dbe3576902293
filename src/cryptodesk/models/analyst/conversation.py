"""What of a conversation matters: the last question, the user's turns before it, the tool results that belong to it."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from msgspec import Struct

from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart
from cryptodesk.core.patterns import Pattern

__all__ = ["Outcome", "Situation", "Verbosity", "read_conversation"]

Verbosity = Literal["brief", "standard", "detailed"]

_MOST_READ = 8000


class Outcome(Struct, frozen=True):
    """One finished call: what was asked and what came back."""

    call: ToolCallPart
    content: str
    is_error: bool


class Situation(Struct, frozen=True):
    """`outcomes` are results that follow the question, or stand directly before it (`is_resumed`).

    `answers` are what was answered to each of `earlier`, empty where nothing was.
    `verbosity` and `is_plain` (no markdown) are what the system prompt or the question asks for; nothing else of a
    system prompt is read.
    """

    question: str
    earlier: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    is_resumed: bool
    verbosity: Verbosity = "standard"
    is_plain: bool = False
    answers: tuple[str, ...] = ()

    @property
    def repeats_itself(self) -> bool:
        """The question of a resumed turn is the one its results were gathered for, in the same or in no new words."""
        if not self.is_resumed or not self.earlier:
            return self.is_resumed
        return _normal(self.question) == _normal(self.earlier[-1]) or _GO_ON.search(self.question.lower()) is not None


_GO_ON = Pattern(
    r"^\W*(?:(?:please|ok(?:ay)?|now|so|and)[, ]+)*"
    r"(?:go on|go ahead|continue|proceed|answer|summari[sz]e"
    r"|explain (?:it|this|that|the result)|use the (?:tool|result|trace)"
    r"|write (?:it|the answer)|tell me(?! about)"
    r"|give me (?:the|an) (?:answer|summary|result)"
    r"|what (?:is|are) the (?:answer|results?)|what did you find)\b"
)
_BRIEF = Pattern(
    r"\b(?:be (?:very )?(?:brief|concise|terse|short)"
    r"|(?:brief|concise|short|terse) (?:answers?|repl(?:y|ies)|responses?)"
    r"|(?:answer|reply|respond) (?:briefly|concisely|shortly)|in one sentence|keep (?:it|answers) (?:short|brief)|shorter|briefer|tl;?dr|in short)\b"
)
_DETAILED = Pattern(
    r"\b(?:in (?:more |full |great )?detail|(?:be|answer) (?:verbose|detailed|thorough)"
    r"|detailed (?:answers?|repl(?:y|ies)|overview|analysis)"
    r"|verbose (?:answers?|repl(?:y|ies))|(?:go|dig) deep(?:er)?|more detail(?:s|ed)?|in more depth|everything you (?:have|know)|comprehensive)\b"
)
_PLAIN = Pattern(
    r"\b(?:(?:in|as|use|write) plain text|plain[- ]text (?:only|answers?|repl(?:y|ies))"
    r"|(?:no|without|don't use|do not use|avoid) (?:any )?markdown|no (?:tables|formatting))\b"
)


def read_conversation(messages: Sequence[Message]) -> Situation:
    users = [index for index, message in enumerate(messages) if message.role == "user"]
    manner = _asked_manner(" ".join(message.text for message in messages if message.role == "system")[:_MOST_READ])
    if not users:
        return Situation("", (), _outcomes(messages, messages), False, manner.verbosity or "standard", manner.is_plain)
    last = users[-1]
    earlier = tuple(messages[index].text for index in users[:-1])
    after = _outcomes(messages[last + 1 :], messages)
    before = () if after else _outcomes(_directly_before(messages, last), messages)
    question = messages[last].text
    asked = _asked_manner(question[:_MOST_READ])
    return Situation(
        question,
        earlier,
        after or before,
        bool(before),
        asked.verbosity or manner.verbosity or "standard",
        manner.is_plain or asked.is_plain,
        tuple(_answered(messages[start:stop]) for start, stop in pairwise(users)),
    )


def _answered(turn: Sequence[Message]) -> str:
    return next((message.text for message in reversed(turn) if message.role == "assistant" and message.text), "")


class _Manner(NamedTuple):
    """How a text asks to be answered; `verbosity` is None where it does not say."""

    verbosity: Verbosity | None
    is_plain: bool


# A system prompt is long, the same for every question, and looked at several times in each answer.
@lru_cache(maxsize=64)
def _asked_manner(text: str) -> _Manner:
    lowered = text.lower()
    verbosity: Verbosity | None = (
        "brief" if _BRIEF.search(lowered) else "detailed" if _DETAILED.search(lowered) else None
    )
    return _Manner(verbosity, _PLAIN.search(lowered) is not None)


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
