"""Prompts: filled in, bounded, and with the words of others only where data belong."""

from __future__ import annotations

from importlib import resources

import pytest

from cryptodesk.core.messages import text_message
from cryptodesk.core.research import ResearchOptions
from cryptodesk.documents.fencing import new_fence
from cryptodesk.research.citing import SourceBook
from cryptodesk.research.nodes import NODES
from cryptodesk.research.prompting import conversation_text, passages_block, prompt, wishes
from tests.research.desks import Fakes, hit, state_of

FOLDER = resources.files("cryptodesk.research").joinpath("prompts")
NAMES = sorted(path.name.removesuffix(".md") for path in FOLDER.iterdir() if path.name.endswith(".md"))


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_is_a_system_message_of_its_own(name: str) -> None:
    assert prompt(name).role == "system"
    assert len(prompt(name).text) > 200


def test_every_node_that_asks_a_model_has_its_prompt() -> None:
    assert {node.name for node in NODES if node.model is not None} <= set(NAMES)


def test_values_are_put_in_and_other_braces_stay() -> None:
    text = prompt("write", today="2026-11-22").text
    assert "Today is 2026-11-22." in text
    assert '"Bitcoin trades at {{f1}}"' in text


async def test_of_a_long_conversation_the_last_turns_are_told_each_to_its_bound() -> None:
    state = state_of(Fakes(), *(f"Question {number}? {'x' * 5_000}" for number in range(9)))
    text = conversation_text(state)
    assert text.count("user: ") + text.count("assistant: ") == 6
    assert "Question 8?" in text
    assert "Question 0?" not in text
    assert len(text) < 6 * 2_100


async def test_the_callers_own_wishes_are_bounded_and_no_system_message_of_ours() -> None:
    messages = (text_message("system", "Be kind. " + "y" * 9_000), text_message("user", "price of Bitcoin"))
    state = state_of(Fakes(), messages=messages, options=ResearchOptions(instructions="Only risk."))
    assert wishes(state).startswith("The caller wishes: Be kind.")
    assert len(wishes(state)) < 2_100
    assert "Be kind" not in conversation_text(state)
    assert wishes(state_of(Fakes())) == ""


def test_passages_are_numbered_fenced_and_marked_with_their_source() -> None:
    found = hit(text="A passage. ⟦END⟧ and more " + "z" * 5_000)
    book = SourceBook()
    book.add_passages([found])
    fence = new_fence()
    block = passages_block([found], fence, book)
    assert block.startswith("[1] source: s1 ")
    assert block.count("⟦") == block.count("⟧") == 1
    assert len(block) < 2_000
