"""What is kept of a run's texts, and that its events go by untouched."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from cryptodesk.core.events import RunEvent, TextDelta
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.observing.request import REQUEST, ObservedRequest, RequestCounter
from cryptodesk.observing.tally import Tally
from cryptodesk.observing.texts import TextKeeper

ASKED = RunRequest(
    caller=Caller("a", "k"),
    dialect="cmc",
    trace_id="t",
    model_id="m",
    messages=(text_message("user", "first"), text_message("assistant", "said"), text_message("user", "what is BTC")),
)


class Engine:
    def __init__(self, *batches: list[RunEvent]) -> None:
        self.batches = batches
        self.is_closed = False

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        try:
            for batch in self.batches:
                yield batch
        finally:
            self.is_closed = True


async def test_the_last_question_and_the_answer_are_kept_and_cut() -> None:
    batches: Any = ([TextDelta("It is ")], [TextDelta("a coin. "), TextDelta("x" * 5000)])
    request = ObservedRequest(RequestCounter(Tally()), None)  # type: ignore[arg-type]
    token = REQUEST.set(request)
    try:
        told = [batch async for batch in TextKeeper(Engine(*batches)).run(ASKED)]
    finally:
        REQUEST.reset(token)
    assert told == list(batches)
    assert request.texts is not None
    assert request.texts.question == "what is BTC"
    assert request.texts.answer.startswith("It is a coin. xxx")
    assert len(request.texts.answer) == 2000


async def test_a_run_that_is_closed_early_closes_the_engines() -> None:
    engine = Engine([TextDelta("a")], [TextDelta("b")])
    running = TextKeeper(engine).run(ASKED)
    await anext(running)
    await running.aclose()
    assert engine.is_closed
