"""The evaluation itself: for each market a desk with a clock that stands still, and every question asked there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from cryptodesk.app.desk import Desk
from cryptodesk.catalog.models import load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.generation import ModelRoute
from cryptodesk.evaluation.gold import Gold, GoldError
from cryptodesk.evaluation.graders import Observed
from cryptodesk.evaluation.records import Market, Question
from cryptodesk.evaluation.results import Outcome, RunRecord, record_run
from cryptodesk.evaluation.running import Allowance, observe
from cryptodesk.evaluation.scoring import Known, outcome_of
from cryptodesk.models._kinds import ProviderServices
from cryptodesk.models._router import ModelRouter
from cryptodesk.settings import Settings, load_settings

__all__ = ["MOMENTS", "Harness", "evaluate", "market_settings", "resolve_route"]

# The shipped candles end with 9 September 2026: the day after is the last on which "yesterday" is on record.
MOMENTS: dict[Market, datetime] = {
    "snapshot": datetime(2026, 9, 10, 12, 0, tzinfo=UTC),
    "simulated": datetime(2026, 9, 10, 12, 0, tzinfo=UTC),
}


class Harness(Struct, frozen=True):
    """`own` gives the operator's models, prices and keys; data and ledger of a run are thrown away after it.
    `on_outcome` is told of each question as it is done."""

    own: Settings
    model_id: str
    concurrency: int = 1
    allowance: Allowance = Allowance()
    on_outcome: Callable[[Outcome], None] | None = None


async def evaluate(harness: Harness, questions: Sequence[Question]) -> RunRecord:
    """Outcomes stand in the order of the questions. Raises: ModelNotFound and what opening a desk raises."""
    outcomes: dict[str, Outcome] = {}
    for market in sorted({question.market for question in questions}):
        asked = [question for question in questions if question.market == market]
        outcomes |= await _in_market(harness, market, asked)
    moments: dict[str, str] = {
        market: MOMENTS[market].isoformat() for market in sorted({each.market for each in questions})
    }
    return record_run(harness.model_id, moments, [outcomes[question.id] for question in questions])


def market_settings(own: Settings, market: Market, model_id: str, home: Path) -> Settings:
    """The operator's settings for another data folder. No other model may stand in: it would be scored instead."""
    return load_settings(
        home=home,
        data=market,
        default_model=model_id,
        analyst_fallback=False,
        models_file=own.own_models_file,
        prices_file=own.own_prices_file,
        scripted_models=own.scripted_models,
    )


def resolve_route(own: Settings, model_id: str) -> ModelRoute:
    """How the model is served and at which price. Raises: ModelNotFound, CatalogError."""
    table = load_models(own.own_models_file)
    router = ModelRouter(
        table,
        load_prices(own.own_prices_file),
        services=ProviderServices(FixedClock(max(MOMENTS.values())), _Nothing()),
        variables=own.variables(table.variables),
        fallback_enabled=False,
        enabled_providers=("scripted",) if own.scripted_models else (),
    )
    return router.resolve(model_id)[0]


class _Nothing:
    """A directory without assets: no question is asked of the model."""

    def find(self, text: str) -> tuple[()]:
        return ()

    def facts(self, asset_id: int | str) -> None:
        return None


async def _in_market(harness: Harness, market: Market, questions: Sequence[Question]) -> dict[str, Outcome]:
    with tempfile.TemporaryDirectory(prefix="cryptodesk-eval-") as home:
        settings = market_settings(harness.own, market, harness.model_id, Path(home))
        async with Desk(settings, FixedClock(MOMENTS[market])) as desk:
            desk.models.resolve(harness.model_id)
            gold, gate = Gold(desk.call_tool), asyncio.Semaphore(harness.concurrency)
            known = [await _known(gold, question) for question in questions]
            await _warm_up(desk, searches=any(question.documents for question in questions))

            async def ask(question: Question, gold_of_it: Known) -> Outcome:
                async with gate:
                    return await _outcome(harness, desk, question, gold_of_it)

            done = await asyncio.gather(*map(ask, questions, known))
    return {outcome.id: outcome for outcome in done}


async def _warm_up(desk: Desk, *, searches: bool) -> None:
    """What is loaded at its first use is loaded before the first question: times are those of a desk that serves."""
    desk.plan("price of bitcoin")
    if searches:
        await desk.call_tool("cmc_content_search", '{"query": "bitcoin", "limit": 1}')


async def _known(gold: Gold, question: Question) -> Known:
    try:
        values = [await gold.value(figure, question.as_of) for figure in question.figures]
        found = await gold.documents(question.documents, question.as_of) if question.documents else ()
    except GoldError as error:
        return Known(problem=f"gold of {question.id}: {error}")
    return Known(tuple(values), found)


async def _outcome(harness: Harness, desk: Desk, question: Question, known: Known) -> Outcome:
    try:
        observed = await observe(desk, question, harness.allowance)
    except CryptodeskError as error:
        observed = Observed("", failure=error.message)
    outcome = outcome_of(question, observed, known, question.as_of or desk.clock.now())
    if harness.on_outcome is not None:
        harness.on_outcome(outcome)
    return outcome
