"""`cryptodesk chat` as somebody uses it: through a pipe, and at a terminal with its keys."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.cli.support import at_terminal, cryptodesk


def test_a_pipe_is_answered_line_by_line_with_its_context(tmp_path: Path) -> None:
    typed = "price of SOL\nand a year ago?\n/save sol\n"
    done = cryptodesk(tmp_path, "chat", typed=typed)
    assert done.returncode == 0, done.stderr
    assert "On 2025-" in done.stdout
    assert "$0 in 2 answers" in done.stdout
    assert "\x1b" not in done.stdout
    again = cryptodesk(tmp_path, "chat", "--last", "--json", typed="what about ETH?\n")
    assert "Ethereum" in json.loads(again.stdout)["answer"]
    assert json.loads(cryptodesk(tmp_path, "chat", "--list", "--json").stdout) == {"conversations": ["sol"]}


def test_what_cannot_be_resumed_is_told_in_a_line(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "chat", "--resume", "nope")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no saved conversation is called 'nope'" in done.stderr


def test_a_terminal_has_history_completion_and_clean_ends(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "chat", "--no-research") as terminal:
        terminal.until("/help lists what can be typed.")
        terminal.until("> ")
        terminal.type("price of SOL\r")
        answer = terminal.until("in 1 answer")
        assert "Solana" in answer
        assert "**" not in answer
        assert "\x1b[" in answer
        terminal.until("> ")
        terminal.type("/verb\t verbose\r")
        terminal.until("verbosity: verbose")
        terminal.until("> ")
        terminal.type("\x1b[A\x1b[A\r")  # arrow up, twice: the question again
        terminal.until("in 2 answers")
        terminal.until("> ")
        terminal.type("/quit\r")
        assert terminal.end() == 0
    history = tmp_path / "desk" / "chat-history"
    assert ("price of SOL" in history.read_text("utf-8"), stat.S_IMODE(history.stat().st_mode)) == (True, 0o600)


def test_colours_are_left_out_where_they_are_not_wanted(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "chat", "--no-research", NO_COLOR="1") as terminal:
        terminal.until("> ")
        terminal.type("price of SOL\r")
        answer = terminal.until("in 1 answer")
        assert "\x1b[36m" not in answer
        terminal.until("> ")
        assert terminal.end("\x04") == 0
