"""What `core.ports.Provider` promises, checked on every kind of provider the package declares."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

import cryptodesk.models as models_package
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.discover import discover
from cryptodesk.core.events import (
    ModelEvent,
    ModelFinished,
    ModelStarted,
    ReasoningDelta,
    RunFold,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.ports import Provider
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, ProviderServices
from tests.models.anthropic_wire import upstream as anthropic
from tests.models.gemini_wire import upstream as gemini
from tests.models.openai_wire.upstream import Exchange, Upstream, chunk, frame, text_chunk

KINDS: dict[str, ProviderKind] = discover(models_package, "PROVIDER")
SERVICES = ProviderServices(FixedClock(datetime(2026, 9, 24, 12, tzinfo=UTC)))

# How a kind is asked for something it can answer without help: its upstream model and a question.
QUESTIONS = {
    "analyst": ("cryptodesk-analyst-1", "What is 2 + 2?"),
    "anthropic_wire": ("claude-test-1", "Hello"),
    "gemini_wire": ("gemini-x-1", "Hello"),
    "openai_wire": ("m-1", "Hello"),
    "scripted": ("unicode", "Hello"),
}


async def serve_text(exchange: Exchange) -> None:
    usage = {"prompt_tokens": 12, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}}
    if exchange.json.get("stream"):
        done = frame(chunk(finish="stop")) + frame({"choices": [], "usage": usage}) + b"data: [DONE]\n\n"
        await exchange.stream(frame(text_chunk("Hel")), frame(text_chunk("lo ₿")), done)
        return
    message = {"role": "assistant", "content": "Hello ₿"}
    body = {"model": "up-1", "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
    await exchange.answer(200, json.dumps(body).encode())


async def serve_anthropic(exchange: Exchange) -> None:
    counts = anthropic.usage(input_tokens=4, cache_read_input_tokens=8, output_tokens=4)
    whole = anthropic.body(anthropic.text("Hello ₿"), usage=counts)
    if exchange.json.get("stream"):
        await exchange.stream(*anthropic.streamed(whole))
    else:
        await exchange.answer(200, json.dumps(whole).encode())


async def serve_gemini(exchange: Exchange) -> None:
    counts = {"promptTokenCount": 12, "cachedContentTokenCount": 8, "candidatesTokenCount": 4, "totalTokenCount": 16}
    if "streamGenerateContent" in exchange.path:
        first = gemini.text_answer("Hel")
        await exchange.stream(*map(gemini.frame, (first, gemini.text_answer("lo ₿", finish="STOP", usage=counts))))
    else:
        whole = gemini.text_answer("Hello ₿", finish="STOP", usage=counts)
        await exchange.answer(200, json.dumps(whole).encode())


# Who plays the upstream of a kind that has one.
UPSTREAMS = {
    "anthropic_wire": (Upstream, serve_anthropic),
    "gemini_wire": (gemini.Upstream, serve_gemini),
    "openai_wire": (Upstream, serve_text),
}


@pytest.fixture(params=sorted(KINDS))
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    kind = KINDS[request.param]
    async with AsyncExitStack() as stack:
        base_url = ""
        if kind.needs_base_url:
            upstream, serve = UPSTREAMS[kind.name]
            base_url = (await stack.enter_async_context(upstream(serve))).base_url
        built = kind.build(ProviderConfig(f"my-{kind.name}", SERVICES, base_url))
        yield built
        await built.close()


@pytest.fixture
def question(provider: Provider) -> ModelRequest:
    upstream_model, text = QUESTIONS[provider.name.removeprefix("my-")]
    return ModelRequest(upstream_model, (text_message("user", text),))


def streamed(question: ModelRequest) -> ModelRequest:
    return ModelRequest(question.upstream_model, question.messages, stream=True)


async def batches(provider: Provider, request: ModelRequest) -> list[list[ModelEvent]]:
    return [batch async for batch in provider.stream(request)]


async def events(provider: Provider, request: ModelRequest) -> list[ModelEvent]:
    return [event for batch in await batches(provider, request) for event in batch]


def fold(found: list[ModelEvent]) -> RunFold:
    folded = RunFold()
    for event in found:
        folded.add(event)  # type: ignore[arg-type]
    return folded


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_is_named_like_its_module(name: str) -> None:
    assert KINDS[name].name == name


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_takes_part_in_this_suite(name: str) -> None:
    assert name in QUESTIONS


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_refuses_an_option_it_does_not_know(name: str) -> None:
    config = ProviderConfig("mine", SERVICES, "http://127.0.0.1:1/v1", options={"no_such_option": 1})
    with pytest.raises(ValueError, match="no_such_option"):
        KINDS[name].build(config)


async def test_an_instance_has_the_name_it_was_given(provider: Provider) -> None:
    assert provider.name.startswith("my-")


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_an_answer_begins_once_and_finishes_once(
    provider: Provider, question: ModelRequest, is_streamed: bool
) -> None:
    found = await events(provider, streamed(question) if is_streamed else question)
    kinds = [type(event) for event in found]
    assert (kinds[0], kinds[-1]) == (ModelStarted, ModelFinished)
    assert kinds.count(ModelStarted) == kinds.count(ModelFinished) == 1
    assert set(kinds[1:-1]) <= {TextDelta, ReasoningDelta, ToolCallDelta}


async def test_no_batch_is_empty(provider: Provider, question: ModelRequest) -> None:
    for request in (question, streamed(question)):
        assert all(await batches(provider, request))


async def test_the_model_that_answers_is_named(provider: Provider, question: ModelRequest) -> None:
    started = (await events(provider, question))[0]
    assert isinstance(started, ModelStarted)
    assert started.model
    assert started.service_tier


async def test_streamed_and_buffered_answers_say_the_same(provider: Provider, question: ModelRequest) -> None:
    whole, pieces = await events(provider, question), await events(provider, streamed(question))
    assert fold(whole).text == fold(pieces).text != ""
    assert fold(whole).tool_calls == fold(pieces).tool_calls
    assert (whole[0], whole[-1]) == (pieces[0], pieces[-1])


async def test_usage_counts_add_up(provider: Provider, question: ModelRequest) -> None:
    finished = (await events(provider, question))[-1]
    assert isinstance(finished, ModelFinished)
    assert finished.usage is not None
    assert 0 <= finished.usage.cache_read_tokens <= finished.usage.input_tokens
    assert finished.usage.output_tokens >= 0
    assert finished.usage.reasoning_tokens >= 0


async def test_closing_after_the_first_batch_leaves_the_provider_usable(
    provider: Provider, question: ModelRequest
) -> None:
    answer = provider.stream(streamed(question))
    await anext(answer)
    await answer.aclose()  # type: ignore[attr-defined]
    assert (await events(provider, question))[-1] == (await events(provider, streamed(question)))[-1]


async def test_answers_at_the_same_time_do_not_mix(provider: Provider, question: ModelRequest) -> None:
    alone = fold(await events(provider, question)).text
    together = await asyncio.gather(*(events(provider, streamed(question)) for _ in range(8)))
    assert [fold(found).text for found in together] == [alone] * 8


async def test_a_conversation_with_a_system_message_and_an_earlier_turn_is_answered(
    provider: Provider, question: ModelRequest
) -> None:
    earlier: tuple[Message, ...] = (
        text_message("system", "Be brief."),
        text_message("user", "Hi"),
        text_message("assistant", "Hello."),
    )
    request = ModelRequest(question.upstream_model, earlier + question.messages)
    assert isinstance((await events(provider, request))[-1], ModelFinished)


async def test_closing_twice_is_allowed(provider: Provider) -> None:
    await provider.close()
    await provider.close()
