"""The wires of the drill's provider: the same answer on each, with the same count, and what each frame is for."""

from __future__ import annotations

import json

import pytest

from cryptodesk.drills.answers import Call, Said, counted_for
from cryptodesk.drills.wires import WIRES, AnthropicWire, GeminiWire, OpenAIWire, UsagePlace, Wire

_PARTS = Said(("Bitcoin ", "is a ₿ ", "currency."), ("The user ", "asks."), (Call("c1", "look", '{"q":"btc"}'),))
SAID = Said(_PARTS.text, _PARTS.reasoning, _PARTS.calls, counted_for(_PARTS, 100, 20))
EVERY = [*WIRES.values(), *(OpenAIWire(usage_place=place) for place in ("with_finish", "in_choice", "running"))]


@pytest.mark.parametrize("wire", EVERY, ids=str)
def test_frames_add_up_to_what_the_provider_counts(wire: Wire) -> None:
    frames = wire.frames(SAID, "m")
    assert sum(frame.written_tokens for frame in frames) == SAID.counted.written_tokens
    # Text, thoughts and arguments, each character once.
    assert sum(frame.characters for frame in frames) == 24 + 14 + 11


@pytest.mark.parametrize("wire", EVERY, ids=str)
def test_one_frame_ends_and_one_reports_and_nothing_is_said_after_them(wire: Wire) -> None:
    frames = wire.frames(SAID, "m")
    ends = [place for place, frame in enumerate(frames) if frame.ends]
    reports = [place for place, frame in enumerate(frames) if frame.reports]
    assert (len(ends), len(reports)) == (1, 1)
    assert not any(frame.says for frame in frames[ends[0] :])
    assert not any(frame.reports for frame in wire.frames(SAID, "m", has_usage=False))


@pytest.mark.parametrize("wire", EVERY, ids=str)
def test_without_usage_no_frame_tells_any(wire: Wire) -> None:
    told = b"".join(frame.data for frame in wire.frames(SAID, "m", has_usage=False)) + wire.body(
        SAID, "m", has_usage=False
    )
    assert b"sage" not in told.replace(b"message", b"")
    assert b"okenCount" not in told


@pytest.mark.parametrize(
    ("place", "where"), [("behind", (False, False)), ("with_finish", (True, False)), ("in_choice", (False, True))]
)
def test_usage_stands_where_the_vendor_puts_it(place: UsagePlace, where: tuple[bool, bool]) -> None:
    last = next(frame for frame in OpenAIWire(usage_place=place).frames(SAID, "m") if frame.ends)
    chunk = json.loads(last.data[6:])
    assert ("usage" in chunk, "usage" in chunk["choices"][0]) == where


def test_a_wire_knows_its_requests() -> None:
    gemini = "/v1beta/models/gemini-x%2Fy:streamGenerateContent?alt=sse"
    paths = {"openai_wire": "/v1/chat/completions", "anthropic_wire": "/v1/messages", "gemini_wire": gemini}
    for kind, path in paths.items():
        assert [wire.kind for wire in WIRES.values() if wire.serves(path)] == [kind]
    assert GeminiWire().model_of(gemini, {}) == "gemini-x/y"
    assert GeminiWire().is_streamed(gemini, {})
    assert AnthropicWire().model_of("/v1/messages", {"model": "m"}) == "m"


def test_half_an_object_is_text_where_json_is_text_and_a_reason_where_it_is_not() -> None:
    broken = Said(calls=(Call("c1", "look", '{"q":'),))
    assert b'{\\"q\\":' in OpenAIWire().body(broken, "m")
    assert b"MALFORMED_FUNCTION_CALL" in GeminiWire().body(broken, "m")
    assert b"functionCall" not in GeminiWire().body(broken, "m")
