"""The official `openai` client, in this process, against the strict routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

from cryptodesk.core.errors import CryptodeskError, OutOfCredit, RateLimited, UpstreamUnavailable
from cryptodesk.core.events import RunFailed, TextDelta
from tests.dialects.messari.support import RUN as RESEARCH_RUN
from tests.dialects.messari.support import SOURCES
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import END, KEY, MODEL, STARTED, TEXT, TOOL_RUN, Client, tool
from tests.dialects.openai.test_encode import CALLS
from tests.dialects.support import FakeEngine

MESSAGES: Any = [{"role": "user", "content": "What does Bitcoin cost?"}]


@asynccontextmanager
async def client_of(app: Any, key: str = KEY) -> AsyncIterator[openai.AsyncOpenAI]:
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://desk")
    async with openai.AsyncOpenAI(
        base_url="http://desk/openai/v1", api_key=key, http_client=http, max_retries=0
    ) as client:
        yield client


@requirement("OAI-CHAT", "OAI-USAGE", "OAI-EXTRA")
async def test_an_answer_is_read_with_what_is_ours() -> None:
    async with client_of(Client(FakeEngine(TOOL_RUN)).app) as client:
        answer: Any = await client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert answer.choices[0].message.content == TEXT
    assert answer.usage.total_tokens == 138
    assert answer.usage.completion_tokens_details.reasoning_tokens == 8
    assert answer.cryptodesk["verification"]["status"] == "verified"
    assert answer._request_id.startswith("req_")


@requirement("OAI-CHUNKS", "OAI-INCLUDE-USAGE", "OAI-ANNOTATIONS", "OAI-EXTRA-STREAM")
async def test_the_helper_puts_a_stream_together() -> None:
    desk = Client()
    desk.research.batches = RESEARCH_RUN
    asked = {"cryptodesk": {"research": True, "include": ["progress", "citations"]}}
    async with (
        client_of(desk.app) as client,
        client.chat.completions.stream(
            model=MODEL, messages=MESSAGES, stream_options={"include_usage": True}, extra_body=asked
        ) as stream,
    ):
        answer: Any = await stream.get_final_completion()
    assert answer.usage.total_tokens == 231
    urls = [note.url_citation.url for note in answer.choices[0].message.annotations]
    assert urls == [SOURCES[0].url, SOURCES[1].url, SOURCES[0].url]


@requirement("OAI-TOOL-CALLS", "OAI-REPLAY")
async def test_calls_are_put_together_and_replayed() -> None:
    desk = Client(FakeEngine(CALLS))
    async with (
        client_of(desk.app) as client,
        client.chat.completions.stream(model=MODEL, messages=MESSAGES, tools=[tool(), tool("get_time")]) as stream,  # type: ignore[list-item]
    ):
        message = (await stream.get_final_completion()).choices[0].message
        assert [call.function.arguments for call in message.tool_calls or []] == ['{"wallet":"main"}', "{}"]
        results: Any = [{"role": "tool", "tool_call_id": call.id, "content": "1"} for call in message.tool_calls or []]
        desk.engine.batches = TOOL_RUN
        said: Any = message.model_dump(exclude_none=True, exclude={"parsed"})
        answer = await client.chat.completions.create(model=MODEL, messages=[*MESSAGES, said, *results])
    assert answer.choices[0].message.content == TEXT
    assert [message.role for message in desk.asked.messages] == ["user", "assistant", "tool", "tool"]


class Verdict(BaseModel):
    ok: bool


@requirement("OAI-FORMAT")
async def test_a_parsed_answer_is_an_object() -> None:
    desk = Client(FakeEngine([[STARTED], [TextDelta('{"ok":true}')], [END]]))
    async with client_of(desk.app) as client:
        answer = await client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=Verdict)
    assert answer.choices[0].message.parsed == Verdict(ok=True)
    assert desk.asked.response_format is not None
    assert desk.asked.response_format.strict


@requirement("OAI-MODELS")
async def test_models_are_read() -> None:
    async with client_of(Client().app) as client:
        assert [model.id async for model in client.models.list()] == [MODEL]
        assert (await client.models.retrieve(MODEL)).owned_by == "cryptodesk"
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-9")


@requirement("OAI-RESPONSES")
async def test_responses_are_read_whole_and_streamed() -> None:
    async with client_of(Client(FakeEngine(TOOL_RUN)).app) as client:
        whole = await client.responses.create(model=MODEL, input="What does Bitcoin cost?")
        async with client.responses.stream(model=MODEL, input="What does Bitcoin cost?") as stream:
            final = await stream.get_final_response()
    assert whole.output_text == final.output_text == TEXT


@requirement("OAI-ERROR")
@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (None, openai.AuthenticationError, "invalid_api_key"),
        (RateLimited("One at a time."), openai.RateLimitError, "rate_limit_exceeded"),
        (OutOfCredit("No credit left."), openai.RateLimitError, "insufficient_quota"),
        (UpstreamUnavailable("down", upstream="u"), openai.InternalServerError, "upstream_unavailable"),
    ],
)
async def test_an_error_is_raised_by_its_kind(error: CryptodeskError | None, kind: Any, code: str) -> None:
    engine = FakeEngine([[RunFailed(error)]]) if error is not None else FakeEngine()
    async with client_of(Client(engine).app, KEY if error is not None else "wrong") as client:
        with pytest.raises(kind) as caught:
            await client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert caught.value.code == code
    assert caught.value.request_id


@requirement("OAI-STREAM-ERROR")
async def test_a_failure_in_mid_stream_is_raised_with_its_words() -> None:
    run: Any = [[STARTED], [TextDelta("Bit")], [RunFailed(UpstreamUnavailable("it went down", upstream="u"))]]
    async with client_of(Client(FakeEngine(run)).app) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        with pytest.raises(openai.APIError, match="it went down"):
            async for _ in stream:
                pass
