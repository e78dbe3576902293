"""The envelope of v1 and v2, whole and streamed."""

from __future__ import annotations

import pytest

from cryptodesk.core.errors import RunTimeout
from cryptodesk.core.events import RunFailed, TextDelta
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import STARTED, TEXT, TEXTS, V1, V2, Client, ended, events, question, run_of
from tests.dialects.messari.test_encode_openai import metadata
from tests.dialects.messari.test_wire import WIRE_SOURCES
from tests.dialects.support import FakeEngine

NO_TEXT = {"messages": [{"delta": {"content": ""}}]}


@requirement("MES-V1", "MES-V1-BODY", "MES-TRACE-ID")
async def test_the_body_is_error_data_and_metadata() -> None:
    answer = await Client().ask(V1)
    assert answer.json == {
        "error": None,
        "data": {"messages": [{"role": "assistant", "content": TEXT}]},
        "metadata": metadata(answer.headers["x-request-id"]),
    }
    assert list(answer.json) == ["error", "data", "metadata"]


@requirement("MES-V1-BODY")
async def test_the_bytes_of_a_small_answer() -> None:
    answer = await Client(FakeEngine(run_of(ended(sources=(), charts=(), related_questions=()), "Hi."))).ask(V1)
    trace_id = answer.headers["x-request-id"].encode()
    assert answer.body == (
        b'{"error":null,"data":{"messages":[{"role":"assistant","content":"Hi."}]},"metadata":{"status":"success",'
        b'"trace_id":"' + trace_id + b'","charts":[],"cited_sources":[],"related_questions":[]}}'
    )


@requirement("MES-V2", "MES-V2-SOURCES")
async def test_v2_has_its_sources_under_both_names() -> None:
    answer = await Client().ask(V2)
    told = answer.json["metadata"]
    assert told == metadata(answer.headers["x-request-id"], sources=WIRE_SOURCES)
    streamed = events(await Client().ask(V2, question(stream=True)))[-1]["metadata"]
    assert streamed["sources"] == streamed["cited_sources"] == WIRE_SOURCES


@requirement("MES-V1-STREAM", "MES-SSE-FORM")
@pytest.mark.parametrize("path", [V1, V2])
async def test_a_stream_has_the_envelope_with_deltas_and_ends_with_the_metadata(path: str) -> None:
    answer = await Client().ask(path, question(stream=True))
    first, *texts, last = events(answer)
    assert first == {"data": NO_TEXT}
    assert texts == [{"data": {"messages": [{"delta": {"content": text}}]}} for text in TEXTS]
    assert (last["error"], last["data"]) == (None, NO_TEXT)
    whole = (await Client().ask(path)).json["metadata"]
    assert {**last["metadata"], "trace_id": ""} == {**whole, "trace_id": ""}
    assert all(piece.startswith(b"data: ") and piece.endswith(b"\n\n") for piece in answer.pieces)


@requirement("MES-V1-STREAM")
async def test_the_text_of_every_event_can_be_read_unguarded() -> None:
    """The published reader takes `data.messages[0].delta.content` of each event and joins them."""
    body = question(stream=True, cryptodesk={"include": ["progress"]})
    found = events(await Client().ask(V1, body))
    assert "".join(event["data"]["messages"][0]["delta"]["content"] for event in found) == TEXT


@requirement("MES-V1-STREAM-ERROR")
async def test_a_failure_in_mid_stream_is_a_string_beside_an_empty_delta() -> None:
    batches = [[STARTED], [TextDelta("Bit")], [RunFailed(RunTimeout("the run took too long"))]]
    answer = await Client(FakeEngine(batches)).ask(V1, question(stream=True))
    assert events(answer)[-1] == {"error": "the run took too long", "data": NO_TEXT}


@requirement("MES-PROGRESS")
@pytest.mark.parametrize("path", [V1, V2])
async def test_steps_come_only_to_who_asks(path: str) -> None:
    body = question(stream=True, cryptodesk={"include": ["progress"]})
    found = [event for event in events(await Client().ask(path, body)) if "cryptodesk" in event]
    assert [len(event["cryptodesk"]["progress"]) for event in found] == [1, 1, 2]
    whole = (await Client().ask(path, question(), **{"cryptodesk-include": "progress"})).json
    assert whole["cryptodesk"] == found[-1]["cryptodesk"]
    assert b"cryptodesk" not in (await Client().ask(path, question(stream=True))).body
