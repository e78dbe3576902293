"""The analyst as a provider: reads the conversation, calls tools or writes, and never needs anything but its rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date
from zlib import crc32

import msgspec
from msgspec import Struct, structs

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import OutputLimitTooLow
from cryptodesk.core.events import ComputedFigure, ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import FinishReason, ModelRequest
from cryptodesk.core.usage import CHARACTERS_PER_TOKEN, Usage
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.deciding import Calls, Turn, decide, ties_of
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.structured import encode_answer
from cryptodesk.models.analyst.tie_breaker import TieBreaker
from cryptodesk.models.analyst.ties import NO_BREAKS, TieBreaks
from cryptodesk.models.analyst.tokens import estimate_input_tokens, estimate_tokens
from cryptodesk.models.analyst.writer import Draft, join_paragraphs, known_facts, write
from cryptodesk.models.analyst.writer.draft import Fact
from cryptodesk.models.analyst.writer.plain_text import to_plain_text

__all__ = ["LEAST_OUTPUT_TOKENS", "SERVED_MODEL", "Analyst"]

SERVED_MODEL = "cryptodesk-analyst-1"
LEAST_OUTPUT_TOKENS = 15
_WORDS_PER_DELTA = 4


class _Output(Struct, frozen=True):
    events: tuple[ModelEvent, ...]
    finish_reason: FinishReason
    tokens: int
    computed: tuple[ComputedFigure, ...] = ()


class Analyst:
    """The same request at the same moment gives the same events, as long as vectors, if they are lent, come in time."""

    def __init__(
        self, name: str, knowledge: AssetKnowledge, clock: Clock, tie_breaker: TieBreaker | None = None
    ) -> None:
        self.name = name
        self._knowledge = knowledge
        self._clock = clock
        self._tie_breaker = tie_breaker

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        """One batch: everything is known at once. Raises: OutputLimitTooLow below 15 output tokens."""
        limit = request.max_output_tokens
        if limit is not None and limit < LEAST_OUTPUT_TOKENS:
            raise OutputLimitTooLow(
                f"No answer fits into {limit!r} output tokens; use a higher max_tokens, at least {LEAST_OUTPUT_TOKENS}."
            )
        today = (request.as_of or self._clock.now()).date()
        turn = decide(request, self._knowledge, today, await self._breaks(request, today))
        output = _called(turn, limit) if isinstance(turn, Calls) else self._written(turn, request, limit)
        usage = Usage(estimate_input_tokens(request.messages, request.tools), output.tokens)
        yield [ModelStarted(SERVED_MODEL), *output.events, ModelFinished(output.finish_reason, usage, output.computed)]

    async def close(self) -> None:
        """Nothing is held open."""

    async def _breaks(self, request: ModelRequest, today: date) -> TieBreaks:
        ties = ties_of(request, self._knowledge, today) if self._tie_breaker else ()
        if not ties or self._tie_breaker is None:
            return NO_BREAKS
        is_later_round = request.messages[-1].role == "tool"
        return await self._tie_breaker.break_ties(ties, is_later_round=is_later_round)

    def _written(self, turn: Turn, request: ModelRequest, limit: int | None) -> _Output:
        drafts = [write(setting) for setting in turn.settings]
        draft = Draft(join_paragraphs(*(each.text for each in drafts)), tuple(f for each in drafts for f in each.facts))
        if turn.is_plain:
            draft = structs.replace(draft, text=to_plain_text(draft.text))
        text = encode_answer(draft, request.response_format, _known(turn, request))
        most = len(text) if limit is None else limit * CHARACTERS_PER_TOKEN
        kept = text[:most]
        reason: FinishReason = "stop" if kept == text else "length"
        return _Output(tuple(_deltas(kept)), reason, estimate_tokens(kept), _computed(draft))


def _known(turn: Turn, request: ModelRequest) -> tuple[Fact, ...]:
    """What a schema may ask for beyond the text; without one nobody does."""
    if request.response_format is None:
        return ()
    return tuple(fact for setting in turn.settings for fact in known_facts(setting))


def _computed(draft: Draft) -> tuple[ComputedFigure, ...]:
    """The figures of the answer, which code worked out or copied from the results, each with what it is of."""
    return tuple(
        ComputedFigure(float(one.value), one.field, one.unit, one.asset, one.symbol, one.asset_id, one.as_of)
        for one in draft.facts
        if isinstance(one.value, int | float) and not isinstance(one.value, bool)
    )


def _called(turn: Calls, limit: int | None) -> _Output:
    """The calls; a limit cuts the arguments where it strikes, as it would with any model."""
    left = None if limit is None else limit * CHARACTERS_PER_TOKEN
    events: list[ModelEvent] = []
    tokens = 0
    for index, call in enumerate(turn.calls):
        arguments = msgspec.json.encode(call.arguments).decode()
        kept = arguments if left is None else arguments[: max(left - len(call.tool), 0)]
        events.append(ToolCallDelta(index, _call_id(call, index, turn.salt), call.tool, kept))
        tokens += estimate_tokens(call.tool + kept)
        if kept != arguments:
            return _Output(tuple(events), "length", tokens)
        left = None if left is None else left - len(call.tool) - len(kept)
    return _Output(tuple(events), "tool_calls", tokens)


def _call_id(call: Call, index: int, salt: int) -> str:
    """Distinct within a conversation, and the same for the same request."""
    name, arguments = call.key
    return f"call_{crc32(name.encode()):08x}{crc32(arguments.encode('utf-8', 'replace')):08x}{salt:06x}{index:02x}"


def _deltas(text: str) -> Sequence[ModelEvent]:
    """The text in groups of a few words, white space kept."""
    pieces: list[ModelEvent] = []
    start = words = 0
    for position, character in enumerate(text):
        if character in " \n" and position + 1 < len(text) and text[position + 1] not in " \n":
            words += 1
            if words == _WORDS_PER_DELTA:
                pieces.append(TextDelta(text[start : position + 1]))
                start, words = position + 1, 0
    if start < len(text):
        pieces.append(TextDelta(text[start:]))
    return pieces
