"""What is wanted of an answer, and the port through which it is asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, Self

from msgspec import Struct

from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.research import Verbosity

if TYPE_CHECKING:
    from cryptodesk.core.events import RunEvent

__all__ = ["Answerer", "Wish", "with_manner"]

# Language models and the embedded analyst both heed these.
_MANNERS = {"succinct": "Answer briefly.", "verbose": "Answer in detail."}


class Wish(Struct, frozen=True):
    """`model` is empty for the default one. With `research` the research graph answers; `related_questions` hold for
    it alone, and `may_clarify` allows it a question back."""

    model: str = ""
    as_of: datetime | None = None
    research: bool = False
    verbosity: Verbosity | None = None
    related_questions: int = 0
    may_clarify: bool = False


class Answerer(Protocol):
    """Used in an `async with` block. `place` says in words where answers come from."""

    place: str
    kind: Literal["embedded", "server"]

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    def run(self, messages: Sequence[Message], wish: Wish) -> AsyncGenerator[list[RunEvent], None]:
        """The events of one answer to the last message. Never raises for what goes wrong in a run: the last event
        tells."""
        ...


def with_manner(messages: Sequence[Message], wish: Wish) -> tuple[Message, ...]:
    """The conversation with how it is to be answered in front; the research graph is told apart from it."""
    said = None if wish.research else _MANNERS.get(wish.verbosity or "")
    return (text_message("system", said), *messages) if said else tuple(messages)
