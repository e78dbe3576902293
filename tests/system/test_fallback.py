"""Who serves a model whose provider has no key or does not answer, and what is said when nobody does."""

from __future__ import annotations

from pathlib import Path

from tests.clients.http import BUILT_INS, post_json, user
from tests.clients.server import running_server

MODEL = "cmc-ai-v1-gpt-5.1"
# Nothing listens on port 1 of this machine.
UNREACHABLE = {"OPENAI_API_KEY": "sk-canary-of-the-suite", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}


def test_without_a_key_the_analyst_serves_free_and_says_its_name(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        status, body = post_json(server.url, model=MODEL, messages=[user("What is Bitcoin?")])
    assert (status, body["model"], body["cmc"]["cost"]["total_cost"]) == (200, "cryptodesk-analyst-1", 0)


def test_a_provider_that_cannot_be_reached_is_stood_in_for_by_the_analyst(tmp_path: Path) -> None:
    with running_server(tmp_path, **UNREACHABLE) as server:
        question = [user("What is the price of Solana?")]
        status, turn = post_json(server.url, model=MODEL, messages=question, tools=BUILT_INS)
        assert (status, turn["model"]) == (200, "cryptodesk-analyst-1")
        status, answer = post_json(server.url, model=MODEL, messages=question, previous_response_id=turn["id"])
        assert "Solana" in answer["choices"][0]["message"]["content"]
    assert not [line for line in server.lines if "canary" in line]


def test_with_the_fallback_off_a_missing_key_is_a_404_that_says_what_is_missing(tmp_path: Path) -> None:
    with running_server(tmp_path, CRYPTODESK_ANALYST_FALLBACK="false") as server:
        status, body = post_json(server.url, model=MODEL, messages=[user("hi")])
        assert (status, body["error"]["code"]) == (404, "model_not_found")
        assert "OPENAI_API_KEY" in body["error"]["message"]
        # The analyst under its own name is still there.
        assert post_json(server.url, model="cryptodesk-analyst", messages=[user("hi")])[0] == 200


def test_with_the_fallback_off_an_unreachable_provider_is_an_error_that_names_it(tmp_path: Path) -> None:
    with running_server(tmp_path, CRYPTODESK_ANALYST_FALLBACK="false", **UNREACHABLE) as server:
        status, body = post_json(server.url, model=MODEL, messages=[user("hi")], stream=True)
        assert status == 503
        assert "openai" in body["error"]["message"]
        assert "canary" not in str(body)
