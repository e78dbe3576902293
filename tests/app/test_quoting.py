"""A researched answer is quoted by the same bound by which its money is held."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from msgspec import structs

from cryptodesk.app.desk import LOCAL_CALLER, Desk
from cryptodesk.app.quoting import ResearchQuotes
from cryptodesk.core.events import RunFold
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchOptions
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.settings import Settings


def open_desk(home: Path, model: str = "scripted-plain") -> Desk:
    return Desk(
        Settings(home=home, data="simulated", simulated_coins=500, scripted_models=True, default_model=model)  # type: ignore[call-arg]
    )


def quotes(desk: Desk) -> ResearchQuotes:
    return ResearchQuotes(desk.money, desk.catalog, PriceBook())


def researched(desk: Desk) -> RunRequest:
    return structs.replace(desk.question("What is the price of bitcoin?"), research=ResearchOptions())


async def test_the_dearest_case_is_what_the_run_sets_aside(tmp_path: Path) -> None:
    fold = RunFold()
    async with open_desk(tmp_path) as desk:
        request = researched(desk)
        quote = await quotes(desk).quote(request)
        async for batch in desk.graph.run(request):
            for event in batch:
                fold.add(event)
        assert fold.started is not None
        receipt = await desk.money.receipt(LOCAL_CALLER, fold.started.run_id)
    assert receipt is not None
    assert receipt.held_usd == quote.worst_usd > quote.likely_usd >= quote.low_usd > 0
    assert [each.partition(":")[0] for each in quote.basis] == ["low", "likely", "worst"]
    assert "research graph" in quote.basis[2]


async def test_a_cost_limit_bounds_it_and_a_free_model_stays_free(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        request = researched(desk)
        capped = structs.replace(request, limits=structs.replace(request.limits, cost_usd=Decimal("0.0001")))
        quote = await quotes(desk).quote(capped)
        assert (quote.worst_usd, quote.basis[2]) == (Decimal("0.0001"), "worst: the request's cost limit of 0.0001 USD")
        assert quote.likely_usd <= quote.worst_usd
        free = await quotes(desk).quote(structs.replace(request, model_id="cryptodesk-analyst"))
        assert (free.worst_usd, free.basis) == (Decimal(0), ("The model is free.",))


async def test_other_runs_are_quoted_as_ever_and_the_rest_is_the_ledgers(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        request, today = desk.question("hi"), desk.clock.now().date()
        money = quotes(desk)
        assert await money.quote(request) == await desk.money.quote(request)
        assert await money.receipt(LOCAL_CALLER, "nope") is None
        assert list(await money.usage(LOCAL_CALLER, today, today)) == []
        assert list(await money.budgets(LOCAL_CALLER)) == []
