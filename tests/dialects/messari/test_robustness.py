"""Whatever a client sends: an answer or a string error, never a 500."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects.messari.request import parse_request
from tests.dialects.cmc.test_robustness import changed, paths
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import CHATS, OPENAI, VERCEL, Client, question
from tests.dialects.support import CALLER, Answer, make_ports

PORTS = structs.replace(make_ports(), research_model="m")
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))

WORDS = ["user", "assistant", "data", "verbose", "text", "json", "vercel", "image_url", "2026-01-31", "progress", ""]
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(WORDS),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
CALL = {"id": "c", "index": 0, "type": "function", "function": {"name": "f", "arguments": "{}"}}
PARTS = [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "u", "detail": "low"}}]
FULL = {
    "allow_clarification_query": True,
    "generate_related_questions": 3,
    "inline_citations": True,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": PARTS[:1], "MultiContent": PARTS[:1], "name": "n", "tool_calls": [CALL]},
        {"role": "assistant", "content": "hello", "function_call": CALL["function"], "refusal": "", "tool_call_id": ""},
        {"role": "user", "content": "What is Bitcoin?"},
    ],
    "response_format": "markdown",
    "stream": True,
    "stream_format": "vercel",
    "verbosity": "verbose",
    "model": "messari",
    "cryptodesk": {"include": ["progress", "verification"], "as_of": "2026-01-31", "early_headers": True},
}


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A body that uses every field, or the smallest one, with up to three places changed."""
    body: Any = draw(st.sampled_from([FULL, question()]))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(paths(body)))
        body = changed(body, path, draw(JSON), drop=bool(path) and draw(st.booleans()))
    return body


def ask(path: str, body: bytes) -> Answer:
    async def post() -> Answer:
        return await Client().ask(path, body)

    return asyncio.run(post())


def is_documented(answer: Answer) -> bool:
    kind = answer.headers["content-type"]
    if answer.status == 200 and kind == "text/event-stream":
        return answer.body.endswith(b"data: [DONE]\n\n")
    if answer.status == 200 and kind == "text/plain; charset=utf-8":
        return answer.body.split(b"\n")[-2].startswith(b"d:")
    if answer.status == 200:
        return "metadata" in answer.json
    return answer.status == 400 and set(answer.json) == {"error", "data"} and isinstance(answer.error, str)


@requirement("MES-WRONG-TYPE", "MES-ERROR")
@QUIET
@given(st.sampled_from(CHATS), mutated())
@example(OPENAI, FULL)
@example(VERCEL, question())
def test_a_mutated_request_gets_a_documented_answer(path: str, body: Any) -> None:
    assert is_documented(ask(path, json.dumps(body).encode()))


@requirement("MES-BAD-JSON")
@QUIET
@given(st.sampled_from(CHATS), st.integers(0, 1000), st.binary(min_size=1, max_size=4), st.integers(0, 8))
def test_a_request_with_broken_bytes_gets_a_documented_answer(path: str, where: int, what: bytes, lost: int) -> None:
    raw = json.dumps(FULL).encode()
    where %= len(raw)
    assert is_documented(ask(path, raw[:where] + what + raw[where + lost :]))


@requirement("MES-BAD-JSON")
@QUIET
@given(st.sampled_from(CHATS), st.binary(max_size=64))
@example(OPENAI, b"{}")
def test_arbitrary_bytes_are_refused(path: str, raw: bytes) -> None:
    answer = ask(path, raw)
    assert (answer.status, is_documented(answer)) == (400, True)


def _parsed(raw: bytes) -> RunRequest | None:
    with contextlib.suppress(InvalidRequest):
        return parse_request(raw, CALLER, "t", PORTS, "messari_openai", (b"", b"")).run
    return None


@QUIET
@given(mutated())
def test_a_run_that_is_asked_for_is_sound(body: Any) -> None:
    """It ends with the user's words, stays within its bounds and can be passed on as JSON."""
    run = _parsed(json.dumps(body).encode())
    if run is None:
        return
    last = run.messages[-1]
    assert (last.role, bool(last.text.strip())) == ("user", True)
    assert len(run.messages) <= 7
    assert run.research is not None
    assert 0 <= run.research.related_questions <= 5
    msgspec.json.encode(run)
