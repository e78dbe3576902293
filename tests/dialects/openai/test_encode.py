"""Bodies and frames, byte for byte where it matters, and against OpenAI's types everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import InternalError, UpstreamBadAnswer
from cryptodesk.core.events import ReasoningDelta, RunEvent, RunFailed, RunFold, TextDelta, ToolCallDelta
from cryptodesk.core.usage import Usage
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.encode import StreamEncoder, encode_body
from tests.dialects.messari.support import RUN as RESEARCH_RUN
from tests.dialects.messari.support import SOURCES
from tests.dialects.messari.support import TEXT as RESEARCH_TEXT
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import END, STARTED, TOOL_RUN, Client, joined_extra, text_of, tool
from tests.dialects.support import FakeEngine

OFF = {"include": []}
BODY = (
    b'{"id":"chatcmpl-0199c3d2","object":"chat.completion","created":1790266243,"model":"gpt-5.1-2025-11-13",'
    b'"service_tier":"default","choices":[{"index":0,"message":{"role":"assistant","content":"Hi \xe2\x82\xbf",'
    b'"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":110,'
    b'"completion_tokens":28,"total_tokens":138,"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":0,"audio_tokens":0},'
    b'"completion_tokens_details":{"reasoning_tokens":8,"audio_tokens":0,"accepted_prediction_tokens":0,'
    b'"rejected_prediction_tokens":0}}}'
)
HEAD = (
    b'data: {"id":"chatcmpl-0199c3d2","object":"chat.completion.chunk","created":1790266243,'
    b'"model":"gpt-5.1-2025-11-13","service_tier":"default","choices":'
)
STREAM = (
    HEAD + b'[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,'
    b'"finish_reason":null}],"usage":null}\n\n'
    + HEAD
    + b'[{"index":0,"delta":{"content":"Hi \xe2\x82\xbf"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n'
    + HEAD
    + b'[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}\n\n'
    + HEAD
    + b'[],"usage":{"prompt_tokens":110,"completion_tokens":28,"total_tokens":138,"prompt_tokens_details":'
    b'{"cached_tokens":64,"cache_write_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":8,"audio_tokens":0,'
    b'"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}\n\ndata: [DONE]\n\n'
)
HI: list[list[RunEvent]] = [[STARTED], [TextDelta("Hi ₿"), TextDelta("")], [END]]
CALLS: list[list[RunEvent]] = [
    [STARTED],
    [ToolCallDelta(0, "call_a", "get_balance", ""), ToolCallDelta(0, None, None, '{"wallet"')],
    [ToolCallDelta(0, None, None, ':"main"}'), ToolCallDelta(1, "call_b", "get_time", "{}")],
    [structs.replace(END, finish_reason="tool_calls")],
]


@requirement("OAI-COMPLETION", "OAI-USAGE")
async def test_a_body_is_this_one() -> None:
    answer = await Client(FakeEngine(HI)).ask(
        {"model": "m", "messages": [{"role": "user", "content": "?"}], "cryptodesk": OFF}
    )
    assert answer.body == BODY
    assert answer.headers["content-type"] == "application/json"


@requirement("OAI-CHUNKS", "OAI-INCLUDE-USAGE")
async def test_a_stream_is_this_one() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "?"}], "cryptodesk": OFF, "stream": True}
    answer = await Client(FakeEngine(HI)).ask({**body, "stream_options": {"include_usage": True}})
    assert answer.body == STREAM
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


@requirement("OAI-INCLUDE-USAGE")
@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}])
async def test_without_being_asked_no_frame_speaks_of_usage(options: Any) -> None:
    chunks = await Client(FakeEngine(HI)).streamed(stream_options=options)
    assert all("usage" not in chunk for chunk in chunks)
    assert all(chunk["choices"] for chunk in chunks)


@requirement("OAI-TOOL-CALLS")
async def test_calls_are_whole_in_a_body() -> None:
    body = await Client(FakeEngine(CALLS)).whole(tools=[tool(), tool("get_time")])
    (choice,) = body["choices"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert choice["message"]["tool_calls"] == [
        {"id": "call_a", "type": "function", "function": {"name": "get_balance", "arguments": '{"wallet":"main"}'}},
        {"id": "call_b", "type": "function", "function": {"name": "get_time", "arguments": "{}"}},
    ]


@requirement("OAI-TOOL-CALLS")
async def test_calls_come_in_pieces_in_a_stream() -> None:
    chunks = await Client(FakeEngine(CALLS)).streamed(tools=[tool(), tool("get_time")])
    pieces = [piece for chunk in chunks for piece in chunk["choices"][0]["delta"].get("tool_calls", ())]
    assert pieces == [
        {"index": 0, "id": "call_a", "type": "function", "function": {"name": "get_balance", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"wallet"'}},
        {"index": 0, "function": {"arguments": ':"main"}'}},
        {"index": 1, "id": "call_b", "type": "function", "function": {"name": "get_time", "arguments": ""}},
        {"index": 1, "function": {"arguments": "{}"}},
    ]
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


@requirement("OAI-ANNOTATIONS")
async def test_a_researched_answer_has_its_links() -> None:
    client = Client()
    client.research.batches = RESEARCH_RUN
    fields = {"cryptodesk": {"research": True}}
    body, chunks = await client.whole(**fields), await client.streamed(**fields)
    notes = body["choices"][0]["message"]["annotations"]
    links = [note["url_citation"] for note in notes]
    assert [RESEARCH_TEXT[link["start_index"] : link["end_index"]] for link in links] == ["[1]", "[2]", "[1]"]
    assert [link["url"] for link in links] == [SOURCES[0].url, SOURCES[1].url, SOURCES[0].url]
    (streamed,) = [c["choices"][0]["delta"]["annotations"] for c in chunks if "annotations" in c["choices"][0]["delta"]]
    assert streamed == notes


@requirement("OAI-ANNOTATIONS")
async def test_a_page_that_a_tool_found_is_linked_with_the_whole_answer() -> None:
    body = await Client(FakeEngine(TOOL_RUN)).whole()
    (note,) = body["choices"][0]["message"]["annotations"]
    link = {"start_index": 0, "end_index": 25, "title": "Halving", "url": "https://www.example.org/halving"}
    assert note == {"type": "url_citation", "url_citation": link}


@requirement("OAI-SAME", "OAI-EXTRA-STREAM")
@pytest.mark.parametrize("run", [HI, TOOL_RUN, CALLS, RESEARCH_RUN])
@pytest.mark.parametrize("include", [None, [], ["progress", "outputs", "verification", "resolution"]])
async def test_a_stream_says_what_the_body_says(run: Any, include: Any) -> None:
    client = Client(FakeEngine(run))
    asked = {"cryptodesk": {} if include is None else {"include": include}}
    body, chunks = await client.whole(**asked), await client.streamed(**asked)
    assert text_of(chunks) == (body["choices"][0]["message"]["content"] or "")
    assert joined_extra(chunks) == body.get("cryptodesk", {})
    assert chunks[-1]["choices"][0]["finish_reason"] == body["choices"][0]["finish_reason"]
    assert {chunk["id"] for chunk in chunks} == {body["id"]}
    assert {chunk["model"] for chunk in chunks} == {body["model"]}


@requirement("OAI-CHUNKS")
async def test_no_line_reader_finds_another_line_end() -> None:
    run = [[STARTED], [TextDelta("a\u2028b\u2029c\u0085d\n\r")], [END]]
    answer = await Client(FakeEngine(run)).ask(
        {"model": "m", "messages": [{"role": "user", "content": "?"}], "stream": True}
    )
    lines = answer.body.decode().splitlines()
    assert [line for line in lines if line and not line.startswith("data: ")] == []
    assert "a\\u2028b\\u2029c\\u0085d\\n\\r" in answer.body.decode()


@requirement("OAI-USAGE")
async def test_reasoning_is_counted_and_not_shown() -> None:
    run = [[STARTED], [ReasoningDelta("hm")], [TextDelta("4")], [structs.replace(END, usage=Usage(1, 2, 0, 30))]]
    body, chunks = await Client(FakeEngine(run)).whole(), await Client(FakeEngine(run)).streamed()
    assert body["usage"]["completion_tokens"] == 32
    assert body["usage"]["completion_tokens_details"]["reasoning_tokens"] == 30
    assert "hm" not in str(body) + str(chunks)


@requirement("OAI-COMPLETION")
async def test_a_tier_that_openai_does_not_know_is_not_told() -> None:
    run = [[structs.replace(STARTED, service_tier="on_demand")], [END]]
    body = await Client(FakeEngine(run)).whole()
    assert "service_tier" not in body
    assert body["choices"][0]["message"]["content"] == ""


@requirement("OAI-STREAM-ERROR")
async def test_a_failure_in_mid_stream_is_a_frame_of_its_own() -> None:
    run = [[STARTED], [TextDelta("Bit")], [RunFailed(UpstreamBadAnswer("cut short", upstream="openai"))]]
    answer = await Client(FakeEngine(run)).ask(
        {"model": "m", "messages": [{"role": "user", "content": "?"}], "stream": True}
    )
    tail = (
        b'data: {"error":{"message":"cut short","type":"server_error","param":null,"code":"upstream_bad_answer"}}\n\n'
        b"data: [DONE]\n\n"
    )
    assert answer.body.endswith(tail)


def test_a_run_without_its_end_has_no_body() -> None:
    fold = RunFold()
    fold.add(STARTED)
    with pytest.raises(InternalError):
        encode_body(fold, ExtraEncoder(frozenset()))


def test_a_stream_that_breaks_says_so() -> None:
    encoder = StreamEncoder(ExtraEncoder(frozenset()), tells_usage=False)
    assert encoder.encode([STARTED])
    assert b"An internal error occurred" in encoder.fail()
    assert encoder.failure is not None
