"""The official `openai` client on `/ai/openai`, its current major version and the one before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.clients.messari_scenarios import SCENARIOS
from tests.clients.server import KEY, RunningServer

ROOT = Path(__file__).parents[2]
# `make test` installs the older client beside the environment, since one environment holds only one version.
PREVIOUS = Path(sys.prefix) / "openai2"


@pytest.fixture(scope="module")
def outcomes(messari_desk: RunningServer, cut_desk: RunningServer) -> Any:
    @cache
    def run(major: int) -> dict[str, Any]:
        path = f"{PREVIOUS}{os.pathsep}{ROOT}" if major == 2 else str(ROOT)
        done = subprocess.run(
            [sys.executable, "-m", "tests.clients.messari_scenarios", messari_desk.url, cut_desk.url, KEY],
            env={**os.environ, "PYTHONPATH": path},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    return run


@pytest.mark.parametrize("major", [2, 3])
@pytest.mark.parametrize("name", sorted(SCENARIOS))
@pytest.mark.xdist_group("messari")
def test_the_official_client_works_with_the_research_routes(outcomes: Any, major: int, name: str) -> None:
    if major == 2 and not PREVIOUS.is_dir():
        pytest.skip("the previous major version is not installed; `make test` installs it")
    result = outcomes(major)
    assert result["version"].startswith(f"{major}.")
    assert result["outcomes"][name] == "ok"
