"""A call of a model ends its span however it ends, and hands its trace on to the upstream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from cryptodesk.app.tracing.calls import TracedCatalog, TracedProvider, usage_attributes
from cryptodesk.core.errors import BudgetSpent, UpstreamTimeout
from cryptodesk.core.events import ModelFinished, ModelStarted, TextDelta
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import text_message
from cryptodesk.core.traces import TRACEPARENT
from cryptodesk.core.usage import Usage
from tests.app.tracing.support import Kept

ASKED = ModelRequest("m-1", (text_message("user", "CANARY"),), max_output_tokens=9, temperature=0.5, stream=True)
END = ModelFinished("stop", Usage(input_tokens=10, output_tokens=3, reasoning_tokens=2, cache_read_tokens=4))
NAME = "chat m-1"


class Provider:
    """Notes the `traceparent` that is there at each of its steps."""

    name = "acme"

    def __init__(self, *steps: Any) -> None:
        self.steps = steps
        self.seen: list[str | None] = []
        self.is_closed = False

    async def stream(self, request: ModelRequest) -> AsyncIterator[Any]:
        try:
            for step in self.steps:
                self.seen.append(TRACEPARENT.get())
                if isinstance(step, BaseException):
                    raise step
                if step == "hang":
                    await asyncio.Event().wait()
                yield step
        finally:
            self.is_closed = True

    async def close(self) -> None:
        self.is_closed = True


def stream_of(kept: Kept, provider: Provider, request: ModelRequest = ASKED) -> Any:
    return TracedProvider(cast("Any", provider), kept.spans).stream(request)


async def test_a_call_is_told_by_the_names_of_the_conventions_and_without_its_texts() -> None:
    kept, provider = Kept(), Provider([ModelStarted("m-1-2026")], [TextDelta("CANARY")], [END])
    assert len([batch async for batch in stream_of(kept, provider)]) == 3
    told = kept.of(NAME)
    assert told.pop("gen_ai.response.time_to_first_chunk") >= 0
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "acme",
        "gen_ai.request.model": "m-1",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "text",
        "gen_ai.response.model": "m-1-2026",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "cryptodesk.outcome": "finished",
    }


async def test_the_upstream_is_asked_within_the_calls_own_span_and_nobody_after_it() -> None:
    kept, provider = Kept(), Provider(["a"], ["b"])
    stream = stream_of(kept, provider)
    await anext(stream)
    assert TRACEPARENT.get() is None
    await anext(stream)
    await stream.aclose()
    context = kept.ended[NAME].context
    assert context is not None
    first, second = provider.seen
    assert (first, second) == (f"00-{context.trace_id:032x}-{context.span_id:016x}-01", None)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamTimeout("CANARY", upstream="acme"), "upstream_timeout"),
        (BudgetSpent("CANARY"), BudgetSpent.code),
        (KeyError("CANARY"), "internal_error"),
    ],
)
async def test_a_call_that_fails_is_told_by_its_code(error: Exception, code: str) -> None:
    kept = Kept()
    with pytest.raises(type(error)):
        [batch async for batch in stream_of(kept, Provider(["a"], error))]
    assert kept.failed(NAME)
    assert (kept.of(NAME)["error.type"], kept.of(NAME)["cryptodesk.outcome"]) == (code, code)
    assert "CANARY" not in kept.ended[NAME].to_json()


async def test_a_call_that_is_closed_before_its_end_is_no_error() -> None:
    kept, provider = Kept(), Provider(["a"], ["b"])
    stream = stream_of(kept, provider)
    await anext(stream)
    await stream.aclose()
    assert (kept.of(NAME)["cryptodesk.outcome"], kept.failed(NAME)) == ("closed", False)
    assert provider.is_closed


async def test_a_call_that_is_cancelled_while_it_waits_ends_its_span() -> None:
    kept = Kept()
    stream = stream_of(kept, Provider(["a"], "hang"))
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (kept.of(NAME)["cryptodesk.outcome"], kept.failed(NAME)) == ("closed", False)


async def test_a_call_that_nobody_listens_to_has_no_span() -> None:
    kept = Kept()
    await stream_of(kept, Provider(["a"])).aclose()
    assert kept.ended == {}


async def test_json_is_told_as_the_type_of_output() -> None:
    kept = Kept()
    [
        batch
        async for batch in stream_of(
            kept, Provider([END]), ModelRequest("m-1", (), (), "none", ResponseFormat("json_object"))
        )
    ]
    assert kept.of(NAME)["gen_ai.output.type"] == "json"


def test_a_catalogue_gives_the_same_traced_provider_until_it_has_another() -> None:
    class Catalog:
        resilience = "rules"
        found = Provider()

        def resolve(self, model_id: str) -> list[str]:
            return [model_id]

        def provider(self, name: str) -> Provider:
            return self.found

    inner = Catalog()
    catalog = TracedCatalog(cast("Any", inner), Kept().spans)
    first = catalog.provider("acme")
    assert catalog.provider("acme") is first
    inner.found = Provider()
    assert catalog.provider("acme") is not first
    assert (catalog.resolve("m"), catalog.resilience) == (["m"], "rules")


def test_what_was_not_used_is_left_out_but_for_input_and_output() -> None:
    assert usage_attributes(Usage()) == {"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}
