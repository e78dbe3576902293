"""Every Python and shell snippet of the documentation runs against the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.server import KEY, RunningServer, environment, running_server

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def snippets(language: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for number, code in enumerate(re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL), 1):
            found.append((f"{page.relative_to(ROOT)}#{number}", code))
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("docs"), CRYPTODESK_SCRIPTED_MODELS="1") as running:
        yield running


def run(command: list[str], server: RunningServer) -> str:
    env = environment(
        server.home, CRYPTODESK_KEY=KEY, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def localised(code: str, server: RunningServer) -> str:
    return code.replace("http://127.0.0.1:8080", server.url)


@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in snippets("python")])
def test_python_snippets_run(code: str, server: RunningServer) -> None:
    assert run([sys.executable, "-c", localised(code, server)], server)


@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in snippets("(?:bash|sh)")])
def test_shell_snippets_run(code: str, server: RunningServer) -> None:
    output = run(["bash", "-euo", "pipefail", "-c", localised(code, server)], server)
    assert '"error"' not in output


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []
