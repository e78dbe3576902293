"""The answer on its way to the caller, read by the verifier beside the results that it rests on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptodesk.core.clock import Clock
from cryptodesk.core.events import ModelFinished, RunEvent, TextDelta, ToolCallFinished
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart
from cryptodesk.core.ports import AnswerCheck, Verifier
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.verification import Verification
from cryptodesk.engine.state import RunState

__all__ = ["AnswerChecking"]

log = logging.getLogger("cryptodesk.engine")


class AnswerChecking:
    """For one run. An answer without any tool result has nothing to be bound to.

    A verifier that fails in its own way is logged; the answer goes on as it was written, except where the policy was
    to change it: then the run fails rather than pass on what should have been changed."""

    def __init__(self, verifier: Verifier, state: RunState, now: datetime) -> None:
        self._verifier = verifier
        self._state = state
        self._now = now
        self._check: AnswerCheck | None = None
        self._known: set[str] = set()
        self._told: ModelFinished | None = None
        self._has_begun = self._has_text = False

    @classmethod
    def of(cls, verifier: Verifier | None, state: RunState, clock: Clock) -> AnswerChecking | None:
        """None where no figure can be bound, which is known before the first batch: only built-in tools add results, so
        a run without both never has any."""
        if verifier is None or not (state.built_in_tools or _has_results(state.conversation)):
            return None
        return cls(verifier, state, clock.now())

    def pass_on(self, batch: list[RunEvent]) -> list[RunEvent]:
        """The batch as the caller may see it now."""
        out: list[RunEvent] = []
        self._tell_computed()
        for event in batch:
            if type(event) is TextDelta:
                self._feed(event, out)
            else:
                out.append(event)
                if type(event) is ToolCallFinished and event.trace.status == "completed":
                    self._add(event.trace)
        return out

    async def finish(self) -> tuple[list[RunEvent], Verification | None]:
        """The text that was held back, and what was found; None where no text was written or none counts."""
        state, check = self._state, self._check
        is_void = bool(state.traces) and state.request.after_tools == "return"
        if check is None or not self._has_text or is_void:
            return [], None
        try:
            rest, verification = await asyncio.to_thread(check.finish)
        except Exception:
            if self._verifier.changes_text:
                raise
            log.exception("the answer of run %s could not be checked", state.run_id)
            return [], None
        return ([TextDelta(rest)] if rest else []), verification

    def _tell_computed(self) -> None:
        """Before the text that they stand in is judged: a provider that computes writes its answer at once."""
        current = self._state.current
        finished = None if current is None else current.finished
        if finished is not None and finished.computed and finished is not self._told:
            self._told = finished
            check = self._started()
            if check is not None:
                check.add_computed(finished.computed)

    def _add(self, trace: ToolTrace) -> None:
        check = self._started()
        # The conversation holds it already when the check begins with it.
        if check is not None and trace.call_id not in self._known:
            check.add_result(ToolCallPart(trace.call_id, trace.name, trace.arguments), trace.model_content)

    def _feed(self, event: TextDelta, out: list[RunEvent]) -> None:
        self._has_text = True
        check = self._started()
        text = event.text if check is None else check.feed(event.text)
        if text is event.text:
            out.append(event)
        elif text:
            out.append(TextDelta(text))

    def _started(self) -> AnswerCheck | None:
        if not self._has_begun:
            self._has_begun = True
            conversation = self._state.conversation
            request = self._state.request
            self._check = self._verifier.begin(
                conversation, request.as_of or self._now, is_json=request.response_format is not None
            )
            if self._check is not None:
                for call, content in _results_in(conversation):
                    self._known.add(call.call_id)
                    self._check.add_result(call, content)
        return self._check


def _has_results(conversation: Sequence[Message]) -> bool:
    for message in conversation:  # noqa: SIM110  a generator costs as much as what it asks, in every run
        if message.role == "tool":
            return True
    return False


def _results_in(conversation: Sequence[Message]) -> Iterator[tuple[ToolCallPart, str]]:
    calls = {call.call_id: call for message in conversation for call in message.tool_calls}
    for message in conversation:
        for part in message.parts:
            if type(part) is ToolResultPart and not part.is_error:
                yield calls.get(part.call_id) or ToolCallPart(part.call_id, part.name, "{}"), part.content
