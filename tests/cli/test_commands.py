"""The commands as a user runs them: processes of their own, in an empty home."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.support import cryptodesk
from tests.clients.http import post_json, user
from tests.clients.server import environment, running_server


def test_ask_prints_the_answer_its_tools_and_its_cost(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "ask", "What is the price of Bitcoin and Ethereum?")
    assert done.returncode == 0, done.stderr
    assert "Bitcoin" in done.stdout
    assert "tool  cmc_id_lookup" in done.stdout
    assert "tool  cmc_market_data" in done.stdout
    assert "cost  $0  cryptodesk-analyst" in done.stdout


def test_ask_as_json_is_one_object_with_exact_cost(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "ask", "--json", "What is 15% of 2300?")
    result = json.loads(done.stdout)
    assert "345" in result["answer"]
    assert [trace["name"] for trace in result["tool_traces"]] == ["cmc_math_eval"]
    assert (result["cost_usd"], result["error"]) == ("0", None)


def test_ask_with_an_unknown_model_says_so_and_fails(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "ask", "--model", "nope", "hi")
    assert done.returncode == 2
    assert "The model `nope` does not exist" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_fallback_can_be_turned_off_and_the_error_says_what_is_missing(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "ask", "hi", CRYPTODESK_ANALYST_FALLBACK="false")
    assert done.returncode == 2
    assert "OPENAI_API_KEY" in done.stderr


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"CRYPTODESK_PORT": "ninety"}, "CRYPTODESK_PORT"),
        ({"CRYPTODESK_RUN_SECONDS": "-1"}, "run_seconds"),
        ({"CRYPTODESK_CONFIG": "/nowhere/desk.toml"}, "CRYPTODESK_CONFIG"),
        ({"CRYPTODESK_HOST": "0.0.0.0", "CRYPTODESK_INSECURE_NO_AUTH": "1"}, "loopback"),
        ({"CRYPTODESK_BOOTSTRAP_KEY": "short"}, "bootstrap_key"),
        ({"CRYPTODESK_MODELS_FILE": "/nowhere/models.toml"}, "models.toml"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line(tmp_path: Path, extra: dict[str, str], said: str) -> None:
    done = cryptodesk(tmp_path, "serve", **{"CRYPTODESK_PORT": "0", **extra})
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "serve", CRYPTODESK_PORT="0", CRYPTODESK_BOOTSTRAP_KEY="canary shh")
    assert done.returncode == 2
    assert "canary" not in done.stderr + done.stdout


def test_a_home_that_is_no_folder_is_explained(tmp_path: Path) -> None:
    blocked = tmp_path / "desk"
    blocked.write_text("a file")
    done = cryptodesk(tmp_path, "ask", "hi")
    assert done.returncode == 1
    assert str(blocked) in done.stderr
    assert "Traceback" not in done.stderr


def test_the_first_start_prints_one_key_that_works_and_the_second_prints_none(tmp_path: Path) -> None:
    with running_server(tmp_path, CRYPTODESK_BOOTSTRAP_KEY="") as server:
        (line,) = [line for line in server.lines if line.startswith("API key: ")]
        key = line.removeprefix("API key: ")
    with running_server(tmp_path, CRYPTODESK_BOOTSTRAP_KEY="") as server:
        assert not [line for line in server.lines if "API key" in line]
        assert post_with_key(server.url, key)["object"] == "chat.completion"
        assert post_with_key(server.url, "cd_" + "x" * 43)["status"]["error_code"] == "1001"


def post_with_key(url: str, key: str) -> dict[str, object]:
    from tests.clients.http import post

    body = json.dumps({"model": "cryptodesk-analyst", "messages": [user("hi")]}).encode()
    _, _, answer = post(url, body, **{"X-CMC_PRO_API_KEY": key})
    return json.loads(answer)  # type: ignore[no-any-return]


def test_a_bootstrap_key_is_taken_and_never_printed(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        assert post_json(server.url, model="cryptodesk-analyst", messages=[user("hi")])[0] == 200
        assert not [line for line in server.lines if "API key" in line]


def test_without_auth_anyone_on_this_machine_is_let_in(tmp_path: Path) -> None:
    with running_server(tmp_path, "--insecure-no-auth") as server:
        assert post_with_key(server.url, "")["object"] == "chat.completion"


def test_a_key_made_by_command_works_at_once_and_a_revoked_one_is_refused_within_a_second(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        made = cryptodesk(tmp_path, "keys", "create", "bot")
        key = made.stdout.strip().removeprefix("API key: ")
        assert post_with_key(server.url, key)["object"] == "chat.completion"
        listed = cryptodesk(tmp_path, "keys", "list").stdout
        assert "bot" in listed
        assert key not in listed
        key_id = made.stderr.split()[1].rstrip(",")
        assert cryptodesk(tmp_path, "keys", "revoke", key_id).returncode == 0
        deadline = time.monotonic() + 10
        while "status" not in (answer := post_with_key(server.url, key)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answer["status"]["error_code"] == "1001"  # type: ignore[index]
        again = cryptodesk(tmp_path, "keys", "revoke", key_id)
        assert again.returncode == 1
        assert key_id in again.stderr


def test_each_run_is_one_json_log_line_without_its_text(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        post_json(server.url, model="cryptodesk-analyst", messages=[user("What is Bitcoin? canary-text")])
    logged = [json.loads(line) for line in server.lines if line.startswith("{")]
    (line,) = [line for line in logged if "run_id" in line]
    assert (line["outcome"], line["served_by"], line["amount_usd"]) == ("finished", "cryptodesk-analyst-1", "0")
    assert "canary-text" not in json.dumps(logged)


def test_a_reader_that_goes_away_in_the_middle_ends_it_without_a_traceback(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cryptodesk", "ask", "compare SOL and ETH over 90 days"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert "Traceback" not in said
    assert "unhandled" not in said
