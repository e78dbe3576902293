"""The page has a place for every part, and the tool writes into that place alone."""

from __future__ import annotations

import pytest
from bench.proof.page import PAGE, markers, place_for, rewritten
from bench.proof.part import Figure, Outcome
from bench.proof.running import Proved, load_parts

PARTS = load_parts()


def proved(outcome: Outcome, name: str = "disk") -> Proved:
    found = Proved(name, PARTS[name], PARTS[name].long, 12.4, outcome)
    found.on = "2026-11-22"
    return found


@pytest.mark.parametrize("name", PARTS)
def test_the_page_has_a_place_and_a_heading_for_each_part(name: str) -> None:
    text = PAGE.read_text("utf-8")
    for marker in markers(name):
        assert text.count(marker) == 1
    assert f"\n## {PARTS[name].title}\n\n{PARTS[name].does}\n" in text


def test_figures_stand_in_their_parts_place_and_the_rest_stays() -> None:
    page = f"# Title\n\n{place_for('disk', PARTS['disk'])}\n{place_for('clock', PARTS['clock'])}"
    outcome = Outcome([Figure("lost", "0", "0", True), Figure("slow | fast", "1 s")], how="a tmpfs")
    text = rewritten(page, proved(outcome), "a machine")
    assert "Measured on 2026-11-22 in 12 s: a machine. A tmpfs." in text
    assert "| lost | 0 | 0 | kept |\n| slow \\| fast | 1 s | | |" in text
    assert text.count("Not measured yet.") == 1
    assert text.endswith(place_for("clock", PARTS["clock"]))
    assert rewritten(text, proved(outcome), "a machine") == text


def test_faults_and_what_cannot_be_told_are_said() -> None:
    outcome = Outcome(
        [Figure("lost", "2", "0", False), Figure("slope", "0.4", "under 1", None)], ["lost: <b>an\x00answer</b>"]
    )
    text = rewritten(place_for("disk", PARTS["disk"]), proved(outcome), "a machine")
    assert "| lost | 2 | 0 | **broken** |" in text
    assert "| slope | 0.4 | under 1 | cannot be told |" in text
    assert "- lost: &lt;b>an answer&lt;/b>" in text


def test_a_part_that_could_not_be_run_says_why() -> None:
    text = rewritten(place_for("clock", PARTS["clock"]), proved(Outcome(skipped="no compiler"), "clock"), "a machine")
    assert "Not measured there: no compiler." in text
    assert "| what |" not in text


def test_a_page_without_the_place_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        rewritten("# Title\n", proved(Outcome()), "a machine")
