"""Clients in Python on the OpenAI dialect of the running server: `openai` in two major versions, LangChain, LiteLLM and
`llm`. All but the current `openai` live beside the environment, since they need other versions of the same packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.clients.server import KEY, RunningServer, running_server

ROOT = Path(__file__).parents[2]
# Folder beside the environment (empty: the environment itself) and the beginning of the version, by client.
CLIENTS = {
    "openai": ("", "3."),
    "openai2": ("openai2", "2."),
    "langchain": ("clients", "1."),
    "llm": ("clients", "0."),
    "litellm": ("litellm", "1."),
}

pytestmark = pytest.mark.xdist_group("openai_strict")

Outcomes = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("strict"), CRYPTODESK_SCRIPTED_MODELS="1") as running:
        yield running


@pytest.fixture(scope="module")
def outcomes(server: RunningServer) -> Outcomes:
    @cache
    def run(client: str) -> dict[str, Any]:
        folder, _ = CLIENTS[client]
        path = f"{Path(sys.prefix) / folder}{os.pathsep}{ROOT}" if folder else str(ROOT)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
        own = {"PYTHONPATH": path, "HOME": str(server.home), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        done = subprocess.run(
            [sys.executable, "-m", f"tests.clients.strict_{client.rstrip('2')}", server.url, KEY],
            env={**kept, **own},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    return run


@pytest.mark.parametrize("client", list(CLIENTS))
def test_a_client_works(outcomes: Outcomes, client: str) -> None:
    folder, version = CLIENTS[client]
    if folder and not (Path(sys.prefix) / folder).is_dir():
        pytest.skip(f"{client} is not installed beside the environment; `make test` installs it where it is locked")
    result = outcomes(client)
    assert result["version"].startswith(version)
    assert result["outcomes"]
    assert {name: outcome for name, outcome in result["outcomes"].items() if outcome != "ok"} == {}
