from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cryptodesk.core.clock import SystemClock
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
    RunFold,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.models import scripted
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.scripted import PLAIN_TEXT, PROVIDER, UNICODE_TEXT, ScriptedProvider

LOOKUP = ToolSpec(
    "cmc_id_lookup",
    "Finds ids.",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    built_in=True,
    is_resolver=True,
)
MARKET = ToolSpec(
    "cmc_market_data",
    "Prices.",
    {
        "type": "object",
        "required": ["asset_type", "ids"],
        "properties": {
            "asset_type": {"enum": ["coin", "nft"]},
            "ids": {"type": "array", "minItems": 1, "items": {"type": "integer"}},
        },
    },
    built_in=True,
)
BALANCE = ToolSpec("get_balance", "", {})
FOUND = '{"coin_id_look_up_result":[{"asset_id":1,"name":"Bitcoin"},{"asset_id":1027},{"asset_id":1}]}'
BOTH = (LOOKUP, MARKET)


def ask(behaviour: str, *messages: Message, text: str = "bitcoin", stream: bool = True, **fields: Any) -> ModelRequest:
    return ModelRequest(behaviour, (text_message("user", text), *messages), stream=stream, **fields)


async def batches(request: ModelRequest, provider: ScriptedProvider | None = None) -> list[list[ModelEvent]]:
    return [batch async for batch in (provider or ScriptedProvider()).stream(request)]


async def events(request: ModelRequest, provider: ScriptedProvider | None = None) -> list[ModelEvent]:
    return [event for batch in await batches(request, provider) for event in batch]


async def folded(request: ModelRequest) -> tuple[RunFold, ModelFinished]:
    fold, found = RunFold(), await events(request)
    for event in found:
        fold.add(event)  # type: ignore[arg-type]
    finished = found[-1]
    assert isinstance(finished, ModelFinished)
    return fold, finished


async def text(request: ModelRequest) -> str:
    return (await folded(request))[0].text


async def calls(request: ModelRequest) -> list[tuple[str, str, Any]]:
    fold, finished = await folded(request)
    assert finished.finish_reason == "tool_calls"
    return [(call.call_id, call.name, json.loads(call.arguments)) for call in fold.tool_calls]


def called(*parts: tuple[str, str, str]) -> tuple[Message, ...]:
    """A round of calls and their results: (call id, tool, result)."""
    return (
        Message("assistant", tuple(ToolCallPart(call_id, name, "{}") for call_id, name, _ in parts)),
        Message("tool", tuple(ToolResultPart(call_id, result) for call_id, _, result in parts)),
    )


async def test_plain_streams_its_text_in_five_pieces() -> None:
    # 1 message * 10 input tokens, 5 pieces.
    assert await batches(ask("plain")) == [
        [ModelStarted("scripted-plain"), TextDelta("Bitcoin ")],
        [TextDelta("is ")],
        [TextDelta("a ")],
        [TextDelta("peer-to-peer ")],
        [TextDelta("currency.")],
        [ModelFinished("stop", Usage(10, 5))],
    ]


async def test_not_streamed_the_same_events_come_in_one_batch() -> None:
    assert await batches(ask("plain", stream=False)) == [await events(ask("plain"))]


async def test_usage_counts_ten_a_message_a_hundred_a_tool_and_one_a_piece() -> None:
    request = ask("echo", text_message("assistant", "x"), text_message("user", "y"), tools=BOTH)
    # 3 * 10 + 2 * 100 = 230
    assert (await events(request))[-1] == ModelFinished("stop", Usage(230, 1))


async def test_echo_answers_with_the_last_user_text() -> None:
    assert (
        await text(ask("echo", text_message("assistant", "hi"), text_message("user", "and ethereum?")))
        == "and ethereum?"
    )


async def test_tool_call_takes_its_arguments_from_the_user() -> None:
    request = ask("tool_call", text='please {"ids": [1], "deep": {"x": "}"}} now', tools=(MARKET,))
    assert await calls(request) == [("call_1", "cmc_market_data", {"ids": [1], "deep": {"x": "}"}})]


async def test_tool_call_without_given_arguments_makes_the_least_the_schema_accepts() -> None:
    assert await calls(ask("tool_call", tools=(MARKET,))) == [
        ("call_1", "cmc_market_data", {"asset_type": "coin", "ids": [1]})
    ]
    assert await calls(ask("tool_call", tools=(BALANCE,))) == [("call_1", "get_balance", {})]


async def test_tool_call_puts_the_users_text_into_a_query() -> None:
    assert await calls(ask("tool_call", tools=(LOOKUP,))) == [("call_1", "cmc_id_lookup", {"query": "bitcoin"})]


async def test_a_call_is_two_pieces_and_two_output_tokens() -> None:
    assert await events(ask("tool_call", tools=(BALANCE,))) == [
        ModelStarted("scripted-tool_call"),
        ToolCallDelta(0, "call_1", "get_balance", ""),
        ToolCallDelta(0, None, None, "{}"),
        ModelFinished("tool_calls", Usage(110, 2)),
    ]


async def test_tool_call_quotes_the_results_once_it_has_them() -> None:
    request = ask("tool_call", *called(("call_1", "get_balance", '{"btc":0.42}')), tools=(BALANCE,))
    assert await text(request) == 'get_balance returned {"btc":0.42}'


async def test_results_before_the_last_user_message_are_an_earlier_turn() -> None:
    earlier = called(("call_1", "get_balance", "1"))
    request = ask("tool_call", *earlier, text_message("user", "again"), tools=(BALANCE,))
    assert await calls(request) == [("call_2", "get_balance", {})]


async def test_the_chain_resolves_then_asks_with_the_ids_then_answers() -> None:
    assert await calls(ask("built_in_chain", tools=BOTH)) == [("call_1", "cmc_id_lookup", {"query": "bitcoin"})]
    resolved = called(("call_1", "cmc_id_lookup", FOUND))
    assert await calls(ask("built_in_chain", *resolved, tools=BOTH)) == [
        ("call_2", "cmc_market_data", {"asset_type": "coin", "ids": [1, 1027]})
    ]
    both = (*resolved, *called(("call_2", "cmc_market_data", "{}")))
    assert await text(ask("built_in_chain", *both, tools=BOTH)) == (
        f"cmc_id_lookup returned {FOUND}cmc_market_data returned {{}}"
    )


async def test_the_chain_finds_the_resolver_wherever_it_is_listed() -> None:
    assert (await calls(ask("built_in_chain", tools=(MARKET, LOOKUP))))[0][1] == "cmc_id_lookup"


@pytest.mark.parametrize("result", ["not json", "{}", "[]", '{"asset_id":null}'])
async def test_the_chain_goes_on_without_ids_when_there_are_none(result: str) -> None:
    request = ask("built_in_chain", *called(("call_1", "cmc_id_lookup", result)), tools=BOTH)
    assert await calls(request) == [("call_2", "cmc_market_data", {"asset_type": "coin", "ids": [1]})]


async def test_the_chain_gives_a_single_id_where_the_tool_takes_one() -> None:
    one = ToolSpec(
        "one", "", {"type": "object", "properties": {"asset_id": {"type": "integer"}}, "required": ["asset_id"]}
    )
    request = ask("built_in_chain", *called(("call_1", "cmc_id_lookup", '[{"asset_id":1027}]')), tools=(LOOKUP, one))
    assert await calls(request) == [("call_2", "one", {"asset_id": 1027})]


async def test_parallel_calls_call_every_tool_at_once() -> None:
    found = await calls(ask("parallel_calls", tools=BOTH))
    assert [(call_id, name) for call_id, name, _ in found] == [
        ("call_1", "cmc_id_lookup"),
        ("call_2", "cmc_market_data"),
    ]


async def test_parallel_calls_call_a_single_tool_twice() -> None:
    assert [call[0] for call in await calls(ask("parallel_calls", tools=(BALANCE,)))] == ["call_1", "call_2"]


async def test_text_and_call_writes_both_in_one_turn() -> None:
    fold, finished = await folded(ask("text_and_call", tools=(BALANCE,)))
    assert (fold.text, len(fold.tool_calls), finished.finish_reason) == ("Let me look. ", 1, "tool_calls")


async def test_loop_calls_for_ever_with_the_same_arguments() -> None:
    request = ask("loop", *called(("call_1", "cmc_id_lookup", "{}")), tools=BOTH)
    assert await calls(request) == [("call_2", "cmc_id_lookup", {"query": "bitcoin"})]


async def test_unknown_tool_calls_what_nobody_offered() -> None:
    assert await calls(ask("unknown_tool", tools=BOTH)) == [("call_1", "no_such_tool", {})]


async def test_bad_tool_json_writes_half_an_object() -> None:
    fold, finished = await folded(ask("bad_tool_json", tools=(LOOKUP,)))
    assert [call.arguments for call in fold.tool_calls] == ['{"query": "bit']
    assert finished.finish_reason == "tool_calls"


async def test_slow_waits_before_each_piece() -> None:
    waits = 0

    async def pause() -> None:
        nonlocal waits
        waits += 1

    found = await events(ask("slow"), ScriptedProvider(pause=pause))
    assert waits == 5
    assert found[1:] == (await events(ask("plain")))[1:]


async def test_slow_stands_still_until_its_gate_opens() -> None:
    gate = asyncio.Event()
    answers = ScriptedProvider(pause=lambda: _wait(gate)).stream(ask("slow"))
    first = asyncio.ensure_future(anext(answers))
    await asyncio.sleep(0)
    assert not first.done()
    gate.set()
    assert await first == [ModelStarted("scripted-slow"), TextDelta("Bitcoin ")]


async def _wait(gate: asyncio.Event) -> None:
    await gate.wait()


async def test_never_ends_goes_on_until_it_is_closed() -> None:
    async def pause() -> None:
        return

    answers = ScriptedProvider(pause=pause).stream(ask("never_ends"))
    for _ in range(1000):
        assert TextDelta("more ") in await anext(answers)
    await answers.aclose()  # type: ignore[attr-defined]


async def test_cut_mid_stream_breaks_off_after_two_pieces() -> None:
    answers = ScriptedProvider("up").stream(ask("cut_mid_stream"))
    assert await anext(answers) == [ModelStarted("scripted-cut_mid_stream"), TextDelta("Bitcoin ")]
    assert await anext(answers) == [TextDelta("is ")]
    with pytest.raises(UpstreamBadAnswer) as caught:
        await anext(answers)
    assert caught.value.upstream == "up"


async def test_fails_first_answers_from_the_second_time_on() -> None:
    provider = ScriptedProvider()
    with pytest.raises(UpstreamUnavailable):
        await events(ask("fails_first"), provider)
    assert (await events(ask("fails_first"), provider))[1] == TextDelta("Bitcoin ")
    assert (await events(ask("fails_first"), provider))[1] == TextDelta("Bitcoin ")


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("rate_limited", UpstreamRateLimited),
        ("unavailable", UpstreamUnavailable),
        ("timed_out", UpstreamTimeout),
        ("rejected", UpstreamRejected),
        ("context_too_long", ContextTooLong),
        ("crashes", RuntimeError),
        ("too_low", OutputLimitTooLow),
        ("no_such_behaviour", UpstreamRejected),
    ],
)
async def test_failing_behaviours_fail_before_any_event(behaviour: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await anext(ScriptedProvider().stream(ask(behaviour)))


async def test_no_usage_says_nothing_about_tokens() -> None:
    assert (await events(ask("no_usage")))[-1] == ModelFinished("stop", None)


async def test_reasoning_comes_first_and_is_counted_apart() -> None:
    found = await events(ask("reasoning"))
    assert found[1:4] == [ReasoningDelta("The user "), ReasoningDelta("asks about "), ReasoningDelta("bitcoin.")]
    assert found[-1] == ModelFinished("stop", Usage(10, 5, 0, 3))


async def test_cached_reads_half_of_its_input_from_the_cache() -> None:
    assert (await events(ask("cached")))[-1] == ModelFinished("stop", Usage(10, 5, 5))


async def test_length_and_content_filter_end_with_their_reason() -> None:
    assert (await events(ask("length")))[-1] == ModelFinished("length", Usage(10, 2))
    assert (await events(ask("content_filter")))[-1] == ModelFinished("content_filter", Usage(10, 1))


async def test_empty_and_unicode_and_long() -> None:
    assert await events(ask("empty")) == [ModelStarted("scripted-empty"), ModelFinished("stop", Usage(10, 0))]
    assert await text(ask("unicode")) == UNICODE_TEXT
    assert await text(ask("long")) == "word " * 400


async def test_an_answer_longer_than_the_limit_is_cut_there() -> None:
    fold, finished = await folded(ask("long", max_output_tokens=20))
    assert fold.text == "word " * 20
    assert finished == ModelFinished("length", Usage(10, 20))


async def test_an_answer_that_just_fits_is_not_cut() -> None:
    assert (await events(ask("long", max_output_tokens=400)))[-1] == ModelFinished("stop", Usage(10, 400))


@pytest.mark.parametrize("behaviour", PROVIDER.upstream_models)
async def test_every_behaviour_refuses_a_limit_below_fifteen(behaviour: str) -> None:
    with pytest.raises(OutputLimitTooLow):
        await anext(ScriptedProvider().stream(ask(behaviour, max_output_tokens=14, tools=BOTH)))


CALLING = ["tool_call", "built_in_chain", "parallel_calls", "text_and_call", "loop", "unknown_tool", "bad_tool_json"]


@pytest.mark.parametrize("behaviour", CALLING)
async def test_tool_choice_none_calls_nothing(behaviour: str) -> None:
    fold, finished = await folded(ask(behaviour, tools=BOTH, tool_choice="none"))
    assert (fold.tool_calls, fold.text, finished.finish_reason) == ((), PLAIN_TEXT, "stop")


@pytest.mark.parametrize("behaviour", [*CALLING, "plain", "echo", "unicode", "long", "slow", "reasoning", "cached"])
async def test_tool_choice_required_calls_even_after_results(behaviour: str) -> None:
    results = called(("call_1", "cmc_id_lookup", "{}"), ("call_2", "cmc_market_data", "{}"))
    fold, _ = await folded(ask(behaviour, *results, tools=BOTH, tool_choice="required"))
    assert fold.tool_calls


async def test_tool_choice_required_without_tools_is_ignored() -> None:
    assert await text(ask("plain", tool_choice="required")) == PLAIN_TEXT


async def test_json_object_puts_the_text_into_an_object() -> None:
    found = await text(ask("plain", response_format=ResponseFormat("json_object")))
    assert json.loads(found) == {"answer": PLAIN_TEXT}


async def test_json_schema_gives_the_least_the_schema_accepts() -> None:
    form = ResponseFormat("json_schema", "quote", MARKET.parameters, strict=True)
    assert json.loads(await text(ask("echo", response_format=form))) == {"asset_type": "coin", "ids": [1]}


@pytest.mark.parametrize("behaviour", sorted(set(PROVIDER.upstream_models) - {"never_ends"}))
async def test_every_behaviour_does_the_same_every_time(behaviour: str) -> None:
    async def outcome() -> object:
        try:
            return await events(ask(behaviour, tools=BOTH), ScriptedProvider(delay_seconds=0))
        except Exception as error:
            return repr(error)

    assert await outcome() == await outcome()


@pytest.mark.parametrize("behaviour", PROVIDER.upstream_models)
def test_every_behaviour_is_in_the_documented_table(behaviour: str) -> None:
    assert f"\n| `{behaviour}` | " in (scripted.__doc__ or "")


def test_the_documented_table_names_nothing_else() -> None:
    rows = [line for line in (scripted.__doc__ or "").splitlines() if line.startswith("| `")]
    assert len(rows) == len(PROVIDER.upstream_models)


async def test_the_last_requests_are_kept_to_look_at() -> None:
    provider = ScriptedProvider()
    for number in range(40):
        await events(ask("echo", text=str(number)), provider)
    assert [request.messages[0].text for request in provider.requests] == [str(number) for number in range(8, 40)]


def test_it_is_built_from_a_catalogue_entry() -> None:
    services = ProviderServices(SystemClock())
    assert PROVIDER.build(ProviderConfig("fake", services, options={"delay_seconds": 0})).name == "fake"
    with pytest.raises(ValueError, match="delay_secs"):
        PROVIDER.build(ProviderConfig("fake", services, options={"delay_secs": 0}))
