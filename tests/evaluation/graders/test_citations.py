"""Citation precision and recall."""

from __future__ import annotations

from cryptodesk.evaluation.gold import GoldDocument
from cryptodesk.evaluation.graders import Check
from cryptodesk.evaluation.graders.citations import grade_citations
from cryptodesk.evaluation.records import Documents
from tests.evaluation.samples import question, source, trace

ASKED = question(documents=Documents(handbook=("defi/restaking",), also=("concepts/slashing",)))
GOLD = (GoldDocument("defi/restaking", "Restaking"), GoldDocument("concepts/slashing", "Slashing"))
TRACES = [
    trace("cmc_content_search", citations=(source("Restaking (rests on: X)"), source("Slashing"), source("Oracles")))
]


def judge(text: str) -> tuple[Check, Check]:
    found = grade_citations(ASKED, text, TRACES, GOLD)
    assert found is not None
    return found


def test_the_right_document_gives_full_marks() -> None:
    precision, recall = judge("Stake is pledged twice [1].")
    assert precision == Check(1, 1)
    assert recall == Check(1, 1)


def test_a_fit_document_beside_it_costs_nothing_and_does_not_stand_in() -> None:
    precision, recall = judge("[1] and [2]")
    assert (precision, recall) == (Check(2, 2), Check(1, 1))
    precision, recall = judge("[2]")
    assert precision == Check(1, 1)
    assert not recall.passed


def test_a_stray_document_costs_precision() -> None:
    precision, recall = judge("[1] and [3]")
    assert (precision.right, precision.of) == (1, 2)
    assert precision.notes == ("cites Oracles",)
    assert recall.passed


def test_a_number_that_no_source_carries_costs_precision() -> None:
    precision, _ = judge("[1] and [9]")
    assert (precision.right, precision.of) == (1, 2)


def test_an_answer_that_cites_nothing_has_no_recall() -> None:
    precision, recall = judge("Stake is pledged twice.")
    assert precision == Check(0, 0)
    assert (recall.right, recall.of) == (0, 1)


def test_texts_that_a_search_found_are_known_by_their_address() -> None:
    asked = question(documents=Documents(searches=({"query": "x"},), least=2))
    gold = (GoldDocument("a", "Same title", "https://a.example"), GoldDocument("b", "Same title", "https://b.example"))
    traces = [
        trace(
            "cmc_content_search",
            citations=(source("Same title", "https://a.example"), source("Same title", "https://c.example")),
        )
    ]
    found = grade_citations(asked, "[1] [2]", traces, gold)
    assert found is not None
    assert (found[0].right, found[0].of) == (1, 2)
    assert (found[1].right, found[1].of) == (1, 2)


def test_a_question_that_needs_no_documents_is_not_judged() -> None:
    assert grade_citations(question(), "[1]", TRACES, ()) is None
