"""Answers of the Responses endpoint as events: whole, streamed, and damaged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, RunFold, TextDelta
from cryptodesk.core.usage import Usage
from cryptodesk.models._http.sse import SseReader
from cryptodesk.models.openai_wire.responses._reading import ResponseReader
from tests.models.openai_wire.responses.upstream import MODEL, body, call, frames, message, reasoning, refusal, usage

KEY = "sk-very-secret"
FULL = body(
    reasoning("Look ", "it up."),
    message("Let me look. ₿", phase="commentary"),
    call("call_1", "price", '{"symbol":"BTC"}'),
    call("call_2", "news", "{}"),
    usage=usage(120, 45, cached=64, reasoned=30, kept=10),
)


def read(*payloads: dict[str, Any] | bytes) -> list[ModelEvent]:
    events: list[ModelEvent] = []
    reader = ResponseReader("up", "m-1", KEY)
    for payload in payloads:
        reader.read(payload if isinstance(payload, bytes) else json.dumps(payload).encode(), events)
    return events + reader.finish(is_whole=True)


def payloads(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in SseReader().feed(b"".join(frames(answer)))]


def said(events: list[ModelEvent]) -> tuple[Any, ...]:
    fold = RunFold()
    for event in events:
        fold.add(event)  # type: ignore[arg-type]
    thought = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return events[0], fold.text, thought, fold.tool_calls, events[-1]


def failure(*said: dict[str, Any] | bytes) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        read(*said)
    assert KEY not in repr(caught.value.__dict__)
    return caught.value


def test_a_whole_answer_and_a_streamed_one_say_the_same() -> None:
    whole, streamed = said(read(FULL)), said(read(*payloads(FULL)))
    assert whole == streamed
    started, text, thought, calls, finished = whole
    assert started == ModelStarted(MODEL)
    assert (text, thought) == ("Let me look. ₿", "Look \n\nit up.")
    assert [(each.call_id, each.name, each.arguments) for each in calls] == [
        ("call_1", "price", '{"symbol":"BTC"}'),
        ("call_2", "news", "{}"),
    ]
    assert finished == ModelFinished("tool_calls", Usage(120, 15, 64, 30, 10))


def test_a_refusal_is_what_the_model_says() -> None:
    answer = body(refusal("I cannot help with that."))
    assert said(read(answer)) == said(read(*payloads(answer)))
    assert said(read(answer))[1] == "I cannot help with that."


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("max_output_tokens", "length"), ("content_filter", "content_filter"), ("max_messages", "length"),
     ("steered", "length"), ("a_later_year", "length"), (None, "length")],
)  # fmt: skip
def test_an_incomplete_answer_says_why_and_its_cut_call_is_no_defect(reason: str | None, finish: str) -> None:
    details = {"reason": reason} if reason else None
    answer = body(message("Half"), call("c", "price", '{"sym'), status="incomplete", incomplete_details=details)
    for events in (read(answer), read(*payloads(answer))):
        assert events[-1] == ModelFinished(finish, Usage(3, 2))  # type: ignore[arg-type]


def test_an_answer_that_spent_its_limit_on_reasoning_is_empty_and_cut() -> None:
    answer = body(
        reasoning(), status="incomplete", incomplete_details={"reason": "max_output_tokens"}, usage=usage(3, 99, 0, 99)
    )
    assert read(answer) == [ModelStarted(MODEL), ModelFinished("length", Usage(3, 0, 0, 99))]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("server_error", UpstreamUnavailable), ("rate_limit_exceeded", UpstreamRateLimited),
     ("invalid_prompt", ContentFiltered), ("bio_policy", ContentFiltered), ("cyber_policy", ContentFiltered),
     ("misalignment_policy_violation", ContentFiltered), ("vector_store_timeout", UpstreamTimeout),
     ("data_residency_mismatch", UpstreamUnavailable), ("context_length_exceeded", ContextTooLong),
     ("a_later_year", UpstreamBadAnswer)],
)  # fmt: skip
def test_a_failed_answer_is_the_error_its_code_means(code: str, kind: type[CryptodeskError]) -> None:
    error = {"code": code, "message": f"It failed for {KEY}."}
    assert type(failure(body(status="failed", error=error))) is kind
    assert type(failure(*payloads(body(status="failed", error=error)))) is kind
    assert type(failure({"type": "error", "sequence_number": 3, "param": None, **error})) is kind
    assert type(failure({"type": "error", "error": {"type": "x", **error}})) is kind


def test_a_failure_without_a_reason_and_a_cancelled_answer_are_failures() -> None:
    assert type(failure(body(status="failed"))) is UpstreamBadAnswer
    for status in ("cancelled", "in_progress", "queued"):
        assert type(failure(body(status=status))) is UpstreamUnavailable


@pytest.mark.parametrize("kept", [1, 2, 5, 9])
def test_a_stream_without_its_end_is_cut(kept: int) -> None:
    assert type(failure(*payloads(FULL)[:kept])) is UpstreamBadAnswer


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b"{}", b'"x"', b"<html>", b'{"choices":[]}', b'{"type":"response.completed"}']
)
def test_what_is_no_answer_is_a_bad_answer(payload: bytes) -> None:
    assert type(failure(payload)) is UpstreamBadAnswer


def without(events: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [event for event in events if not event["type"].endswith(kinds)]


@pytest.mark.parametrize(
    "lost",
    [(".delta",), (".added",), (".done",), ("output_item.done",), (".delta", ".added"), (".added", ".done"),
     (".delta", "output_item.done", ".added", ".done"), ("created", "in_progress")],
)  # fmt: skip
def test_whatever_kind_of_event_a_server_leaves_out_nothing_is_lost_or_said_twice(lost: tuple[str, ...]) -> None:
    _, text, thought, calls, finished = said(read(*without(payloads(FULL), *lost)))
    _, all_text, _, all_calls, all_finished = said(read(FULL))
    assert (text, finished) == (all_text, all_finished)
    assert thought.replace("\n\n", "") == "Look it up."
    assert [(each.name, each.arguments) for each in calls] == [(each.name, each.arguments) for each in all_calls]


@pytest.mark.parametrize("lost", [{"output_index"}, {"item_id"}, {"output_index", "item_id"}, {"sequence_number"}])
def test_events_find_their_item_without_an_index_or_an_id(lost: set[str]) -> None:
    events = [{name: value for name, value in event.items() if name not in lost} for event in payloads(FULL)]
    assert said(read(*events)) == said(read(FULL))


def test_an_index_that_is_always_0_mixes_nothing() -> None:
    events = [{**event, "output_index": 0} if "output_index" in event else event for event in payloads(FULL)]
    assert said(read(*events)) == said(read(FULL))


def test_repeated_call_ids_become_two() -> None:
    answer = body(call("same", "price", '{"a":1}', "fc_1"), call("same", "news", '{"b":2}', "fc_2"))
    for events in (read(answer), read(*payloads(answer))):
        calls = said(events)[3]
        assert [(each.name, each.arguments) for each in calls] == [("price", '{"a":1}'), ("news", '{"b":2}')]
        assert len({each.call_id for each in calls}) == 2


def test_a_call_without_a_name_is_a_bad_answer_and_arguments_may_be_an_object() -> None:
    assert type(failure(body(call("c", "", "{}")))) is UpstreamBadAnswer
    answer = body({**call("c", "price", ""), "arguments": {"symbol": "₿"}})
    assert said(read(answer))[3][0].arguments == '{"symbol":"₿"}'
    assert said(read(body(call("c", "price", ""))))[3][0].arguments == "{}"


def test_items_of_kinds_that_nobody_asked_for_are_passed_over() -> None:
    strange = {"id": "x", "type": "web_search_call", "status": "completed", "content": 7, "arguments": []}
    answer = body(strange, message("Hi"))
    assert said(read(answer))[1] == said(read(*payloads(answer)[2:]))[1] == "Hi"


def test_the_usage_may_be_missing_null_negative_or_too_small_for_its_parts() -> None:
    for nothing in ({}, None, {"input_tokens": None, "output_tokens": 3}):
        assert read(body(message("Hi"), usage=nothing))[-1] == ModelFinished("stop", None)
    odd = usage(10, 5, cached=99, reasoned=99, kept=99)
    assert read(body(message("Hi"), usage=odd))[-1] == ModelFinished("stop", Usage(10, 0, 10, 5, 0))
    bare = {"input_tokens": 10, "output_tokens": -5, "input_tokens_details": None}
    assert read(body(message("Hi"), usage=bare))[-1] == ModelFinished("stop", Usage(10, 0))


def test_the_tier_that_served_is_named() -> None:
    assert read(body(message("Hi"), service_tier="priority"))[0] == ModelStarted(MODEL, "priority")
    assert read(body(message("Hi"), service_tier=None, model=None))[:2] == [ModelStarted("m-1"), TextDelta("Hi")]
