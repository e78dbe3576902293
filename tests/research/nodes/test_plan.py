"""Plan: tasks, searches and charts by rules or by a model whose every wish is checked; or a question back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.messages import text_message
from cryptodesk.core.research import ResearchOptions
from cryptodesk.research.nodes.plan import plan_by_model, plan_by_rules
from tests.engine.fakes import says
from tests.research.desks import NOW, Fakes, state_of

QUESTION = "How did Solana do over the last 90 days?"


def _planned(**fields: Any) -> Fakes:
    return Fakes(says(json.dumps({"tasks": [QUESTION]} | fields)))


async def test_in_code_an_answer_has_one_task_and_one_search() -> None:
    state = state_of(Fakes(), QUESTION)
    said = await plan_by_rules(state)
    assert [task.question for task in state.tasks] == [QUESTION]
    assert len(state.queries) == 1
    assert state.datasets == ("market_data",)
    assert said == "1 tasks (change); datasets: market_data"


async def test_a_models_tasks_and_searches_are_bounded_and_cleaned() -> None:
    tasks = [" How \n did SOL do?\u200b", "", *(f"Task {number}?" for number in range(20))]
    state = state_of(_planned(tasks=tasks, searches=["s" * 2_000, " ", "b", "c", "d", "e"]), QUESTION)
    await plan_by_model(state)
    assert state.tasks[0].question == "How did SOL do?"
    assert len(state.tasks) <= 4
    assert all(len(query.text) <= 400 for query in state.queries)
    assert len(state.queries) <= 4


async def test_a_model_without_a_task_has_the_question_for_one() -> None:
    state = state_of(_planned(tasks=[]), QUESTION)
    await plan_by_model(state)
    assert [task.question for task in state.tasks] == [QUESTION]


@pytest.mark.parametrize("text", ["no plan", '{"searches": ["x"]}', '{"tasks": "all"}'])
async def test_a_plan_that_cannot_be_read_is_given_up(text: str) -> None:
    with pytest.raises(UpstreamBadAnswer):
        await plan_by_model(state_of(Fakes(says(text)), QUESTION))


async def test_a_models_charts_are_those_of_known_metrics_and_assets() -> None:
    wishes = [
        {"metric": "price", "assets": ["Solana"], "days": 30},
        {"metric": "no_such_metric", "assets": ["Solana"]},
        {"metric": "price", "assets": ["Nosuchcoinatall"]},
        {"metric": "price", "assets": []},
        {"metric": "price", "assets": ["Solana"], "days": -4},
    ]
    for wish in wishes[1:]:
        state = state_of(_planned(charts=[wish]), QUESTION)
        await plan_by_model(state)
        assert state.chart_wishes == ()
    state = state_of(_planned(charts=wishes[:1]), QUESTION)
    await plan_by_model(state)
    (spec,) = state.chart_wishes
    assert (spec.metric, spec.entities, spec.end) == ("price", (5426,), NOW)


async def test_a_model_may_ask_back_where_that_is_allowed() -> None:
    back = {"question_back": "Which Solana?", "choices": ["a", "b", "c", "d", "e", "f"]}
    state = state_of(_planned(**back), QUESTION)
    await plan_by_model(state)
    assert state.clarification is not None
    assert (state.clarification.question, len(state.clarification.choices)) == ("Which Solana?", 5)
    for options in (ResearchOptions(may_clarify=False), ResearchOptions(depth="report")):
        state = state_of(_planned(**back), QUESTION, options=options)
        await plan_by_model(state)
        assert state.clarification is None


async def test_a_question_that_is_open_is_asked_back_in_code() -> None:
    state = state_of(Fakes(), "price?")
    await plan_by_rules(state)
    assert state.clarification is not None


async def test_the_answer_to_a_question_back_is_the_question_that_it_settles() -> None:
    first = state_of(Fakes(), "price?")
    await plan_by_rules(first)
    assert first.clarification is not None
    listed = "\n".join(f"{at}. {one}" for at, one in enumerate(first.clarification.choices, 1))
    messages = (
        text_message("user", "price?"),
        text_message("assistant", f"{first.clarification.question}\n\n{listed}"),
        text_message("user", "the second"),
    )
    state = state_of(Fakes(), messages=messages)
    await plan_by_rules(state)
    assert "Ethereum" in state.question
    assert state.messages[-1].text == state.question
    assert state.clarification is None


async def test_what_a_model_is_told_holds_the_callers_wishes_and_the_conversation() -> None:
    fakes = _planned()
    state = state_of(fakes, "price of Bitcoin", QUESTION, options=ResearchOptions(instructions="Only risk."))
    await plan_by_model(state)
    system, user = fakes.model.requests[0].messages
    assert NOW.date().isoformat() in system.text
    assert "Only risk." in user.text
    assert "price of Bitcoin" in user.text
    assert "{" not in system.text.replace('{"', "").replace("{{", "")
