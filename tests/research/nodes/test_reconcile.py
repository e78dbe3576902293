"""Reconcile: what differs is told, and where evidence is thin there is one more round."""

from __future__ import annotations

import json

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.research.nodes.reconcile import reconcile_by_model, reconcile_by_rules
from cryptodesk.research.state import Finding, ResearchState
from tests.engine.fakes import calls, says
from tests.research.desks import Fakes, hit, state_of, thread_with, trace

ROW = {"asset_id": 5426, "name": "Solana", "symbol": "SOL", "slug": "solana"}


def _result(tool: str, root: str, price: float) -> dict[str, object]:
    result = {"quote_currency": "USD", "results": [ROW | {"price": price}]}
    return {root: result, "as_of": "2026-11-22T00:00:00Z"}


def _with_conflict(state: ResearchState) -> None:
    first = trace("a", "cmc_market_data", _result("a", "market_data_result", 100.0))
    second = trace("b", "cmc_technical_analysis", _result("b", "technical_analysis_result", 120.0))
    state.threads = [thread_with("What?", first, second)]


async def test_figures_that_differ_are_told_once_however_often_it_runs() -> None:
    state = state_of(Fakes())
    _with_conflict(state)
    state.findings = [Finding("chart", "no chart")]
    assert await reconcile_by_rules(state) == "one round was enough; 1 figures differ between sources"
    await reconcile_by_rules(state)
    assert [finding.kind for finding in state.findings] == ["chart", "conflict"]


async def test_where_nothing_was_found_a_wider_search_follows() -> None:
    fakes = Fakes(hits=[hit()])
    state = state_of(fakes, "What is restaking?")
    state.queries = (DocumentQuery(text="restaking", types=("news",)),)
    assert "found 1 passages" in await reconcile_by_rules(state)
    assert fakes.documents.queries[0].types == ()


async def test_a_question_of_figures_searches_no_wider() -> None:
    fakes = Fakes(hits=[hit()])
    state = state_of(fakes, "price of Bitcoin")
    state.queries = (DocumentQuery(text="price"),)
    await reconcile_by_rules(state)
    assert fakes.documents.queries == []


async def test_a_model_is_asked_only_where_evidence_is_thin() -> None:
    fakes = Fakes(says("{}"))
    state = state_of(fakes)
    _with_conflict(state)
    await reconcile_by_model(state)
    assert fakes.model.requests == []


async def test_a_second_round_runs_what_the_model_asks_for_once() -> None:
    review = {"tasks": ["Price of SOL?", "b?", "c?"], "searches": ["sol", "x", "y"], "gaps": ["Nothing on supply."]}
    fakes = Fakes(says(json.dumps(review)), calls(("market", '{"id":1}')), says("done"), hits=[hit()])
    state = state_of(fakes)
    state.threads = [thread_with("What?")]
    said = await reconcile_by_model(state)
    assert said.endswith("the model asked for 2 more tasks and 2 more searches")
    assert len(state.threads) == 3
    assert len(fakes.documents.queries) == 2
    assert [finding.text for finding in state.findings if finding.kind == "gap"] == ["Nothing on supply."]


async def test_whoever_writes_is_told_what_is_old_and_missing() -> None:
    state = state_of(Fakes(says("{}")))
    _with_conflict(state)
    output = {
        "as_of": "2026-01-01T00:00:00Z",
        "market_data_result": {"results": [ROW]},
        "unavailable": [{"field": "tvl"}],
    }
    call, found = trace("c", "cmc_market_data", output, '{"x":1}')
    state.threads[0].traces.append((call, found))
    await reconcile_by_model(state)
    told = [finding.text for finding in state.findings if finding.kind == "told"]
    assert told == ["Some of the facts are as of 2026-01-01 and not current.", "Not available: tvl."]
