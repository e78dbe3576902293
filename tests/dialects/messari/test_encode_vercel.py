"""The Vercel data stream."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from cryptodesk.core.errors import RunTimeout
from cryptodesk.core.events import RunFailed, TextDelta
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import (
    END,
    OPENAI,
    RUN_UUID,
    STARTED,
    TEXTS,
    VERCEL,
    Client,
    ended,
    lines,
    question,
    run_of,
)
from tests.dialects.messari.test_wire import WIRE_CHART, WIRE_SOURCES
from tests.dialects.support import Answer, FakeEngine

USAGE = {"promptTokens": 11, "completionTokens": 220}
WAYS: list[tuple[str, dict[str, Any]]] = [
    (VERCEL, {}),
    (VERCEL, {"stream": False}),
    (OPENAI, {"stream": True, "stream_format": "vercel"}),
]


def items(answer: Answer) -> list[dict[str, Any]]:
    return [item for code, value in lines(answer) if code == "2" for item in value]


@requirement("MES-VERCEL", "MES-VERCEL-LINES", "MES-VERCEL-HEADERS", "MES-VERCEL-TEXT", "MES-STREAM-FORMAT")
@pytest.mark.parametrize(("path", "fields"), WAYS)
async def test_an_answer_is_text_items_sources_and_two_ends(path: str, fields: dict[str, Any]) -> None:
    answer = await Client().ask(path, question(**fields))
    assert answer.headers["x-vercel-ai-data-stream"] == "v1"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    found = lines(answer)
    assert [code for code, _ in found] == ["0", "0", "0", "2", "2", "2", "h", "h", "e", "d"]
    assert [value for code, value in found if code == "0"] == ["", *TEXTS]
    assert found[-2][1] == {"finishReason": "stop", "usage": USAGE, "isContinued": False}
    assert found[-1][1] == {
        "finishReason": "stop",
        "usage": USAGE,
        "traceId": answer.headers["x-request-id"],
        "status": "success",
    }


@requirement("MES-VERCEL-ITEMS")
async def test_charts_sources_and_questions_are_items_with_names_of_their_own() -> None:
    found = items(await Client().ask(VERCEL))
    assert [item["type"] for item in found] == ["chart_data", "citation_data", "related_questions"]
    assert [item["data"] for item in found] == [
        [WIRE_CHART],
        WIRE_SOURCES,
        ["What is a halving?", "Who holds most?"],
    ]
    assert {item["messageId"] for item in found} == {RUN_UUID}
    assert len({UUID(item["uuid"]) for item in found}) == 3


@requirement("MES-VERCEL-LINES")
async def test_a_source_part_names_a_page() -> None:
    found = [value for code, value in lines(await Client().ask(VERCEL)) if code == "h"]
    assert found[0] == {
        "sourceType": "url",
        "id": "1",
        "url": "https://bitcoin.org/b.pdf",
        "title": "Bitcoin “white” paper",
        "domain": "bitcoin.org",
    }
    assert [part["id"] for part in found] == ["1", "2"]  # the third source has no page


@requirement("MES-VERCEL-TEXT", "MES-VERCEL-ITEMS")
async def test_an_answer_of_nothing_still_has_a_text_line_and_no_items() -> None:
    engine = FakeEngine([[STARTED], [ended(sources=(), charts=(), related_questions=())]])
    assert [code for code, _ in lines(await Client(engine).ask(VERCEL))] == ["0", "e", "d"]


@requirement("MES-VERCEL-ERROR", "MES-VERCEL-TEXT")
async def test_a_failure_in_mid_stream_is_a_json_string_and_an_end() -> None:
    error = RunTimeout('the "run" took\ntoo long')
    answer = await Client(FakeEngine([[STARTED], [TextDelta("Bit")], [RunFailed(error)]])).ask(VERCEL)
    assert lines(answer)[1:] == [
        ("0", "Bit"),
        ("3", 'the "run" took\ntoo long'),
        ("d", {"finishReason": "error", "traceId": answer.headers["x-request-id"]}),
    ]


@requirement("MES-VERCEL-LINES")
@pytest.mark.parametrize(
    ("reason", "told"), [("length", "length"), ("content_filter", "content-filter"), ("tool_calls", "other")]
)
async def test_the_reason_of_the_end_is_in_the_protocols_spelling(reason: Any, told: str) -> None:
    end = structs.replace(END, finish_reason=reason)
    found = lines(await Client(FakeEngine(run_of(end))).ask(VERCEL))
    assert [value["finishReason"] for _, value in found[-2:]] == [told, told]


@requirement("MES-VERCEL-LINES")
async def test_a_line_break_in_the_text_does_not_break_the_line() -> None:
    engine = FakeEngine(run_of(END, "a\n\nb\u2028c"))
    assert ("0", "a\n\nb\u2028c") in lines(await Client(engine).ask(VERCEL))


@requirement("MES-PROGRESS", "MES-EXTRA")
async def test_what_was_asked_beyond_the_protocol_comes_as_items() -> None:
    body = question(cryptodesk={"include": ["progress", "verification"]})
    found = [item["data"] for item in items(await Client().ask(VERCEL, body)) if item["type"] == "cryptodesk"]
    assert [len(one["progress"]) for one in found] == [1, 1, 2]
    assert found[-1]["verification"] is None
