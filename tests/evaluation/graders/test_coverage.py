"""Coverage of collected questions."""

from __future__ import annotations

import pytest

from cryptodesk.core.tools import ToolTrace
from cryptodesk.evaluation.graders import Check
from cryptodesk.evaluation.graders.coverage import coverage_of, grade_coverage
from tests.evaluation.samples import observed, question, trace

MARKET = trace("cmc_market_data")


@pytest.mark.parametrize(
    ("text", "traces", "label"),
    [
        ("Bitcoin costs $5.00.", (MARKET,), "answered"),
        ("Bitcoin costs $5.00; flows are not available.", (MARKET,), "partly"),
        ("I have no source for that.", (MARKET,), "declined"),
        ("I have no source for that.", (), "declined"),
        ("Bitcoin costs $5.00.", (), "declined"),
        ("Bitcoin costs $5.00.", (trace("cmc_id_lookup"),), "declined"),
        ("", (MARKET,), "declined"),
    ],
)
def test_the_label_follows_what_was_called_and_said(text: str, traces: tuple[ToolTrace, ...], label: str) -> None:
    assert coverage_of(observed(text, *traces)) == label


def test_an_answer_that_lacks_a_figure_covers_a_part() -> None:
    assert coverage_of(observed("Bitcoin costs $5.00.", MARKET), Check(0, 1)) == "partly"


def test_the_label_is_judged_against_the_expected_one() -> None:
    seen = observed("Bitcoin costs $5.00.", MARKET)
    right = grade_coverage(question(label="answered"), seen, None)
    wrong = grade_coverage(question(label="declined", reason="no source covers it"), seen, None)
    assert right is not None
    assert right.passed
    assert wrong is not None
    assert "no source covers it" in wrong.notes[0]
    assert grade_coverage(question(), seen, None) is None
