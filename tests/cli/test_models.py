"""`cryptodesk models` as an operator calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.server import environment

KEY = "sk-canary-of-the-suite"


def models(home: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cryptodesk", "models", *arguments],
        env=environment(home, COLUMNS="220", **extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def written(home: Path, text: str) -> str:
    path = home / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_list_says_who_serves_each_model_and_what_the_others_lack(tmp_path: Path) -> None:
    done = models(tmp_path, "list")
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert (
        "by cryptodesk-analyst-1: provider 'openai' is not configured: set OPENAI_API_KEY" in rows["cmc-ai-v1-gpt-5.1"]
    )
    assert "1.25 in, 10 out" in rows["cmc-ai-v1-gpt-5.1"]
    assert rows["cryptodesk-analyst"].rstrip().endswith("yes")
    assert "no: provider 'local' is not configured: set CRYPTODESK_LOCAL_BASE_URL" in rows["local/*"]


def test_the_list_as_json_has_every_fact_and_no_key(tmp_path: Path) -> None:
    done = models(tmp_path, "list", "--json", OPENAI_API_KEY=KEY)
    assert KEY not in done.stdout + done.stderr
    found = {model["id"]: model for model in json.loads(done.stdout)["models"]}
    documented = found["cmc-ai-v1-gpt-5.1"]
    assert documented["is_served"] is True
    assert documented["served_by"] == ["openai:gpt-5.1", "analyst:cryptodesk-analyst-1"]
    assert documented["lack"] is None
    assert documented["price"]["version"] == "gpt-5.1@2025-11-13"
    assert (documented["price"]["input_usd"], documented["price"]["is_known"]) == ("1.25", True)
    assert documented["limits"] == {"context_tokens": 400000, "output_tokens": 128000}
    assert documented["profile"]["tools"] == "always"
    assert found["deepseek-flash"]["is_served"] is False


def test_a_price_with_tiers_is_shown_with_them_and_an_unknown_one_as_such(tmp_path: Path) -> None:
    own = (
        '[models.house]\nprovider = "local"\nupstream_model = "h"\nprice = "tall"\n'
        '[models.cottage]\nprovider = "local"\nupstream_model = "c"\nprice = "nobody-knows"\n'
    )
    prices = tmp_path / "prices.toml"
    prices.write_text(
        '[[prices]]\nname = "tall"\neffective = 2026-01-01\ninput_usd = "1"\noutput_usd = "4"\nsource = "x"\n'
        'tiers = [{ above_input_tokens = 200000, input_usd = "2", output_usd = "6" }]\n',
        encoding="utf-8",
    )
    settings = {
        "CRYPTODESK_MODELS_FILE": written(tmp_path, own),
        "CRYPTODESK_PRICES_FILE": str(prices),
        "CRYPTODESK_LOCAL_BASE_URL": "http://127.0.0.1:9/v1",
    }
    refused = models(tmp_path, "list", **settings).stdout
    assert "1 in, 4 out; above 200,000 tokens 2 in, 6 out" in refused
    assert "no: no price known: prices have no entry 'nobody-knows' in force" in refused
    marked = json.loads(models(tmp_path, "list", "--json", CRYPTODESK_UNKNOWN_PRICE="mark", **settings).stdout)
    cottage = next(model for model in marked["models"] if model["id"] == "cottage")
    assert cottage["is_served"] is True
    assert cottage["price"] == {"version": "unknown: nobody-knows", "is_known": False}


def test_the_analyst_passes_its_test_for_nothing(tmp_path: Path) -> None:
    done = models(tmp_path, "test", "cryptodesk-analyst", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert [(step["name"], step["problem"]) for step in report["steps"]] == [
        ("answer", None), ("tools", None), ("json", None),
    ]  # fmt: skip
    assert (report["is_well"], report["cost_usd"]) == (True, "0")


def test_a_model_that_falls_short_is_reported_in_words_and_by_exit_code_1(tmp_path: Path) -> None:
    done = models(tmp_path, "test", "scripted-bad_tool_json", CRYPTODESK_SCRIPTED_MODELS="true")
    assert done.returncode == 1, done.stderr
    assert "answer ok (first byte" in done.stdout
    assert "called the tool with arguments that do not fit its schema" in done.stdout
    assert "cost   $0.0" in done.stdout


def test_a_server_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    done = models(tmp_path, "test", "local/any", CRYPTODESK_LOCAL_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 1
    assert "local cannot be reached: no connection" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("model", "said"), [("gpt-5.2", "set OPENAI_API_KEY"), ("nobody", "The model `nobody` does not exist")]
)
def test_a_model_that_cannot_be_asked_is_wrong_use(tmp_path: Path, model: str, said: str) -> None:
    done = models(tmp_path, "test", model)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_wrong_catalogue_is_told_by_file_entry_and_field(tmp_path: Path) -> None:
    done = models(tmp_path, "list", CRYPTODESK_MODELS_FILE=written(tmp_path, "[models.x]\ncolour = 1\n"))
    assert done.returncode == 2
    assert "own.toml: models.x:" in done.stderr


def test_where_nothing_can_be_served_the_list_ends_with_exit_code_1(tmp_path: Path) -> None:
    off = written(tmp_path, "[providers.analyst]\nenabled = false\n")
    done = models(tmp_path, "list", CRYPTODESK_MODELS_FILE=off)
    assert done.returncode == 1
    assert "no: provider" in done.stdout
