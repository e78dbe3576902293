"""What was asked and answered, kept for the log where the operator asks for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Protocol

from cryptodesk.core.events import RunEvent, TextDelta
from cryptodesk.core.messages import TextPart
from cryptodesk.core.requests import RunRequest
from cryptodesk.observing.request import REQUEST, Texts

__all__ = ["TextKeeper"]

_MOST_CHARACTERS: Final = 2_000


class _Engine(Protocol):
    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]: ...


class TextKeeper:
    """An engine whose request and answer are noted on the request that asks."""

    def __init__(self, engine: _Engine) -> None:
        self._engine = engine

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        asking = REQUEST.get()
        if asking is not None and asking.texts is None:
            asking.texts = Texts(_question(request)[:_MOST_CHARACTERS])
        async with aclosing(self._engine.run(request)) as batches:
            async for batch in batches:
                if asking is not None and asking.texts is not None:
                    _note(asking.texts, batch)
                yield batch


def _question(request: RunRequest) -> str:
    """The caller's last words."""
    for message in reversed(request.messages):
        if message.role == "user":
            return " ".join(part.text for part in message.parts if isinstance(part, TextPart))
    return ""


def _note(texts: Texts, batch: list[RunEvent]) -> None:
    for event in batch:
        if isinstance(event, TextDelta) and len(texts.answer) < _MOST_CHARACTERS:
            texts.answer = (texts.answer + event.text)[:_MOST_CHARACTERS]
