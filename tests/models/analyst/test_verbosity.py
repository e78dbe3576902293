"""How much is said follows what the system prompt, the question and the effort ask for."""

from __future__ import annotations

import pytest

from cryptodesk.core.generation import ModelRequest, ReasoningEffort
from cryptodesk.core.messages import text_message
from cryptodesk.models.analyst.deciding import Turn, decide
from tests.models.analyst.desk import TODAY, WORLD


def turn(system: str, question: str, effort: ReasoningEffort | None = None) -> Turn:
    messages = (text_message("system", system), text_message("user", question))
    decided = decide(ModelRequest("analyst", messages, reasoning_effort=effort), WORLD, TODAY)
    assert isinstance(decided, Turn)
    return decided


CASES: list[tuple[str, str, ReasoningEffort | None, str]] = [
    ("", "price of BTC", None, "standard"),
    ("Be concise.", "price of BTC", None, "brief"),
    ("", "price of BTC in one sentence", None, "brief"),
    ("", "explain the price of BTC in detail", None, "detailed"),
    ("Be concise.", "price of BTC, in full detail please", None, "detailed"),
    ("", "price of BTC", "high", "detailed"),
    ("", "price of BTC", "low", "standard"),
    ("Be concise.", "price of BTC", "high", "brief"),
]


@pytest.mark.parametrize(("system", "question", "effort", "expected"), CASES)
def test_verbosity(system: str, question: str, effort: ReasoningEffort | None, expected: str) -> None:
    assert turn(system, question, effort).settings[0].verbosity == expected


@pytest.mark.parametrize("system", ["Answer in plain text.", "Do not use markdown", "plain-text answers only"])
def test_plain_text_is_recognised(system: str) -> None:
    assert turn(system, "price of BTC").is_plain


def test_markdown_is_the_rule() -> None:
    assert not turn("You answer in markdown.", "price of BTC").is_plain
