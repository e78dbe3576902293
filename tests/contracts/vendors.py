"""Every vendor that the catalogue reaches over HTTP: its provider as the catalogue builds it, and its answers as it
writes them, whole and streamed. Suites over all of them ask for the same words and the same calls."""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from cryptodesk.catalog.models import load_models
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import CallPieces, ModelEvent, ModelFinished, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import Provider
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.models import anthropic_wire, gemini_wire, openai_wire
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from tests.models._http.upstream import Exchange, Upstream
from tests.models.anthropic_wire import upstream as anthropic
from tests.models.gemini_wire import upstream as gemini
from tests.models.openai_wire import upstream as chat
from tests.models.openai_wire.responses import upstream as responses

__all__ = [
    "ADAPTERS", "ANSWER", "CALLS", "KEY", "TEXT", "USAGE", "VENDORS", "Calls", "Vendor", "answering", "ask", "calls_of",
    "events", "failure", "rewritten", "serving", "text_of", "until_failure",
]  # fmt: skip

KEY = "sk-canary-0123456789"
TEXT = "Ein ₿ und 🚀, größer."
USAGE = Usage(12, 4, 8)
Calls = Sequence[tuple[str, str, str]]
CALLS: Calls = (("call_a", "price", '{"symbol":"₿"}'), ("call_b", "news", '{"n":2}'))
_TOOLS = tuple(ToolSpec(name, "", {"type": "object", "properties": {}}) for _, name, _ in CALLS)
_SERVICES = ProviderServices(FixedClock(datetime(2026, 11, 22, 12, tzinfo=UTC)))
_KINDS = {"openai_wire": openai_wire, "anthropic_wire": anthropic_wire, "gemini_wire": gemini_wire}


@dataclass(frozen=True)
class Vendor:
    """`provider` is the catalogue's name, `model` the vendor's. `nothings` are payloads of a stream that say nothing,
    `no_answers` bodies that are JSON and no answer, `ends` tells the frame that says why the answer stopped."""

    name: str
    provider: str
    model: str
    whole: Callable[[str, Calls], dict[str, Any]]
    frames: Callable[[str, Calls], list[bytes]]
    ends: Callable[[dict[str, Any]], bool]
    error: Callable[[str, int], dict[str, Any]]
    nothings: tuple[Any, ...]
    no_answers: tuple[bytes, ...]

    def build(self, base_url: str, key: str | None = KEY, **timeouts: float) -> Provider:
        table = load_models()
        entry = table.providers[self.provider]
        profiles = {
            each.upstream_model: each.profile for each in table.models.values() if each.provider == self.provider
        }
        options = {**entry.options, "timeouts": timeouts}
        config = ProviderConfig(self.name, _SERVICES, base_url, key, options, profiles)
        return _KINDS[entry.kind].PROVIDER.build(config)

    @property
    def end_frame(self) -> int:
        """The number of the first frame that says why the answer stopped."""
        return next(number for number, said in enumerate(payloads(self.frames(TEXT, ()))) if said and self.ends(said))


def payloads(frames: list[bytes]) -> list[Any]:
    """What each frame says; None for one that is no JSON."""
    texts = [frame.partition(b"data: ")[2].strip() for frame in frames]
    return [json.loads(text) if text.startswith(b"{") else None for text in texts]


def rewritten(frames: list[bytes], change: Callable[[dict[str, Any]], Any]) -> list[bytes]:
    """The frames with every payload changed."""
    said = zip(frames, payloads(frames), strict=True)
    return [frame if payload is None else chat.frame(change(payload)) for frame, payload in said]


def _pieces(text: str) -> list[str]:
    return [text[start : start + 6] for start in range(0, len(text), 6)]


def _openai_error(words: str, status: int) -> dict[str, Any]:
    return {"error": {"message": words, "type": "server_error", "code": None, "param": None}}


def _anthropic_error(words: str, status: int) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "api_error", "message": words}}


def _google_error(words: str, status: int) -> dict[str, Any]:
    return {"error": {"code": status, "message": words}}


_CHAT_USAGE = {"prompt_tokens": 12, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}}


def _chat_whole(text: str, calls: Calls, **more: Any) -> dict[str, Any]:
    made = [
        {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        for call_id, name, arguments in calls
    ]
    message = {"role": "assistant", "content": text, **({"tool_calls": made} if made else {}), **more}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if made else "stop"}
    return {"id": "c1", "object": "chat.completion", "model": "up-1", "choices": [choice], "usage": _CHAT_USAGE}


def _chat_frames(text: str, calls: Calls, *first: dict[str, Any]) -> list[bytes]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *first]
    deltas += [{"content": piece} for piece in _pieces(text)]
    for index, (call_id, name, arguments) in enumerate(calls):
        head = {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
        deltas.append({"tool_calls": [head]})
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in _pieces(arguments)]
    end = chat.chunk(finish="tool_calls" if calls else "stop")
    usage = {**chat.chunk(), "choices": [], "usage": _CHAT_USAGE}
    return [
        *(chat.frame(chat.chunk(delta)) for delta in deltas),
        chat.frame(end),
        chat.frame(usage),
        b"data: [DONE]\n\n",
    ]


def _chat_vendor(name: str, provider: str, model: str, thought: dict[str, Any] | None = None) -> Vendor:
    said = thought or {}
    return Vendor(
        name,
        provider,
        model,
        lambda text, calls: _chat_whole(text, calls, **said),
        lambda text, calls: _chat_frames(text, calls, *([said] if said else [])),
        lambda payload: any(choice.get("finish_reason") for choice in payload.get("choices") or ()),
        _openai_error,
        ({"choices": None}, {"choices": []}, {"choices": [{"index": 0, "delta": None}]}, {"choices": [{"delta": {}}]},
         {**chat.chunk({"content": None, "tool_calls": None})}, {"choices": [], "usage": None},
         chat.chunk({"tool_calls": []})),
        (b'{"choices":[]}', b'{"choices":null}', b'{"choices":7}', b"{}"),
    )  # fmt: skip


def _responses_output(text: str, calls: Calls) -> dict[str, Any]:
    output = [responses.reasoning("Look.")] + ([responses.message(text)] if text else [])
    output += [responses.call(*call) for call in calls]
    return responses.body(*output, usage=responses.usage(12, 4, cached=8))


def _anthropic_whole(text: str, calls: Calls) -> dict[str, Any]:
    blocks = [anthropic.text(text)] if text else []
    blocks += [anthropic.tool_use(call_id, name, json.loads(arguments)) for call_id, name, arguments in calls]
    counts = anthropic.usage(input_tokens=4, cache_read_input_tokens=8, output_tokens=4)
    return anthropic.body(*blocks, stop="tool_use" if calls else "end_turn", usage=counts)


_GEMINI_USAGE = {
    "promptTokenCount": 12, "cachedContentTokenCount": 8, "candidatesTokenCount": 4, "totalTokenCount": 16,
}  # fmt: skip


def _gemini_parts(text: str, calls: Calls) -> list[dict[str, Any]]:
    made = [gemini.call_part(name, json.loads(arguments), call_id) for call_id, name, arguments in calls]
    return [*([{"text": text}] if text else []), *made]


def _gemini_frames(text: str, calls: Calls) -> list[bytes]:
    said = [gemini.text_answer(piece) for piece in _pieces(text)]
    said += [gemini.candidate(part) for part in _gemini_parts("", calls)]
    return [*map(gemini.frame, (*said, gemini.candidate({"text": ""}, finish="STOP", usage=_GEMINI_USAGE)))]


_DETAILS = [{"type": "reasoning.text", "text": "Look.", "index": 0}]
VENDORS = {
    vendor.name: vendor
    for vendor in (
        _chat_vendor("openai", "openai", "gpt-4.1"),
        _chat_vendor("deepseek", "deepseek", "deepseek-flash", {"reasoning_content": "Look."}),
        _chat_vendor("zai", "zai", "glm-5.3", {"reasoning_content": "Look."}),
        _chat_vendor("openrouter", "openrouter", "x/y", {"reasoning": "Look.", "reasoning_details": _DETAILS}),
        _chat_vendor("local", "local", "qwen"),
        Vendor(
            "responses", "openai", "gpt-6-sol", _responses_output,
            lambda text, calls: responses.frames(_responses_output(text, calls)),
            lambda payload: payload["type"] == "response.completed",
            _openai_error,
            ({"type": "response.in_progress", "response": None}, {"type": "response.output_item.added", "item": None},
             {"type": "response.output_text.delta", "delta": None}, {"type": "response.of_a_later_year"},
             {"type": "response.output_item.done", "item": {"type": "of_a_later_year"}}),
            (b"{}", b'{"output":7}', b'{"object":"list"}', b'{"choices":[]}'),
        ),
        Vendor(
            "anthropic", "anthropic", "claude-opus-5-5", _anthropic_whole,
            lambda text, calls: anthropic.streamed(_anthropic_whole(text, calls)),
            lambda payload: payload["type"] == "message_delta",
            _anthropic_error,
            ({"type": "ping"}, {"type": "content_block_delta", "index": 0, "delta": None},
             {"type": "content_block_start", "index": 9, "content_block": None}, {"type": "of_a_later_year"}),
            (b"{}", b'{"content":[]}', b'{"type":"message","content":7}'),
        ),
        Vendor(
            "google", "google", "gemini-3.8-flash",
            lambda text, calls: gemini.candidate(*_gemini_parts(text, calls), finish="STOP", usage=_GEMINI_USAGE),
            _gemini_frames,
            lambda payload: any(each.get("finishReason") for each in payload.get("candidates") or ()),
            _google_error,
            ({"candidates": None}, {"candidates": []}, {"candidates": [{"content": None}]},
             {"candidates": [{"content": {"parts": []}}]}, {"candidates": [{"content": {"parts": None}}]}),
            (b"{}", b'{"candidates":[]}', b'{"candidates":null}', b'{"candidates":7}'),
        ),
    )
}  # fmt: skip
# One of each way in: what befalls a connection befalls all vendors of a way alike.
ADAPTERS = {name: VENDORS[name] for name in ("openai", "responses", "anthropic", "google")}
ANSWER = (TEXT, ())

Reply = Callable[[Exchange], Awaitable[None]]


@asynccontextmanager
async def serving(vendor: Vendor, reply: Reply, **timeouts: float) -> AsyncIterator[tuple[Provider, Upstream]]:
    """The vendor's provider, and the server that plays the vendor."""
    async with Upstream(reply) as upstream:
        provider = vendor.build(upstream.base_url, **timeouts)
        try:
            yield provider, upstream
        finally:
            await provider.close()


def ask(vendor: Vendor, *, stream: bool, words: str = "hi") -> ModelRequest:
    return ModelRequest(
        vendor.model, (text_message("user", words),), tools=_TOOLS, max_output_tokens=1000, stream=stream
    )


async def answering(vendor: Vendor, exchange: Exchange, *, stream: bool, text: str = TEXT, calls: Calls = ()) -> None:
    if stream:
        await exchange.stream(*vendor.frames(text, calls))
    else:
        await exchange.answer(200, json.dumps(vendor.whole(text, calls)).encode())


async def events(provider: Provider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for batch in provider.stream(request) for event in batch]


async def until_failure(provider: Provider, request: ModelRequest) -> tuple[list[ModelEvent], CryptodeskError | None]:
    """What was said, and how it failed, if it did. An answer that fails has no end, and its error no key."""
    found: list[ModelEvent] = []
    try:
        async for batch in provider.stream(request):
            found += batch
    except CryptodeskError as error:
        assert not any(isinstance(event, ModelFinished) for event in found)
        shown = "".join(traceback.format_exception(error)) + repr(error.__dict__)
        assert KEY not in shown
        return found, error
    return found, None


async def failure(provider: Provider, request: ModelRequest) -> CryptodeskError:
    _, error = await until_failure(provider, request)
    if error is None:
        pytest.fail("the answer did not fail")
    return error


def text_of(found: Sequence[ModelEvent]) -> str:
    return "".join(event.text for event in found if isinstance(event, TextDelta))


def calls_of(found: Sequence[ModelEvent]) -> list[tuple[str, str, Any]]:
    pieces = CallPieces()
    for event in found:
        if isinstance(event, ToolCallDelta):
            pieces.add(event)
    return [(call.call_id, call.name, json.loads(call.arguments)) for _, call in pieces.calls()]
