"""Messari's own SDK, OpenAI's Node library and the AI SDK, version 4, against the running server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
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
from tests.clients.server import KEY, RunningServer

FOLDER = Path(__file__).parent / "node"
NODE = shutil.which("node")
IS_INSTALLED = (FOLDER / "node_modules" / ".package-lock.json").is_file()
IS_SKIPPED = NODE is None or not IS_INSTALLED
VERSIONS = {
    "sdk": {"@messari/sdk": "0.0.10"},
    "openai": {"openai": "4.104.0"},
    "ai": {"ai": "4.3.19", "@ai-sdk/openai-compatible": "0.2.16"},
    "ui": {"@ai-sdk/ui-utils": "1.2.11"},
}
TOLD = {
    "key": KEY,
    "question": QUESTION,
    "followUp": "And Ethereum?",
    "longQuestion": "How volatile was Ethereum in August 2026?",
    "cutQuestion": CUT_QUESTION,
    "text": "Vitalik Buterin spoke of Uniswap at Coinbase.",
}

pytestmark = [
    pytest.mark.xdist_group("messari"),
    pytest.mark.skipif(IS_SKIPPED, reason="Node's clients are not installed; `make test` installs them where Node is"),
]

Seen = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def seen(messari_desk: RunningServer, cut_desk: RunningServer) -> Seen:
    """What a scenario of a script saw. Each script runs once."""

    @cache
    def run(script: str) -> dict[str, Any]:
        told = json.dumps({**TOLD, "url": messari_desk.url, "cutUrl": cut_desk.url})
        done = subprocess.run(
            [NODE or "node", f"{script}.mjs", told],
            cwd=FOLDER,
            env={name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    def look(script: str, scenario: str) -> Any:
        told = run(script)
        assert told["versions"] == VERSIONS[script]
        outcome = told["seen"][scenario]
        assert "failure" not in outcome, outcome["failure"]
        return outcome["value"]

    return look


def text_of(completion: dict[str, Any]) -> str:
    return str(completion["choices"][0]["message"]["content"])


# -- Messari's SDK -----------------------------------------------------------------------------------------------------


def test_the_sdk_reads_an_answer_with_everything_in_its_metadata(seen: Seen) -> None:
    answer = seen("sdk", "plain")
    assert (answer["model"], answer["choices"][0]["finish_reason"]) == ("messari-ai", "stop")
    assert "Bitcoin (BTC)" in text_of(answer)
    check_metadata(answer["metadata"], text_of(answer))
    assert marked(text_of(answer)) == [1]
    assert answer["metadata"]["related_questions"]
    (chart,) = answer["metadata"]["charts"]
    assert len(plotted(chart)) == 31


def test_the_sdk_streams_what_it_would_have_read_whole(seen: Seen) -> None:
    whole, streamed = seen("sdk", "plain"), seen("sdk", "streamed")
    assert streamed["text"] == text_of(whole)
    assert streamed["roles"][0] == "assistant"
    assert streamed["finishes"] == [None] * (len(streamed["finishes"]) - 1) + ["stop"]
    # `[DONE]` is not surfaced.
    assert set(streamed["objects"]) == {"chat.completion.chunk"}


def test_the_last_chunk_that_the_sdk_gives_has_the_whole_metadata(seen: Seen) -> None:
    found = seen("sdk", "streamed")["metadata"]
    whole = seen("sdk", "plain")["metadata"]
    assert {**found[-1], "trace_id": ""} == {**whole, "trace_id": ""}
    # The official page reads charts from a chunk of their own.
    (charts,) = [metadata["charts"] for metadata in found[:-1] if metadata is not None]
    assert charts == whole["charts"]


def test_the_three_verbosities_differ_in_length(seen: Seen) -> None:
    texts = seen("sdk", "verbosities")
    assert len(texts["succinct"]) < len(texts["balanced"]) < len(texts["verbose"])


def test_plain_text_has_no_markdown(seen: Seen) -> None:
    text = seen("sdk", "plaintext")
    assert "Bitcoin (BTC)" in text
    assert "**" not in text
    assert "_As of" not in text


def test_a_conversation_goes_on(seen: Seen) -> None:
    text = seen("sdk", "conversation")
    assert "Ethereum (ETH)" in text
    assert "August 2026" in text
    assert marked(text) == []


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("wrongKey", "Invalid API key"),
        ("wrongKeyStreamed", "Invalid API key"),
        ("extractionWrongKey", "Invalid API key"),
        ("noMessages", "messages must not be empty"),
        ("unknownVerbosity", "verbosity must be one of succinct, balanced, verbose, not 'chatty'"),
        ("unknownRoute", "not found: POST /ai/ai/openai/chat/completions"),
        ("extractionOfNothing", "content is required"),
    ],
)
def test_the_sdk_throws_the_words_of_an_error(seen: Seen, scenario: str, message: str) -> None:
    assert seen("sdk", scenario)["message"] == message


def test_the_sdk_gives_a_failure_in_mid_stream_as_its_last_chunk(seen: Seen) -> None:
    cut = seen("sdk", "cut")
    assert cut["text"] == CUT_TEXT
    assert set(map(json.dumps, cut["errors"][:-1])) == {"null"}
    assert cut["errors"][-1] == {"message": CUT_SHORT, "type": "upstream_bad_answer"}


def test_the_sdk_extracts_entities(seen: Seen) -> None:
    groups = seen("sdk", "extraction")["extractedEntities"]
    found = {group["selectedEntity"]["name"]: group["selectedEntity"]["details"][0]["type"] for group in groups}
    assert found == {"Vitalik Buterin": "PERSON", "Uniswap": "PROJECT", "Coinbase": "EXCHANGE"}
    assert all(0 <= each["confidence"] <= 1 for group in groups for each in group["similarEntities"])
    assert {group["selectedEntity"]["confidenceScore"] for group in groups} <= {"HIGH", "MEDIUM", "LOW"}


def test_the_sdk_reads_the_credit_allowance(seen: Seen) -> None:
    allowance = seen("sdk", "credits")
    assert allowance["isActive"] is True
    spent = allowance["creditsAllocated"] - allowance["remainingCredits"]
    # The chats that the same script asked before.
    assert spent >= 25
    assert spent % 5 == 0


# -- OpenAI's library --------------------------------------------------------------------------------------------------


def test_openai_for_node_reads_an_answer_with_its_links(seen: Seen) -> None:
    plain = seen("openai", "plain")
    answer = plain["answer"]
    message = answer["choices"][0]["message"]
    check_metadata(answer["metadata"], message["content"])
    assert plain["requestId"] == answer["metadata"]["trace_id"]
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]
    links = [note["url_citation"] for note in message["annotations"]]
    assert {message["content"][link["start_index"] : link["end_index"]] for link in links} == {"[1]"}
    assert {link["url"] for link in links} == {answer["metadata"]["cited_sources"][0]["url"]} == {*message["citations"]}
    assert len(answer["metadata"]["related_questions"]) == 2


def test_openai_for_node_streams_what_it_would_have_read_whole(seen: Seen) -> None:
    answer, streamed = seen("openai", "plain")["answer"], seen("openai", "streamed")
    assert streamed["text"] == text_of(answer)
    assert {**streamed["metadata"], "trace_id": ""} == {**answer["metadata"], "trace_id": ""}
    assert streamed["usage"] == answer["usage"]
    assert len(streamed["ids"]) == 1
    assert (streamed["finishes"][-1], streamed["charts"]) == ("stop", [None, "stop"])


def test_openai_for_node_puts_a_stream_together(seen: Seen) -> None:
    answer, helper = seen("openai", "plain")["answer"], seen("openai", "helper")
    assert helper["deltas"] == helper["message"]["content"] == text_of(answer)
    assert helper["message"]["annotations"] == answer["choices"][0]["message"]["annotations"]
    assert helper["finish"] == "stop"


def test_the_dialects_own_header_goes_before_a_placeholder(seen: Seen) -> None:
    assert seen("openai", "otherHeader") == text_of(seen("openai", "plain")["answer"])


def test_the_one_model_is_listed(seen: Seen) -> None:
    assert seen("openai", "models") == ["messari-ai"]


@pytest.mark.parametrize(
    ("scenario", "status", "words"),
    [
        ("wrongKey", 401, "Invalid API key"),
        ("noUser", 400, "messages must not be empty"),
        ("jsonFormat", 400, "response_format.type cannot be 'json_object'"),
    ],
)
def test_openai_for_node_throws_status_and_words(seen: Seen, scenario: str, status: int, words: str) -> None:
    error = seen("openai", scenario)
    assert error["status"] == status
    assert words in error["message"]
    assert error["requestId"]


def test_openai_for_node_throws_a_failure_in_mid_stream(seen: Seen) -> None:
    cut = seen("openai", "cut")
    assert cut["text"] == CUT_TEXT
    assert cut["error"]["message"] == CUT_SHORT


def test_who_hangs_up_is_answered_again(seen: Seen) -> None:
    assert seen("openai", "hungUp") == text_of(seen("openai", "plain")["answer"])


# -- the AI SDK --------------------------------------------------------------------------------------------------------


def test_generate_text_gives_the_answer(seen: Seen) -> None:
    plain = seen("ai", "plain")
    assert (plain["finish"], plain["model"]) == ("stop", "messari-ai")
    check_metadata(plain["metadata"], plain["text"])
    assert marked(plain["text"]) == [1]
    assert len(plain["metadata"]["related_questions"]) == 1
    assert plain["usage"]["totalTokens"] > plain["usage"]["promptTokens"] > 0


def test_stream_text_gives_the_same_answer(seen: Seen) -> None:
    plain = seen("ai", "plain")
    assert seen("ai", "streamed") == {name: plain[name] for name in ("text", "finish", "usage")}


def test_a_system_message_is_taken(seen: Seen) -> None:
    assert "Bitcoin (BTC)" in seen("ai", "system")


def test_the_ai_sdk_throws_a_wrong_key_and_does_not_try_again(seen: Seen) -> None:
    error = seen("ai", "wrongKey")
    assert (error["name"], error["status"], error["retryable"]) == ("AI_APICallError", 401, False)
    # It has words of its own for an error that is a string; ours are in the body.
    assert json.loads(error["responseBody"]) == {"error": "Invalid API key", "data": None}


def test_stream_text_tells_a_failure_in_mid_stream(seen: Seen) -> None:
    assert seen("ai", "cut") == {"text": CUT_TEXT, "errors": [CUT_SHORT], "finish": "error"}


# -- useChat -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["vercel", "openai"])
def test_use_chat_shows_the_text_once_with_charts_and_sources(seen: Seen, route: str) -> None:
    chat = seen("ui", route)
    whole = seen("sdk", "plain")
    assert (chat["protocol"], chat["contentType"]) == ("v1", "text/plain; charset=utf-8")
    assert chat["message"]["content"] == chat["finish"]["content"] == text_of(whole)
    assert [part["text"] for part in chat["message"]["parts"] if part["type"] == "text"] == [text_of(whole)]
    items = {item["type"]: item for item in chat["data"]}
    assert list(items) == ["chart_data", "citation_data", "related_questions"]
    assert len({item["uuid"] for item in chat["data"]}) == len(chat["data"])
    metadata = {
        **{"status": "success", "trace_id": "", "charts": items["chart_data"]["data"]},
        **{"cited_sources": items["citation_data"]["data"], "related_questions": items["related_questions"]["data"]},
    }
    check_metadata(metadata, chat["message"]["content"])
    assert metadata == {**whole["metadata"], "trace_id": ""}


@pytest.mark.parametrize("route", ["vercel", "openai"])
def test_use_chat_gets_source_parts_and_a_finish(seen: Seen, route: str) -> None:
    chat = seen("ui", route)
    cited = seen("sdk", "plain")["metadata"]["cited_sources"]
    sources = [part["source"] for part in chat["message"]["parts"] if part["type"] == "source"]
    assert [(source["id"], source["url"], source["title"]) for source in sources] == [
        (str(source["citationId"]), source["url"], source["title"]) for source in cited
    ]
    assert {source["sourceType"] for source in sources} == {"url"}
    usage = chat["finish"]["usage"]
    assert chat["finish"]["finishReason"] == "stop"
    assert usage["totalTokens"] == usage["promptTokens"] + usage["completionTokens"] > 0


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("wrongKey", '{"error":"Invalid API key","data":null}'),
        ("noMessages", '{"error":"messages must not be empty","data":null}'),
        ("cut", CUT_SHORT),
    ],
)
def test_use_chat_throws_what_went_wrong(seen: Seen, scenario: str, message: str) -> None:
    assert seen("ui", scenario)["message"] == message
