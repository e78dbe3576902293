"""A thread of the research in code: the embedded analyst calls tools until it can write, and writes."""

from __future__ import annotations

from cryptodesk.core.events import CallPieces, ModelFinished, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest, ToolChoice
from cryptodesk.core.messages import Message, ToolCallPart, text_message
from cryptodesk.core.usage import Usage
from cryptodesk.engine.state import Spending
from cryptodesk.research.gathering import CallDesk
from cryptodesk.research.state import ResearchState, Thread

__all__ = ["run_analyst", "style_message"]

_LENGTHS = {"succinct": "Be brief.", "balanced": "", "verbose": "Answer in detail."}


def style_message(state: ResearchState) -> tuple[Message, ...]:
    """How long and how plain the answer is to be, in the words that the analyst reads."""
    words = [_LENGTHS[state.options.verbosity], "Use plain text only." if state.options.is_plain else ""]
    text = " ".join(word for word in words if word)
    return (text_message("system", text),) if text else ()


async def run_analyst(state: ResearchState, thread: Thread, calls: CallDesk) -> None:
    """Fills the thread's traces, its text and the figures of it. Raises: OutputLimitTooLow."""
    rounds = state.run.request.limits.rounds
    for number in range(rounds):
        choice: ToolChoice = "auto" if number < rounds - 1 and state.run.limit is None else "none"
        wanted = await _ask(state, thread, choice)
        if not wanted:
            return
        if not await calls.run(thread, wanted):
            await _ask(state, thread, "none")
            return


async def _ask(state: ResearchState, thread: Thread, choice: ToolChoice) -> tuple[ToolCallPart, ...]:
    services, request = state.services, state.run.request
    asked = ModelRequest(
        upstream_model=services.analyst_route.upstream_model,
        messages=tuple(thread.messages),
        tools=tuple(services.tools.spec(name) for name in state.run.built_in_tools),
        tool_choice=choice,
        max_output_tokens=request.max_output_tokens,
        as_of=request.as_of,
    )
    pieces, text = CallPieces(), []
    async for batch in services.analyst.stream(asked):
        for event in batch:
            if isinstance(event, TextDelta):
                text.append(event.text)
            elif isinstance(event, ToolCallDelta):
                pieces.add(event)
            elif isinstance(event, ModelFinished):
                thread.computed = event.computed
                state.run.spendings.append(Spending(services.analyst_route, event.usage or Usage(), False))
    thread.text = "".join(text)
    return tuple(call for _, call in pieces.calls())
