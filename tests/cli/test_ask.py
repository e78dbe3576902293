"""`cryptodesk ask` at a pipe, at a terminal, and of a running server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cryptodesk.cli import app
from cryptodesk.cli._options import read_question
from tests.cli.support import at_terminal, cryptodesk
from tests.clients.server import KEY, running_server

QUESTION = "compare SOL and ETH over 90 days"


def test_a_question_comes_from_a_pipe_and_its_answer_is_plain_text(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "ask", "--plain", "-", typed=f"{QUESTION}\n")
    assert done.returncode == 0, done.stderr
    assert "Solana (SOL)" in done.stdout
    assert [mark for mark in ("**", "| ", "\x1b", "tool  ", "cost  ") if mark in done.stdout] == []


def test_charts_are_lines_or_large_or_left_out(tmp_path: Path) -> None:
    lines = cryptodesk(tmp_path, "ask", QUESTION).stdout
    large = cryptodesk(tmp_path, "ask", "--chart", QUESTION).stdout
    none = cryptodesk(tmp_path, "ask", "--no-chart", QUESTION).stdout
    assert ("   SOL  " in lines, "┤" in lines) == (True, False)
    assert ("SOL: " in large, large.count("┤")) == (True, 16)
    assert ("█" in none, "source  binance_usdm (snapshot), as of 2026-09-10" in none) == (False, True)


def test_a_researched_answer_cites_and_goes_on(tmp_path: Path) -> None:
    done = json.loads(cryptodesk(tmp_path, "ask", "--research", "--verbosity", "succinct", "--json", QUESTION).stdout)
    assert "[1]" in done["answer"]
    assert done["citations"][0]["citation_id"] == 1
    assert len(done["related"]) == 2
    assert done["charts"]


def test_a_terminal_gets_it_drawn_and_no_color_is_heeded(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "ask", QUESTION) as terminal:
        assert terminal.end() == 0
        assert "\x1b[36m" in terminal.shown
        assert "────" in terminal.shown
    with at_terminal(tmp_path, "--no-color", "ask", QUESTION) as terminal:
        assert terminal.end() == 0
        assert "\x1b[36m" not in terminal.shown


def test_an_error_is_red_only_where_colours_are_wanted(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "ask", " ") as terminal:
        assert terminal.end() == 2
        assert "\x1b[31mcryptodesk: the question is empty" in terminal.shown
    with at_terminal(tmp_path, "ask", " ", NO_COLOR="yes") as terminal:
        assert terminal.end() == 2
        assert terminal.shown == "cryptodesk: the question is empty\r\n"


def test_ctrl_c_in_the_middle_of_an_answer_ends_with_130(tmp_path: Path) -> None:
    slow = ("--model", "scripted-slow", "hi")
    with at_terminal(tmp_path, "ask", *slow, CRYPTODESK_SCRIPTED_MODELS="1") as terminal:
        terminal.until("…")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.shown


def test_a_server_gives_the_same_answer_as_the_desk_in_the_process(tmp_path: Path) -> None:
    own = json.loads(cryptodesk(tmp_path, "ask", "--json", QUESTION).stdout)
    with running_server(tmp_path) as server:
        asked = cryptodesk(tmp_path, "ask", "--json", "--server", server.url, QUESTION, CRYPTODESK_KEY=KEY)
        assert asked.returncode == 0, asked.stderr
        theirs = json.loads(asked.stdout)
        refused = cryptodesk(tmp_path, "ask", QUESTION, CRYPTODESK_SERVER=server.url, CRYPTODESK_KEY="cd_wrong")
        unknown = cryptodesk(
            tmp_path, "ask", "--model", "nope", QUESTION, CRYPTODESK_SERVER=server.url, CRYPTODESK_KEY=KEY
        )
    for name in ("answer", "origins", "cost_usd", "usage", "model", "verification"):
        assert _without_ids(theirs[name], theirs) == _without_ids(own[name], own), name
    assert (refused.returncode, "CRYPTODESK_KEY" in refused.stderr) == (1, True)
    assert (unknown.returncode, "'nope'" in unknown.stderr) == (2, True)
    gone = cryptodesk(tmp_path, "ask", "--server", server.url, QUESTION)
    assert (gone.returncode, "cryptodesk serve" in gone.stderr) == (3, True)


def _without_ids(value: object, answer: dict[str, object]) -> str:
    """Ids of calls are made anew for each run."""
    text = json.dumps(value)
    for number, trace in enumerate(answer["tool_traces"]):  # type: ignore[arg-type,var-annotated]
        text = text.replace(trace["call_id"], f"call {number}")
    return text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--json", "--plain", "x"), "exclude each other"),
        (("--server", "nope", "x"), "is no address"),
        (("--server", "http://127.0.0.1:1", "--data", "live", "x"), "--data is up to the server"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["ask", *arguments])
    assert (done.exit_code, done.output.count("\n"), said in done.output) == (2, 1, True)


def test_words_are_one_question() -> None:
    assert read_question(["price", "of", "BTC"]) == "price of BTC"
