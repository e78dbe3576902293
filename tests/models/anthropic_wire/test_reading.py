"""Answers, whole and streamed, as model events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import (
    CallPieces,
    ModelEvent,
    ModelFinished,
    ModelStarted,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.usage import Usage
from cryptodesk.models._http.sse import SseReader
from cryptodesk.models.anthropic_wire import _wire as wire
from cryptodesk.models.anthropic_wire._reading import AnswerReader
from tests.models.anthropic_wire.upstream import (
    MODEL,
    PING,
    block_frames,
    body,
    delta,
    ending,
    frame,
    opening,
    streamed,
    text,
    thinking,
    tool_use,
    usage,
)

SECRET = "sk-ant-secret"
STARTED = ModelStarted(MODEL)
LOOK = tool_use("toolu_1", "price", {"symbol": "BTC"})
ANSWER = body(
    thinking("Look it up first."), text("Let me look: ₿."), LOOK, tool_use("toolu_2", "now", {}), stop="tool_use"
)


def payloads(frames: list[bytes]) -> list[bytes]:
    return SseReader().feed(b"".join(frames))


def read(*found: bytes, is_whole: bool | None = None) -> tuple[list[ModelEvent], AnswerReader]:
    reader = AnswerReader("up", "asked-model", SECRET)
    events: list[ModelEvent] = []
    for payload in found:
        reader.read(payload, events)
    events += reader.finish(is_whole=reader.is_stopped if is_whole is None else is_whole)
    return events, reader


def whole(answer: dict[str, Any]) -> list[ModelEvent]:
    return read(json.dumps(answer).encode())[0]


def stream(*frames: bytes, is_whole: bool | None = None) -> list[ModelEvent]:
    return read(*payloads(list(frames)), is_whole=is_whole)[0]


def folded(events: list[ModelEvent]) -> tuple[str, str, list[ToolCallPart], ModelEvent, ModelEvent]:
    said = "".join(event.text for event in events if isinstance(event, TextDelta))
    thought = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    pieces = CallPieces()
    for event in events:
        if isinstance(event, ToolCallDelta):
            pieces.add(event)
    return said, thought, [call for _, call in pieces.calls()], events[0], events[-1]


def usage_of(**figures: Any) -> Usage | None:
    last = whole(body(text("x"), usage=usage(**figures)))[-1]
    assert isinstance(last, ModelFinished)
    return last.usage


# -- the same answer, whole and streamed -------------------------------------------------------------------------


def test_a_whole_answer() -> None:
    assert whole(body(text("Hi"))) == [STARTED, TextDelta("Hi"), ModelFinished("stop", Usage(3, 2))]


def test_a_streamed_answer_says_what_the_whole_one_says() -> None:
    said, thought, calls, first, last = folded(stream(*streamed(ANSWER)))
    assert said == "Let me look: ₿."
    assert thought == "Look it up first."
    assert calls == [ToolCallPart("toolu_1", "price", '{"symbol": "BTC"}'), ToolCallPart("toolu_2", "now", "{}")]
    assert (first, last) == (STARTED, ModelFinished("tool_calls", Usage(3, 2)))
    assert folded(whole(ANSWER)) == (said, thought, calls, first, last)


def test_what_must_be_sent_back_is_the_same_whole_and_streamed() -> None:
    _, from_whole = read(json.dumps(ANSWER).encode())
    _, from_stream = read(*payloads(streamed(ANSWER)))
    blocks = from_stream.asked()
    assert blocks is not None
    assert [type(block).__name__ for block in blocks] == ["ThinkingBlock", "TextBlock", "ToolUseBlock", "ToolUseBlock"]
    assert blocks[0] == wire.ThinkingBlock("Look it up first.", "c2ln")
    assert blocks == from_whole.asked()


def test_thinking_that_is_not_shown_keeps_its_signature() -> None:
    hidden = {"type": "thinking", "thinking": "", "signature": "c2ln"}
    redacted = {"type": "redacted_thinking", "data": "b3BhcXVl"}
    for events, reader in (
        read(json.dumps(body(hidden, redacted, LOOK, stop="tool_use")).encode()),
        read(*payloads(streamed(body(hidden, redacted, LOOK, stop="tool_use")))),
    ):
        assert not any(isinstance(event, ReasoningDelta) for event in events)
        blocks = reader.asked()
        assert blocks is not None
        assert blocks[:2] == [wire.ThinkingBlock("", "c2ln"), wire.RedactedThinkingBlock("b3BhcXVl")]


def test_a_half_written_call_is_never_sent_back() -> None:
    frames = block_frames(0, thinking("t")) + block_frames(1, LOOK)[:-3]
    events, reader = read(*payloads([opening(), *frames, *ending("max_tokens")]))
    assert isinstance(events[-1], ModelFinished)
    assert events[-1].finish_reason == "length"
    assert reader.asked() is None


def test_pings_new_events_new_blocks_and_new_deltas_are_passed_over() -> None:
    server_tool = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    citation = {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": {"a": 1}}}
    frames = block_frames(0, text("Hi"))
    assert stream(
        opening(),
        PING,
        frame({"type": "news_of_next_year", "delta": {"type": "x"}}),
        *frames[:-1],
        frame(citation),
        delta(0, "melody_delta", notes="do"),
        frames[-1],
        frame({"type": "content_block_start", "index": 1, "content_block": server_tool}),
        delta(1, "input_json_delta", partial_json='{"query":"x"}'),
        frame({"type": "content_block_stop", "index": 1}),
        *ending(),
    ) == [STARTED, TextDelta("Hi"), ModelFinished("stop", Usage(3, 2))]
    assert whole(body(server_tool, text("Hi"), {"type": "new"}))[1:-1] == [TextDelta("Hi")]


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("tool_use", "tool_calls"), ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"), ("pause_turn", "length"), ("refusal", "content_filter"),
        ("some_new_reason", "stop"),
    ],
)  # fmt: skip
def test_stop_reasons(stop: str, reason: str) -> None:
    for events in (whole(body(text("x"), stop=stop)), stream(*streamed(body(text("x"), stop=stop)))):
        assert isinstance(events[-1], ModelFinished)
        assert events[-1].finish_reason == reason


def test_a_call_is_a_call_whatever_the_stop_reason_says() -> None:
    last = whole(body(LOOK, stop="end_turn"))[-1]
    assert isinstance(last, ModelFinished)
    assert last.finish_reason == "tool_calls"


# -- refusals ----------------------------------------------------------------------------------------------------

DETAILS = {"type": "refusal", "category": "cyber", "explanation": "This could enable cyber harm."}


def test_a_refusal_before_a_word_is_one_and_still_says_what_it_cost() -> None:
    refused = body(stop="refusal", stop_details=DETAILS)
    for events, reader in (read(json.dumps(refused).encode()), read(*payloads(streamed(refused)))):
        assert events == [STARTED, ModelFinished("content_filter", Usage(3, 2))]
        assert isinstance(reader.refusal, ContentFiltered)
        assert "This could enable cyber harm." in reader.refusal.message


def test_a_refusal_without_details_has_words_all_the_same() -> None:
    _, reader = read(json.dumps(body(stop="refusal", stop_details=None)).encode())
    assert reader.refusal is not None
    assert reader.refusal.message == "The provider declined to answer."


@pytest.mark.parametrize("said", [text("Well"), thinking("Hm."), LOOK])
def test_what_was_said_before_a_refusal_stays_an_answer(said: dict[str, Any]) -> None:
    refused = body(said, stop="refusal", stop_details=DETAILS)
    for events, reader in (read(json.dumps(refused).encode()), read(*payloads(streamed(refused)))):
        assert reader.refusal is None
        assert events[-1] == ModelFinished("content_filter", Usage(3, 2))


# -- usage -------------------------------------------------------------------------------------------------------


def test_input_is_the_sum_of_plain_written_and_read_tokens() -> None:
    assert usage_of(input_tokens=10, cache_creation_input_tokens=200, cache_read_input_tokens=3000) == Usage(
        input_tokens=3210, output_tokens=2, cache_read_tokens=3000, cache_write_tokens=200
    )


@pytest.mark.parametrize(("said", "counted"), [(150, 150), (900, 200), (-1, 0), (None, 0)])
def test_what_is_kept_for_an_hour_is_a_part_of_what_is_written(said: int | None, counted: int) -> None:
    creation = {"ephemeral_5m_input_tokens": 50, "ephemeral_1h_input_tokens": said}
    assert usage_of(cache_creation_input_tokens=200, cache_creation=creation) == Usage(
        input_tokens=203, output_tokens=2, cache_write_tokens=200, cache_write_1h_tokens=counted
    )


def test_the_lifetime_of_written_tokens_is_said_at_the_beginning_of_a_stream_only() -> None:
    began = usage(cache_creation_input_tokens=200, cache_creation={"ephemeral_1h_input_tokens": 150}, output_tokens=1)
    start = frame({"type": "message_start", "message": {**body(stop=None), "usage": began}})
    figures = {"input_tokens": 3, "cache_creation_input_tokens": 200, "output_tokens": 9}
    events = stream(start, *block_frames(0, text("Hi")), *ending(figures=figures))
    assert events[-1] == ModelFinished("stop", Usage(203, 9, cache_write_tokens=200, cache_write_1h_tokens=150))


def test_thinking_is_taken_out_of_the_output() -> None:
    details = {"thinking_tokens": 90}
    assert usage_of(output_tokens=100, output_tokens_details=details) == Usage(3, 10, 0, 90)
    assert usage_of(output_tokens=50, output_tokens_details=details) == Usage(3, 0, 0, 50)


@pytest.mark.parametrize("missing", ["input_tokens", "output_tokens"])
def test_usage_that_is_not_whole_is_no_usage(missing: str) -> None:
    assert usage_of(**{missing: None}) is None


def test_negative_and_null_figures_do_no_harm() -> None:
    assert usage_of(input_tokens=-5, cache_read_input_tokens=None, output_tokens_details=None) == Usage(0, 2)


def test_the_end_of_a_stream_has_the_sums() -> None:
    figures = {"input_tokens": 30, "cache_read_input_tokens": 20, "output_tokens": 9}
    events = stream(opening(), *block_frames(0, text("Hi")), *ending(figures=figures))
    assert events[-1] == ModelFinished("stop", Usage(50, 9, 20))


def test_a_stream_that_never_gives_the_sum_of_its_output_has_no_usage() -> None:
    said = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    events = stream(opening(), *block_frames(0, text("Hi")), frame(said), frame({"type": "message_stop"}))
    assert events[-1] == ModelFinished("stop", None)


def test_usage_in_odd_places_is_found() -> None:
    empty = frame({"type": "message_start", "message": {"model": MODEL}})
    early = {"type": "message_delta", "delta": {}, "usage": {"input_tokens": 4, "output_tokens": 5}}
    events = stream(empty, *block_frames(0, text("Hi")), frame(early), *ending())
    assert events[-1] == ModelFinished("stop", Usage(4, 2))


def test_a_tier_other_than_the_standard_one_is_named() -> None:
    assert whole(body(text("x"), usage=usage(service_tier="priority")))[0] == ModelStarted(MODEL, "priority")
    assert stream(*streamed(body(text("x"))))[0] == STARTED


# -- faults ------------------------------------------------------------------------------------------------------


def test_missing_indexes_belong_to_the_block_that_was_begun_last() -> None:
    def unnumbered(frames: list[bytes]) -> list[bytes]:
        found = [json.loads(payload) for payload in payloads(frames)]
        return [frame({name: value for name, value in event.items() if name != "index"}) for event in found]

    events = stream(*unnumbered(streamed(ANSWER)))
    assert folded(events)[2] == [
        ToolCallPart("toolu_1", "price", '{"symbol": "BTC"}'),
        ToolCallPart("toolu_2", "now", "{}"),
    ]


def test_a_repeated_id_is_replaced_so_that_results_find_their_call() -> None:
    again = tool_use("toolu_1", "news", {"q": 1})
    for events in (whole(body(LOOK, again, stop="tool_use")), stream(*streamed(body(LOOK, again, stop="tool_use")))):
        first, second = folded(events)[2]
        assert first.call_id == "toolu_1"
        assert second.call_id.startswith("call_")
        assert (second.name, json.loads(second.arguments)) == ("news", {"q": 1})


def test_a_call_without_an_id_gets_one() -> None:
    (call,) = folded(whole(body({"type": "tool_use", "name": "f", "input": {}}, stop="tool_use")))[2]
    assert call.call_id.startswith("call_")


def test_a_call_without_a_name_is_a_bad_answer() -> None:
    with pytest.raises(UpstreamBadAnswer, match="without naming it"):
        whole(body({"type": "tool_use", "id": "a", "input": {}}, stop="tool_use"))
    with pytest.raises(UpstreamBadAnswer, match="without naming it"):
        stream(opening(), delta(0, "input_json_delta", partial_json="{}"), *ending("tool_use"))


def test_pieces_whose_beginning_got_lost_are_read() -> None:
    assert stream(delta(0, "text_delta", text="Hi"), *ending(), is_whole=True) == [
        ModelStarted("asked-model"),
        TextDelta("Hi"),
        ModelFinished("stop", None),
    ]


def test_the_index_used_twice_is_two_blocks() -> None:
    events = stream(opening(), *block_frames(0, LOOK), *block_frames(0, tool_use("toolu_9", "f", {})), *ending())
    assert [call.call_id for call in folded(events)[2]] == ["toolu_1", "toolu_9"]


@pytest.mark.parametrize("content", [None, []])
def test_an_answer_without_content_is_empty_and_no_failure(content: Any) -> None:
    assert whole({**body(), "content": content}) == [STARTED, ModelFinished("stop", Usage(3, 2))]


@pytest.mark.parametrize(
    "payload",
    [b"", b"  ", b"<html>", b"null", b"[]", b"{}", b'"x"', b'{"choices":[]}', b"\xff\xfe", b'{"type":"message"',
     b'{"type":"message","content":"Hi"}', b'{"type":7}', b"[" * 100_000, b'{"type":"ping"}'],
)  # fmt: skip
def test_what_is_no_answer_is_a_bad_answer(payload: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer):
        read(payload, is_whole=True)


def test_a_bad_answer_is_shown_in_part_and_without_the_key() -> None:
    with pytest.raises(UpstreamBadAnswer) as caught:
        read(f"<html>{SECRET}{'x' * 9000}".encode())
    assert caught.value.body is not None
    assert caught.value.body["text"].startswith("<html>***xxx")
    assert len(caught.value.body["text"]) < 2010


def test_a_stream_cut_at_any_frame_is_whole_only_after_its_stop_reason() -> None:
    frames = streamed(ANSWER)
    for count in range(len(frames)):
        said = payloads(frames[:count])
        if count < len(frames) - 1:
            with pytest.raises(UpstreamBadAnswer):
                read(*said, is_whole=False)
        else:
            assert read(*said, is_whole=False)[0][-1] == ModelFinished("tool_calls", Usage(3, 2))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", UpstreamUnavailable), ("api_error", UpstreamUnavailable),
        ("rate_limit_error", UpstreamRateLimited), ("timeout_error", UpstreamTimeout),
        ("some_new_error", UpstreamBadAnswer),
    ],
)  # fmt: skip
def test_an_error_event_is_raised(kind: str, expected: type[UpstreamError]) -> None:
    error = frame({"type": "error", "error": {"type": kind, "message": f"Overloaded {SECRET}"}})
    with pytest.raises(expected) as caught:
        stream(opening(), *block_frames(0, text("Hi")), error)
    assert SECRET not in str(caught.value.__dict__)


def test_a_conversation_found_too_long_in_mid_stream_is_the_conversations_fault() -> None:
    error = {"type": "invalid_request_error", "message": "prompt is too long: 250000 tokens > 200000 maximum"}
    with pytest.raises(ContextTooLong):
        stream(frame({"type": "error", "error": error}))
