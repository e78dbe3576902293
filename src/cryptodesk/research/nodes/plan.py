"""Plan: the question taken apart, its assets resolved, its datasets and searches chosen, or a question back."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from cryptodesk.catalog.metrics import find_metric, load_metrics
from cryptodesk.core.messages import text_message
from cryptodesk.documents.fencing import quote
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.models.analyst.followups import understand
from cryptodesk.research.charting.specs import MARKET, ChartSpec
from cryptodesk.research.clarified import answered
from cryptodesk.research.clarifying import Clarification, clarification
from cryptodesk.research.datasets import choose_datasets, document_query
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_calls import ModelAsk, ask_model_for
from cryptodesk.research.prompting import conversation_text, prompt, wishes
from cryptodesk.research.related import Findings, reach_of
from cryptodesk.research.sections import report_sections
from cryptodesk.research.sections.wishes import span_in
from cryptodesk.research.state import ResearchState, Task

__all__ = ["PLAN", "plan_by_model", "plan_by_rules"]

_MOST_TASKS = {"answer": 4, "report": 12}
_MOST_SEARCHES, _MOST_CHARTS, _LONGEST = 4, 3, 300
_MOST_DAYS = 3_650


class ChartWish(Struct, frozen=True):
    metric: str
    assets: list[str]
    days: int = 90


class ModelPlan(Struct, frozen=True):
    """What a model is asked for. Every part is checked before it is used."""

    tasks: list[str]
    searches: list[str] = []
    charts: list[ChartWish] = []
    question_back: str = ""
    choices: list[str] = []


async def plan_by_rules(state: ResearchState) -> str:
    await read_question(state)
    if state.options.depth == "report":
        plan_report(state)
    else:
        state.tasks = (Task(state.question),)
        state.queries = (document_query(state.question, state.plans, state.today),)
    intents = ", ".join(plan.skill or plan.intent for plan in state.plans)
    return f"{len(state.tasks)} tasks ({intents}); datasets: {', '.join(state.datasets) or 'none'}"


async def read_question(state: ResearchState) -> None:
    """What the analyst understands of it; also where a model plans, for charts and questions back rest on it."""
    services = state.services
    # An answer to our own question back is the question that it settles.
    state.question = answered(state.run.request.messages, services.plan_check(state.today)) or state.question
    breaks = await services.break_ties(state.question, state.earlier, state.now)
    state.plans = understand(state.question, state.earlier, services.knowledge, state.today, breaks)
    datasets = choose_datasets(state.plans, state.question)
    state.datasets = tuple(dataset.name for dataset in datasets)
    state.wants_texts = any(dataset.group == "texts" for dataset in datasets)
    if state.options.may_clarify and state.options.depth == "answer":
        state.clarification = clarification(state.plans, state.run.request.messages, services.knowledge, state.today)


def plan_report(state: ResearchState) -> None:
    services = state.services
    specs = [services.tools.spec(name) for name in state.run.built_in_tools]
    reach = reach_of(services.data, Findings())
    check = services.plan_check(state.today).within(reach.missing, reach.priced)
    question = _by_itself(state)
    outline = report_sections(question, state.options.instructions, services.knowledge, specs, state.today, check)
    state.notes += outline.notes
    state.tasks = tuple(Task(question, section.title) for section in outline.sections for question in section.questions)
    state.queries = tuple(
        query if isinstance(query, DocumentQuery) else document_query(query, state.plans, state.today)
        for section in outline.sections
        for query in section.search
    )


def _by_itself(state: ResearchState) -> str:
    """The question with what it leaves to the conversation: the assets, and the time that was last spoken of."""
    if not state.earlier:
        return state.question
    knowledge, today = state.services.knowledge, state.today
    alone = understand(state.question, (), knowledge, today)
    named = [] if any(plan.all_assets or plan.doubts for plan in alone) else _names(state)
    span = "" if span_in(state.question, today) else _last_span(state)
    said = f" {' and '.join(named)}," if named else ""
    return f"{state.question.rstrip()} —{said} {span}".rstrip(" —,") if named or span else state.question


def _names(state: ResearchState) -> list[str]:
    return list(dict.fromkeys(asset.name for plan in state.plans for asset in plan.all_assets if asset.name))


def _last_span(state: ResearchState) -> str:
    spans = (span_in(text, state.today) for text in reversed(state.earlier))
    return next((span for span in spans if span), "")


async def plan_by_model(state: ResearchState) -> str:
    """Raises: what `ask_model_for` raises; UpstreamBadAnswer for a plan without a task."""
    await read_question(state)
    most = _MOST_TASKS[state.options.depth]
    system = prompt(
        "plan",
        today=state.today,
        most_tasks=most,
        most_charts=_MOST_CHARTS,
        tools=", ".join(state.run.built_in_tools),
        metrics=", ".join(metric.slug for metric in load_metrics()),
    )
    asked = "\n\n".join(part for part in (wishes(state), conversation_text(state)) if part)
    ask = ModelAsk(messages=(system, text_message("user", asked)), max_output_tokens=1_200, seconds=18.0)
    plan = await ask_model_for(state, ask, ModelPlan, "research_plan")
    back = _line(plan.question_back)
    if back and state.options.may_clarify and state.options.depth == "answer":
        state.clarification = state.clarification or Clarification(back, tuple(map(_line, plan.choices[:5])))
    tasks = [_line(task) for task in plan.tasks[:most] if _line(task)] or [state.question]
    state.tasks = tuple(map(Task, tasks))
    state.queries = tuple(
        document_query(_line(text), state.plans, state.today)
        for text in (plan.searches or ([state.question] if state.wants_texts else []))[:_MOST_SEARCHES]
        if _line(text)
    )
    state.chart_wishes = tuple(spec for wish in plan.charts[:_MOST_CHARTS] if (spec := _spec(wish, state)))
    return f"{len(state.tasks)} tasks, {len(state.queries)} searches, {len(state.chart_wishes)} charts"


def _line(text: str) -> str:
    """Bounded, on one line, without what nobody sees."""
    return quote(" ".join(text.split()), limit=_LONGEST).text


def _spec(wish: ChartWish, state: ResearchState) -> ChartSpec | None:
    """The chart if its metric is in the catalogue and every asset is known beyond doubt."""
    if find_metric(wish.metric) is None or not 1 <= wish.days <= _MOST_DAYS:
        return None
    ids: list[int | str] = []
    for name in wish.assets[:5]:
        found = state.services.knowledge.find(name[:80])
        if len(found) != 1 or found[0].is_contested:
            return None
        ids.append(found[0].asset_id)
    metric = find_metric(wish.metric)
    if metric is not None and metric.entity == "market":
        ids = [MARKET]
    if not ids:
        return None
    return ChartSpec(
        metric=wish.metric,
        entities=tuple(ids),
        asked_at=state.now,
        start=state.now - timedelta(days=wish.days),
        end=state.now,
        is_rolling=True,
    )


PLAN = Node[ResearchState](
    name="plan",
    does="takes the question apart, resolves its assets, chooses datasets and time range",
    rules=plan_by_rules,
    model=plan_by_model,
    budget=NodeBudget(seconds=20.0),
)
