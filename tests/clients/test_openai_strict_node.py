"""Clients in Node on the OpenAI dialect of the running server: OpenAI's library, the AI SDK, and `compatcanary`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.clients.server import KEY, RunningServer, running_server

FOLDER = Path(__file__).parent / "node"
NODE = shutil.which("node") or "node"
CANARY = FOLDER / "node_modules" / "compatcanary" / "src" / "cli.js"
IS_SKIPPED = shutil.which("node") is None or not CANARY.is_file()
QUESTION = "How did Bitcoin do in August 2026?"
VERSIONS = {
    "strict_openai": {"openai": "4.104.0"},
    "strict_ai": {"ai": "4.3.19", "@ai-sdk/openai-compatible": "0.2.16"},
}

pytestmark = [
    pytest.mark.xdist_group("openai_strict"),
    pytest.mark.skipif(IS_SKIPPED, reason="Node's clients are not installed; `make test` installs them where Node is"),
]

Seen = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("strict"), CRYPTODESK_SCRIPTED_MODELS="1") as running:
        yield running


def node(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return subprocess.run(
        [NODE, *arguments],
        cwd=FOLDER,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def seen(server: RunningServer) -> Seen:
    """What a scenario of a script saw. Each script runs once."""

    @cache
    def run(script: str) -> dict[str, Any]:
        done = node(f"{script}.mjs", json.dumps({"url": server.url, "key": KEY, "question": QUESTION}))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    def look(script: str, scenario: str) -> Any:
        told = run(script)
        assert told["versions"] == VERSIONS[script]
        outcome = told["seen"][scenario]
        assert "failure" not in outcome, outcome["failure"]
        return outcome["value"]

    return look


@pytest.mark.parametrize("model", ["cryptodesk-analyst", "cmc-ai-v1-gpt-5.1"])
@pytest.mark.parametrize("profile", ["modern", "chat"])
def test_compatcanary_passes_in_full(server: RunningServer, model: str, profile: str) -> None:
    where = ("--base-url", f"{server.url}/openai/v1", "--model", model, "--profile", profile)
    done = node(str(CANARY), "scan", *where, "--format", "json", "--fail-on", "any", OPENAI_API_KEY=KEY)
    report = json.loads(done.stdout)
    assert {result["id"]: result["status"] for result in report["results"] if result["status"] != "pass"} == {}
    assert (report["score"], report["compatible"], done.returncode) == (100, True, 0)
    assert report["summary"]["total"] == (7 if profile == "modern" else 5)


def test_openai_for_node_reads_an_answer_with_what_is_ours(seen: Seen) -> None:
    plain = seen("strict_openai", "plain")
    answer = plain["answer"]
    assert "Bitcoin" in answer["choices"][0]["message"]["content"]
    assert answer["cryptodesk"]["verification"]["status"] == "verified"
    assert plain["requestId"].startswith("req_")


def test_openai_for_node_streams_what_it_would_have_read_whole(seen: Seen) -> None:
    whole, streamed = seen("strict_openai", "plain")["answer"], seen("strict_openai", "streamed")
    assert streamed["text"] == whole["choices"][0]["message"]["content"]
    assert streamed["usage"] == whole["usage"]
    assert [name for names in streamed["extras"] for name in names] == list(whole["cryptodesk"])


def test_openai_for_node_puts_a_researched_stream_together(seen: Seen) -> None:
    helper = seen("strict_openai", "helper")
    links = [note["url_citation"] for note in helper["notes"]]
    assert {helper["text"][link["start_index"] : link["end_index"]] for link in links} == {"[1]"}


def test_openai_for_node_reads_responses_and_models(seen: Seen) -> None:
    response = seen("strict_openai", "responses")
    assert response["status"] == "completed"
    assert "Bitcoin" in response["text"]
    assert "cryptodesk-analyst" in seen("strict_openai", "models")


@pytest.mark.parametrize(("scenario", "status"), [("wrongKey", 401), ("wrongField", 400)])
def test_openai_for_node_throws_status_and_id(seen: Seen, scenario: str, status: int) -> None:
    error = seen("strict_openai", scenario)
    assert error["status"] == status
    assert error["requestId"].startswith("req_")


def test_the_ai_sdk_generates_and_streams_the_same(seen: Seen) -> None:
    plain = seen("strict_ai", "plain")
    assert "Bitcoin" in plain["text"]
    assert plain["usage"]["totalTokens"] > plain["usage"]["promptTokens"] > 0
    assert seen("strict_ai", "streamed") == {"text": plain["text"], "finish": "stop"}


def test_the_ai_sdk_runs_an_own_tool_in_its_loop(seen: Seen) -> None:
    loop = seen("strict_ai", "loop")
    assert loop["wallets"] == ["main", "main"]
    assert "0.42" in loop["text"]
    assert "0.42" in loop["streamed"]


def test_the_ai_sdk_throws_a_wrong_key_with_its_words(seen: Seen) -> None:
    error = seen("strict_ai", "wrongKey")
    assert (error["name"], error["status"], error["retryable"]) == ("AI_APICallError", 401, False)
    assert "not known here" in error["message"]
