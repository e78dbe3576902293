"""The gate: what it lets through and when, and that the cuts of a stream change nothing."""

from __future__ import annotations

import random

import pytest

from cryptodesk.verification import Gate, Policy, Verification
from cryptodesk.verification.layout import LONGEST_UNIT
from tests.verification.planting import lies_in_prose
from tests.verification.prose import Prose
from tests.verification.support import NOW, gate_for, market

GOOD = "Bitcoin trades at $78,264.10. "
BAD = "Ethereum trades at $3,999.00. "


def gate(policy: Policy) -> Gate:
    made = Gate(policy, [], NOW)
    result = market()
    made.add_result(result.tool, result.arguments, result.output, result.call_id)
    return made


def sent(made: Gate, text: str, chance: random.Random | None = None, most: int = 1) -> tuple[str, Verification]:
    """The whole text that the caller sees, fed in pieces of random length."""
    out, place = "", 0
    while place < len(text):
        length = chance.randint(1, most) if chance else len(text)
        out += made.feed(text[place : place + length])
        place += length
    rest, found = made.finish()
    return out + rest, found


@pytest.mark.parametrize("policy", ["off", "mark"])
def test_text_passes_at_once_where_nothing_is_changed(policy: Policy) -> None:
    made = gate(policy)
    assert made.feed(BAD[:7]) == BAD[:7]
    assert made.feed(BAD[7:]) == BAD[7:]
    rest, found = made.finish()
    assert rest == ""
    assert found.status == {"off": "no_figures", "mark": "contradicted"}[policy]


def test_a_sentence_is_held_until_it_is_whole_and_then_given() -> None:
    made = gate("cut")
    assert made.feed("Bitcoin trades at $78,2") == ""
    assert made.feed("64.10.") == ""
    assert made.feed(" The") == "Bitcoin trades at $78,264.10."
    assert made.feed(" rest") == ""
    assert made.finish()[0] == " The rest"


def test_a_false_sentence_is_cut_and_the_reader_is_told() -> None:
    text, found = sent(gate("cut"), GOOD + BAD + "Nothing else is known.")
    assert text == (
        "Bitcoin trades at $78,264.10. Nothing else is known.\n\n"
        "_1 statement was left out: its figures are not in the data._"
    )
    assert (found.left_out, found.status, found.counts.contradicted) == (1, "verified", 1)


def test_a_false_figure_is_repaired_in_its_own_manner() -> None:
    text, found = sent(gate("repair"), GOOD + BAD)
    assert text.startswith("Bitcoin trades at $78,264.10. Ethereum trades at $2,466.97.")
    assert "_1 figure was corrected from the data._" in text
    repaired = next(one for one in found.figures if one.action == "repaired")
    assert (repaired.text, repaired.was, text[repaired.start : repaired.end]) == ("$2,466.97", "$3,999.00", "$2,466.97")


def test_an_answer_without_faults_is_the_same_under_every_policy() -> None:
    text = (
        "Bitcoin trades at $78,264.10.\n\n- Ethereum: $2,466.97\n- It fell 0.68% over 24 hours.\n\n```\n5\n```\nEnd.\n"
    )
    for policy in ("off", "mark", "repair", "cut"):
        assert sent(gate(policy), text)[0] == text


def test_what_is_wholly_false_leaves_the_note_alone() -> None:
    assert sent(gate("cut"), BAD)[0] == "_1 statement was left out: its figures are not in the data._"


def test_nothing_is_held_longer_than_a_long_sentence() -> None:
    made = gate("cut")
    held = 0
    for word in ("and so on and on it goes without any end, " * 60).split(" "):
        held = held + len(word) + 1 - len(made.feed(word + " "))
        assert held <= LONGEST_UNIT + 100


def test_long_sentences_are_not_parted_inside_a_figure() -> None:
    text = "word " * 76 + "Bitcoin trades at 1.5 million dollars or $78,264.10 and " + "word " * 60
    made = gate("cut")
    pieces = [piece for piece in (made.feed(letter) for letter in text) if piece]
    assert not any(piece.endswith(("78", "$78,264", "1.")) for piece in pieces)


def test_a_result_that_comes_between_two_texts_counts_for_the_second() -> None:
    made = Gate("cut", [], NOW)
    assert made.feed("Let me look. ") == ""
    result = market()
    made.add_result(result.tool, result.arguments, result.output, result.call_id)
    assert "78,264.10" in made.feed(GOOD + "And") + made.finish()[0]


def _sample() -> list[tuple[Prose, str]]:
    lies = list(lies_in_prose())
    return [(prose, lie.text) for prose, lie in random.Random(7).sample(lies, 60)]


@pytest.mark.parametrize("policy", ["repair", "cut"])
def test_the_cuts_of_the_stream_change_nothing(policy: Policy) -> None:
    chance = random.Random(11)
    for prose, text in _sample():
        whole = sent(gate_for(prose, policy), text)
        for most in (2, 9, 60):
            assert sent(gate_for(prose, policy), text, chance, most) == whole


@pytest.mark.parametrize("policy", ["repair", "cut"])
def test_places_are_those_of_the_text_that_was_sent(policy: Policy) -> None:
    for prose, text in _sample():
        out, found = sent(gate_for(prose, policy), text)
        for figure in found.figures:
            if figure.action != "left_out":
                assert out[figure.start : figure.end] == figure.text


def test_what_was_repaired_is_right_when_it_is_checked_again() -> None:
    for prose, text in _sample():
        out, _ = sent(gate_for(prose, "repair"), text)
        again = sent(gate_for(prose, "mark"), out)[1]
        assert again.status in {"verified", "no_figures"}, (text, out)
