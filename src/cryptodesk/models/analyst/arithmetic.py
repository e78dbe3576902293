"""The one calculation an answer needs beyond its fields, as an expression of figures from tool results.

`cmc_math_eval` computes it where it is offered. Where a run only writes (the tools have run already), the same
expression is computed here in decimal, so the figure is the same.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

from msgspec import Struct

from cryptodesk.models.analyst.evidence import Evidence, Holding
from cryptodesk.models.analyst.formats import to_decimal
from cryptodesk.models.analyst.questions import AssetRef, Plan

__all__ = ["Product", "conversion_product", "needed_expression", "worth_product"]


class Product(Struct, frozen=True):
    """`amount * times / over`."""

    amount: Decimal
    times: Decimal
    over: Decimal

    @property
    def expression(self) -> str:
        factors = f"{self.amount:f}" if self.times == 1 else f"{self.amount:f}*{self.times:f}"
        return factors if self.over == 1 else f"{factors}/{self.over:f}"

    def value(self, evidence: Evidence) -> Decimal:
        """The tool's result for this expression if it ran, else the product itself."""
        for result in evidence.math:
            exact = to_decimal(result.result) if result.expression == self.expression else None
            if exact is not None:
                return exact
        with localcontext() as context:
            context.prec = 50
            return self.amount * self.times / self.over


def needed_expression(plan: Plan, evidence: Evidence) -> str | None:
    product = {"conversion": conversion_product, "worth": worth_product}.get(plan.intent)
    found = product(plan, evidence) if product else None
    return None if found is None or found.expression.isdigit() else found.expression


def conversion_product(plan: Plan, evidence: Evidence) -> Product | None:
    """Amount x price of what is held, over the price of what is wanted; None while a price is missing."""
    if plan.amount is None:
        return None
    held = _price(evidence, plan.assets[0]) if plan.assets else Decimal(1)
    wanted = _price(evidence, plan.target) if isinstance(plan.target, AssetRef) else Decimal(1)
    return Product(plan.amount.value, held, wanted) if held and wanted else None


def worth_product(plan: Plan, evidence: Evidence) -> Product | None:
    """Sum put in x price now, over the close of the day it was put in; None while one of them is missing."""
    holding = evidence.holding(plan.assets[0]) if plan.assets else None
    if plan.amount is None or holding is None or holding.series is None:
        return None
    price, bought = to_decimal(holding.values.get("price")), holding.series.end
    return Product(plan.amount.value, price, bought) if price and bought else None


def _price(evidence: Evidence, asset: AssetRef) -> Decimal | None:
    holding: Holding | None = evidence.holding(asset)
    return None if holding is None else to_decimal(holding.values.get("price"))
