"""Golden bodies and byte-exact transcripts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.core.errors import InternalError, UpstreamUnavailable
from cryptodesk.core.events import (
    ReasoningDelta,
    RunEvent,
    RunFailed,
    RunFinished,
    RunFold,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.dialects.cmc.encode import StreamEncoder, encode_body, encode_decimal
from tests.dialects.cmc.requirements import requirement
from tests.dialects.support import PLAIN_END, PLAIN_RUN, STARTED

HEAD = '{"id":"chatcmpl-C1","object":"chat.completion","created":1790266243,"model":"gpt-5.1-2025-11-13",'
CHUNK = 'data:{"id":"chatcmpl-C1","object":"chat.completion.chunk","created":1790266243,"model":"gpt-5.1-2025-11-13",'
TIER = '"service_tier":"default"}'
STATS = (
    '"usage":{"prompt_tokens":11,"completion_tokens":212,"cached_tokens":0,"reasoning_tokens":0},'
    '"cmc":{"cost":{"currency":"USD","total_cost":0.00213375}},'
)

LOOKUP = ToolTrace(
    "call_Y",
    "cmc_id_lookup",
    '{"query":"bitcoin","asset_type":"coin"}',
    "completed",
    "what the model is told",
    output='{"coin_id_look_up_result":[{"asset_id":1}]}',
)
SEARCH = ToolTrace(
    "call_q",
    "cmc_content_search",
    '{"query":"solana etf"}',
    "completed",
    "whole passages",
    output="must not be shown",
    output_visibility="sanitized",
    citations=(
        Citation("CoinDesk", "A title", "https://example.org/a", "2026-09-24T10:00:00Z"),
        Citation("The Block", "Another", "https://example.org/b"),
    ),
)
FAILED = ToolTrace(
    "call_z",
    "cmc_market_data",
    '{"asset_type":"coin"',
    "failed",
    "told to the model",
    output="{}",
    error_message="arguments are not valid JSON",
)
TOOL_END = RunFinished("tool_calls", Usage(1843, 27, 1024, 0), Cost(Decimal("0.00142175"), Decimal("0.000142175")))
CALL_EVENTS: list[list[RunEvent]] = [
    [ToolCallDelta(0, "call_0", "get_balance", "")],
    [ToolCallDelta(0, None, None, '{"wallet":'), ToolCallDelta(0, None, None, '"main"}')],
    [ToolCallDelta(1, "call_1", "ping", "{}")],
]


def body_of(batches: list[list[RunEvent]]) -> str:
    fold = RunFold()
    for batch in batches:
        for event in batch:
            fold.add(event)
    return encode_body(fold).decode()


def stream_of(batches: list[list[RunEvent]]) -> str:
    encoder = StreamEncoder()
    return b"".join(map(encoder.encode, batches)).decode()


def frames_of(batches: list[list[RunEvent]]) -> list[Any]:
    *frames, done, rest = stream_of(batches).split("\n\n")
    assert (done, rest) == ("data:[DONE]", "")
    return [json.loads(frame.removeprefix("data:")) for frame in frames]


def built_in_run(*traces: ToolTrace) -> list[list[RunEvent]]:
    started: list[RunEvent] = [ToolCallStarted(ToolCallPart(t.call_id, t.name, t.arguments)) for t in traces]
    return [[STARTED], started, [ToolCallFinished(trace) for trace in traces], [TOOL_END]]


@requirement("CMC-PLAIN-BODY", "CMC-REASONING", "CMC-COST", "CMC-ONE-CHOICE")
def test_the_plain_body_is_byte_for_byte_the_documented_one() -> None:
    message = '{"role":"assistant","content":"Bitcoin is money.","reasoning_content":""}'
    choices = f'"choices":[{{"index":0,"message":{message},"finish_reason":"stop"}}],'
    assert body_of(PLAIN_RUN) == HEAD + choices + STATS + TIER


@requirement("CMC-PLAIN-BODY")
def test_usage_has_four_counts_and_no_total() -> None:
    usage = json.loads(body_of(PLAIN_RUN))["usage"]
    assert list(usage) == ["prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"]


@requirement("CMC-FINISH-REASONS")
@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls", "content_filter"])
def test_the_finish_reason_is_the_runs(reason: Any) -> None:
    run: list[list[RunEvent]] = [[STARTED], [TextDelta("a")], [RunFinished(reason, Usage(), Cost(Decimal(0)))]]
    assert json.loads(body_of(run))["choices"][0]["finish_reason"] == reason
    assert frames_of(run)[-2]["choices"][0]["finish_reason"] == reason


@requirement("CMC-BUILT-IN-TURN")
def test_a_built_in_turn_has_no_text_and_no_calls_but_traces_that_parse_twice() -> None:
    body = json.loads(body_of([[STARTED], [TextDelta("void")], *built_in_run(LOOKUP)[1:]]))
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "", "reasoning_content": ""},
            "finish_reason": "tool_calls",
        }
    ]
    (trace,) = body["cmc"]["tool_traces"]
    assert list(trace) == ["id", "name", "arguments", "status", "output"]
    assert json.loads(trace["arguments"]) == {"query": "bitcoin", "asset_type": "coin"}
    assert json.loads(trace["output"]) == {"coin_id_look_up_result": [{"asset_id": 1}]}


@requirement("CMC-SURCHARGE", "CMC-COST")
def test_the_cost_is_the_token_cost_and_the_surcharge() -> None:
    # 0.00142175 + 10 % of it = 0.001563925
    assert '"cost":{"currency":"USD","total_cost":0.001563925}' in body_of(built_in_run(LOOKUP))


@requirement("CMC-TRACE-SANITIZED")
def test_a_sanitized_trace_has_citations_and_no_output() -> None:
    (trace,) = json.loads(body_of(built_in_run(SEARCH)))["cmc"]["tool_traces"]
    assert trace == {
        "id": "call_q",
        "name": "cmc_content_search",
        "arguments": '{"query":"solana etf"}',
        "status": "completed",
        "output_visibility": "sanitized",
        "citations": [
            {
                "source": "CoinDesk",
                "title": "A title",
                "url": "https://example.org/a",
                "published_at": "2026-09-24T10:00:00Z",
            },
            {"source": "The Block", "title": "Another", "url": "https://example.org/b"},
        ],
    }


@requirement("CMC-TRACE-SANITIZED")
def test_a_search_that_found_nothing_has_an_empty_list_of_citations() -> None:
    empty = ToolTrace("c", "cmc_content_search", "{}", "completed", "", output_visibility="sanitized", citations=())
    (trace,) = json.loads(body_of(built_in_run(empty)))["cmc"]["tool_traces"]
    assert trace["citations"] == []


@requirement("CMC-TRACE-FAILED")
def test_a_failed_trace_has_its_message_and_no_output() -> None:
    (trace,) = json.loads(body_of(built_in_run(FAILED)))["cmc"]["tool_traces"]
    assert list(trace) == ["id", "name", "arguments", "status", "error_message"]
    assert (trace["status"], trace["error_message"]) == ("failed", "arguments are not valid JSON")


@requirement("CMC-CUSTOM-TURN", "CMC-ZERO-ARGUMENTS", "CMC-STREAM-TEXT-BEFORE-CALL")
def test_a_custom_turn_has_its_calls_and_no_text() -> None:
    text: list[RunEvent] = [TextDelta("I shall look.")]
    body = json.loads(body_of([[STARTED], text, *CALL_EVENTS, [TOOL_END]]))
    message = body["choices"][0]["message"]
    assert list(message) == ["role", "content", "reasoning_content", "tool_calls"]
    assert message["content"] == ""
    assert message["tool_calls"] == [
        {"id": "call_0", "type": "function", "function": {"name": "get_balance", "arguments": '{"wallet":"main"}'}},
        {"id": "call_1", "type": "function", "function": {"name": "ping", "arguments": "{}"}},
    ]
    assert "tool_traces" not in body["cmc"]
    streamed = frames_of([[STARTED], text, *CALL_EVENTS, [TOOL_END]])
    assert streamed[1]["choices"][0]["delta"] == {"content": "I shall look."}


@requirement("CMC-MIXED-TURN")
def test_a_mixed_turn_has_traces_and_custom_calls() -> None:
    run = [*built_in_run(LOOKUP)[:-1], *CALL_EVENTS, [TOOL_END]]
    body = json.loads(body_of(run))
    assert len(body["choices"][0]["message"]["tool_calls"]) == 2
    assert len(body["cmc"]["tool_traces"]) == 1
    frames = frames_of(run)
    assert frames[0]["choices"][0]["delta"]["tool_calls"][0]["id"] == "call_0"
    assert frames[-1]["choices"] == [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]
    assert len(frames[-1]["cmc"]["tool_traces"]) == 1


@requirement("CMC-STREAM-BYTES", "CMC-STREAM-STATS")
def test_a_text_stream_is_byte_for_byte_the_documented_one() -> None:
    expected = (
        CHUNK
        + '"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],'
        + TIER
        + "\n\n"
        + CHUNK
        + '"choices":[{"index":0,"delta":{"content":"Bitcoin"},"finish_reason":null}],'
        + TIER
        + "\n\n"
        + CHUNK
        + '"choices":[{"index":0,"delta":{"content":" is money."},"finish_reason":null}],'
        + TIER
        + "\n\n"
        + CHUNK
        + '"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],'
        + TIER
        + "\n\n"
        + CHUNK
        + '"choices":[],'
        + STATS
        + TIER
        + "\n\ndata:[DONE]\n\n"
    )
    assert stream_of(PLAIN_RUN) == expected


@requirement("CMC-STREAM-BUILT-IN")
def test_a_streamed_built_in_turn_is_one_frame() -> None:
    run = built_in_run(LOOKUP, SEARCH, FAILED)
    text = stream_of(run)
    assert text.count("data:") == 2
    assert text.startswith(CHUNK + '"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":{')
    (frame,) = frames_of(run)
    body = json.loads(body_of(run))
    assert (frame["usage"], frame["cmc"]) == (body["usage"], body["cmc"])


@requirement("CMC-STREAM-CUSTOM")
def test_a_streamed_custom_turn_is_fragments_then_closing_then_stats() -> None:
    deltas = [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"index": 0, "id": "call_0", "type": "function", "function": {"name": "get_balance", "arguments": ""}}
            ],
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"wallet":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"main"}'}}]},
        {
            "tool_calls": [
                {"index": 1, "id": "call_1", "type": "function", "function": {"name": "ping", "arguments": ""}}
            ]
        },
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
        {},
    ]
    *chunks, stats = frames_of([[STARTED], *CALL_EVENTS, [TOOL_END]])
    assert [chunk["choices"][0]["delta"] for chunk in chunks] == deltas
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * 5 + ["tool_calls"]
    assert (stats["choices"], "tool_traces" in stats["cmc"]) == ([], False)


@requirement("CMC-STREAM-REASONING", "CMC-REASONING")
def test_reasoning_comes_in_its_own_fragments() -> None:
    run: list[list[RunEvent]] = [[STARTED], [ReasoningDelta("Hm. "), TextDelta("Yes.")], [PLAIN_END]]
    deltas = [chunk["choices"][0]["delta"] for chunk in frames_of(run)[:-1]]
    assert deltas == [{"role": "assistant", "content": ""}, {"reasoning_content": "Hm. "}, {"content": "Yes."}, {}]
    assert json.loads(body_of(run))["choices"][0]["message"]["reasoning_content"] == "Hm. "


def test_an_answer_without_any_text_still_has_its_role_closing_and_stats() -> None:
    frames = frames_of([[STARTED], [TextDelta("")], [PLAIN_END]])
    assert [frame["choices"] for frame in frames] == [
        [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}],
        [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        [],
    ]


def test_texts_with_quotes_line_breaks_and_emoji_survive() -> None:
    odd = 'a "b"\n\ndata:[DONE]\n\n\u2028 \U0001f680 \x00 \\'
    run: list[list[RunEvent]] = [[STARTED], [TextDelta(odd)], [PLAIN_END]]
    assert frames_of(run)[1]["choices"][0]["delta"]["content"] == odd
    assert json.loads(body_of(run))["choices"][0]["message"]["content"] == odd


def test_however_the_events_are_batched_the_bytes_are_the_same() -> None:
    events = [event for batch in (*built_in_run(LOOKUP)[:-1], *CALL_EVENTS, [TOOL_END]) for event in batch]
    assert stream_of([events]) == stream_of([[event] for event in events])


@requirement("CMC-ERROR-FRAME")
def test_a_failure_after_the_first_byte_is_an_error_frame_and_the_terminator() -> None:
    error = UpstreamUnavailable("openai is unavailable", upstream="openai")
    text = stream_of([[STARTED], [TextDelta("Bit")], [RunFailed(error)]])
    assert text.endswith(
        'data:{"error":{"message":"openai is unavailable","type":"server_error","param":null,'
        '"code":"upstream_unavailable"}}\n\ndata:[DONE]\n\n'
    )


def test_a_run_that_never_ended_is_a_defect() -> None:
    with pytest.raises(InternalError):
        body_of([[STARTED], [TextDelta("a")]])


@requirement("CMC-COST")
@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", b"0"),
        ("0E-12", b"0"),
        ("0.00213375", b"0.00213375"),
        ("0.00213375000", b"0.00213375"),
        ("1E-9", b"0.000000001"),
        ("1E+3", b"1000"),
        ("10", b"10"),
        ("100.00", b"100"),
        ("123456789.123456789123", b"123456789.123456789123"),
    ],
)
def test_an_amount_is_an_exact_number_without_exponent(amount: str, text: bytes) -> None:
    assert encode_decimal(Decimal(amount)) == text


def test_an_amount_that_nobody_knows_is_null_and_never_0() -> None:
    assert encode_decimal(Decimal("NaN")) == b"null"
