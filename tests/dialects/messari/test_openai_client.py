"""The official `openai` client, in this process, against the OpenAI route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
import pytest

from cryptodesk.core.errors import CryptodeskError, OutOfCredit, RateLimited, RunTimeout, UpstreamUnavailable
from cryptodesk.core.events import RunFailed, TextDelta
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import SOURCES, STARTED, TEXT, Client, question
from tests.dialects.messari.test_encode_openai import PAGES
from tests.dialects.messari.test_wire import WIRE_CHART, WIRE_SOURCES
from tests.dialects.support import KEY, FakeEngine

MESSAGES: Any = question()["messages"]


@asynccontextmanager
async def client_of(app: Any, key: str = KEY, **options: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    transport = httpx2.ASGITransport(app=app)
    http = httpx2.AsyncClient(transport=transport, base_url="http://desk")
    async with openai.AsyncOpenAI(
        base_url="http://desk/ai/openai", api_key=key, http_client=http, max_retries=0, **options
    ) as client:
        yield client


@requirement("MES-OPENAI", "MES-BEARER")
async def test_an_answer_is_read_with_its_metadata_and_links() -> None:
    async with client_of(Client().app) as client:
        answer: Any = await client.chat.completions.create(
            model="messari", messages=MESSAGES, extra_body={"inline_citations": True, "generate_related_questions": 1}
        )
    message = answer.choices[0].message
    assert (answer.model, answer.object, answer.choices[0].finish_reason) == ("messari-ai", "chat.completion", "stop")
    assert message.content == TEXT
    assert answer.usage.total_tokens == 231
    assert answer.metadata["cited_sources"] == WIRE_SOURCES
    assert answer.metadata["charts"] == [WIRE_CHART]
    assert answer.metadata["related_questions"] == ["What is a halving?"]
    links = [note.url_citation for note in message.annotations]
    assert [TEXT[link.start_index : link.end_index] for link in links] == ["[1]", "[2]", "[1]"]
    assert [link.url for link in links] == [SOURCES[0].url, SOURCES[1].url, SOURCES[0].url]
    assert message.citations == PAGES


@requirement("MES-SSE-ORDER", "MES-SSE-CHOICES", "MES-PROGRESS")
@pytest.mark.parametrize("include", [[], ["progress"]])
async def test_a_stream_is_read_to_its_end(include: list[str]) -> None:
    async with client_of(Client().app) as client:
        stream = await client.chat.completions.create(
            model="messari",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"cryptodesk": {"include": include}},
        )
        chunks: list[Any] = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"
    assert chunks[-1].metadata["cited_sources"] == WIRE_SOURCES
    assert chunks[-1].usage.total_tokens == 231
    assert len([chunk for chunk in chunks if getattr(chunk, "cryptodesk", None)]) == (3 if include else 0)


@requirement("MES-SSE-ORDER", "MES-ANNOTATIONS")
async def test_the_client_puts_a_stream_together_with_its_links() -> None:
    async with (
        client_of(Client().app) as client,
        client.chat.completions.stream(
            model="messari", messages=MESSAGES, extra_body={"cryptodesk": {"include": ["progress"]}}
        ) as stream,
    ):
        answer: Any = await stream.get_final_completion()
    message = answer.choices[0].message
    assert (message.content, answer.usage.total_tokens) == (TEXT, 231)
    assert [note.url_citation.url for note in message.annotations] == [PAGES[0], PAGES[1], PAGES[0]]


@requirement("MES-KEY")
async def test_the_dialects_own_header_works_beside_a_placeholder() -> None:
    async with client_of(Client().app, "placeholder", default_headers={"x-messari-api-key": KEY}) as client:
        answer = await client.chat.completions.create(model="messari", messages=MESSAGES)
    assert answer.choices[0].message.content == TEXT


@requirement("MES-MODELS")
async def test_the_models_are_listed() -> None:
    async with client_of(Client().app) as client:
        assert [model.id async for model in client.models.list()] == ["messari-ai"]


@requirement("MES-ERROR", "MES-401", "MES-429")
@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (None, openai.AuthenticationError, "Invalid API key"),
        (RateLimited("One at a time."), openai.RateLimitError, "rate limit exceeded. One at a time."),
        (RunTimeout("the run took too long"), openai.InternalServerError, "the run took too long"),
        (OutOfCredit("no credit left"), openai.APIStatusError, "no credit left"),
    ],
)
async def test_an_error_is_raised_with_its_words(error: CryptodeskError | None, kind: Any, text: str) -> None:
    engine = FakeEngine([[RunFailed(error)]]) if error is not None else FakeEngine()
    async with client_of(Client(engine).app, KEY if error is not None else "wrong") as client:
        with pytest.raises(kind) as caught:
            await client.chat.completions.create(model="messari", messages=MESSAGES)
    # The client's own text has the words of an object alone; a string is in `body`.
    assert caught.value.body == text
    assert caught.value.request_id


@requirement("MES-SSE-ERROR")
async def test_a_failure_in_mid_stream_is_raised_with_its_words() -> None:
    engine = FakeEngine([[STARTED], [TextDelta("Bit")], [RunFailed(RunTimeout("the run took too long"))]])
    async with client_of(Client(engine).app) as client:
        stream = await client.chat.completions.create(model="messari", messages=MESSAGES, stream=True)
        with pytest.raises(openai.APIError, match="the run took too long"):
            async for _ in stream:
                pass


@requirement("MES-RETRY")
@pytest.mark.parametrize(("error", "calls"), [(RunTimeout("x"), 1), (None, 3)])
async def test_a_failure_that_would_come_again_is_not_tried_again(error: Any, calls: int) -> None:
    engine = FakeEngine([[RunFailed(error or UpstreamUnavailable("down", upstream="openai"))]])
    async with client_of(Client(engine).app) as client:
        patient = client.with_options(max_retries=2)
        patient._sleep_for_retry = _no_sleep  # type: ignore[method-assign]
        with pytest.raises(openai.InternalServerError):
            await patient.chat.completions.create(model="messari", messages=MESSAGES)
    assert len(engine.requests) == calls


async def _no_sleep(**_: Any) -> None:
    pass
