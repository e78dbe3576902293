"""Quotes: the arithmetic spelled out, never below nor above each other, and no model asked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.ledger.quotes import Quoter
from cryptodesk.storage.database import Database
from tests.engine.fakes import CALLER, FakeTools, ask
from tests.ledger.support import a_charge, record

PRICE = ModelPrice("v1", Decimal(1), Decimal("0.1"), Decimal(10))  # USD per million
FREE = ModelPrice("free", Decimal(0), Decimal(0), Decimal(0))
MILLION = Decimal(1_000_000)


class Catalog:
    def __init__(self, *routes: ModelRoute) -> None:
        self.routes = routes

    def resolve(self, model_id: str) -> tuple[ModelRoute, ...]:
        if model_id != "model":
            raise ModelNotFound("no such model", model_id=model_id)
        return self.routes


def route(price: ModelPrice = PRICE, most: int | None = 1000) -> ModelRoute:
    return ModelRoute("model", "p", "upstream", price, most)


def quoter(database: Database, *routes: ModelRoute) -> Quoter:
    return Quoter(database, Catalog(*(routes or (route(),))), PriceBook(), FakeTools())  # type: ignore[arg-type]


async def test_without_history_and_tools_the_three_figures_follow_from_the_price(database: Database) -> None:
    quote = await quoter(database).quote(ask("x" * 400))
    assert quote.input_tokens == 100
    assert quote.low_usd == Decimal(100 * 1 + 50 * 10) / MILLION
    assert quote.likely_usd == Decimal(100 * 1 + 500 * 10) / MILLION
    # 256 a request, 32 a message, 400 bytes; the model's own limit of output.
    assert quote.worst_usd == Decimal(688 * 1 + 1000 * 10) / MILLION
    assert "no run of this model yet" in " ".join(quote.basis)


async def test_tools_bring_rounds_a_surcharge_and_for_one_dialect_a_second_turn(database: Database) -> None:
    limits = RunLimits(rounds=2, tool_calls=2)
    one = await quoter(database).quote(ask(built_in_tools=("market",), limits=limits))
    two = await quoter(database).quote(ask(built_in_tools=("market",), limits=limits, after_tools="return"))
    plain = await quoter(database).quote(ask(limits=limits))
    assert plain.worst_usd < one.worst_usd < two.worst_usd
    assert plain.likely_usd < two.likely_usd
    assert one.low_usd == Decimal(one.input_tokens + 500) * Decimal("1.1") / MILLION
    assert "second turn" in " ".join(two.basis)


async def test_a_cost_limit_bounds_the_worst(database: Database) -> None:
    quote = await quoter(database).quote(ask(limits=RunLimits(cost_usd=Decimal("0.002"))))
    assert quote.low_usd <= quote.likely_usd <= quote.worst_usd == Decimal("0.002")


async def test_a_free_model_costs_nothing_and_an_unknown_price_has_no_figure(database: Database) -> None:
    free = await quoter(database, route(FREE)).quote(ask())
    assert (free.low_usd, free.likely_usd, free.worst_usd, free.basis) == (0, 0, 0, ("The model is free.",))
    unknown = await quoter(database, route(ModelPrice.unknown("m"))).quote(ask())
    assert unknown.low_usd.is_nan()
    assert unknown.worst_usd.is_nan()


async def test_the_dearest_route_bounds_the_worst(database: Database) -> None:
    dear = ModelPrice("v2", Decimal(2), Decimal(2), Decimal(20))
    cheap, both = await quoter(database).quote(ask()), await quoter(database, route(), route(dear)).quote(ask())
    assert (both.worst_usd, both.likely_usd) == (2 * cheap.worst_usd, cheap.likely_usd)


async def test_the_likely_figure_is_the_mean_of_what_such_runs_used(database: Database) -> None:
    own = {"account_id": CALLER.account_id, "key_id": CALLER.key_id}
    await record(
        database,
        a_charge("r1", "1", usage=Usage(200, 80, 0, 20), **own),
        a_charge("r1", "1", usage=Usage(300, 100), entry_id="r1:1:charge", **own),
        a_charge("r2", "1", usage=Usage(100, 200), **own),
        a_charge("r3", "1", usage=Usage(1, 100_000), account_id="other", key_id="k"),
        a_charge("r4", "1", usage=Usage(1, 100_000), model_id="another", **own),
        a_charge("r5", "1", usage=Usage(1, 100_000), outcome="cancelled", **own),
        a_charge("r6", "1", usage=Usage(1, 100_000), usage_is_estimated=True, **own),
    )
    quote = await quoter(database).quote(ask("x" * 400))
    # 1.5 calls of 100 tokens, 50 more in later calls, (100 + 100 + 200) / 2 written.
    assert quote.likely_usd == Decimal(150 + 50 + 200 * 10) / MILLION
    assert "last 2 finished runs of this model (1.5 calls, 200 tokens written)" in " ".join(quote.basis)


async def test_what_a_resumed_turn_holds_is_said_not_to_be_counted(database: Database) -> None:
    quote = await quoter(database).quote(ask(resume_from="r1"))
    assert quote.basis[-1] == "The earlier turns that this request resumes are not counted."


async def test_an_unknown_model_is_told(database: Database) -> None:
    with pytest.raises(ModelNotFound):
        await quoter(database).quote(ask(model_id="nope"))
