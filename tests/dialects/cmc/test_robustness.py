"""Whatever a client sends: a documented envelope, never a 500, and one meaning for one body."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects.cmc.checks import check_body
from cryptodesk.dialects.cmc.parse import read_usual
from cryptodesk.dialects.cmc.request import to_run_request
from tests.dialects.cmc.requirements import requirement
from tests.dialects.support import (
    BUILT_INS,
    CALLER,
    Answer,
    Client,
    FakeEngine,
    built_in,
    chat,
    custom_tool,
    make_ports,
)
from tests.dialects.support import require_model as known_model

PORTS = make_ports()
QUIET = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["auto", "user", "tool", "system", "cmc_id_lookup", "function", "json_schema", "chatcmpl-1"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "array", "items": {"type": "object", "additionalProperties": False}}},
    "required": ["a"],
    "additionalProperties": False,
}
FULL = chat(
    messages=[
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "1"},
    ],
    stream=True,
    temperature=1,
    max_completion_tokens=100,
    tools=[built_in(), custom_tool("f", parameters=STRICT, strict=True), custom_tool("g", parameters={})],
    tool_choice="auto",
    response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": STRICT, "strict": True}},
    stream_options={"include_usage": True},
    reasoning_effort="low",
    previous_response_id="chatcmpl-1",
    cryptodesk={"include": ["verification"], "as_of": "2026-01-31"},
)


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
def mutated(draw: st.DrawFn) -> Any:
    """A body that uses every field, or the smallest one, with up to three places changed."""
    body: Any = draw(st.sampled_from([FULL, {**FULL, "messages": FULL["messages"][:2]}, chat()]))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(paths(body)))
        body = changed(body, path, draw(JSON), drop=bool(path) and draw(st.booleans()))
    return body


def ask(body: bytes) -> Answer:
    async def post() -> Answer:
        return await Client(FakeEngine()).post(body)

    return asyncio.run(post())


def is_documented(answer: Answer) -> bool:
    if answer.headers["content-type"].startswith("text/event-stream"):
        return answer.status == 200 and answer.body.endswith(b"data:[DONE]\n\n")
    body = answer.json
    if answer.status == 200:
        return body.get("object") == "chat.completion" or (
            set(body) == {"status"} and body["status"]["error_code"] == "500"
        )
    return answer.status in (400, 404) and set(body) == {"error"} and isinstance(body["error"]["message"], str)


@requirement("CMC-BAD-JSON", "CMC-WRONG-TYPE")
@QUIET
@given(mutated())
def test_a_mutated_request_gets_a_documented_answer(body: Any) -> None:
    assert is_documented(ask(json.dumps(body).encode()))


@requirement("CMC-BAD-JSON")
@QUIET
@given(st.integers(0, 1000), st.binary(min_size=1, max_size=4), st.integers(0, 8))
def test_a_request_with_broken_bytes_gets_a_documented_answer(where: int, what: bytes, lost: int) -> None:
    raw = json.dumps(FULL).encode()
    where %= len(raw)
    assert is_documented(ask(raw[:where] + what + raw[where + lost :]))


@requirement("CMC-BAD-JSON")
@QUIET
@given(st.binary(max_size=64))
@example(b"{}")
def test_arbitrary_bytes_get_a_documented_answer(raw: bytes) -> None:
    answer = ask(raw)
    assert (answer.status, is_documented(answer)) == (400, True)


def _slow(raw: bytes) -> RunRequest | CryptodeskError:
    try:
        return to_run_request(check_body(raw, BUILT_INS, known_model), CALLER, "t", PORTS)
    except CryptodeskError as error:
        return error


@requirement("CMC-ORDER")
@QUIET
@given(mutated())
@example(FULL)
@example(chat(temperature=-0.0))
@example(chat(tools=[custom_tool("f", parameters={"type": "object"})]))
def test_the_typed_reading_and_the_ordered_checks_mean_the_same(body: Any) -> None:
    """What the typed reading accepts, the ordered checks accept too, and it asks for the same run."""
    raw = json.dumps(body).encode()
    usual = read_usual(raw, BUILT_INS)
    if usual is not None:
        assert to_run_request(usual, CALLER, "t", PORTS) == _slow(raw)


@QUIET
@given(mutated())
def test_a_run_that_is_asked_for_can_be_passed_on_as_json(body: Any) -> None:
    """Providers encode what they are given; nothing that got through may break that."""
    asked = _slow(json.dumps(body).encode())
    if isinstance(asked, RunRequest):
        msgspec.json.encode(asked)
