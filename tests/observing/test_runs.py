"""What a run's end adds."""

from __future__ import annotations

from decimal import Decimal

from cryptodesk.core.ports import RunSummary
from cryptodesk.core.usage import Usage
from cryptodesk.observing.request import REQUEST, ObservedRequest, RequestCounter
from cryptodesk.observing.runs import RunCounter
from cryptodesk.observing.tally import Tally
from tests.observing.support import numbers, summary


def test_a_run_is_counted_with_its_tokens_and_its_money() -> None:
    tally = Tally()
    RunCounter(tally).ended(summary())
    found = numbers(tally)
    assert found["runs_total", "cmc", "served", "finished", ""] == [1]
    assert found["tokens_total", "served", "input"] == [30]
    assert found["tokens_total", "served", "output"] == [7]
    assert found["tokens_total", "served", "cache_read"] == [10]
    assert ("tokens_total", "served", "reasoning") not in found
    assert found["amount_usd_total", "served"] == [0.25]
    assert found["run_duration_seconds", "cmc"][-1] == 0.04
    assert ("first_byte_seconds", "cmc") not in found


def test_no_name_of_a_caller_is_among_the_labels() -> None:
    tally = Tally()
    RunCounter(tally).ended(summary(figures_contradicted=1))
    assert "CANARY" not in str(tally.board.rows)


def test_a_refused_run_names_its_code_and_not_the_model_that_the_caller_made_up() -> None:
    tally = Tally()
    refused = summary(outcome="failed", code="model_not_found", served_by=None, usage=Usage(), amount_usd=Decimal(0))
    RunCounter(tally).ended(refused)
    assert numbers(tally)["runs_total", "cmc", "none", "failed", "model_not_found"] == [1]
    assert not [key for key in numbers(tally) if key[0] in {"tokens_total", "amount_usd_total"}]


def test_an_unknown_cost_is_counted_and_never_taken_for_an_amount() -> None:
    tally = Tally()
    RunCounter(tally).ended(summary(amount_usd=Decimal("NaN")))
    assert numbers(tally)["runs_of_unknown_cost_total", "served"] == [1]
    assert ("amount_usd_total", "served") not in numbers(tally)


def test_figures_at_fault_are_counted_by_what_is_wrong() -> None:
    tally = Tally()
    RunCounter(tally).ended(summary(figures_contradicted=2, figures_unbound=3))
    assert numbers(tally)["figures_at_fault_total", "contradicted"] == [2]
    assert numbers(tally)["figures_at_fault_total", "unbound"] == [3]


def test_a_streamed_runs_first_byte_is_told_once_the_run_ends() -> None:
    tally = Tally()
    request = ObservedRequest(RequestCounter(tally), None)  # type: ignore[arg-type]
    request.first_byte_at = request.begun_at + 0.2
    token = REQUEST.set(request)
    try:
        RunCounter(tally).ended(summary())
    finally:
        REQUEST.reset(token)
    *counts, total = numbers(tally)["first_byte_seconds", "cmc"]
    assert (sum(counts), round(total, 6)) == (1, 0.2)


def test_whoever_comes_next_hears_of_the_run_too() -> None:
    heard: list[RunSummary] = []

    class Log:
        def ended(self, summary: RunSummary) -> None:
            heard.append(summary)

    RunCounter(Tally(), Log()).ended(told := summary())
    assert heard == [told]


def test_figures_that_a_result_bears_out_are_counted() -> None:
    tally = Tally()
    counter = RunCounter(tally)
    counter.ended(summary(figures_bound=4))
    counter.ended(summary())
    counter.ended(summary(figures_bound=1))
    assert numbers(tally)["figures_bound_total",] == [5]
