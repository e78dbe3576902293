"""The README is true: every command and snippet in it is run here, as it stands, against a home of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.server import KEY, environment, running_server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """Each command of the shell blocks, continued lines joined, comments cut."""
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [line.split("  #")[0].strip() for line in lines if line.strip()]


def run(command: str, home: Path, **extra: str) -> str:
    env = environment(home, PYTHON=sys.executable, **extra)
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_command_of_the_readme_is_covered_here() -> None:
    covered = ("make serve", "make test", "make ask", ".venv/bin/cryptodesk", "curl", "CRYPTODESK_LOCAL_BASE_URL")
    assert [command for command in commands() if not command.startswith(covered)] == []


def test_serve_and_test_are_the_first_two_commands() -> None:
    # `make test` is what runs this test; `make serve` is run below with the installed environment.
    assert commands()[:2] == ["make serve", "make test"]


@pytest.mark.parametrize("command", [c for c in commands() if " ask " in c])
def test_asking_answers_with_figures_traces_and_cost(command: str, tmp_path: Path) -> None:
    # The tests' own environment may not be `.venv`; the command is the same.
    binary = shlex.quote(str(Path(sys.executable).parent / "cryptodesk"))
    if "--data" in command or "--as-of" in command:
        pytest.skip("asked below")
    if command.startswith("make ask"):
        question = shlex.split(command)[2].removeprefix("Q=")
        command = f'{binary} ask "{question}"'
    else:
        command = command.replace(".venv/bin/cryptodesk", binary)
    output = run(command, tmp_path)
    assert "tool  cmc_market_data" in output
    assert "cost  $0  cryptodesk-analyst" in output
    assert "2026-09-" in output
    if "compare" in command:
        assert "▁" in output
        assert "| " in output


def _data_command(beginning: str) -> str:
    binary = shlex.quote(str(Path(sys.executable).parent / "cryptodesk"))
    (command,) = (c for c in commands() if c.startswith(f".venv/bin/cryptodesk {beginning}"))
    return command.replace(".venv/bin/cryptodesk", binary)


def test_the_status_of_the_data_names_what_ships_and_what_could_be_pulled(tmp_path: Path) -> None:
    output = run(_data_command("data status"), tmp_path, COLUMNS="200")
    assert "binance_usdm" in output
    assert "cryptodesk data pull coingecko-2025" in output


def test_a_tool_called_from_the_shell_prints_its_result(tmp_path: Path) -> None:
    result = json.loads(run(_data_command("tools call market_data"), tmp_path))
    assert [row["asset_id"] for row in result["market_data_result"]["results"]] == [1, 1027]


def test_a_question_about_a_moment_is_answered_from_what_was_known_then(tmp_path: Path) -> None:
    output = run(_data_command("ask --as-of"), tmp_path)
    assert "2024-03-02 00:00 UTC" in output
    assert "2026" not in output


def test_a_question_to_the_simulated_world_says_that_it_is_one(tmp_path: Path) -> None:
    output = run(_data_command("ask --data simulated"), tmp_path)
    assert "simulated" in output
    assert "an invented market" in output


def test_key_commands_work(tmp_path: Path) -> None:
    binary = shlex.quote(str(Path(sys.executable).parent / "cryptodesk"))
    create, list_keys = (c.replace(".venv/bin/cryptodesk", binary) for c in commands() if " keys " in c)
    assert run(create, tmp_path).startswith("API key: cd_")
    assert "my-bot" in run(list_keys, tmp_path, COLUMNS="160")


def test_the_python_and_curl_snippets_work_against_the_server(tmp_path: Path) -> None:
    strict, seed = blocks("python")
    curl = next(command for command in commands() if command.startswith("curl"))
    with running_server(tmp_path) as server:
        assert "| " in run_snippet(strict, server.url)
        told = run_snippet(seed, server.url)
        assert "Bitcoin" in told
        assert "cmc_market_data" in told
        answer = run(curl.replace("http://127.0.0.1:8080", server.url), tmp_path, KEY=KEY)
        assert '"finish_reason":"stop"' in answer


def run_snippet(snippet: str, url: str) -> str:
    code = snippet.replace("http://127.0.0.1:8080", url).replace("the key that `make serve` printed", KEY)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_drill_and_the_check_of_the_ledger_pass(tmp_path: Path) -> None:
    assert "lost_usage" in run(_data_command("drill"), tmp_path, COLUMNS="160")
    assert "entries" in run(_data_command("ledger verify"), tmp_path, COLUMNS="160")


def test_the_research_commands_work_against_the_server(tmp_path: Path) -> None:
    curls = [command for command in commands() if command.startswith("curl") and "/ai/" in command]
    assert len(curls) == 3
    with running_server(tmp_path) as server:
        answer, job, jobs = (run(one.replace("http://127.0.0.1:8080", server.url), tmp_path, KEY=KEY) for one in curls)
    body = json.loads(answer)
    assert "[1]" in body["data"]["messages"][0]["content"]
    assert body["metadata"]["charts"]
    assert body["metadata"]["sources"][0]["citationId"] == 1
    assert len(body["metadata"]["related_questions"]) == 2
    assert json.loads(job)["object"] == "deep_research"
    assert json.loads(job)["job_id"] in jobs


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_the_handbook_answers_as_the_readme_says(tmp_path: Path) -> None:
    output = run(_data_command("tools call content_search"), tmp_path)
    assert "cryptodesk handbook" in output
    assert "estaking" in output
    assert "handbook" in run(_data_command("documents status"), tmp_path)


def test_the_plan_and_the_evaluation_run_as_the_readme_says(tmp_path: Path) -> None:
    plan = run(_data_command("plan"), tmp_path)
    assert "volatility" in plan
    assert "concept" in plan
    assert "ratios" in run(_data_command("eval"), tmp_path, COLUMNS="200")
