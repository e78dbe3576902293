"""The desk inside this process as an answerer: no server, no key."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Self

from msgspec import structs

from cryptodesk.app.desk import Desk
from cryptodesk.cli._asking.wish import Wish, with_manner
from cryptodesk.core.events import RunEvent
from cryptodesk.core.messages import Message
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchOptions
from cryptodesk.settings import Settings

__all__ = ["Embedded"]


class Embedded:
    kind: Literal["embedded", "server"] = "embedded"

    def __init__(self, settings: Settings) -> None:
        self._desk = Desk(settings, is_brief=True)
        self.place = f"this machine, data {settings.data}"

    async def __aenter__(self) -> Self:
        await self._desk.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._desk.__aexit__(*error)

    def run(self, messages: Sequence[Message], wish: Wish) -> AsyncGenerator[list[RunEvent], None]:
        engine = self._desk.graph if wish.research else self._desk.engine
        return engine.run(self._request(messages, wish))

    def _request(self, messages: Sequence[Message], wish: Wish) -> RunRequest:
        desk = self._desk
        default = desk.research_model if wish.research else desk.settings.default_model
        return structs.replace(
            desk.question(messages[-1].text, wish.as_of),
            model_id=wish.model or default,
            messages=with_manner(messages, wish),
            research=_options(wish) if wish.research else None,
        )


def _options(wish: Wish) -> ResearchOptions:
    return ResearchOptions(
        verbosity=wish.verbosity or "balanced", related_questions=wish.related_questions, may_clarify=wish.may_clarify
    )
