"""The OpenAI route: the whole body and the exact order of a stream's chunks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import RunTimeout
from cryptodesk.core.events import RunFailed, TextDelta
from cryptodesk.core.research import ResearchOutcome
from cryptodesk.dialects._ports import DialectSettings
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import (
    END,
    OPENAI,
    RUN,
    RUN_UUID,
    STARTED,
    TEXT,
    TEXTS,
    Client,
    ended,
    events,
    question,
    run_of,
)
from tests.dialects.messari.test_wire import WIRE_CHART, WIRE_SOURCES
from tests.dialects.support import FakeEngine

USAGE = {"prompt_tokens": 11, "completion_tokens": 220, "total_tokens": 231}
PAGES = ["https://bitcoin.org/b.pdf", "https://example.org/h", "Binance daily candles"]


def base(kind: str) -> dict[str, Any]:
    return {"id": RUN_UUID, "object": kind, "created": 1790266243, "model": "messari-ai"}


def delta(reason: str | None = None, **members: Any) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": members, "finish_reason": reason}]


def metadata(trace_id: str, **changed: Any) -> dict[str, Any]:
    members = {
        "status": "success",
        "trace_id": trace_id,
        "charts": [WIRE_CHART],
        "cited_sources": WIRE_SOURCES,
        "related_questions": ["What is a halving?", "Who holds most?"],
    }
    return {**members, **changed}


@requirement("MES-OPENAI", "MES-OPENAI-BODY", "MES-NO-DATA-KEY", "MES-USAGE", "MES-TRACE-ID", "MES-JSON-TYPE")
async def test_the_whole_body_is_openais_with_metadata() -> None:
    answer = await Client().ask(OPENAI, question(model="anything"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    body = answer.json
    message = body["choices"][0].pop("message")
    assert message.pop("annotations")
    assert message == {"role": "assistant", "content": TEXT, "citations": PAGES}
    assert body == {
        **base("chat.completion"),
        "choices": [{"index": 0, "finish_reason": "stop"}],
        "usage": USAGE,
        "metadata": metadata(answer.headers["x-request-id"]),
    }


@requirement("MES-OPENAI-BODY")
async def test_the_bytes_are_those_of_the_published_example() -> None:
    client = Client(FakeEngine(run_of(ended(sources=(), charts=(), related_questions=()), "Hi.")))
    answer = await client.ask()
    trace_id = answer.headers["x-request-id"].encode()
    assert answer.body == (
        b'{"id":"0199c3d2-a1b0-0123-4567-89abcdef0123","object":"chat.completion","created":1790266243,'
        b'"model":"messari-ai","choices":[{"index":0,"message":{"role":"assistant","content":"Hi."},'
        b'"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":220,"total_tokens":231},'
        b'"metadata":{"status":"success","trace_id":"' + trace_id + b'","charts":[],"cited_sources":[],'
        b'"related_questions":[]}}'
    )


@requirement("MES-SSE-ORDER", "MES-SSE-FINISH", "MES-SSE-CHARTS")
async def test_a_stream_is_role_text_links_charts_finish_and_done() -> None:
    answer = await Client().ask(OPENAI, question(stream=True))
    role, first, second, links, charts, finish = events(answer)
    kind = base("chat.completion.chunk")
    told = metadata(answer.headers["x-request-id"])
    assert role == {**kind, "choices": delta(role="assistant", content="")}
    assert first == {**kind, "choices": delta(content=TEXTS[0])}
    assert second == {**kind, "choices": delta(content=TEXTS[1])}
    assert links["choices"][0]["delta"].keys() == {"annotations", "citations"}
    assert links["choices"][0]["finish_reason"] is None
    assert charts == {
        **kind,
        "choices": delta(),
        "metadata": {name: told[name] for name in ("status", "trace_id", "charts")},
    }
    assert finish == {**kind, "choices": delta("stop"), "usage": USAGE, "metadata": told}


@requirement("MES-SSE-FORM")
async def test_a_stream_is_byte_for_byte_what_known_readers_parse() -> None:
    client = Client(FakeEngine(run_of(ended(sources=(), charts=(), related_questions=()), "Hi.")))
    answer = await client.ask(OPENAI, question(stream=True))
    head = (
        b'data: {"id":"0199c3d2-a1b0-0123-4567-89abcdef0123","object":"chat.completion.chunk",'
        b'"created":1790266243,"model":"messari-ai","choices":[{"index":0,"delta":'
    )
    trace_id = answer.headers["x-request-id"].encode()
    assert answer.pieces == [
        head + b'{"role":"assistant","content":""},"finish_reason":null}]}\n\n',
        head + b'{"content":"Hi."},"finish_reason":null}]}\n\n',
        head
        + b'{},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":220,"total_tokens":231},'
        + b'"metadata":{"status":"success","trace_id":"'
        + trace_id
        + b'","charts":[],"cited_sources":[],"related_questions":[]}}\n\ndata: [DONE]\n\n',
    ]


@requirement("MES-SSE-FORM", "MES-SSE-CHOICES")
async def test_every_write_is_whole_events_and_every_event_has_a_choice_with_a_delta() -> None:
    answer = await Client().ask(OPENAI, question(stream=True, cryptodesk={"include": ["progress", "verification"]}))
    assert all(piece.startswith(b"data: ") and piece.endswith(b"\n\n") for piece in answer.pieces)
    for event in events(answer):
        (choice,) = event["choices"]
        assert isinstance(choice["delta"], dict)


@requirement("MES-SSE-CHARTS")
async def test_without_charts_there_is_no_chunk_for_them() -> None:
    answer = await Client(FakeEngine(run_of(ended(charts=())))).ask(OPENAI, question(stream=True))
    assert [set(event) & {"metadata"} for event in events(answer)] == [set()] * 4 + [{"metadata"}]


@requirement("MES-SSE-ORDER")
async def test_a_stream_says_what_the_whole_body_says() -> None:
    whole = (await Client().ask()).json
    streamed = events(await Client().ask(OPENAI, question(stream=True)))
    text = "".join(event["choices"][0]["delta"].get("content", "") for event in streamed)
    links = next(event["choices"][0]["delta"] for event in streamed if "annotations" in event["choices"][0]["delta"])
    message = whole["choices"][0]["message"]
    assert (text, links["annotations"]) == (message["content"], message["annotations"])
    for one in (whole, streamed[-1]):
        one["metadata"].pop("trace_id")
    assert streamed[-1]["metadata"] == whole["metadata"]
    assert streamed[-1]["usage"] == whole["usage"]


@requirement("MES-ANNOTATIONS", "MES-MESSAGE-CITATIONS")
async def test_links_beside_metadata_can_be_switched_off() -> None:
    settings = DialectSettings(annotates=False)
    message = (await Client(settings=settings).ask()).json["choices"][0]["message"]
    assert message == {"role": "assistant", "content": TEXT}
    streamed = events(await Client(settings=settings).ask(OPENAI, question(stream=True)))
    assert "annotations" not in json.dumps(streamed)


@requirement("MES-SSE-ERROR")
async def test_a_failure_in_mid_stream_is_an_event_that_every_reader_survives() -> None:
    batches = [[STARTED], [TextDelta("Bit")], [RunFailed(RunTimeout("the run took too long"))]]
    answer = await Client(FakeEngine(batches)).ask(OPENAI, question(stream=True))
    assert events(answer)[-1] == {
        "error": {"message": "the run took too long", "type": "run_timeout"},
        **base("chat.completion.chunk"),
        # No delta of an answer: the AI SDK takes nothing else for an error.
        "choices": delta(role="system"),
    }


@requirement("MES-PROGRESS", "MES-EXTRA")
async def test_steps_come_as_chunks_without_text_and_all_again_at_the_end() -> None:
    answer = await Client().ask(OPENAI, question(stream=True, cryptodesk={"include": ["progress"]}))
    found = [event for event in events(answer) if "cryptodesk" in event]
    assert [event["choices"] for event in found[:-1]] == [delta(), delta()]
    assert [event["cryptodesk"]["progress"][0]["status"] for event in found[:-1]] == ["started", "completed"]
    last = found[-1]["cryptodesk"]
    assert last == {
        "progress": [
            {"node": "plan", "form": "rules", "status": "completed", "detail": "price of Bitcoin", "duration_ms": 1.5},
            {"node": "write", "form": "model", "status": "failed", "detail": "the model fell silent"},
        ]
    }
    whole = await Client().ask(OPENAI, question(cryptodesk={"include": ["progress", "verification"]}))
    assert whole.json["cryptodesk"] == {"verification": None, **last}


@requirement("MES-PROGRESS")
async def test_who_asks_for_nothing_sees_no_steps() -> None:
    for stream in (False, True):
        answer = await Client().ask(OPENAI, question(stream=stream))
        assert b"cryptodesk" not in answer.body


@requirement("MES-STATUS", "MES-CLARIFICATION")
async def test_a_question_back_has_its_status_and_its_choices_to_go_on_with() -> None:
    outcome = ResearchOutcome("clarification", choices=("Bitcoin", "Bitcoin Cash", "Bitcoin SV"))
    engine = FakeEngine(run_of(structs.replace(END, research=outcome), "Which one do you mean?"))
    body = (await Client(engine).ask()).json
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "Which one do you mean?"}
    told = body["metadata"]
    assert (told["status"], told["related_questions"]) == ("clarification", ["Bitcoin", "Bitcoin Cash"])
    assert (told["charts"], told["cited_sources"]) == ([], [])


@requirement("MES-RELATED-COUNT")
@pytest.mark.parametrize("asked", [0, 1, 5])
async def test_at_most_as_many_questions_come_as_were_asked_for(asked: int) -> None:
    body = (await Client().ask(OPENAI, question(generate_related_questions=asked))).json
    assert len(body["metadata"]["related_questions"]) == min(asked, 3)


@requirement("MES-MARKERS")
async def test_markers_are_passed_on_as_written() -> None:
    engine = FakeEngine(run_of(END, "a [1]", "[2]\n| b [3] |"))
    assert (await Client(engine).ask()).json["choices"][0]["message"]["content"] == "a [1][2]\n| b [3] |"


async def test_an_engine_without_an_outcome_is_an_answer_without_sources() -> None:
    told = (await Client(FakeEngine(run_of(structs.replace(END, research=None)))).ask()).json["metadata"]
    assert (told["status"], told["cited_sources"], told["charts"]) == ("success", [], [])


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_the_reason_of_the_end_is_told(reason: Any) -> None:
    end = structs.replace(END, finish_reason=reason)
    assert (await Client(FakeEngine(run_of(end))).ask()).json["choices"][0]["finish_reason"] == reason


def test_the_run_of_these_tests_has_several_pieces_in_one_batch() -> None:
    assert max(len(batch) for batch in RUN) > 1
