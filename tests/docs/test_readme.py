"""The README is true: every command and snippet in it is run here, as it stands, against a home of its own."""

from __future__ import annotations

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


def test_key_commands_work(tmp_path: Path) -> None:
    binary = shlex.quote(str(Path(sys.executable).parent / "cryptodesk"))
    create, list_keys = (c.replace(".venv/bin/cryptodesk", binary) for c in commands() if " keys " in c)
    assert run(create, tmp_path).startswith("API key: cd_")
    assert "my-bot" in run(list_keys, tmp_path, COLUMNS="160")


def test_the_python_and_curl_snippets_work_against_the_server(tmp_path: Path) -> None:
    (snippet,) = blocks("python")
    curl = next(command for command in commands() if command.startswith("curl"))
    with running_server(tmp_path) as server:
        code = snippet.replace("http://127.0.0.1:8080", server.url).replace("the key that `make serve` printed", KEY)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env={**os.environ}
        )
        assert done.returncode == 0, done.stderr
        assert "Bitcoin" in done.stdout
        assert "cmc_market_data" in done.stdout
        answer = run(curl.replace("http://127.0.0.1:8080", server.url), tmp_path, KEY=KEY)
        assert '"finish_reason":"stop"' in answer


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
