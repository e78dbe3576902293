"""The quote of a researched answer: its dearest case is that of the graph's nodes, by which its money is held, too."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from msgspec import structs

from cryptodesk.core.money import BudgetState, MoneyDesk, Quote, Receipt, UsageRow
from cryptodesk.core.ports import ModelCatalog, Pricing
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import decimal_text
from cryptodesk.core.worst_case import RunShape, compute_run_usd

__all__ = ["ResearchQuotes"]

_WORST = "worst: "


class ResearchQuotes:
    """`core.money.MoneyDesk` over another one, which knows runs of the engine alone."""

    def __init__(self, money: MoneyDesk, catalog: ModelCatalog, pricing: Pricing) -> None:
        self._money = money
        self._catalog = catalog
        self._pricing = pricing

    async def quote(self, request: RunRequest) -> Quote:
        """Calls no model. Raises: ModelNotFound."""
        quote = await self._money.quote(request)
        if request.research is None or quote.worst_usd == 0:
            return quote
        shape = _shape(built_in_listed=bool(request.built_in_tools))
        worst = compute_run_usd(self._pricing, self._catalog.resolve(request.model_id), shape)
        words = f"{_WORST}{shape.calls} calls of the research graph, each with all that its step may use"
        cap = request.limits.cost_usd
        if cap is not None and not worst.is_nan() and cap < worst:
            worst, words = cap, f"{_WORST}the request's cost limit of {decimal_text(cap)} USD"
        basis = tuple(words if each.startswith(_WORST) else each for each in quote.basis)
        return _within(structs.replace(quote, worst_usd=worst, basis=basis))

    async def receipt(self, caller: Caller, run_id: str) -> Receipt | None:
        return await self._money.receipt(caller, run_id)

    async def usage(self, caller: Caller, first: date, last: date) -> Sequence[UsageRow]:
        return await self._money.usage(caller, first, last)

    async def budgets(self, caller: Caller) -> Sequence[BudgetState]:
        return await self._money.budgets(caller)


def _within(quote: Quote) -> Quote:
    """The likely amount is never beyond the dearest."""
    worst = quote.worst_usd
    if worst.is_nan():
        return quote
    return structs.replace(quote, low_usd=_least(quote.low_usd, worst), likely_usd=_least(quote.likely_usd, worst))


def _least(amount: Decimal, most: Decimal) -> Decimal:
    return amount if amount.is_nan() else min(amount, most)


@cache
def _shape(*, built_in_listed: bool) -> RunShape:
    # Imported late, as the graph is: a server that is asked for no research starts without it.
    nodes = importlib.import_module("cryptodesk.research.nodes").NODES
    output_tokens = importlib.import_module("cryptodesk.research.model_calls").MOST_OUTPUT_TOKENS
    budgets = [node.budget for node in nodes if node.model is not None]
    calls = max(1, sum(budget.model_calls for budget in budgets))
    return RunShape(
        input_tokens=sum(budget.tokens for budget in budgets) // calls,
        calls=calls,
        tool_calls=0,
        output_tokens=output_tokens,
        built_in_listed=built_in_listed,
        grows=False,
    )
