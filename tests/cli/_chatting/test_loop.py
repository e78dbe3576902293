"""The loop of a conversation over made-up answers and made-up typing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cryptodesk.cli._asking import Wish
from cryptodesk.cli._chatting.commands import Room
from cryptodesk.cli._chatting.loop import Loop
from cryptodesk.cli._chatting.talk import Shelf, Talk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import UpstreamTimeout
from cryptodesk.core.events import RunFailed
from cryptodesk.core.research import ResearchOutcome
from tests.cli._chatting.test_talk import AT
from tests.cli.support import FakeAnswerer, an_answer

FAILED = [RunFailed(UpstreamTimeout("the provider is slow", upstream="venue"))]


class Typed:
    """Lines as somebody types them; None stands for Ctrl-C."""

    def __init__(self, *lines: str | None, is_terminal: bool = True) -> None:
        self._lines = list(lines)
        self.is_terminal = is_terminal
        self.is_closed = False

    def read(self) -> str | None:
        if not self._lines:
            return None
        line = self._lines.pop(0)
        if line is None:
            raise KeyboardInterrupt
        return line

    def close(self) -> None:
        self.is_closed = True


class Held:
    """A conversation in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.room = Room(Talk(wish=Wish(research=True)), Shelf(folder))

    def take(self, answerer: FakeAnswerer, typed: Typed, *, as_json: bool = False) -> int:
        code = Loop(self.room, typed, FixedClock(AT), as_json=as_json).run(answerer)
        assert (answerer.is_closed, typed.is_closed) == (True, True)
        return code


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


def test_each_question_is_asked_with_what_was_said_before(held: Held, capsys: pytest.CaptureFixture[str]) -> None:
    answerer = FakeAnswerer(an_answer("one"), an_answer("two", "0.25"))
    assert held.take(answerer, Typed("first", "", "second")) == 0
    assert [[message.text for message in messages] for messages, _ in answerer.asked] == [
        ["first"],
        ["first", "one", "second"],
    ]
    shown = capsys.readouterr().out
    assert "cost  $0.5 in 1 answer  served-model" in shown
    assert "cost  $0.75 in 2 answers  served-model" in shown


def test_a_question_back_is_answered_by_its_number(held: Held, capsys: pytest.CaptureFixture[str]) -> None:
    back = an_answer("Which Luna?", research=ResearchOutcome("clarification", choices=("Terra", "Terra Classic")))
    answerer = FakeAnswerer(back, an_answer("two"))
    held.take(answerer, Typed("price of luna", "2"))
    assert answerer.asked[1][0][-1].text == "Terra Classic"
    assert "  2. Terra Classic" in capsys.readouterr().out


def test_slash_commands_hold_for_the_next_answer(held: Held) -> None:
    answerer = FakeAnswerer(an_answer("one"))
    held.take(answerer, Typed("/model m2", "/research off", "q", "/quit", "never asked"))
    assert answerer.asked[0][1] == Wish("m2", research=False)


def test_a_failed_answer_is_no_part_of_the_conversation(held: Held, capsys: pytest.CaptureFixture[str]) -> None:
    answerer = FakeAnswerer(FAILED, an_answer("two"))
    assert held.take(answerer, Typed("first", "second")) == 0
    assert [message.text for message in answerer.asked[1][0]] == ["second"]
    assert "the provider is slow" in capsys.readouterr().err


def test_ctrl_c_stops_an_answer_and_the_conversation_goes_on(held: Held, capsys: pytest.CaptureFixture[str]) -> None:
    answerer = FakeAnswerer(None, an_answer("two"))
    held.take(answerer, Typed("first", None, "second"))
    assert [turn.answer for turn in held.room.talk.turns] == ["two"]
    shown = capsys.readouterr().out
    assert "half a sen" in shown
    assert "(stopped; it is not part of the conversation)" in shown
    assert "(Ctrl-D or /quit ends)" in shown


def test_ctrl_c_ends_what_is_fed_by_a_pipe(held: Held) -> None:
    with pytest.raises(KeyboardInterrupt):
        held.take(FakeAnswerer(None), Typed("first", is_terminal=False))


@pytest.mark.parametrize(("line", "code"), [("ask", 3), ("/nope", 2)])
def test_a_pipe_ends_with_the_code_of_what_went_wrong(held: Held, line: str, code: int) -> None:
    answerer = FakeAnswerer(*([FAILED] if line == "ask" else []), an_answer("two"))
    assert held.take(answerer, Typed(line, "again", is_terminal=False)) == code


def test_once_saved_each_answer_is_on_disk(held: Held) -> None:
    answerer = FakeAnswerer(an_answer("one"), an_answer("two"))
    held.take(answerer, Typed("first", "/save s", "second"))
    assert [turn.answer for turn in held.room.shelf.load("s").turns] == ["one", "two"]


def test_as_json_each_answer_is_a_line_and_all_else_is_beside(held: Held, capsys: pytest.CaptureFixture[str]) -> None:
    answerer = FakeAnswerer(an_answer("one"), FAILED)
    held.take(answerer, Typed("first", "/cost", "second", is_terminal=False), as_json=True)
    told = capsys.readouterr()
    first, second = map(json.loads, told.out.splitlines())
    assert (first["answer"], first["error"], second["error"]) == ("one", None, "the provider is slow")
    assert "cost  $0.5 in 1 answer" in told.err
