"""The published set of colliding names against the shipped directory, long tail and all."""

from __future__ import annotations

from collections import Counter

import pytest

from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions
from tests.market.identity.collisions import Case, Outcome, load_cases, score

CASES = load_cases()
DIRECTORY = AssetDirectory()
MENTIONS = AssetMentions(DIRECTORY)


@pytest.fixture(scope="module")
def outcomes() -> list[tuple[Case, Outcome]]:
    return [(case, score(case, DIRECTORY, MENTIONS)) for case in CASES]


def test_the_set_holds_at_least_three_hundred_cases_and_none_twice() -> None:
    asked = [(case.kind, case.text, case.as_of) for case in CASES]
    assert len(asked) == len(set(asked)) >= 300
    assert all(case.why for case in CASES)


def test_no_pick_is_silently_wrong(outcomes: list[tuple[Case, Outcome]]) -> None:
    assert [(case.text, case.as_of) for case, outcome in outcomes if outcome == "silently wrong"] == []


def test_nearly_no_answer_is_wrong_even_when_it_says_that_it_may_be(outcomes: list[tuple[Case, Outcome]]) -> None:
    wrong = [case.text for case, outcome in outcomes if outcome == "wrong"]
    assert wrong == ["Dogelon Mars price"]  # before it is on record, a slip for Dogecoin


def test_most_answers_are_plain(outcomes: list[tuple[Case, Outcome]]) -> None:
    counted = Counter(outcome for _, outcome in outcomes)
    assert counted["right"] >= 0.7 * len(CASES)


def test_what_is_expected_to_be_plain_is_hardly_ever_flagged(outcomes: list[tuple[Case, Outcome]]) -> None:
    plain = [outcome for case, outcome in outcomes if isinstance(case.expect, int | list)]
    assert plain.count("close call") <= 0.01 * len(plain)


@pytest.mark.parametrize("length", [400, 50_000])
def test_a_name_of_any_length_is_answered_and_nothing_of_it_leaks_into_the_answer(length: int) -> None:
    for text in ("x" * length, "bitcoin" * (length // 7), "\u202e" * length, "𝔅" * length, "ﷺ" * length):
        for match in DIRECTORY.lookup(text):
            assert match.is_close_call
            assert all(len(part) < 200 for part in (*match.reasons, match.warning or ""))
        MENTIONS.find(text)


def test_a_scorer_that_is_told_nothing_finds_every_pick_wrong() -> None:
    nobody = AssetDirectory([])
    lookups = [case for case in CASES if case.kind == "lookup" and isinstance(case.expect, int)]
    assert {score(case, nobody, AssetMentions(nobody)) for case in lookups} == {"wrong"}
