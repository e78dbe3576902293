"""Answers a helper's prompt as a run like any other, without a model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Final

from cryptodesk.core.clock import Clock
from cryptodesk.core.events import RunEvent, RunFinished, RunStarted, TextDelta, ToolCallDelta
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.usage import Cost, Usage, estimate_tokens
from cryptodesk.dialects._ports import QuestionReader
from cryptodesk.dialects.openai.helpers.recognise import Helper
from cryptodesk.dialects.openai.helpers.words import answer_of

__all__ = ["HelperEngine"]

_MODEL: Final = "cryptodesk-analyst"


class HelperEngine:
    """One run of it is free, and leaves nothing behind: no hold, no entry, no turn."""

    def __init__(self, helper: Helper, reader: QuestionReader, clock: Clock) -> None:
        self._helper = helper
        self._reader = reader
        self._clock = clock

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        helper, now = self._helper, self._clock.unix()
        run_id = new_time_ordered_id(now)
        text = await asyncio.to_thread(answer_of, helper, self._reader)
        is_call = helper.form == "call"
        said = ToolCallDelta(0, f"call_{run_id}", helper.tool, text) if is_call else TextDelta(text)
        read = sum(len(message.text) for message in request.messages)
        usage = Usage(estimate_tokens(read), estimate_tokens(len(text)))
        finished = RunFinished("tool_calls" if is_call else "stop", usage, Cost(Decimal(0)), usage_is_estimated=True)
        yield [RunStarted(run_id, int(now), _MODEL, "default"), said, finished]
