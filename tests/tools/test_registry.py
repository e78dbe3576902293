from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta, Struct

from cryptodesk.core.errors import (
    ToolArgumentError,
    ToolFailed,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.tools import ToolTrace
from cryptodesk.tools import Cited, ToolContext, ToolRegistry, built_in_tool
from tests.tools.fakes import make_services, run_context


class EchoArguments(Struct, frozen=True, forbid_unknown_fields=True):
    text: str = "hello"
    times: Annotated[int, Meta(ge=1)] = 1


class EchoResult(Struct, frozen=True):
    items: list[Any]


Function = Callable[[EchoArguments, ToolContext], Awaitable[EchoResult]]


async def echo(arguments: EchoArguments, context: ToolContext) -> EchoResult:
    """Repeats the text
    some times.

    Not for the model."""
    return EchoResult([arguments.text] * arguments.times)


def failing(error: BaseException) -> Function:
    async def fail(arguments: EchoArguments, context: ToolContext) -> EchoResult:
        """Fails."""
        raise error

    return fail


async def call(
    function: Function = echo, arguments: str = "{}", *, timeout_seconds: float = 5.0, **options: Any
) -> ToolTrace:
    registry = ToolRegistry(make_services(), {"cmc_test": built_in_tool(function, advice="", **options)})
    return await registry.run(
        ToolCallPart("call_7", "cmc_test", arguments), run_context(timeout_seconds=timeout_seconds)
    )


async def test_a_completed_call_carries_the_output_as_compact_json() -> None:
    trace = await call(arguments='{"text": "a", "times": 2}')
    assert trace.output == trace.model_content == '{"items":["a","a"]}'
    assert (trace.call_id, trace.name, trace.status) == ("call_7", "cmc_test", "completed")
    assert trace.arguments == '{"text": "a", "times": 2}'
    assert (trace.output_visibility, trace.citations, trace.error_message) == (None, None, None)
    assert trace.duration_ms > 0


async def test_the_specification_comes_from_the_function() -> None:
    registry = ToolRegistry(make_services(), {"cmc_test": built_in_tool(echo, advice="Echo.", is_resolver=True)})
    spec = registry.spec("cmc_test")
    assert registry.names() == ("cmc_test",)
    assert (spec.name, spec.description) == ("cmc_test", "Repeats the text some times.")
    assert (spec.built_in, spec.is_resolver, spec.advice) == (True, True, "Echo.")
    assert spec.parameters["properties"]["times"] == {"type": "integer", "minimum": 1, "default": 1}


def test_an_unknown_name_has_no_specification() -> None:
    with pytest.raises(KeyError):
        ToolRegistry(make_services(), {}).spec("cmc_test")


async def test_an_unknown_name_fails_in_the_trace() -> None:
    trace = await ToolRegistry(make_services(), {}).run(ToolCallPart("c", "cmc_test", "{}"), run_context())
    assert (trace.status, trace.error_message) == ("failed", "unknown tool 'cmc_test'")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ToolFailed("asset not found: 9"), "asset not found: 9"),
        (ToolArgumentError("syntax error at position 3"), "syntax error at position 3"),
        (UpstreamUnavailable("secret host is down", upstream="binance"), "upstream unavailable (binance)"),
        (UpstreamRateLimited("429", upstream="binance"), "rate limited by binance"),
        (UpstreamTimeout("slow", upstream="binance"), "upstream timed out (binance)"),
    ],
)
async def test_an_expected_failure_is_told_in_its_own_words(error: Exception, message: str) -> None:
    trace = await call(failing(error))
    assert (trace.status, trace.error_message, trace.model_content) == ("failed", message, message)
    assert (trace.output, trace.citations) == (None, None)


@pytest.mark.parametrize("error", [KeyError("secret"), RecursionError(), TimeoutError("of its own"), SystemError()])
async def test_a_defect_is_logged_and_not_shown(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="cryptodesk.tools"):
        trace = await call(failing(error))
    assert (trace.status, trace.error_message) == ("failed", "internal error")
    assert "secret" not in trace.model_content
    assert [record.getMessage() for record in caplog.records] == ["tool cmc_test failed in run run-1"]
    assert caplog.records[0].exc_info is not None


async def test_a_tool_that_takes_too_long_is_stopped() -> None:
    stopped = asyncio.Event()

    async def hang(arguments: EchoArguments, context: ToolContext) -> EchoResult:
        """Never ends."""
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError

    trace = await call(hang, timeout_seconds=0.01)
    assert (trace.status, trace.error_message) == ("failed", "timed out after 0.01s")
    assert stopped.is_set()


async def test_cancelling_the_caller_passes_through() -> None:
    started = asyncio.Event()

    async def hang(arguments: EchoArguments, context: ToolContext) -> EchoResult:
        """Never ends."""
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(call(hang))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_sanitized_tool_shows_the_client_only_its_citations() -> None:
    citation = Citation("Gazette", "Solana rises", "https://gazette.example/1", "2026-09-09T10:00:00Z")

    async def search(arguments: EchoArguments, context: ToolContext) -> Cited:
        """Searches."""
        return Cited(EchoResult(["the whole article"]), (citation,))

    trace = await call(search, is_sanitized=True)  # type: ignore[arg-type]
    assert (trace.status, trace.output, trace.output_visibility) == ("completed", None, "sanitized")
    assert trace.citations == (citation,)
    assert trace.model_content == '{"items":["the whole article"]}'


async def test_a_sanitized_tool_without_documents_has_an_empty_list_of_citations() -> None:
    trace = await call(is_sanitized=True)
    assert (trace.output, trace.citations) == (None, ())


async def test_a_failed_sanitized_call_has_neither_citations_nor_visibility() -> None:
    trace = await call(failing(ToolFailed("no index")), is_sanitized=True)
    assert (trace.error_message, trace.output_visibility, trace.citations) == ("no index", None, None)


async def test_a_tool_may_cite_and_still_show_its_output() -> None:
    citation = Citation("Gazette", "Mood", "https://gazette.example/2")

    async def gauge(arguments: EchoArguments, context: ToolContext) -> Cited:
        """Gauges."""
        return Cited(EchoResult([1]), (citation,))

    trace = await call(gauge)  # type: ignore[arg-type]
    assert (trace.output, trace.output_visibility, trace.citations) == ('{"items":[1]}', None, (citation,))


async def test_floats_keep_eight_significant_digits() -> None:
    async def measure(arguments: EchoArguments, context: ToolContext) -> EchoResult:
        """Measures."""
        return EchoResult([1693054713258.6, 0.00012345678912, 62511.42, float("inf")])

    assert (await call(measure)).output == '{"items":[1693054700000.0,0.00012345679,62511.42,null]}'
    whole = await call(measure, float_digits=None)
    assert whole.output == '{"items":[1693054713258.6,0.00012345678912,62511.42,null]}'


async def test_a_long_output_is_cut_and_says_so() -> None:
    trace = await call(arguments='{"text": "0123456789", "times": 2000}')
    assert trace.output is not None
    assert len(trace.output) <= 6000
    output = msgspec.json.decode(trace.output)
    assert output["truncated"] is True
    assert len(output["items"]) > 400


@pytest.mark.parametrize(
    ("function", "size_limit", "missing"),
    [
        (lambda arguments, context: None, 100, "parameter"),
        (echo, 12_001, "limit"),
    ],
)
def test_a_tool_that_declares_too_little_is_refused(function: Any, size_limit: int, missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        built_in_tool(function, advice="", size_limit=size_limit)
