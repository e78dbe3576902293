"""The graph with a language model: good, lazy, lying, looping, slow, broken, and one that breaks off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from msgspec.structs import replace

from cryptodesk.app.desk import Desk
from cryptodesk.core.events import RunFinished, TextDelta
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.research import ResearchOptions
from cryptodesk.core.verification import Verification
from tests.research.desks import Seen, analysed, open_desk, request_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "How did Bitcoin and Ethereum do over the last 30 days?"
IN_CODE = "Ethereum did best (+31.76%), Bitcoin worst (+22.40%)"
BY_MODEL = "The 30-day change of the price of Bitcoin is +22.40% [1]."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


async def _by(desk: Desk, behaviour: str, question: str = QUESTION, **fields: object) -> Seen:
    return await analysed(desk, question, model=f"scripted-research_{behaviour}", **fields)


def _verification(found: Seen) -> Verification:
    assert found.finished is not None
    assert found.finished.verification is not None
    return found.finished.verification


# --- each kind of model --------------------------------------------------------------------------------------------


async def test_a_good_model_does_every_part_that_a_model_can(desk: Desk) -> None:
    found = await _by(desk, "good", options=ResearchOptions(related_questions=2))
    assert BY_MODEL in found.text
    assert {node for node, form in found.forms.items() if form == "model"} == {
        "plan", "quantitative", "qualitative", "reconcile", "write", "relate"
    }  # fmt: skip
    assert _verification(found).status == "verified"
    assert found.outcome.sources[0].title.startswith("Bitcoin (BTC): Binance")
    assert all(chart.citation_id for chart in found.outcome.charts)


async def test_its_related_questions_are_kept_only_if_the_desk_can_answer_them(desk: Desk) -> None:
    found = await _by(desk, "good", options=ResearchOptions(related_questions=5))
    related = found.outcome.related_questions
    assert "How volatile was Bitcoin over the last 90 days?" in related
    assert not [one for one in related if "million" in one]
    assert len(related) == 5


async def test_a_lazy_model_is_replaced_wherever_it_does_not_work(desk: Desk) -> None:
    found = await _by(desk, "lazy")
    assert IN_CODE in found.text
    assert found.why("write").endswith("the model's answer rests on nothing that was found")
    steps = {step.node: step.detail for step in found.outcome.steps if step.form == "model"}
    assert steps["quantitative"].endswith("1 by the analyst: the model found nothing")
    assert _verification(found).status == "verified"


async def test_what_a_model_invents_is_marked_and_never_cited(desk: Desk) -> None:
    found = await _by(desk, "lying")
    wrong = {one.text for one in _verification(found).figures if one.verdict in {"contradicted", "unbound"}}
    assert wrong == {"$1,234,567.89", "999%"}
    assert _verification(found).status in {"contradicted", "unverified"}
    lie = found.text.partition("week")[0]
    assert "[" not in lie
    assert "[99]" not in found.text


@pytest.mark.parametrize("policy", ["repair", "cut"])
async def test_by_policy_what_a_model_invents_does_not_stand(
    tmp_path_factory: pytest.TempPathFactory, policy: str
) -> None:
    async with open_desk(tmp_path_factory.mktemp(policy), verification=policy) as strict:
        found = await _by(strict, "lying")
    assert "1,234,567.89" not in found.text
    assert BY_MODEL in found.text
    figures = _verification(found).figures
    assert all(found.text[one.start : one.end] == one.text for one in figures if one.action is None)


async def test_a_model_that_loops_is_asked_no_more_and_its_calls_run_once(desk: Desk) -> None:
    found = await _by(desk, "looping")
    arguments = [(trace.name, trace.arguments) for trace in found.traces]
    assert len(set(arguments)) == len(arguments)
    assert "22.40%" in found.text


async def test_a_broken_model_leaves_everything_to_code_with_the_reason(desk: Desk) -> None:
    found = await _by(desk, "broken", options=ResearchOptions(related_questions=2))
    assert IN_CODE in found.text
    for node in ("plan", "reconcile", "write", "relate"):
        assert "because the model's form failed" in found.why(node)
    failed = {step.node for step in found.outcome.steps if step.status == "failed"}
    assert failed == {"plan", "reconcile", "write", "relate"}
    assert len(found.outcome.related_questions) == 2


async def test_a_model_that_breaks_off_before_anything_was_sent_is_replaced(desk: Desk) -> None:
    found = await _by(desk, "cut")
    assert IN_CODE in found.text
    assert "This sentence is whole" not in found.text
    assert "cut its answer short" in found.why("write")


async def test_the_answer_is_the_same_as_in_code_where_no_part_of_the_model_works(desk: Desk) -> None:
    alone = await analysed(desk, QUESTION)
    broken = await _by(desk, "broken")
    assert broken.text == alone.text
    assert broken.outcome.sources == alone.outcome.sources


async def test_a_slow_model_is_waited_for_within_its_time(desk: Desk) -> None:
    found = await _by(desk, "slow")
    assert "22.40%" in found.text


async def test_text_arrives_while_the_model_writes(desk: Desk) -> None:
    found = await _by(desk, "good")
    kinds = [type(event) for event in found.events]
    deltas = [at for at, kind in enumerate(kinds) if kind is TextDelta]
    write_ends = next(
        at
        for at, event in enumerate(found.events)
        if event in found.progress and event.step.node == "write" and event.step.status == "completed"  # type: ignore[union-attr]
    )
    assert len(deltas) > 1
    assert deltas[0] < write_ends
    assert isinstance(found.events[-1], RunFinished)


async def test_without_inline_citations_a_models_text_has_none_and_its_sources_stay(desk: Desk) -> None:
    found = await _by(desk, "good", options=ResearchOptions(cites_inline=False))
    assert "[1]" not in found.text
    assert found.outcome.sources[0].citation_id == 1


async def test_a_report_by_a_model_is_written_from_several_tasks(desk: Desk) -> None:
    limits = replace(desk.limits, tool_calls=200)
    found = await _by(desk, "good", "A report on Bitcoin", options=ResearchOptions(depth="report"), limits=limits)
    assert found.forms["write"] == "model"
    assert "[1]" in found.text


# --- money ---------------------------------------------------------------------------------------------------------


async def test_a_run_is_charged_what_its_models_used_and_its_cost_is_the_ledgers(desk: Desk) -> None:
    found = await _by(desk, "good")
    assert found.finished is not None
    entries = _amounts(desk, found)
    assert sum(entries, Decimal(0)) == found.finished.cost.total_usd > 0


async def test_a_broken_model_is_charged_too_and_no_entry_twice(desk: Desk) -> None:
    found = await _by(desk, "broken")
    assert found.finished is not None
    entries = _amounts(desk, found)
    assert sum(entries, Decimal(0)) == found.finished.cost.total_usd > 0


@pytest.mark.parametrize("batches", [2, 3, 5, 8, 11, 14])
async def test_a_caller_that_goes_away_is_charged_once_and_leaves_nothing_running(desk: Desk, batches: int) -> None:
    before = asyncio.all_tasks()
    run = desk.research.run(request_of(desk, QUESTION, model="scripted-research_slow"))
    run_id = ""
    for _ in range(batches):
        for event in await anext(run):
            run_id = getattr(event, "run_id", run_id)
    await run.aclose()
    assert asyncio.all_tasks() <= before
    entries = desk.ledger.entries(run_id=run_id)
    assert len({entry.entry_id for entry in entries}) == len(entries)
    assert all(entry.outcome == "cancelled" for entry in entries)
    if batches >= 8:
        assert sum((entry.amount_usd for entry in entries), Decimal(0)) > 0


async def test_past_its_tokens_no_model_is_asked_and_code_goes_on(desk: Desk) -> None:
    found = await _by(desk, "good", limits=RunLimits(tokens=1))
    assert IN_CODE in found.text or "22.40%" in found.text
    assert found.finished is not None
    assert found.finished.limit == "the limit of 1 tokens was reached"
    assert "limit of 1 tokens" in found.why("write")
    assert "Stopped early" not in found.text


async def test_past_its_money_no_model_is_asked_and_code_goes_on(desk: Desk) -> None:
    found = await _by(desk, "good", limits=RunLimits(cost_usd=Decimal("0.002")))
    assert found.finished is not None
    assert found.finished.cost.total_usd <= Decimal("0.002")
    assert IN_CODE in found.text
    assert "cost limit" in found.why("write")


def _amounts(desk: Desk, found: Seen) -> list[Decimal]:
    assert found.started is not None
    return [entry.amount_usd for entry in desk.ledger.entries(run_id=found.started.run_id)]
