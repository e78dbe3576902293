"""The grade of an answer's citations: what is wrong counts against precision, what is missing against recall."""

from __future__ import annotations

import pytest

from cryptodesk.core.research import CitedSource
from cryptodesk.research.citing import CitationGrade, Numbering, grade
from cryptodesk.verification import Checker
from tests.research.citing.books import NOW, documents_book

TRUE = "Operators run software for services"


def graded(text: str, *places: int) -> CitationGrade:
    """The grade of a text whose sources are those of the book at the places, numbered from 1."""
    book = documents_book()
    numbering = Numbering(book)
    for place in places:
        numbering.number(book.keys()[place])
    return grade(text, numbering.sources(), book, Checker(book.results, [], NOW).check(text))


def test_a_good_answer_has_all_of_both() -> None:
    found = graded(f"{TRUE} [1]. Bitcoin costs $78,264.10 [2].\n\n> “Deposits on Base were not affected.” [3]", 0, 2, 1)
    assert (found.cited, found.supported, found.citable, found.covered) == (3, 3, 3, 3)
    assert (found.precision, found.recall, found.is_dense) == (1.0, 1.0, True)


@pytest.mark.parametrize(
    "text",
    [
        "Miners run software for services [1].",
        "Bitcoin costs $99,264.10 [2].",
        "Solana costs $101.51 [2].",
        "> “Operators run software for themselves.” [1]",
        "It is a fine day [2].",
    ],
)
def test_a_citation_that_its_source_does_not_bear_out_counts_against_precision(text: str) -> None:
    found = graded(text, 0, 2)
    assert (found.cited, found.supported) == (1, 0)
    assert found.precision == 0.0
    assert len(found.faults) == 1


def test_a_figure_from_a_source_that_is_not_cited_counts_against_recall() -> None:
    found = graded("Bitcoin costs $78,264.10. Solana costs $101.51 [1]. Nothing is said here.", 4)
    assert (found.citable, found.covered) == (2, 1)
    assert found.recall == 0.5


def test_a_marker_of_no_source_is_told_and_supports_nothing() -> None:
    found = graded(f"{TRUE} [1][7]. `a[9]`", 0)
    assert found.unknown_ids == (7,)
    assert found.precision == 0.0


def test_numbers_out_of_the_order_of_mention_are_seen() -> None:
    assert not graded(f"Bitcoin costs $78,264.10 [2]. {TRUE} [1].", 0, 2).is_dense
    book = documents_book()
    one = book.source(book.keys()[0])
    gap = [CitedSource(2, one.key, one.kind, one.domain, one.title)]
    assert not grade(f"{TRUE} [2].", gap, book, Checker(book.results, [], NOW).check("")).is_dense


def test_an_answer_without_figures_and_citations_has_nothing_to_count() -> None:
    found = graded("Nothing is said here.")
    assert (found.cited, found.citable, found.precision, found.recall) == (0, 0, 1.0, 1.0)
