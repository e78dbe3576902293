from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.core.errors import (
    ContextTooLong,
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.usage import Usage
from cryptodesk.models.openai_wire._reading import AnswerReader
from tests.models.openai_wire.upstream import chunk, text_chunk


def read(*payloads: dict[str, Any] | bytes, is_whole: bool = True) -> list[ModelEvent]:
    reader, events = AnswerReader("up", "asked", "sk-secret"), list[ModelEvent]()
    for payload in payloads:
        reader.read(payload if isinstance(payload, bytes) else json.dumps(payload).encode(), events)
    return events + reader.finish(is_whole=is_whole)


def failure(*payloads: dict[str, Any] | bytes, is_whole: bool = True) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        read(*payloads, is_whole=is_whole)
    return caught.value


def usage_of(usage: dict[str, Any]) -> Usage | None:
    finished = read(text_chunk("x"), chunk(finish="stop"), {"choices": [], "usage": usage})[-1]
    assert isinstance(finished, ModelFinished)
    return finished.usage


def body(message: dict[str, Any], finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {"model": "up-1", "choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}


def test_a_streamed_text_becomes_started_deltas_finished() -> None:
    assert read(
        chunk({"role": "assistant", "content": ""}, service_tier="flex"), text_chunk("Bit"), text_chunk("coin"),
        chunk(finish="stop"), {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    ) == [
        ModelStarted("up-1", "flex"), TextDelta("Bit"), TextDelta("coin"), ModelFinished("stop", Usage(3, 2)),
    ]  # fmt: skip


def test_a_whole_body_gives_the_same_events_as_its_stream() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    message = {"role": "assistant", "reasoning_content": "hm", "content": "Bitcoin"}
    whole = read(body(message, usage=usage))
    streamed = read(chunk({"reasoning_content": "hm"}), text_chunk("Bitcoin"), chunk(finish="stop", usage=usage))
    assert whole == streamed == [
        ModelStarted("up-1"), ReasoningDelta("hm"), TextDelta("Bitcoin"), ModelFinished("stop", Usage(3, 2)),
    ]  # fmt: skip


def test_the_asked_name_stands_in_for_a_model_that_is_not_named() -> None:
    assert read({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]})[0] == ModelStarted("asked")


def test_a_first_chunk_without_choices_does_not_begin_the_answer() -> None:
    prelude = {"model": "", "choices": [], "prompt_filter_results": [{"prompt_index": 0}]}
    assert read(prelude, text_chunk("x"), chunk(finish="stop"))[:2] == [ModelStarted("up-1"), TextDelta("x")]


def test_nulls_everywhere_are_nothing() -> None:
    nulls = {"content": None, "reasoning_content": None, "reasoning": None, "refusal": None, "tool_calls": None}
    events = read(
        chunk(nulls, usage=None, service_tier=None, error=None),
        {"choices": [{"delta": None, "finish_reason": None}]},
        {"choices": None, "usage": {"prompt_tokens": 1, "completion_tokens": 0}},
        chunk(finish="stop"),
    )
    assert events == [ModelStarted("up-1"), ModelFinished("stop", Usage(1, 0))]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_is_read_from_either_field(field: str) -> None:
    assert ReasoningDelta("hm") in read(chunk({field: "hm"}), chunk(finish="stop"))


def test_reasoning_sent_in_both_fields_is_read_once() -> None:
    events = read(chunk({"reasoning_content": "hm", "reasoning": "hm"}), chunk(finish="stop"))
    assert events.count(ReasoningDelta("hm")) == 1


def test_a_refusal_is_the_answers_text() -> None:
    assert TextDelta("I cannot.") in read(chunk({"refusal": "I cannot."}), chunk(finish="stop"))


def test_content_in_parts_is_split_into_reasoning_and_text() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm "}, {"type": "text", "text": "ok"}]},
        {"type": "text", "text": "Yes"},
        {"type": "reference", "ids": [1]},
    ]
    assert read(chunk({"content": parts}), chunk(finish="stop"))[1:3] == [ReasoningDelta("hm ok"), TextDelta("Yes")]


def test_only_the_first_choice_is_read() -> None:
    second = {"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "stop"}]}
    assert read(text_chunk("x"), second, chunk(finish="length")) == [
        ModelStarted("up-1"), TextDelta("x"), ModelFinished("length", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("stop", "stop"), ("length", "length"), ("max_tokens", "length"), ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"), ("content_filter", "content_filter"), ("eos_token", "stop"),
    ],
)  # fmt: skip
def test_finish_reasons_are_translated(said: str, meant: str) -> None:
    assert read(text_chunk("x"), chunk(finish=said))[-1] == ModelFinished(meant, None)  # type: ignore[arg-type]


def test_a_call_finishes_as_tool_calls_even_if_the_server_says_stop() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    assert read(chunk({"tool_calls": [call]}), chunk(finish="stop")) == [
        ModelStarted("up-1"), ToolCallDelta(0, "a", "f", "{}"), ModelFinished("tool_calls", None),
    ]  # fmt: skip


@pytest.mark.parametrize("reason", ["error", "insufficient_system_resource"])
def test_a_server_that_breaks_off_by_itself_is_unavailable(reason: str) -> None:
    assert isinstance(failure(text_chunk("x"), chunk(finish=reason)), UpstreamUnavailable)


def test_an_answer_that_stops_without_a_reason_is_cut() -> None:
    assert isinstance(failure(text_chunk("x"), is_whole=False), UpstreamBadAnswer)
    assert read(text_chunk("x"), is_whole=True)[-1] == ModelFinished("stop", None)


@pytest.mark.parametrize("payload", [{"choices": []}, {"choices": None}, {"id": "x"}, {}])
def test_an_answer_without_choices_is_bad(payload: dict[str, Any]) -> None:
    assert isinstance(failure(payload), UpstreamBadAnswer)


def test_a_call_without_a_name_is_bad() -> None:
    call = {"index": 0, "id": "a", "function": {"arguments": "{}"}}
    assert "without naming it" in failure(chunk({"tool_calls": [call]}), chunk(finish="tool_calls")).message


@pytest.mark.parametrize(
    "payload",
    [b"", b"  ", b"<html><body>Bad gateway</body></html>", b"nope", b'{"choices":', b"[]", b'"text"', b"7",
     b'{"choices":"many"}', b'{"choices":[{"delta":{"content":7}}]}', b'{"choices":[{"delta":{"content":"\xff"}}]}'],
)  # fmt: skip
def test_what_is_not_the_format_is_a_bad_answer(payload: bytes) -> None:
    error = failure(payload)
    assert isinstance(error, UpstreamBadAnswer)
    assert error.upstream == "up"
    assert "<html>" not in error.message


def test_the_text_of_a_bad_answer_is_kept_bounded_and_without_our_key() -> None:
    error = failure(b"<p>sk-secret</p>" + b"x" * 9000)
    assert isinstance(error, UpstreamBadAnswer)
    assert error.body is not None
    assert error.body["text"].startswith("<p>***</p>")
    assert len(error.body["text"]) <= 2000


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"message": "x", "type": "server_error", "code": None}}, UpstreamUnavailable),
        ({"error": {"message": "x", "code": 429}}, UpstreamRateLimited),
        ({"error": {"message": "x", "code": "rate_limit_exceeded"}}, UpstreamRateLimited),
        ({"error": {"message": "x", "code": 502}}, UpstreamUnavailable),
        ({"error": {"message": "too long", "code": "context_length_exceeded"}}, ContextTooLong),
        ({"error": {"message": "x", "code": "who knows"}}, UpstreamBadAnswer),
        ({"error": "out of memory"}, UpstreamBadAnswer),
        ({"object": "error", "message": "x", "type": "BadRequestError", "code": 503}, UpstreamUnavailable),
        ({"detail": "Not Found"}, UpstreamBadAnswer),
        ({"message": "no Route matched"}, UpstreamBadAnswer),
    ],
)
def test_an_error_object_where_an_answer_should_be_is_that_error(payload: Any, kind: type[CryptodeskError]) -> None:
    assert type(failure(payload)) is kind
    assert type(failure(text_chunk("x"), payload)) is kind


def test_an_error_object_in_a_list_is_that_error() -> None:
    assert type(failure(b'[{"error": {"code": 503, "message": "x", "status": "UNAVAILABLE"}}]')) is UpstreamUnavailable


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # 212 written of which 180 were reasoning: 212 - 180 = 32 of text.
        ({"prompt_tokens": 11, "completion_tokens": 212, "total_tokens": 223,
          "completion_tokens_details": {"reasoning_tokens": 180}}, Usage(11, 32, 0, 180)),
        ({"prompt_tokens": 2000, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 1024}},
         Usage(2000, 5, 1024, 0)),
        ({"prompt_tokens": 100, "completion_tokens": 5, "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36},
         Usage(100, 5, 64, 0)),
        # Reasoning counted beside the completion: 10 + 20 + 70 = 100.
        ({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 100,
          "completion_tokens_details": {"reasoning_tokens": 70}}, Usage(10, 20, 0, 70)),
        # Reasoning only visible in the total: 100 - 10 - 20 = 70.
        ({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 100}, Usage(10, 20, 0, 70)),
        ({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30, "prompt_tokens_details": None,
          "completion_tokens_details": {"reasoning_tokens": None}}, Usage(10, 20)),
        # A server cannot have cached more than it read, nor reasoned more than it wrote.
        ({"prompt_tokens": 10, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 99},
          "completion_tokens_details": {"reasoning_tokens": 99}}, Usage(10, 0, 10, 20)),
        ({"prompt_tokens": None, "completion_tokens": 20}, None),
        ({"total_tokens": 30}, None),
    ],
)  # fmt: skip
def test_usage_counts_text_and_reasoning_apart(usage: dict[str, Any], expected: Usage | None) -> None:
    assert usage_of(usage) == expected


def test_the_last_usage_counts_when_every_chunk_brings_one() -> None:
    first = chunk({"content": "a"}, usage={"prompt_tokens": 3, "completion_tokens": 1})
    last = chunk(finish="stop", usage={"prompt_tokens": 3, "completion_tokens": 2})
    assert read(first, last)[-1] == ModelFinished("stop", Usage(3, 2))


def test_usage_inside_the_choice_is_read() -> None:
    choice = {"delta": {}, "finish_reason": "stop", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    assert read(text_chunk("x"), {"choices": [choice]})[-1] == ModelFinished("stop", Usage(3, 2))


def test_usage_that_nobody_said_is_none() -> None:
    assert read(text_chunk("x"), chunk(finish="stop"))[-1] == ModelFinished("stop", None)


def test_what_was_written_to_the_cache_is_told_apart() -> None:
    details = {"cached_tokens": 20, "cache_write_tokens": 50}
    found = usage_of({"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": details})
    assert found == Usage(100, 5, 20, 0, 50)


@pytest.mark.parametrize(("written", "kept"), [(1000, 80), (-5, 0), (None, 0)])
def test_no_more_can_be_written_to_the_cache_than_was_read_afresh(written: int | None, kept: int) -> None:
    details = {"cached_tokens": 20, "cache_write_tokens": written}
    found = usage_of({"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": details})
    assert found is not None
    assert found.cache_write_tokens == kept


@pytest.mark.parametrize(
    ("more", "reported"),
    [
        ({"cost": 0.00014}, "0.00014"),
        ({"cost": 1.4e-05}, "0.000014"),
        ({"cost": 0}, "0"),
        ({"cost": 0.95, "cost_details": {"upstream_inference_cost": 19}, "is_byok": False}, "0.95"),
        ({"cost": 0.05, "cost_details": {"upstream_inference_cost": 0.7}, "is_byok": True}, "0.75"),
        ({"cost": 0.05, "cost_details": {"upstream_inference_cost": None}, "is_byok": True}, "0.05"),
        ({"cost": -1}, None),
        ({"cost": None}, None),
        ({}, None),
    ],
)
def test_what_a_gateway_charged_is_read_to_the_last_digit(more: dict[str, Any], reported: str | None) -> None:
    found = usage_of({"prompt_tokens": 1, "completion_tokens": 1, **more})
    assert found is not None
    assert found.reported_usd == (None if reported is None else Decimal(reported))


def test_typed_reasoning_is_read_where_no_plain_one_stands() -> None:
    details = [
        {"type": "reasoning.summary", "summary": "Weighs "},
        {"type": "reasoning.encrypted", "data": "eyJ="},
        {"type": "reasoning.text", "text": "it.", "signature": None},
    ]
    whole = read(chunk({"reasoning_details": details}), text_chunk("x"), chunk(finish="stop"))
    assert whole[1] == ReasoningDelta("Weighs it.")
    both = read(chunk({"reasoning": "Weighs it.", "reasoning_details": details}), chunk(finish="stop"))
    assert [event for event in both if isinstance(event, ReasoningDelta)] == [ReasoningDelta("Weighs it.")]


@pytest.mark.parametrize(
    ("said", "meant"), [("sensitive", "content_filter"), ("model_context_window_exceeded", "length")]
)
def test_vendors_own_words_for_an_end_are_understood(said: str, meant: str) -> None:
    assert read(text_chunk("x"), chunk(finish=said))[-1] == ModelFinished(meant, None)  # type: ignore[arg-type]


def test_a_vendors_word_for_breaking_off_is_a_failure() -> None:
    assert isinstance(failure(text_chunk("x"), chunk(finish="network_error")), UpstreamUnavailable)
