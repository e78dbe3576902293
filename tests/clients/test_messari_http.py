"""The Messari chat routes over plain HTTP, against the running server: what no published client covers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.messari_app import (
    CUT_QUESTION,
    CUT_SHORT,
    CUT_TEXT,
    QUESTION,
    check_metadata,
    marked,
    plotted,
)
from tests.clients.messari_http import Answer, Http, chat_body
from tests.clients.server import KEY, RunningServer

pytestmark = pytest.mark.xdist_group("messari")

V1, V2 = "/ai/v1/chat/completions", "/ai/v2/chat/completions"
OPENAI, VERCEL = "/ai/openai/chat/completions", "/ai/vercel/chat/completions"


@pytest.fixture
def http(messari_desk: RunningServer) -> Http:
    return Http(messari_desk)


def text_of(answer: Answer) -> str:
    (message,) = answer.json["data"]["messages"]
    assert message["role"] == "assistant"
    return str(message["content"])


def fails(answer: Answer, status: int, error: str) -> None:
    assert (answer.status, answer.json) == (status, {"error": error, "data": None})
    assert answer.headers["content-type"].startswith("application/json")
    assert len(answer.headers["x-request-id"]) == 36


# -- whole answers -----------------------------------------------------------------------------------------------------


def test_v2_answers_with_markers_and_sources_under_both_names(http: Http) -> None:
    answer = http.post(V2, chat_body(QUESTION))
    body = answer.json
    assert (answer.status, body["error"]) == (200, None)
    check_metadata(body["metadata"], text_of(answer))
    assert marked(text_of(answer)) == [1]
    assert body["metadata"]["sources"] == body["metadata"]["cited_sources"]
    assert len(body["metadata"]["related_questions"]) == 2
    assert body["metadata"]["trace_id"] == answer.headers["x-request-id"]


def test_v1_answers_without_markers_and_still_names_its_sources(http: Http) -> None:
    answer = http.post(V1, chat_body(QUESTION))
    check_metadata(answer.json["metadata"], text_of(answer))
    assert marked(text_of(answer)) == []
    assert answer.json["metadata"]["cited_sources"]
    assert "sources" not in answer.json["metadata"]


def test_two_assets_are_plotted_against_each_other(http: Http) -> None:
    answer = http.post(V2, chat_body("Compare Bitcoin and Ethereum over August 2026"))
    check_metadata(answer.json["metadata"], text_of(answer))
    (chart,) = answer.json["metadata"]["charts"]
    assert [series["entity"]["symbol"] for series in chart["metricTimeseries"]["series"]] == ["BTC", "ETH"]
    assert [len(series["points"]) for series in chart["metricTimeseries"]["series"]] == [31, 31]
    assert "price" in chart["metric"]


def test_volume_is_plotted_as_the_page_knows_it(http: Http) -> None:
    answer = http.post(V2, chat_body("What was the trading volume of Solana in August 2026?"))
    (chart,) = answer.json["metadata"]["charts"]
    # The page makes bars of what is called volume.
    assert "volume" in chart["metric"]
    assert all(value > 0 for _, value in plotted(chart))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_as_many_related_questions_come_as_were_asked_for_at_most(http: Http, count: int) -> None:
    related = http.post(V1, chat_body(QUESTION, generate_related_questions=count)).json["metadata"]["related_questions"]
    assert len(related) <= count
    assert len(related) >= min(count, 1)
    assert len(set(related)) == len(related)
    assert QUESTION not in related


def test_an_open_question_is_answered_by_a_short_one_with_choices(http: Http) -> None:
    answer = http.post(V2, chat_body("What is the price of it?"))
    metadata = answer.json["metadata"]
    assert metadata["status"] == "clarification"
    assert text_of(answer).startswith("Which asset do you mean?")
    assert len(metadata["related_questions"]) == 2
    assert all(choice in text_of(answer) for choice in metadata["related_questions"])
    assert metadata["cited_sources"] == metadata["charts"] == []


def test_an_open_question_is_not_asked_back_where_that_is_not_wanted(http: Http) -> None:
    answer = http.post(V2, chat_body("What is the price of it?", allow_clarification_query=False))
    assert answer.json["metadata"]["status"] == "success"


def test_camel_case_and_earlier_words_are_understood(http: Http) -> None:
    asked = chat_body(QUESTION, inlineCitations=True, generateRelatedQuestions=0, response_format="text")
    answer = http.post(V1, asked)
    assert marked(text_of(answer)) == [1]
    assert "**" not in text_of(answer)
    assert answer.json["metadata"]["related_questions"] == []


def test_text_parts_are_read_wherever_they_stand(http: Http) -> None:
    whole = text_of(http.post(V2, chat_body(QUESTION)))
    parts = [{"type": "text", "text": QUESTION}]
    for message in ({"content": parts}, {"content": "", "MultiContent": parts}, {"MultiContent": parts}):
        assert text_of(http.post(V2, {"messages": [{"role": "user", **message}]})) == whole


def test_of_a_long_conversation_the_end_is_answered_and_the_client_told(http: Http) -> None:
    turns = [{"role": role, "content": "Hello"} for role in ("user", "assistant") * 4]
    answer = http.post(V2, {"messages": [*turns, {"role": "user", "content": QUESTION}]})
    assert "Bitcoin (BTC)" in text_of(answer)
    assert "messages" in answer.headers["cryptodesk-notice"]


def test_status_and_headers_of_a_slow_answer_can_come_at_once(http: Http) -> None:
    answer = http.post(V2, chat_body(QUESTION), Cryptodesk_Early_Headers="1")
    assert answer.body.startswith(b" ")
    assert "content-length" not in answer.headers
    check_metadata(answer.json["metadata"], text_of(answer))


def test_every_header_with_a_key_is_as_good(http: Http, messari_desk: RunningServer) -> None:
    bare = Http(messari_desk, key="")
    for headers in ({"Authorization": f"Bearer {KEY}"}, {"X_MESSARI_API_KEY": KEY}):
        assert bare.post(V2, chat_body("Hello"), **headers).status == 200
    fails(bare.post(V2, chat_body("Hello")), 401, "Invalid API key")


# -- streams -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [V1, V2])
def test_an_envelope_streams_what_it_would_have_held(http: Http, path: str) -> None:
    whole = http.post(path, chat_body(QUESTION))
    streamed = http.post(path, chat_body(QUESTION, stream=True))
    assert streamed.headers["content-type"] == "text/event-stream"
    *events, done = streamed.events
    assert done == "[DONE]"
    frames: list[Any] = [json.loads(event) for event in events]
    deltas = [message["delta"]["content"] for frame in frames for message in frame["data"]["messages"]]
    assert "".join(deltas) == text_of(whole)
    assert {**frames[-1]["metadata"], "trace_id": ""} == {**whole.json["metadata"], "trace_id": ""}
    assert not any("metadata" in frame for frame in frames[:-1])


@pytest.mark.parametrize("path", [V1, V2])
def test_an_envelope_tells_a_failure_in_mid_stream(cut_desk: RunningServer, path: str) -> None:
    *events, done = Http(cut_desk).post(path, chat_body(CUT_QUESTION, stream=True)).events
    assert done == "[DONE]"
    assert json.loads(events[-1])["error"] == CUT_SHORT
    assert CUT_TEXT in events[-2]


def test_the_data_stream_has_one_value_a_line(http: Http) -> None:
    answer = http.post(VERCEL, chat_body(QUESTION, inline_citations=True))
    lines = answer.body.decode().split("\n")
    assert lines.pop() == ""
    values = [(code, json.loads(value)) for code, _, value in (line.partition(":") for line in lines)]
    codes = [code for code, _ in values]
    assert codes == ["0"] * codes.count("0") + ["2", "2", "2", "h", "e", "d"]
    text = "".join(value for code, value in values if code == "0")
    assert text == text_of(http.post(V2, chat_body(QUESTION)))


def test_before_anything_was_sent_code_takes_over_from_a_model_that_breaks_off(
    cut_desk: RunningServer, http: Http
) -> None:
    taken_over = Http(cut_desk).post(V2, chat_body(QUESTION, cryptodesk={"include": ["progress"]}))
    assert text_of(taken_over) == text_of(http.post(V2, chat_body(QUESTION)))
    steps = {(step["node"], step["form"]): step for step in taken_over.json["cryptodesk"]["progress"]}
    assert (steps["write", "model"]["status"], steps["write", "rules"]["status"]) == ("failed", "completed")
    assert CUT_SHORT in steps["write", "rules"]["detail"]


def test_a_whole_answer_that_breaks_off_is_an_error_and_nothing_else(cut_desk: RunningServer) -> None:
    fails(Http(cut_desk).post(V2, chat_body(CUT_QUESTION)), 502, CUT_SHORT)


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [V1, V2, OPENAI, VERCEL])
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "messages is required"),
        ({"messages": "Hello"}, "messages must be an array, not a string"),
        (
            {"messages": [{"role": "assistant", "content": "Hello"}]},
            "messages has no message from the user role; last message must be from the user role",
        ),
        (
            chat_body("Hello", generate_related_questions=-1),
            "generate_related_questions must be between 0 and 5, not -1",
        ),
        (chat_body("Hello", stream="yes"), "stream must be a boolean, not a string"),
        (chat_body("Hello", inline_citations=1), "inline_citations must be a boolean, not an integer"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "messages[0].content[0].image_url cannot be read: images are not supported here; send text parts only",
        ),
    ],
)
def test_a_fault_of_the_request_is_named_by_its_path(http: Http, path: str, body: Any, error: str) -> None:
    fails(http.post(path, body), 400, error)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(http: Http, body: bytes) -> None:
    answer = http.send("POST", V2, body)
    assert answer.status == 400
    assert isinstance(answer.json["error"], str)


def test_ten_megabytes_of_text_are_refused(http: Http) -> None:
    answer = http.post(V2, chat_body("word " * 2_000_000))
    assert answer.status == 400
    assert isinstance(answer.json["error"], str)


def test_another_method_is_told_which_one_it_is(http: Http) -> None:
    answer = http.get(V2)
    fails(answer, 405, "method GET is not allowed here; use POST")
    assert answer.headers["allow"] == "POST"


def test_an_unknown_path_is_not_found(http: Http) -> None:
    fails(http.post("/ai/v3/chat/completions", {}), 404, "not found: POST /ai/v3/chat/completions")
