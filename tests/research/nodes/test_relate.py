"""Relate: questions that the desk can answer, by a model or by templates; as many as were asked for at most."""

from __future__ import annotations

import json

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.research import ResearchOptions
from cryptodesk.research.nodes.relate import relate_by_model, relate_by_rules
from cryptodesk.research.planning import PlanCheck
from tests.engine.fakes import says
from tests.research.desks import NOW, Fakes, state_of
from tests.research.planned import KNOWLEDGE, SPECS

QUESTION = "How did Solana do over the last 90 days?"


@pytest.mark.parametrize("wanted", range(6))
async def test_as_many_as_were_asked_for_and_each_can_be_answered(wanted: int) -> None:
    state = state_of(Fakes(), QUESTION, options=ResearchOptions(related_questions=wanted))
    await relate_by_rules(state)
    check = PlanCheck(KNOWLEDGE, SPECS, NOW.date())
    assert len(set(state.related)) == wanted
    assert all(check.can_answer(question) for question in state.related)
    assert QUESTION not in state.related


async def test_of_a_models_proposals_those_stay_that_can_be_answered() -> None:
    good = "What was the maximum drawdown of Solana over the last year?"
    proposals = ["Will Solana reach 1000 dollars?", QUESTION, good, good, "Buy?", "x" * 5_000]
    fakes = Fakes(says(json.dumps({"questions": proposals})))
    state = state_of(fakes, QUESTION, options=ResearchOptions(related_questions=3))
    said = await relate_by_model(state)
    assert good in state.related
    assert not set(state.related) & {*proposals[:2], *proposals[4:]}
    assert len(state.related) == 3
    assert said == "3 questions, 1 of the model's"


async def test_where_none_are_wanted_no_model_is_asked() -> None:
    fakes = Fakes(says("{}"))
    state = state_of(fakes, QUESTION)
    assert await relate_by_model(state) == await relate_by_rules(state) == "none asked for"
    assert fakes.model.requests == []


async def test_proposals_that_cannot_be_read_are_given_up() -> None:
    state = state_of(Fakes(says("many")), QUESTION, options=ResearchOptions(related_questions=3))
    with pytest.raises(UpstreamBadAnswer):
        await relate_by_model(state)
