"""Whatever a client sends: OpenAI's envelope or a valid answer, never a 500."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dialects.openai.oracle import check_chunk, check_completion
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import CHAT, RESPONSES, TOOL_RUN, Client, frames, tool
from tests.dialects.support import Answer, FakeEngine, chat

QUIET = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["auto", "required", "user", "tool", "cmc_id_lookup", "function", "json_schema", "text"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
STRICT: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
CALLS = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
FULL = chat(
    messages=[
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {"role": "assistant", "content": None, "tool_calls": CALLS},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
    ],
    stream=True,
    stream_options={"include_usage": True},
    temperature=1,
    max_completion_tokens=100,
    stop=["x", "yz"],
    tools=[tool("f", parameters=STRICT, strict=True), tool("cmc_market_data")],
    tool_choice={"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [tool("f")]}},
    parallel_tool_calls=False,
    response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": STRICT, "strict": True}},
    reasoning_effort="low",
    cryptodesk={"include": ["verification", "progress"], "as_of": "2026-01-31"},
)
ITEMS = {
    "model": "m",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
    ],
    "tools": [{"type": "function", "name": "f", "parameters": STRICT, "strict": True}],
    "text": {"format": {"type": "json_object"}},
    "reasoning": {"effort": "low"},
    "stream": True,
}


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] + [deeper for key, child in children for deeper in paths(child, (*path, key))]


def changed(node: Any, path: tuple[Any, ...], value: Any, *, drop: bool) -> Any:
    """A copy of `node` with the place at `path` replaced or, if it has a name, left out."""
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    if drop and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(node[path[0]], path[1:], value, drop=drop)
    return copy


@st.composite
def mutated(draw: st.DrawFn, *bodies: Any) -> Any:
    """One of the bodies with up to three places changed."""
    body: Any = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(paths(body)))
        body = changed(body, path, draw(JSON), drop=bool(path) and draw(st.booleans()))
    return body


CLIENT = Client(FakeEngine(TOOL_RUN))


def ask(body: bytes, path: str = CHAT) -> Answer:
    CLIENT.engine.requests.clear()
    answer = asyncio.run(CLIENT.ask(body, path=path))
    for request in CLIENT.engine.requests:
        msgspec.json.encode(request)  # providers encode what they are given
    return answer


def check(answer: Answer) -> None:
    if answer.status != 200:
        assert answer.status in (400, 404)
        assert set(answer.json) == {"error"}
        assert set(answer.error) == {"message", "type", "param", "code"}
        assert answer.error["message"]
    elif answer.headers["content-type"].startswith("text/event-stream"):
        for frame in frames(answer):
            check_chunk(frame)
    else:
        check_completion(answer.json)


@requirement("OAI-BAD-JSON", "OAI-ERROR", "OAI-CHUNKS")
@QUIET
@given(mutated(FULL, {**FULL, "stream": False}, chat()))
@example(FULL)
def test_a_mutated_chat_gets_a_valid_answer(body: Any) -> None:
    check(ask(json.dumps(body).encode()))


@requirement("OAI-BAD-JSON", "OAI-RESPONSES")
@QUIET
@given(mutated(ITEMS, {**ITEMS, "stream": False}))
@example(ITEMS)
def test_a_mutated_response_request_gets_an_answer(body: Any) -> None:
    answer = ask(json.dumps(body).encode(), RESPONSES)
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert set(answer.error) == {"message", "type", "param", "code"}


@requirement("OAI-BAD-JSON")
@QUIET
@given(st.integers(0, 1000), st.binary(min_size=1, max_size=4), st.integers(0, 8))
def test_broken_bytes_get_an_answer(where: int, what: bytes, lost: int) -> None:
    raw = json.dumps(FULL).encode()
    where %= len(raw)
    check(ask(raw[:where] + what + raw[where + lost :]))


@requirement("OAI-BAD-JSON")
@QUIET
@given(st.binary(max_size=64))
def test_arbitrary_bytes_get_the_envelope(raw: bytes) -> None:
    answer = ask(raw)
    assert answer.status == 400
    check(answer)
