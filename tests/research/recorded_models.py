"""A language model's rounds, as they were written down, played back to the graph."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.usage import Usage

__all__ = ["RECORDINGS", "RecordedModel", "load_recording"]

RECORDINGS = tuple(sorted((Path(__file__).parent / "recorded").glob("*.json")))


def load_recording(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


class RecordedModel:
    """Plays the rounds of one recording, each kind in its order: "research_plan" and the other objects by the name of
    their schema, "tools", "text". A round that was not recorded is a failure of the test."""

    name = "recorded"

    def __init__(self, recording: dict[str, Any]) -> None:
        self._rounds = {kind: list(rounds) for kind, rounds in recording["rounds"].items()}
        self.requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        self.requests.append(request)
        asked = request.response_format
        kind = asked.name if asked is not None else "tools" if request.tools else "text"
        played = self._rounds[kind].pop(0)
        yield [ModelStarted(played.get("model", "recorded-model"))]
        for piece in played.get("reasoning", ()):
            yield [ReasoningDelta(piece)]
        for piece in played.get("text", ()):
            yield [TextDelta(piece)]
        for index, call in enumerate(played.get("calls", ())):
            yield [ToolCallDelta(index, call["id"], call["name"], "")]
            yield [ToolCallDelta(index, None, None, json.dumps(call["arguments"]))]
        usage = Usage(**played["usage"]) if "usage" in played else None
        yield [ModelFinished(played.get("finish_reason", "stop"), usage)]

    async def close(self) -> None:
        """Holds nothing."""

    @property
    def left(self) -> dict[str, int]:
        """Rounds that nobody asked for."""
        return {kind: len(rounds) for kind, rounds in self._rounds.items() if rounds}
