"""What a client sees is read as clients of each dialect read it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.drills.seen import Seen, read_answer

EVENTS, LINES, JSON = "text/event-stream;charset=UTF-8", "text/plain; charset=utf-8", "application/json"


def events(*frames: Any, done: bool = True) -> bytes:
    blocks = [f"data: {json.dumps(frame)}\n\n" for frame in frames]
    return "".join([": keep-alive\n\n", *blocks, "data: [DONE]\n\n" if done else ""]).encode()


def chunk(text: str = "", finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def test_a_stream_of_chunks_is_its_text_its_reason_and_its_terminator() -> None:
    seen = read_answer(200, EVENTS, events(chunk("Hel"), chunk("lo"), chunk(finish="stop")))
    assert seen == Seen(200, frames=3, text="Hello", finish="stop", terminator="[DONE]")


def test_a_stream_without_its_terminator_has_none() -> None:
    assert read_answer(200, EVENTS, events(chunk("Hel"), done=False)).terminator == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [({"code": "c", "type": "t", "message": "m"}, "c"), ({"code": None, "type": "t"}, "t"), ("words", "words")],
)
def test_an_error_is_told_by_its_code_else_its_kind_else_its_words(error: Any, told: str) -> None:
    assert read_answer(200, EVENTS, events(chunk("Hel"), {"error": error})).error == told
    assert read_answer(503, JSON, json.dumps({"error": error, "data": None}).encode()).error == told


def test_an_envelope_is_finished_by_its_metadata() -> None:
    frames = [{"data": {"messages": [{"delta": {"content": text}}]}} for text in ("Hel", "lo")]
    last = {"error": None, "data": {"messages": [{"delta": {"content": ""}}]}, "metadata": {}}
    assert read_answer(200, EVENTS, events(*frames)).finish == ""
    assert read_answer(200, EVENTS, events(*frames, last)) == Seen(200, 3, "Hello", "stop", terminator="[DONE]")


def test_a_data_stream_is_read_line_by_line() -> None:
    body = b'0:"Hel"\n2:[]\n0:"lo"\ne:{"finishReason":"stop"}\nd:{"finishReason":"stop"}\n'
    assert read_answer(200, LINES, body) == Seen(200, frames=3, text="Hello", finish="stop", terminator="d:")
    failed = read_answer(200, LINES, b'0:"Hel"\n3:"broken"\nd:{"finishReason":"error"}\n')
    assert (failed.error, failed.finish, failed.terminator) == ("broken", "", "d:")


def test_a_whole_body_has_its_text_and_its_failed_calls() -> None:
    traces = [{"status": "failed"}, {"status": "completed"}]
    choice = {"message": {"content": ""}, "finish_reason": "tool_calls"}
    body = json.dumps({"choices": [choice], "cmc": {"tool_traces": traces}}).encode()
    seen = read_answer(200, JSON, body)
    assert (seen.finish, seen.failed_tools, seen.terminator) == ("tool_calls", 1, "end of body")


def test_our_own_limits_come_in_an_envelope_of_their_own() -> None:
    body = b'{"status":{"error_code":"1008","error_message":"slow down"}}'
    assert read_answer(429, JSON, body).error == "1008"


@pytest.mark.parametrize("text", ["Half. [Stopped early: time.]", "I could not finish this answer: time."])
def test_a_text_that_says_that_it_is_cut_short_is_known_by_its_words(text: str) -> None:
    assert read_answer(200, EVENTS, events(chunk(text), chunk(finish="stop"))).is_told_short


def test_a_secret_in_any_frame_is_noticed() -> None:
    body = events({"error": "the database '/srv/desk.db' is full"})
    assert read_answer(200, EVENTS, body, ("/srv/desk.db",)).leaks
    assert not read_answer(200, EVENTS, body, ("/home/else",)).leaks


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'{"choices":[{}]}'])
def test_what_no_client_could_read_raises(body: bytes) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        read_answer(200, JSON, body)
