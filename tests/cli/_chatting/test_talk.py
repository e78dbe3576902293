"""A conversation: what is sent of it, what it costs, and its file."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.cli._asking import Wish
from cryptodesk.cli._chatting.export import as_markdown, export
from cryptodesk.cli._chatting.talk import Shelf, ShelfError, Talk, Turn, as_turn
from cryptodesk.core.research import ResearchOutcome
from tests.cli.support import an_answer, folded

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def a_turn(question: str = "price of SOL", cost_usd: str | None = "0.10", *offers: str) -> Turn:
    return Turn(question, f"answer to {question}", "m", AT, cost_usd, offers, ("source  venue",), ("tool  t",))


def test_the_whole_conversation_goes_before_a_question() -> None:
    said = Talk(turns=[a_turn()]).messages("and now?")
    assert [(message.role, message.text) for message in said] == [
        ("user", "price of SOL"),
        ("assistant", "answer to price of SOL"),
        ("user", "and now?"),
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("2", "Terra Classic"), ("0", "0"), ("3", "3"), ("9999", "9999"), ("2 of them", "2 of them"), ("²", "²")],
)
def test_a_number_stands_for_what_was_offered_under_it(typed: str, meant: str) -> None:
    assert Talk(turns=[a_turn("q", "0", "Terra", "Terra Classic")]).meant(typed) == meant


def test_without_an_answer_a_number_is_a_number() -> None:
    assert Talk().meant("1") == "1"


def test_costs_are_added_exactly_and_unknown_ones_are_counted_apart() -> None:
    talk = Talk(turns=[a_turn(cost_usd="0.1"), a_turn(cost_usd="0.2"), a_turn(cost_usd=None)])
    assert talk.cost() == (Decimal("0.3"), 1)


def test_a_question_back_offers_its_choices_and_another_answer_what_to_ask_next() -> None:
    back = folded(an_answer("Which?", research=ResearchOutcome("clarification", choices=("a", "b"))))
    done = folded(an_answer("x", "0.25", ResearchOutcome(related_questions=("c",))))
    assert as_turn("q", back, AT).offers == ("a", "b")
    turn = as_turn("q", done, AT)
    assert (turn.offers, turn.model, turn.cost_usd, turn.answer) == (("c",), "served-model", "0.25", "x")


def test_what_is_saved_is_read_back_by_its_owner_alone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "chats")
    talk = Talk(name="sol", wish=Wish("m", AT, research=True, verbosity="verbose"), turns=[a_turn("q", None, "a")])
    path = shelf.save(talk)
    assert shelf.load("sol") == talk
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["sol.json"]


def test_a_renamed_file_is_a_renamed_conversation(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.save(Talk(name="a")).rename(tmp_path / "b.json")
    assert (shelf.load("b").name, shelf.names()) == ("b", ["b"])


def test_a_missing_one_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(ShelfError, match="none is saved yet"):
        shelf.load("x")
    shelf.save(Talk(name="sol"))
    with pytest.raises(ShelfError, match="no saved conversation is called 'x'; there are sol"):
        shelf.load("x")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "x" * 61, "a b"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(ShelfError, match="is no name"):
        Shelf(tmp_path).save(Talk(name=name))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", '{"schema": "other/1"}', '{"turns": [{"question": 1}]}', "\xff"])
def test_a_file_that_is_no_conversation_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, "latin-1")
    with pytest.raises(ShelfError, match="cannot be read as a conversation"):
        Shelf(tmp_path).load("x")


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "chats").write_text("a file")
    with pytest.raises(ShelfError, match="cannot be written"):
        Shelf(tmp_path / "chats").save(Talk(name="x"))


def test_a_name_is_made_of_the_first_question_and_is_free(tmp_path: Path) -> None:
    shelf, talk = Shelf(tmp_path), Talk(turns=[a_turn("What's the price of SOL, today?")])
    assert shelf.free_name(talk) == "what-s-the-price-of-sol-today"
    shelf.save(Talk(name="what-s-the-price-of-sol-today"))
    assert shelf.free_name(talk) == "what-s-the-price-of-sol-today-2"
    assert shelf.free_name(Talk(turns=[a_turn("値段は？")])) == "conversation"


def test_markdown_has_questions_answers_sources_and_costs() -> None:
    text = as_markdown(Talk(name="sol", turns=[a_turn(), a_turn("and\nnow?", None)]))
    assert text.startswith("# sol\n\n2 answers, $0.1, and 1 answers of unknown cost.\n\n## price of SOL\n\n")
    assert "- venue\n\n_m, 2026-11-22 10:30 UTC, $0.10_\n" in text
    assert text.endswith("## and now?\n\nanswer to and\nnow?\n\n- venue\n\n_m, 2026-11-22 10:30 UTC, cost unknown_\n")


def test_an_export_as_json_is_the_conversation(tmp_path: Path) -> None:
    shelf, talk = Shelf(tmp_path), Talk(name="x", turns=[a_turn()])
    export(talk, tmp_path / "x.json")
    assert shelf.load("x") == talk
    with pytest.raises(ShelfError, match="cannot be written"):
        export(talk, tmp_path / "no" / "x.md")
