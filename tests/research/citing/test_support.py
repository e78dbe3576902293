"""The exact checker, on the committed pairs: what is false never passes, and what is true seldom fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from cryptodesk.core.verification import CellReference, CheckedFigure
from cryptodesk.research.citing import check_cells, check_sentence
from tests.research.citing.pairs import WRONG, load_held_out, load_pairs, misjudged

SOLANA = "Solana (SOL) was down 2.7 % over the 24 hours to 12:00 UTC, trading at $460.27."


def test_the_pairs_are_enough_of_each_kind() -> None:
    counts = Counter(pair.kind for pair in load_pairs())
    assert sum(counts.values()) >= 200
    assert min(counts[kind] for kind in ("true", *WRONG)) >= 15
    assert len({(pair.sentence, pair.title) for pair in load_pairs()}) == sum(counts.values())


@pytest.mark.parametrize("kind", ["figure", "subject", "unrelated"])
def test_no_wrong_figure_no_wrong_subject_and_nothing_unrelated_passes(kind: str) -> None:
    assert misjudged(kind) == []
    assert misjudged(kind, load_held_out()) == []


def test_nearly_all_true_paraphrases_pass() -> None:
    true = [pair for pair in load_pairs() if pair.kind == "true"]
    assert len(misjudged("true")) <= 0.03 * len(true)


def test_of_true_paraphrases_that_it_was_not_made_on_nine_of_ten_pass() -> None:
    true = [pair for pair in load_held_out() if pair.kind == "true"]
    assert len(misjudged("true", load_held_out())) <= 0.1 * len(true)


@pytest.mark.parametrize("kind", ["negation", "swapped"])
def test_what_is_turned_is_seen_nearly_always(kind: str) -> None:
    assert len(misjudged(kind)) <= 0.1 * sum(pair.kind == kind for pair in load_pairs())


@pytest.mark.parametrize(
    ("sentence", "is_said"),
    [
        ("Solana fell 2.7% to $460.27.", True),
        ("Solana fell about 2.7% to roughly $460.", True),
        ("SOL traded at $460.27 [1].", True),
        ("Solana rose 2.7% over 24 hours.", False),
        ("Solana fell 2.8% over 24 hours.", False),
        ("Solana traded at €460.27.", False),
        ("Solana traded at 460.27% over 24 hours.", False),
    ],
)
def test_figures_are_read_as_numbers_of_a_kind(sentence: str, is_said: bool) -> None:
    assert check_sentence(sentence, [SOLANA]).is_supported is is_said


@pytest.mark.parametrize("sentence", ["", "   ", "[1]", "…", "And so on.", "\u200b"])
def test_what_says_nothing_is_not_supported(sentence: str) -> None:
    found = check_sentence(sentence, [SOLANA])
    assert not found.is_supported
    assert found.reason


def test_without_a_text_nothing_is_supported() -> None:
    assert not check_sentence("Solana fell 2.7%.", []).is_supported
    assert not check_sentence("Solana fell 2.7%.", [""]).is_supported


def test_a_model_may_refuse_what_the_words_allow_and_cannot_allow_what_they_refuse() -> None:
    asked: list[str] = []

    def says_no(sentence: str, passages: Sequence[str]) -> bool:
        asked.append(sentence)
        return False

    assert not check_sentence("Solana fell 2.7%.", [SOLANA], says_no).is_supported
    assert asked == ["Solana fell 2.7%."]
    assert not check_sentence("Solana fell 9.9%.", [SOLANA], lambda *_: True).is_supported


def figure(verdict: str, *paths: str) -> CheckedFigure:
    cells = tuple(CellReference("m", "", path) for path in paths)
    return CheckedFigure("5%", 0, 2, verdict, "why", cells)  # type: ignore[arg-type]


def owners(one: CheckedFigure) -> list[str]:
    return [cell.path for cell in one.cells]


def test_a_series_bears_out_a_sentence_of_which_every_figure_is_bound_and_one_is_its_own() -> None:
    assert check_cells([figure("bound", "a"), figure("user")], owners, ["a"]).is_supported
    assert check_cells([figure("bound", "a"), figure("derived", "a", "b")], owners, ["a", "b"]).is_supported
    assert not check_cells([figure("bound", "a")], owners, ["b"]).is_supported
    assert not check_cells([figure("bound", "a"), figure("unbound")], owners, ["a"]).is_supported
    assert not check_cells([figure("bound", "a"), figure("contradicted", "a")], owners, ["a"]).is_supported
    assert not check_cells([], owners, ["a"]).is_supported
