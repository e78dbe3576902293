"""The protocol's own conformance suite against the desk; what does not pass stands in a list that only shrinks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from tests.clients.server import environment

FOLDER = Path(__file__).parent
SUITE = FOLDER / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
EXPECTED = FOLDER / "expected_failures.yml"
_OLDEST_NODE = 22


@cache
def find_node() -> str | None:
    """A Node that is new enough: the one that was installed beside the suite, else the system's."""
    beside = sorted(str(path) for path in FOLDER.glob("node_modules/node-*/bin/node"))
    for candidate in (*beside, shutil.which("node")):
        if candidate is not None and _version(candidate) >= _OLDEST_NODE:
            return candidate
    return None


def _version(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


pytestmark = pytest.mark.skipif(
    not SUITE.is_file() or find_node() is None,
    reason="the MCP conformance suite is not installed, or there is no Node 22; `make test` installs them where it can",
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("conformance")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.clients.mcp_conformance.desk", str(home)],
        cwd=FOLDER.parents[2],
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with closing(process.stdout) as lines:
        found = next((re.search(r"listening on (\d+)", line) for line in lines if "listening" in line), None)
        try:
            assert found is not None, "the server ended early"
            yield f"http://127.0.0.1:{found[1]}/mcp"
        finally:
            process.terminate()
            process.wait(20)


def test_the_suite_passes_but_for_what_is_listed(url: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(find_node()), str(SUITE), "server", "--url", url, "--suite", "all", "--expected-failures", str(EXPECTED)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    summary = done.stdout[done.stdout.find("=== SUMMARY ===") :]
    assert done.returncode == 0, summary + done.stderr
    passed = re.findall(r"✓ (\S+): ([1-9]\d*) passed, 0 failed", summary)
    assert {name for name, _ in passed} >= {
        "server-initialize",
        "logging-set-level",
        "ping",
        "completion-complete",
        "tools-list",
        "tools-call-simple-text",
        "tools-call-error",
        "tools-call-with-progress",
        "resources-list",
        "resources-read-text",
        "prompts-list",
        "prompts-get-simple",
        "prompts-get-with-args",
        "server-sse-multiple-streams",
        "dns-rebinding-protection",
    }


def test_nothing_is_added_to_the_list() -> None:
    listed = re.findall(r"^  - (\S+)$", EXPECTED.read_text("utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert len(listed) <= 17
