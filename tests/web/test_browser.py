"""The web app in headless Chromium against a real server with simulated data.

What is missing on this machine is said: Chromium, Node with the packages of web/, and the built app are needed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPTS: Final = ROOT / "web" / "tests" / "browser"
KEY: Final = "cd_web_test_key_0123456789"
CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome")
LONGEST_SECONDS: Final = 200

Results = dict[str, dict[str, Any]]

# The first step of a script waits for all of it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(LONGEST_SECONDS + 40)]


def _steps() -> list[tuple[str, str]]:
    """Script and name of each step, as the scripts have them."""
    scripts = sorted(path for path in SCRIPTS.glob("*.mjs") if "await runSteps(" in path.read_text("utf-8"))
    named = re.compile(r'^  (?:async )?"([^"]+)"\(', re.MULTILINE)
    return [(path.name, name) for path in scripts for name in named.findall(path.read_text("utf-8"))]


def _chromium() -> str | None:
    named = os.environ.get("CRYPTODESK_CHROMIUM")
    return named or next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


def _missing() -> str | None:
    if _chromium() is None:
        return "there is no Chromium on this machine"
    if shutil.which("node") is None:
        return "there is no Node on this machine"
    if not (ROOT / "web" / "node_modules" / "playwright-core").is_dir():
        return "the packages of web/ are not installed: run `npm ci` there"
    if not files("cryptodesk.web").joinpath("static", "index.html").is_file():
        return "the web app is not built: run `python scripts/build_web.py`"
    return None


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of its own."""
    missing = _missing()
    if missing is not None:
        pytest.skip(missing)
    home = tmp_path_factory.mktemp("desk")
    given = {"CRYPTODESK_HOME": str(home), "CRYPTODESK_BOOTSTRAP_KEY": KEY}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRYPTODESK_")} | given
    command = [sys.executable, "-m", "cryptodesk", "serve", "--port", "0", "--data", "simulated"]
    with subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()
            server.wait(20)


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    told: list[str] = []
    for line in server.stdout:
        told.append(line)
        found = re.search(r"listening on (http://\S+)", line)
        if found:
            # Nobody reads on otherwise, and a full pipe would stop the server.
            threading.Thread(target=server.stdout.read, daemon=True).start()
            return found[1]
    raise AssertionError(f"the server did not start: {''.join(told)}")


@pytest.fixture(scope="module")
def results(desk: str) -> dict[str, Results]:
    """By script and step. Scripts are run when first asked for."""
    return _Runs(desk)


class _Runs(dict[str, Results]):
    def __init__(self, desk: str) -> None:
        super().__init__()
        self._environment = {
            **os.environ,
            "CRYPTODESK_WEB_URL": desk,
            "CRYPTODESK_WEB_KEY": KEY,
            "CRYPTODESK_CHROMIUM": _chromium() or "",
        }

    def __missing__(self, script: str) -> Results:
        done = subprocess.run(
            ["node", script],
            cwd=SCRIPTS,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert rows, done.stderr
        self[script] = {row["name"]: row for row in rows}
        return self[script]


@pytest.mark.parametrize(("script", "step"), _steps())
def test_the_web_app(results: dict[str, Results], script: str, step: str) -> None:
    ran = results[script]
    assert step in ran, f"the script ended before it: {list(ran)}"
    assert ran[step]["error"] is None
