"""Titles, tags and questions: what they say, and that they stay within their bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.dialects.openai.helpers.recognise import Helper, Turn
from cryptodesk.dialects.openai.helpers.words import answer_of, follow_ups_of, tags_of, title_of
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import FakeReader

READER = FakeReader()


def talk(*texts: str) -> tuple[Turn, ...]:
    return tuple(Turn(at % 2 == 0, text) for at, text in enumerate(texts))


@requirement("OAI-HELPERS")
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What is the price of Bitcoin?", "Bitcoin Price"),
        ("How volatile was Ethereum in August?", "Ethereum Volatility, August 2026"),
        ("Is Bitcoin or Ethereum more volatile?", "Bitcoin and Ethereum Volatility"),
        ("How volatile is it?", "Volatility"),
        ("Bitcoin!", "Bitcoin"),
        ("Can you write me a short poem about the sea?", "Short Poem About Sea"),
        ("Wie wird das Wetter morgen in Köln?", "Wie Wird Das Wetter Morgen Köln"),
        ("what is this?", "What Is This"),
        ("???", "New Chat"),
        ("", "New Chat"),
    ],
)
def test_a_title_says_what_is_asked_of_what(question: str, title: str) -> None:
    assert title_of(talk(question, "…"), READER) == title


@requirement("OAI-HELPERS")
@given(st.text(max_size=300))
def test_a_title_is_short_and_plain(question: str) -> None:
    title = title_of(talk(question), READER)
    assert 0 < len(title) <= 60
    assert not set(title) & set('"\n{}')


@requirement("OAI-HELPERS")
def test_tags_are_of_the_field_and_of_what_is_named() -> None:
    said = talk("How volatile is Bitcoin?", "Rather.", "And Ethereum?", "More.")
    assert tags_of(said, READER) == ["Finance", "Cryptocurrency", "Bitcoin", "Ethereum", "Volatility"]
    assert tags_of(talk("hello"), READER) == ["General"]


@requirement("OAI-HELPERS")
def test_questions_go_on_from_the_last_one() -> None:
    assert follow_ups_of(talk("a", "x", "b", "y"), READER) == ["Why b?", "And a?"]
    assert follow_ups_of((), READER) == []


@requirement("OAI-HELPERS")
@pytest.mark.parametrize(
    ("kind", "value"),
    [("title", "Bitcoin Price"), ("tags", ["Finance", "Cryptocurrency", "Bitcoin", "Price"])],
)
def test_the_answer_is_the_object_that_was_asked_for(kind: Any, value: Any) -> None:
    helper = Helper(kind, talk("What is the price of Bitcoin?"), "object")
    assert json.loads(answer_of(helper, READER)) == {kind: value}


@requirement("OAI-HELPERS")
def test_members_are_those_of_the_schema() -> None:
    helper = Helper("title", talk("What is the price of Bitcoin?"), "members", ("title", "language"))
    assert json.loads(answer_of(helper, READER)) == {"title": "Bitcoin Price", "language": "English"}
    foreign = Helper("title", talk("Was kostet das heute und warum ist es so viel?"), "call", ("language",), "f")
    assert json.loads(answer_of(foreign, READER)) == {"language": "Other"}
