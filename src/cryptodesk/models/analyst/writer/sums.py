"""Answers that are one calculation: what a sum became, what an amount is in another unit, plain arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.models.analyst.arithmetic import conversion_product, worth_product
from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import coins, money, number, to_decimal
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.series import percent_between
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MATH_EVAL
from cryptodesk.models.analyst.writer.closing import Used, caveats, gaps, sources
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.figures import derived_fact, fact, field_text, moved, value_of
from cryptodesk.models.analyst.writer.history import write_history

__all__ = ["write_arithmetic", "write_conversion", "write_worth"]


def write_arithmetic(setting: Setting) -> Draft:
    expression = setting.plan.expression or ""
    result = next((item for item in reversed(setting.evidence.math) if to_decimal(item.result) is not None), None)
    if result is not None:
        text = number(result.result)
        value = to_decimal(result.result) or Decimal(0)
        rounded = "" if text is not None and to_decimal(text.replace(",", "")) == value else " (rounded)"
        percent = "%" if _is_percentage(expression) else ""
        shown_expression = shown(result.expression.replace("*", "×"), 300)
        line = setting.pick(
            (
                f"{shown_expression} = **{text}{percent}**{rounded}.",
                f"**{text}{percent}**{rounded}, from {shown_expression}.",
            )
        )
        return Draft(
            f"{line}\n\n_Computed by {MATH_EVAL}._", (Fact("result", as_number(value), "percent" if percent else ""),)
        )
    failure = setting.evidence.failure(MATH_EVAL)
    if failure is not None:
        return Draft(f"The calculation `{expression}` failed: {shown(failure, 200)}.")
    remedy = (
        f"Add {MATH_EVAL} to `tools`" if setting.offer.lacks_math else "It may not be called in this turn; allow it"
    )
    return Draft(
        f"I read that as `{expression}`, and I leave arithmetic to the {MATH_EVAL} tool so that it is exact. "
        f"{remedy}, then I can give the result."
    )


def _is_percentage(expression: str) -> bool:
    return expression.endswith("*100") or expression.startswith(("cagr(", "pct_change("))


def write_worth(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    plan = setting.plan
    holding = holdings[0]
    name = shown(holding.asset.label, 110)
    if plan.period is None or plan.period.start is None:
        return Draft(
            f"To say what {_sum(setting)} in {name} became, I need the day it was put in, for example “on 1 "
            "January 2025”."
        )
    product = worth_product(plan, setting.evidence)
    if product is None:
        if holding.series is None:
            return write_history(setting, holdings)
        return Draft(gaps([(holding, "price")]))
    value = product.value(setting.evidence)
    change = percent_between(product.amount, value)
    bought = holding.series.bars[-1].day if holding.series else plan.period.start
    currency = plan.currency
    taken = "" if plan.period.kind == "day" else f", the first day of {plan.period.label},"
    used: list[Used] = [(holding, "price"), (holding, "history")]
    body = (
        f"{_sum(setting)} put into {name} at the close of {bought}{taken} ({money(product.over, currency)}) "
        "would be worth "
        f"**{money(value, currency)}** at {field_text(holding, 'price')}"
        f"{f': it {moved(change)}' if change is not None else ''}. Fees and taxes are left out."
    )
    working = f"Calculation: {product.expression.replace('*', ' × ').replace('/', ' ÷ ')}."
    facts = (
        derived_fact(holding, "worth", value, currency),
        *((derived_fact(holding, "change_pct", change, "percent"),) if change is not None else ()),
        derived_fact(holding, "bought_at", product.over, currency, bought),
        fact(holding, "price"),
    )
    return Draft(join_paragraphs(body, working, sources(used), "" if setting.is_brief else caveats(used)), facts)


def _sum(setting: Setting) -> str:
    amount = setting.plan.amount
    return "A sum" if amount is None else money(amount.value, amount.unit or setting.plan.currency) or "A sum"


def write_conversion(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    plan = setting.plan
    if plan.amount is not None and plan.amount.value <= 0:
        return Draft("Only an amount above 0 can be converted: name how many coins or how much money.")
    absent: list[Used] = [(holding, "price") for holding in holdings if value_of(holding, "price") is None]
    product = conversion_product(plan, setting.evidence)
    if product is None or plan.amount is None:
        return Draft(
            join_paragraphs(gaps(absent) or "There is no price to convert with."), tuple(fact(*pair) for pair in absent)
        )
    value = product.value(setting.evidence)
    used: list[Used] = [(holding, "price") for holding in holdings]
    given = (
        coins(plan.amount.value, shown(plan.assets[0].symbol, 24))
        if plan.assets
        else money(plan.amount.value, plan.currency)
    )
    if isinstance(plan.target, AssetRef):
        symbol = shown(_symbol(plan.target, holdings), 24)
        result, unit = coins(value, symbol), symbol
    else:
        result, unit = money(value, plan.currency), plan.currency
    given_unit = shown(plan.assets[0].symbol, 24) if plan.assets else plan.currency
    prices = ", ".join(f"{shown(h.asset.symbol, 24)} at {field_text(h, 'price')}" for h in holdings)
    body = f"{given} {setting.pick(('is', 'comes to'))} **{result}** ({prices})."
    return Draft(
        join_paragraphs(body, sources(used), "" if setting.is_brief else caveats(used)),
        (
            Fact("given", as_number(plan.amount.value), given_unit),
            Fact("converted", as_number(value), unit),
            *(fact(holding, "price") for holding in holdings),
        ),
    )


def _symbol(target: AssetRef, holdings: Sequence[Holding]) -> str:
    found = next((holding.asset.symbol for holding in holdings if holding.asset.asset_id == target.asset_id), "")
    return found or target.symbol or target.name
