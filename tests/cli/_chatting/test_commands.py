"""The slash commands: what each changes and says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cryptodesk.cli._asking import Wish
from cryptodesk.cli._chatting.commands import COMMANDS, Room, complete, run_command
from cryptodesk.cli._chatting.talk import Shelf, Talk
from tests.cli._chatting.test_talk import a_turn


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(Talk(wish=Wish(research=True)), Shelf(tmp_path))


def done(room: Room, line: str) -> str:
    said, is_done = run_command(room, line)
    assert is_done, said
    return said


def refused(room: Room, line: str) -> str:
    said, is_done = run_command(room, line)
    assert not is_done, said
    return said


def test_how_answers_are_wanted_is_shown_and_changed(room: Room) -> None:
    assert done(room, "/model") == "model: the default one"
    assert done(room, "/model local/qwen3:8b") == "model: local/qwen3:8b"
    assert done(room, "/verbosity verbose") == "verbosity: verbose"
    assert done(room, "/asof 2024-03-01") == "as of: 2024-03-02 00:00 UTC"
    assert done(room, "/research off") == "research: off"
    assert room.talk.wish == Wish("local/qwen3:8b", datetime(2024, 3, 2, tzinfo=UTC), False, "verbose")
    assert done(room, "/asof now") == "as of: now"
    assert room.talk.wish.as_of is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/verbosity loud", "one of succinct, balanced, verbose"),
        ("/asof yesterday", "expected YYYY-MM-DD"),
        ("/research maybe", "on or off"),
        ("/save", "nothing to save yet"),
        ("/export", "needs the name of a file"),
        ("/horoscope", "no command '/horoscope'; /help lists them"),
        ("/", "/help lists them"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(room: Room, line: str, said: str) -> None:
    before = room.talk.wish
    assert said in refused(room, line)
    assert room.talk == Talk(wish=before)


def test_the_last_answer_tells_its_sources_its_tools_and_the_cost(room: Room) -> None:
    assert done(room, "/sources") == "nothing has been answered yet"
    room.talk.turns += [a_turn(cost_usd="0.1"), a_turn(cost_usd="0.25")]
    assert done(room, "/sources") == "source  venue"
    assert done(room, "/tools") == "tool  t"
    assert done(room, "/cost") == "cost  $0.35 in 2 answers"
    room.talk.turns.append(a_turn(cost_usd=None))
    assert done(room, "/cost") == "cost  $0.35 in 3 answers, and 1 of unknown cost"


def test_a_conversation_is_saved_under_a_name_and_goes_on_under_it(room: Room) -> None:
    room.talk.turns.append(a_turn())
    assert "saved as sol" in done(room, "/save sol")
    room.talk.turns.append(a_turn())
    done(room, "/save")
    assert len(room.shelf.load("sol").turns) == 2
    assert "is no name" in refused(room, "/save ../x")
    assert room.talk.name == "sol"


def test_a_new_conversation_keeps_how_answers_are_wanted_and_not_the_name(room: Room) -> None:
    room.talk.turns.append(a_turn())
    done(room, "/save sol")
    done(room, "/new")
    assert room.talk == Talk(wish=Wish(research=True))
    assert len(room.shelf.load("sol").turns) == 1


def test_an_export_never_writes_over_a_file(room: Room, tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    assert done(room, f"/export {target}") == f"exported to {target}"
    assert "there already" in refused(room, f"/export {target}")


def test_quit_ends_and_help_names_every_command(room: Room) -> None:
    shown = done(room, "/help")
    assert all(f"/{name} " in shown for name in COMMANDS)
    done(room, "/quit")
    assert not room.is_open


def test_the_tab_key_completes_commands_and_what_they_take() -> None:
    assert complete("/mo") == ["/model "]
    assert complete("/so") == ["/sources"]
    assert complete("/verbosity b") == ["/verbosity balanced"]
    assert complete("/research ") == ["/research on", "/research off"]
    assert "/model cryptodesk-analyst" in complete("/model crypto")
    assert list(complete("price of ")) == []
