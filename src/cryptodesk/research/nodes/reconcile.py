"""Reconcile: what the evidence contradicts, what of it is old, what is missing; and a second round where it is thin."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import Struct

from cryptodesk.core.messages import text_message
from cryptodesk.documents.fencing import new_fence, quote
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.research.analyst_rounds import thread_of
from cryptodesk.research.datasets import document_query
from cryptodesk.research.gathering import CallDesk
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_calls import ModelAsk, ask_model_for
from cryptodesk.research.nodes.qualitative import keep_hits, search
from cryptodesk.research.nodes.quantitative import run_thread
from cryptodesk.research.planning import kind_of
from cryptodesk.research.prompting import prompt
from cryptodesk.research.reconciling import evidence_notes, find_conflicts
from cryptodesk.research.state import Finding, ResearchState, Task

__all__ = ["RECONCILE", "reconcile_by_model", "reconcile_by_rules"]

_MOST_MORE, _LONGEST = 2, 240


class Review(Struct, frozen=True):
    """What a model finds wanting in the evidence."""

    tasks: list[str] = []
    searches: list[str] = []
    gaps: list[str] = []


# Intents that texts answer: without passages their evidence is thin.
_OF_TEXTS = frozenset({"concept", "news", "why_moved", "events", "sentiment", "narratives"})


async def reconcile_by_rules(state: ResearchState) -> str:
    said = ["one round was enough"]
    if not state.hits and state.queries and _wants_texts(state):
        keep_hits(state, await search(state, [_wider(query) for query in state.queries]))
        said = [f"a second, wider search found {len(state.hits)} passages"]
    conflicts = find_conflicts(state.traces)
    # Where the model's form failed, this runs a second time.
    others = [finding for finding in state.findings if finding.kind != "conflict"]
    state.findings = [*others, *(Finding("conflict", conflict.text) for conflict in conflicts)]
    if conflicts:
        said.append(f"{len(conflicts)} figures differ between sources")
    return "; ".join(said)


async def reconcile_by_model(state: ResearchState) -> str:
    """In code first; the model is asked only where the evidence is thin. Raises: what `ask_model_for` raises."""
    said = await reconcile_by_rules(state)
    state.findings += [Finding("told", text) for text in evidence_notes(state.traces, state.now)]
    if not _is_thin(state):
        return said
    fence = new_fence()
    system = prompt("reconcile", today=state.today, fence_rule=fence.rule)
    ask = ModelAsk(messages=(system, text_message("user", _evidence(state))), max_output_tokens=500, seconds=20.0)
    review = await ask_model_for(state, ask, Review, "evidence_review")
    state.findings += [Finding("gap", quote(gap, limit=_LONGEST).text) for gap in review.gaps[:4] if gap.strip()]
    tasks = [Task(quote(task, limit=_LONGEST).text) for task in review.tasks[:_MOST_MORE] if task.strip()]
    queries = [
        document_query(quote(text, limit=_LONGEST).text, state.plans, state.today)
        for text in review.searches[:_MOST_MORE]
        if text.strip()
    ]
    await _second_round(state, tasks, queries)
    return f"{said}; the model asked for {len(tasks)} more tasks and {len(queries)} more searches"


async def _second_round(state: ResearchState, tasks: list[Task], queries: list[DocumentQuery]) -> None:
    threads = [thread_of(state, task) for task in tasks]
    async with CallDesk(state) as calls, asyncio.TaskGroup() as group:
        for thread in threads:
            group.create_task(run_thread(state, thread, calls))
        found = group.create_task(search(state, queries))
    state.threads += threads
    keep_hits(state, found.result())


def _is_thin(state: ResearchState) -> bool:
    """A task without a result, or texts wanted and none found."""
    empty = any(not any(trace.status == "completed" for _, trace in thread.traces) for thread in state.threads)
    return empty or (bool(state.queries) and not state.hits)


def _evidence(state: ResearchState) -> str:
    calls = [f"- {call.name} {call.arguments[:200]}: {trace.status}" for call, trace in state.traces]
    titles = [f"- {quote(hit.document.title, limit=_LONGEST).text}" for hit in state.hits]
    parts = (f"Question: {state.question[:1_000]}", "Tool calls:", *calls, "Texts:", *(titles or ["- none"]))
    return "\n".join(parts)


def _wants_texts(state: ResearchState) -> bool:
    return state.options.depth == "report" or any(kind_of(plan) in _OF_TEXTS for plan in state.plans)


def _wider(query: DocumentQuery) -> DocumentQuery:
    """The same question without the filters that may have hidden its answer."""
    return msgspec.structs.replace(query, types=(), published_after=None, published_before=None, sources=())


RECONCILE = Node[ResearchState](
    name="reconcile",
    does="looks for conflicts, staleness and gaps; one more round where evidence is thin",
    rules=reconcile_by_rules,
    model=reconcile_by_model,
    after=("quantitative", "qualitative"),
    budget=NodeBudget(seconds=30.0, model_calls=2, tokens=40_000),
)
