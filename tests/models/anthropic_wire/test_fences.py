"""Code fences around JSON, taken off whatever way the text is cut."""

from __future__ import annotations

import json

import pytest

from cryptodesk.core.events import ModelEvent, ReasoningDelta, TextDelta
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import text_message
from cryptodesk.models.anthropic_wire._fences import Unfencer
from cryptodesk.models.anthropic_wire._provider import AnthropicWireProvider
from tests.models.anthropic_wire.upstream import Exchange, Upstream, body, streamed, text

JSON = '{"a": "`x`", "b": "```"}'


def unfenced(written: str, size: int) -> str:
    unfencer = Unfencer()
    events: list[ModelEvent] = []
    for start in range(0, len(written), size):
        begin = len(events)
        events.append(TextDelta(written[start : start + size]))
        unfencer.pass_on(events, begin)
    events += unfencer.finish()
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"```json\n{JSON}\n```", JSON),
        (f"```\n{JSON}\n```\n", JSON),
        (f" \n```JSON \r\n{JSON}\r\n``` ", JSON),
        (JSON, JSON),
        (f"\n{JSON}\n", f"\n{JSON}\n"),
        (f"```json\n{JSON}", JSON),
        ('```json\n{"cut": "`', '{"cut": "`'),
        ("``", "``"),
        ("`a`", "`a`"),
        ("```", "```"),
        ("```json", "```json"),
        ("", ""),
    ],
)  # fmt: skip
def test_only_a_fence_around_the_whole_goes(written: str, expected: str, size: int) -> None:
    assert unfenced(written, size) == expected


def test_other_events_keep_their_place() -> None:
    unfencer = Unfencer()
    events: list[ModelEvent] = [TextDelta("kept```"), ReasoningDelta("r"), TextDelta("```json\n1"), ReasoningDelta("s")]
    unfencer.pass_on(events, 1)
    assert events == [TextDelta("kept```"), ReasoningDelta("r"), TextDelta("1"), ReasoningDelta("s")]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("asks_for_json", [True, False])
async def test_the_fence_goes_where_json_was_asked_for_in_words_and_stays_elsewhere(
    stream: bool, asks_for_json: bool
) -> None:
    answer = body(text(f"```json\n{JSON}\n```"))

    async def reply(exchange: Exchange) -> None:
        if stream:
            await exchange.stream(*streamed(answer))
        else:
            await exchange.answer(200, json.dumps(answer).encode())

    form = ResponseFormat("json_object") if asks_for_json else None
    request = ModelRequest(
        "m", (text_message("user", "hi"),), response_format=form, stream=stream, max_output_tokens=100
    )
    async with Upstream(reply) as upstream:
        provider = AnthropicWireProvider("up", upstream.base_url, None)
        events = [event async for batch in provider.stream(request) for event in batch]
        await provider.close()
    said = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert said == (JSON if asks_for_json else f"```json\n{JSON}\n```")
