"""What a first answer loads: nothing that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import io, json, sys
from contextlib import redirect_stdout, suppress
from cryptodesk.cli import main
sys.argv = ["cryptodesk", "ask", *sys.argv[1:]]
answer = io.StringIO()
with redirect_stdout(answer), suppress(SystemExit):
    main()
print(json.dumps({"answer": answer.getvalue(), "loaded": sorted(sys.modules)}))
"""
UNNEEDED = {
    "aiohttp",
    "cryptodesk.cli.serve",
    "cryptodesk.app.library",
    "cryptodesk.documents.index",
    "cryptodesk.market.feeds.live",
    "cryptodesk.market.simulation.world",
    "cryptodesk.models.openai_wire._provider",
    "genai_prices",
    "markdown_it",
    "numpy",
    "onnxruntime",
    "rich",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("home")
    done = run(home, "price of Bitcoin", "--data", "snapshot")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ASK, *arguments],
        env={"PATH": "", "CRYPTODESK_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_a_price_of_the_store_is_answered(asked: dict[str, object]) -> None:
    assert "Bitcoin" in str(asked["answer"])
    assert "cmc_market_data" in str(asked["answer"])


@pytest.mark.parametrize("module", sorted(UNNEEDED))
def test_an_answer_from_the_store_loads_no(module: str, asked: dict[str, object]) -> None:
    loaded = asked["loaded"]
    assert isinstance(loaded, list)
    assert "cryptodesk.app.desk" in loaded
    assert module not in loaded


def test_a_reason_is_not_searched_for_where_the_store_has_no_news(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, "why did SOL fall last week", "--data", "snapshot").stdout.splitlines()[-1])
    assert "cmc_content_search" in found["answer"]
    assert "numpy" in found["loaded"], "the first answer of a home takes the handbook in"
    again = json.loads(run(tmp_path, "why did SOL fall last week", "--data", "snapshot").stdout.splitlines()[-1])
    assert again["answer"].splitlines()[0] == found["answer"].splitlines()[0]
    assert not {"numpy", "tantivy", "cryptodesk.app.library"} & set(again["loaded"])


def test_an_article_is_found_without_the_runtime_of_the_encoder(tmp_path: Path) -> None:
    run(tmp_path, "what is restaking", "--data", "snapshot")
    found = json.loads(run(tmp_path, "what is restaking", "--data", "snapshot").stdout.splitlines()[-1])
    assert "Restaking pledges assets" in found["answer"]
    assert "cryptodesk.documents.embedding" in found["loaded"]
    unneeded = {"onnxruntime", "lxml", "numpy.ma", "cryptodesk.documents.fetching", "cryptodesk.documents.intake"}
    assert not unneeded & set(found["loaded"])


def test_the_help_loads_no_command_and_nothing_that_runs_one() -> None:
    script = """
import sys
from contextlib import suppress
from cryptodesk.cli import main
sys.argv = ["cryptodesk", "--help"]
with suppress(SystemExit):
    main()
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], env={"PATH": ""}, capture_output=True, text=True, check=True)
    shown, _, loaded = done.stdout.rstrip().rpartition("\n")
    assert "Ask the desk a question." in shown
    assert not {"rich", "asyncio", "pydantic", "msgspec", "cryptodesk.settings"} & set(loaded.split())
    ours = {name for name in loaded.split() if name.startswith("cryptodesk.")}
    assert ours == {f"cryptodesk.cli{name}" for name in ("", "._commands", "._errors", "._group", "._libraries")}


def test_live_data_loads_its_sources_but_not_the_client_before_one_is_asked(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from cryptodesk.app.desk import Desk
from cryptodesk.settings import Settings
desk = Desk(Settings(home=Path(sys.argv[1]), data="auto"))
assert desk.market.statuses()
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "cryptodesk.market.feeds.live" in loaded
    assert "aiohttp" not in loaded
