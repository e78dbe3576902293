"""Answers of generateContent as model events."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from cryptodesk.core.errors import (
    ContentFiltered,
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamRejected,
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
from cryptodesk.core.usage import Usage
from cryptodesk.models.gemini_wire._reading import FAILURES, FINISH_REASONS, AnswerReader
from tests.models.gemini_wire.upstream import MODEL, call_part, candidate, text_answer

SECRET = "AIza-very-secret"
STARTED = ModelStarted(MODEL)
USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}


def read(*payloads: Any) -> list[ModelEvent]:
    reader = AnswerReader("up", "asked", SECRET)
    events: list[ModelEvent] = []
    for payload in payloads:
        reader.read(payload if isinstance(payload, bytes) else json.dumps(payload).encode(), events)
    return events + reader.finish()


def failure(*payloads: Any) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        read(*payloads)
    assert SECRET not in repr(caught.value.__dict__)
    return caught.value


def finished(*payloads: Any) -> ModelFinished:
    last = read(*payloads)[-1]
    assert isinstance(last, ModelFinished)
    return last


def test_a_whole_answer() -> None:
    assert read(text_answer("Hi", finish="STOP", usage=USAGE)) == [
        STARTED, TextDelta("Hi"), ModelFinished("stop", Usage(3, 2)),
    ]  # fmt: skip


def test_chunks_with_running_usage() -> None:
    assert read(
        text_answer("H", usage={"promptTokenCount": 3, "totalTokenCount": 3}),
        text_answer("i", usage={"promptTokenCount": 3, "candidatesTokenCount": 1}),
        candidate({"text": ""}, finish="STOP", usage=USAGE),
    ) == [STARTED, TextDelta("H"), TextDelta("i"), ModelFinished("stop", Usage(3, 2))]


def test_thoughts_are_kept_out_of_the_text() -> None:
    assert read(
        candidate({"text": "hm", "thought": True}), candidate({"text": "Hi"}, finish="STOP")
    ) == [STARTED, ReasoningDelta("hm"), TextDelta("Hi"), ModelFinished("stop", None)]  # fmt: skip


def test_calls_at_once_are_numbered_and_keep_their_ids() -> None:
    parts = (call_part("f", {"x": 1}, "a", "c2ln"), call_part("g", {}, "b"))
    assert read(candidate(*parts, finish="STOP", usage=USAGE)) == [
        STARTED,
        ToolCallDelta(0, "a", "f", '{"x":1}'),
        ToolCallDelta(1, "b", "g", "{}"),
        ModelFinished("tool_calls", Usage(3, 2)),
    ]


@pytest.mark.parametrize(("said", "meant"), [("MAX_TOKENS", "length"), ("SAFETY", "content_filter")])
def test_calls_of_an_answer_that_was_broken_off_are_not_for_running(said: str, meant: str) -> None:
    assert finished(candidate(call_part("f", {"x": 1}, "a"), finish=said)).finish_reason == meant


def test_ids_that_are_missing_or_repeated_are_made_up() -> None:
    events = read(
        candidate(call_part("f", {}, "a")), candidate(call_part("f", {}, "a"), call_part("f", {}), finish="STOP")
    )
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert [call.index for call in calls] == [0, 1, 2]
    assert calls[0].call_id == "a"
    assert all(re.fullmatch(r"call_[0-9a-f]{24}", str(call.call_id)) for call in calls[1:])
    assert calls[1].call_id != calls[2].call_id


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        (b'{\n  "usd": 1.10,\n  "id": 12345678901234567890\n}', '{"usd":1.10,"id":12345678901234567890}'),
        (b"null", "{}"), (b'""', "{}"), (b'"{\\"x\\": 1}"', '{"x":1}'), (b'{"t":"a  b"}', '{"t":"a  b"}'),
        (b'"no object"', "no object"),
    ],
)  # fmt: skip
def test_arguments_as_they_were_written(written: bytes, arguments: str) -> None:
    raw = b'{"candidates":[{"finishReason":"STOP","content":{"parts":[{"functionCall":{"name":"f","args":%s}}]}}]}'
    events = read(raw % written)
    assert isinstance(events[1], ToolCallDelta)
    assert events[1].arguments == arguments


def test_a_call_without_a_name_is_a_bad_answer_unless_it_was_cut() -> None:
    nameless = candidate({"functionCall": {"args": {}}}, finish="STOP")
    assert isinstance(failure(nameless), UpstreamBadAnswer)
    nameless["candidates"][0]["finishReason"] = "MAX_TOKENS"
    assert finished(nameless).finish_reason == "length"


@pytest.mark.parametrize(("said", "meant"), sorted(FINISH_REASONS.items()))
def test_every_finish_reason_after_some_text(said: str, meant: str) -> None:
    assert finished(text_answer("Hi"), candidate(finish=said)).finish_reason == meant


@pytest.mark.parametrize(
    "said", sorted(reason for reason, meant in FINISH_REASONS.items() if meant == "content_filter")
)
def test_an_answer_filtered_before_it_began_is_refused_and_no_event_comes_first(said: str) -> None:
    reader = AnswerReader("up", "asked", SECRET)
    events: list[ModelEvent] = []
    blocked = candidate(finish=said, finishMessage=f"Why {SECRET}")
    reader.read(json.dumps(blocked).encode(), events)
    assert events == []
    with pytest.raises(ContentFiltered, match=said) as caught:
        reader.finish()
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(("said", "meant"), sorted(FAILURES.items()))
def test_a_reason_that_spoils_the_answer_is_raised_after_what_came(said: str, meant: tuple[type, str]) -> None:
    reader = AnswerReader("up", "asked", SECRET)
    events: list[ModelEvent] = []
    with pytest.raises(meant[0], match=said):
        reader.read(json.dumps(text_answer("Hi", finish=said, finishMessage="m")).encode(), events)
    assert events == [STARTED, TextDelta("Hi")]


def test_a_reason_of_later_years_ends_the_answer() -> None:
    assert finished(text_answer("Hi", finish="SOMETHING_NEW")).finish_reason == "stop"


def test_the_vendors_wrong_calls_may_be_asked_again_and_our_own_faults_not() -> None:
    assert failure(candidate(finish="MALFORMED_FUNCTION_CALL")).retryable
    assert not failure(candidate(finish="MISSING_THOUGHT_SIGNATURE")).retryable
    assert isinstance(failure(candidate(finish="MISSING_THOUGHT_SIGNATURE")), UpstreamRejected)


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "NEW_ONE"])
def test_a_blocked_prompt_is_filtered(reason: str) -> None:
    error = failure({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 4}})
    assert isinstance(error, ContentFiltered)
    assert reason in error.message


def test_ratings_of_a_prompt_are_no_block() -> None:
    rated = {**text_answer("Hi", finish="STOP"), "promptFeedback": {"safetyRatings": []}}
    assert finished(rated).finish_reason == "stop"


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        ({"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 14}, Usage(10, 4)),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 6, "candidatesTokenCount": 4}, Usage(10, 4, 6)),
        ({"promptTokenCount": 10, "candidatesTokenCount": 4, "thoughtsTokenCount": 7, "totalTokenCount": 21},
         Usage(10, 4, 0, 7)),
        ({"promptTokenCount": 10, "toolUsePromptTokenCount": 5, "candidatesTokenCount": 4, "totalTokenCount": 19},
         Usage(15, 4)),
        ({"promptTokenCount": 10, "thoughtsTokenCount": 7, "totalTokenCount": 17}, Usage(10, 0, 0, 7)),
        ({"promptTokenCount": 10, "totalTokenCount": 12}, Usage(10, 2)),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 99}, Usage(10, 0, 10)),
        ({"promptTokenCount": "10", "candidatesTokenCount": "4"}, Usage(10, 4)),
        ({"promptTokenCount": -1, "candidatesTokenCount": -4, "thoughtsTokenCount": -2}, Usage()),
        ({"candidatesTokenCount": 4}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_usage(said: dict[str, Any], usage: Usage | None) -> None:
    assert finished(text_answer("Hi", finish="STOP", usage=said)).usage == usage


def test_usage_after_the_end_counts_and_usage_from_before_it_does_not() -> None:
    assert finished(text_answer("Hi", finish="STOP"), {"usageMetadata": USAGE}).usage == Usage(3, 2)
    assert finished(text_answer("Hi", usage=USAGE), candidate(finish="STOP")).usage is None


def test_a_chunk_of_nothing_but_usage_or_ratings_says_nothing() -> None:
    silent = [{"usageMetadata": USAGE}, {}, {"candidates": None}, {"candidates": []}, {"candidates": [{}]}]
    events = read(*silent, text_answer("Hi", finish="STOP"))
    assert events == [STARTED, TextDelta("Hi"), ModelFinished("stop", None)]


def test_a_second_candidate_and_unknown_parts_are_left_out() -> None:
    answer = candidate({"inlineData": {"data": "AA=="}}, {"text": "Hi"}, finish="STOP")
    answer["candidates"].append({"index": 1, "content": {"parts": [{"text": "other"}]}})
    assert read(answer)[1:-1] == [TextDelta("Hi")]


def test_the_model_that_was_asked_stands_in_where_none_is_named() -> None:
    assert read({"candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]})[0] == ModelStarted(
        "asked"
    )


def test_an_empty_answer_is_an_answer() -> None:
    assert read(candidate(finish="STOP", usage=USAGE)) == [STARTED, ModelFinished("stop", Usage(3, 2))]


def test_a_list_of_chunks_is_read_as_a_stream() -> None:
    chunks = [text_answer("H"), text_answer("i", finish="STOP", usage=USAGE)]
    assert read(chunks) == [STARTED, TextDelta("H"), TextDelta("i"), ModelFinished("stop", Usage(3, 2))]


@pytest.mark.parametrize("wrap", [lambda error: error, lambda error: [error]], ids=["object", "list"])
def test_an_error_in_the_answer_is_raised(wrap: Any) -> None:
    error = {"error": {"code": 429, "message": f"slow {SECRET}", "status": "RESOURCE_EXHAUSTED"}}
    assert isinstance(failure(wrap(error)), UpstreamRateLimited)
    assert isinstance(failure(text_answer("Hi"), wrap({"error": {"code": 503}})), UpstreamUnavailable)


@pytest.mark.parametrize("payload", [b"", b"  ", b"<html>", b"[1]", b'"text"', b'{"candidates":7}', b"\xff", b"{"])
def test_what_is_no_answer_is_a_bad_answer(payload: bytes) -> None:
    assert isinstance(failure(payload), UpstreamBadAnswer)


def test_an_answer_nested_without_end_is_a_bad_answer() -> None:
    deep = b'{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":' + b"[" * 100_000
    assert isinstance(failure(deep), UpstreamBadAnswer)


def test_no_candidate_and_no_end_are_bad_answers() -> None:
    assert "without a candidate" in failure({}).message
    assert "cut its answer short" in failure(text_answer("Hi")).message


def test_the_answer_as_it_is_sent_back() -> None:
    reader = AnswerReader("up", "asked", SECRET)
    parts = (
        {"text": "hm", "thought": True}, {"text": "Let me"}, {"text": " see."}, call_part("f", {"x": 1}, "a", "c2ln"),
        call_part("g", {}, "b"), {"text": "", "thoughtSignature": "bGFzdA=="},
        {"text": "t", "thought": True, "thoughtSignature": "dGg="},
    )  # fmt: skip
    for part in parts:
        reader.read(json.dumps(candidate(part)).encode(), [])
    found = reader.asked()
    assert [part.text for part in found] == ["Let me see.", None, None, "", "t"]
    assert [part.thought_signature for part in found] == [None, "c2ln", None, "bGFzdA==", "dGg="]
    assert [part.function_call.id for part in found if part.function_call] == ["a", "b"]
    assert found[-1].thought


def going_on(*requests: dict[str, Any]) -> tuple[list[ModelEvent], list[str | None]]:
    reader = AnswerReader("up", "asked", SECRET)
    events: list[ModelEvent] = []
    tokens: list[str | None] = []
    for answer in requests:
        if tokens:
            reader.go_on()
        reader.read(json.dumps(answer).encode(), events)
        tokens.append(reader.next_token)
    return events + reader.finish(), tokens


def test_an_answer_in_several_requests_is_one_answer_and_each_is_billed() -> None:
    first = text_answer("a", finish="CONTINUATION", usage=USAGE, continuationToken="MQ==")
    second = text_answer("b", finish="CONTINUATION", usage={**USAGE, "thoughtsTokenCount": 1}, continuationToken="Mg==")
    events, tokens = going_on(first, second, text_answer("c", finish="STOP", usage=USAGE))
    assert tokens == ["MQ==", "Mg==", None]
    assert events == [STARTED, *map(TextDelta, "abc"), ModelFinished("stop", Usage(9, 6, 0, 1))]


def test_one_request_that_did_not_say_makes_the_sum_unknown() -> None:
    first = text_answer("a", finish="CONTINUATION", continuationToken="MQ==")
    events, _ = going_on(first, text_answer("c", finish="STOP", usage=USAGE))
    assert events[-1] == ModelFinished("stop", None)


def test_the_same_token_again_or_none_ends_the_answer_as_too_long() -> None:
    again = text_answer("a", finish="CONTINUATION", usage=USAGE, continuationToken="MQ==")
    events, tokens = going_on(again, again)
    assert tokens == ["MQ==", None]
    assert events[-1] == ModelFinished("length", Usage(6, 4))
    _, tokens = going_on(text_answer("a", finish="CONTINUATION"))
    assert tokens == [None]
    _, tokens = going_on(text_answer("a", finish="MAX_TOKENS", continuationToken="MQ=="))
    assert tokens == [None]
