"""Answers from a script: the fake behind tests and demonstrations. `upstream_model` picks the behaviour.

| behaviour | what it does |
|---|---|
| `plain` | streams `PLAIN_TEXT` in five pieces |
| `echo` | answers with the last user text, in one piece |
| `tool_call` | calls the first offered tool; once it has results it answers with a text quoting them |
| `built_in_chain` | calls the offered resolver, then the next offered tool with the ids of its result, then answers |
| `parallel_calls` | calls every offered tool at once (a single one twice), then answers |
| `text_and_call` | writes two pieces of text and calls the first tool in the same turn, then answers |
| `loop` | calls the first tool with the same arguments for ever |
| `unknown_tool` | calls a tool nobody offered, then answers |
| `bad_tool_json` | calls the first tool with arguments that are half a JSON object, then answers |
| `slow` | `plain`, with a pause before each piece |
| `never_ends` | writes `more ` for ever, with a pause before each piece |
| `cut_mid_stream` | two pieces of `plain`, then UpstreamBadAnswer |
| `fails_first` | UpstreamUnavailable on an instance's first request, `plain` after that |
| `rate_limited` | UpstreamRateLimited |
| `unavailable` | UpstreamUnavailable |
| `timed_out` | UpstreamTimeout |
| `rejected` | UpstreamRejected |
| `context_too_long` | ContextTooLong |
| `crashes` | RuntimeError, as a defect in an adapter would |
| `no_usage` | `plain`, without token counts |
| `reasoning` | three pieces of reasoning, then `plain` |
| `cached` | `plain`, with half of the input read from the cache |
| `length` | two pieces of `plain`, finish reason `length` |
| `content_filter` | one piece of `plain`, finish reason `content_filter` |
| `too_low` | OutputLimitTooLow, whatever the limit |
| `empty` | no text at all |
| `unicode` | `UNICODE_TEXT` in four pieces, cut between the code points of its characters |
| `long` | 400 pieces of `word ` |
| `research_good` | does every part of the research graph: see `_scripted_research` |
| `research_lazy` | calls no tool and says next to nothing |
| `research_lying` | `research_good`, but invents figures and sources before it writes |
| `research_looping` | `research_good`, but asks for the same thing for ever |
| `research_slow` | `research_good`, with a pause before each piece |
| `research_quoting` | `research_good` and the first sentence of a passage; refuses the first citation |
| `research_broken` | broken plans, then UpstreamBadAnswer |
| `research_cut` | `research_good`, but UpstreamBadAnswer in the second sentence of its text |

Rules for all of them:

- Usage: `INPUT_PER_MESSAGE` (10) input tokens a message and `INPUT_PER_TOOL` (100) an offered tool; one output token
  a written piece; one reasoning token a piece of reasoning. A call is two pieces: its name, its arguments.
- `max_output_tokens` below `MIN_OUTPUT_TOKENS` (15) is OutputLimitTooLow; an answer that would be longer than the
  limit is cut there with finish reason `length`.
- Arguments are the JSON object in the last user text, if there is one; else the least the tool's schema accepts,
  with the last user text where the schema requires a string `query`.
- `tool_choice` "none" calls nothing; "required" calls the first offered tool where the script had a text.
- With a response format a text becomes JSON: `{"answer": text}`, or the least the schema accepts.
- Call ids count the calls of the conversation: `call_1`, `call_2`, ... The model is named `scripted-<behaviour>`.
- Not streamed, all events come in one batch. There is no clock and no chance in it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from cryptodesk.core.errors import (
    ContextTooLong,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import (
    ModelEvent,
    ModelFinished,
    ModelStarted,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import FinishReason, ModelRequest
from cryptodesk.core.messages import ToolResultPart
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, options_of
from cryptodesk.models._schema_example import minimal_value
from cryptodesk.models._scripted_research import RESEARCH, Step, asset_ids

__all__ = [
    "INPUT_PER_MESSAGE",
    "INPUT_PER_TOOL",
    "MIN_OUTPUT_TOKENS",
    "PLAIN_TEXT",
    "PROVIDER",
    "UNICODE_TEXT",
    "ScriptedProvider",
]

_PLAIN_PIECES = ("Bitcoin ", "is ", "a ", "peer-to-peer ", "currency.")
_UNICODE_PIECES = ("₿ 比", "特币 👩", "\u200d🚀 e", "\u0301")
PLAIN_TEXT = "".join(_PLAIN_PIECES)
UNICODE_TEXT = "".join(_UNICODE_PIECES)
INPUT_PER_MESSAGE = 10
INPUT_PER_TOOL = 100
MIN_OUTPUT_TOKENS = 15

_TOO_LOW = (
    "Could not finish the message because max_tokens or model output limit was reached. "
    "Please try again with higher max_tokens."
)


class _Turn:
    """What a behaviour knows: the request read, and which request of its name this is (1, 2, ...)."""

    def __init__(self, request: ModelRequest, upstream: str, number: int) -> None:
        self.request = request
        self.upstream = upstream
        self.number = number
        self._calls_written = 0

    @cached_property
    def offered(self) -> tuple[ToolSpec, ...]:
        return () if self.request.tool_choice == "none" else self.request.tools

    @cached_property
    def user_text(self) -> str:
        return next((message.text for message in reversed(self.request.messages) if message.role == "user"), "")

    @cached_property
    def results(self) -> tuple[ToolResultPart, ...]:
        """Tool results since the last user message."""
        since: list[ToolResultPart] = []
        for message in reversed(self.request.messages):
            if message.role == "user":
                break
            since[:0] = [part for part in message.parts if isinstance(part, ToolResultPart)]
        return tuple(since)

    @cached_property
    def _calls_before(self) -> dict[str, str]:
        """Call id -> tool name, of the whole conversation."""
        return {call.call_id: call.name for message in self.request.messages for call in message.tool_calls}

    def tool_of(self, result: ToolResultPart) -> str:
        return result.name or self._calls_before.get(result.call_id, "")

    def call(self, name: str, arguments: str) -> Iterator[Step]:
        index = self._calls_written
        self._calls_written += 1
        yield ToolCallDelta(index, f"call_{len(self._calls_before) + index + 1}", name, "")
        yield ToolCallDelta(index, None, None, arguments)

    def answer(self, *pieces: str) -> Iterator[Step]:
        """The text, in the asked format; or a call where one is required."""
        if self.request.tool_choice == "required" and self.offered:
            yield from self.call(self.offered[0].name, self.arguments_for(self.offered[0]))
        elif self.request.response_format is not None:
            yield TextDelta(self._formatted("".join(pieces)))
        else:
            yield from map(TextDelta, pieces)

    def answer_from_results(self) -> Iterator[Step]:
        quoted = (f"{self.tool_of(result)} returned {result.content}" for result in self.results)
        yield from self.answer(*(quoted if self.results else _PLAIN_PIECES))

    def arguments_for(self, tool: ToolSpec, **more: Any) -> str:
        arguments = _json_object_in(self.user_text)
        if arguments is None:
            arguments = dict(minimal_value({"type": "object", **tool.parameters}))
            if "query" in arguments and self.user_text:
                arguments["query"] = self.user_text[:200]
        return _encode(arguments | more)

    def _formatted(self, text: str) -> str:
        asked = self.request.response_format
        if asked is not None and asked.kind == "json_schema":
            return _encode(minimal_value(asked.schema or {}))
        return _encode({"answer": text})


def _plain(turn: _Turn) -> Iterator[Step]:
    return turn.answer(*_PLAIN_PIECES)


def _echo(turn: _Turn) -> Iterator[Step]:
    return turn.answer(turn.user_text)


def _tool_call(turn: _Turn) -> Iterator[Step]:
    if turn.results or not turn.offered:
        return turn.answer_from_results()
    return turn.call(turn.offered[0].name, turn.arguments_for(turn.offered[0]))


def _built_in_chain(turn: _Turn) -> Iterator[Step]:
    called = {turn.tool_of(result) for result in turn.results}
    resolvers = [tool for tool in turn.offered if tool.is_resolver]
    others = [tool for tool in turn.offered if not tool.is_resolver]
    if resolvers and resolvers[0].name not in called:
        return turn.call(resolvers[0].name, turn.arguments_for(resolvers[0]))
    if others and others[0].name not in called:
        return turn.call(others[0].name, turn.arguments_for(others[0], **_with_ids(turn, others[0])))
    return turn.answer_from_results()


def _with_ids(turn: _Turn, tool: ToolSpec) -> dict[str, Any]:
    """The resolver's ids under the name the tool has for them."""
    ids = [found for result in turn.results for found in asset_ids(result.content)]
    properties = tool.parameters.get("properties", {})
    if not ids:
        return {}
    if "ids" in properties:
        return {"ids": ids}
    return {name: ids[0] for name in ("asset_id", "id") if name in properties}


def _parallel_calls(turn: _Turn) -> Iterator[Step]:
    if turn.results or not turn.offered:
        yield from turn.answer_from_results()
        return
    tools = turn.offered if len(turn.offered) > 1 else turn.offered * 2
    for tool in tools:
        yield from turn.call(tool.name, turn.arguments_for(tool))


def _text_and_call(turn: _Turn) -> Iterator[Step]:
    if not turn.results and turn.offered:
        yield from map(TextDelta, ("Let me ", "look. "))
    yield from _tool_call(turn)


def _loop(turn: _Turn) -> Iterator[Step]:
    if not turn.offered:
        return turn.answer_from_results()
    return turn.call(turn.offered[0].name, turn.arguments_for(turn.offered[0]))


def _unknown_tool(turn: _Turn) -> Iterator[Step]:
    if turn.results or turn.request.tool_choice == "none":
        return turn.answer_from_results()
    return turn.call("no_such_tool", "{}")


def _bad_tool_json(turn: _Turn) -> Iterator[Step]:
    if turn.results or not turn.offered:
        return turn.answer_from_results()
    return turn.call(turn.offered[0].name, '{"query": "bit')


def _slow(turn: _Turn) -> Iterator[Step]:
    for step in _plain(turn):
        yield "pause"
        yield step


def _never_ends(_turn: _Turn) -> Iterator[Step]:
    while True:
        yield "pause"
        yield TextDelta("more ")


def _cut_mid_stream(turn: _Turn) -> Iterator[Step]:
    yield from map(TextDelta, _PLAIN_PIECES[:2])
    raise UpstreamBadAnswer(f"{turn.upstream} cut its answer short", upstream=turn.upstream)


def _fails_first(turn: _Turn) -> Iterator[Step]:
    if turn.number == 1:
        raise UpstreamUnavailable(f"{turn.upstream} is in trouble", upstream=turn.upstream, upstream_status=503)
    return _plain(turn)


def _raises(build: Callable[[str], Exception]) -> Callable[[_Turn], Iterator[Step]]:
    def fail(turn: _Turn) -> Iterator[Step]:
        raise build(turn.upstream)

    return fail


def _reasoning(turn: _Turn) -> Iterator[Step]:
    yield from map(ReasoningDelta, ("The user ", "asks about ", "bitcoin."))
    yield from _plain(turn)


@dataclass(frozen=True)
class _Behaviour:
    """`finish` overrides the reason that follows from what was written."""

    steps: Callable[[_Turn], Iterator[Step]]
    finish: FinishReason | None = None
    has_usage: bool = True
    cached_share: int = 0  # one token in this many is read from the cache; 0: none


_BEHAVIOURS: dict[str, _Behaviour] = {
    "plain": _Behaviour(_plain),
    "echo": _Behaviour(_echo),
    "tool_call": _Behaviour(_tool_call),
    "built_in_chain": _Behaviour(_built_in_chain),
    "parallel_calls": _Behaviour(_parallel_calls),
    "text_and_call": _Behaviour(_text_and_call),
    "loop": _Behaviour(_loop),
    "unknown_tool": _Behaviour(_unknown_tool),
    "bad_tool_json": _Behaviour(_bad_tool_json),
    "slow": _Behaviour(_slow),
    "never_ends": _Behaviour(_never_ends),
    "cut_mid_stream": _Behaviour(_cut_mid_stream),
    "fails_first": _Behaviour(_fails_first),
    "rate_limited": _Behaviour(
        _raises(lambda name: UpstreamRateLimited(f"{name} limits our requests", upstream=name, upstream_status=429))
    ),
    "unavailable": _Behaviour(
        _raises(lambda name: UpstreamUnavailable(f"{name} is in trouble", upstream=name, upstream_status=503))
    ),
    "timed_out": _Behaviour(_raises(lambda name: UpstreamTimeout(f"{name} did not answer in time", upstream=name))),
    "rejected": _Behaviour(
        _raises(lambda name: UpstreamRejected(f"{name} refused our request", upstream=name, upstream_status=400))
    ),
    "context_too_long": _Behaviour(
        _raises(lambda _: ContextTooLong("The conversation is longer than the model can read."))
    ),
    "crashes": _Behaviour(_raises(lambda _: RuntimeError("the script says that this adapter is broken"))),
    "no_usage": _Behaviour(_plain, has_usage=False),
    "reasoning": _Behaviour(_reasoning),
    "cached": _Behaviour(_plain, cached_share=2),
    "length": _Behaviour(lambda turn: turn.answer(*_PLAIN_PIECES[:2]), finish="length"),
    "content_filter": _Behaviour(lambda turn: turn.answer(_PLAIN_PIECES[0]), finish="content_filter"),
    "too_low": _Behaviour(_raises(lambda _: OutputLimitTooLow(_TOO_LOW))),
    "empty": _Behaviour(lambda _: iter(())),
    "unicode": _Behaviour(lambda turn: turn.answer(*_UNICODE_PIECES)),
    "long": _Behaviour(lambda turn: turn.answer(*["word "] * 400)),
    **{name: _Behaviour(steps) for name, steps in RESEARCH.items()},
}


class ScriptedProvider:
    """`core.ports.Provider` without a model. `requests` keeps the last 32 it was asked.

    A pause awaits `pause`, by default a sleep of `delay_seconds`."""

    def __init__(
        self,
        name: str = "scripted",
        *,
        pause: Callable[[], Awaitable[None]] | None = None,
        delay_seconds: float = 0.05,
    ) -> None:
        self.name = name
        self.requests: deque[ModelRequest] = deque(maxlen=32)
        self._pause = pause or (lambda: asyncio.sleep(delay_seconds))
        self._asked: dict[str, int] = {}

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        self.requests.append(request)
        behaviour = self._behaviour(request)
        writer = _Writer(request, behaviour)
        turn = _Turn(request, self.name, self._asked[request.upstream_model])
        whole: list[ModelEvent] = []
        for step in behaviour.steps(turn):
            if step == "pause":
                await self._pause()
                continue
            if not writer.has_room:
                break
            batch = writer.write(step)
            if request.stream:
                yield batch
            else:
                whole += batch
        yield whole + writer.close()

    async def close(self) -> None:
        """Holds nothing."""

    def _behaviour(self, request: ModelRequest) -> _Behaviour:
        name = request.upstream_model
        behaviour = _BEHAVIOURS.get(name)
        if behaviour is None:
            raise UpstreamRejected(f"{self.name} has no behaviour {name!r}", upstream=self.name, upstream_status=404)
        self._asked[name] = self._asked.get(name, 0) + 1
        limit = request.max_output_tokens
        if limit is not None and limit < MIN_OUTPUT_TOKENS:
            raise OutputLimitTooLow(_TOO_LOW)
        return behaviour


@dataclass
class _Writer:
    """Frames the steps of an answer with its first and last event, and counts its tokens."""

    request: ModelRequest
    behaviour: _Behaviour
    written: int = 0
    reasoned: int = 0
    has_calls: bool = False
    is_cut: bool = False
    opening: list[ModelEvent] = field(init=False)

    def __post_init__(self) -> None:
        self.opening = [ModelStarted(f"scripted-{self.request.upstream_model}")]

    @property
    def has_room(self) -> bool:
        limit = self.request.max_output_tokens
        self.is_cut = limit is not None and self.written + self.reasoned >= limit
        return not self.is_cut

    def write(self, step: TextDelta | ReasoningDelta | ToolCallDelta) -> list[ModelEvent]:
        if isinstance(step, ReasoningDelta):
            self.reasoned += 1
        else:
            self.written += 1
            self.has_calls |= isinstance(step, ToolCallDelta)
        opening, self.opening = self.opening, []
        return [*opening, step]

    def close(self) -> list[ModelEvent]:
        natural: FinishReason = "tool_calls" if self.has_calls else "stop"
        reason = "length" if self.is_cut else self.behaviour.finish or natural
        return [*self.opening, ModelFinished(reason, self._usage() if self.behaviour.has_usage else None)]

    def _usage(self) -> Usage:
        read = INPUT_PER_MESSAGE * len(self.request.messages) + INPUT_PER_TOOL * len(self.request.tools)
        cached = read // self.behaviour.cached_share if self.behaviour.cached_share else 0
        return Usage(read, self.written, cached, self.reasoned)


def _json_object_in(text: str) -> dict[str, Any] | None:
    """The first JSON object that stands in the text."""
    decoder = json.JSONDecoder()
    for start in (match.start() for match in re.finditer(r"\{", text)):
        try:
            found, _ = decoder.raw_decode(text, start)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class _Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    delay_seconds: float = 0.05


def _build(config: ProviderConfig) -> ScriptedProvider:
    options = options_of(config, _Options)
    return ScriptedProvider(config.name, delay_seconds=options.delay_seconds)


PROVIDER = ProviderKind("scripted", _build, upstream_models=tuple(_BEHAVIOURS))
