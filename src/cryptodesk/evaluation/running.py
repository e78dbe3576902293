"""Asks a model one question through the desk, with the turns before it, and observes what it did."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, structs

from cryptodesk.app.desk import Desk
from cryptodesk.core.events import RunFold
from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.usage import Usage
from cryptodesk.evaluation.graders import Observed, PlannedPart
from cryptodesk.evaluation.graders._check import Made
from cryptodesk.evaluation.records import Question

__all__ = ["ANALYST", "Allowance", "observe"]

# The provider that plans by itself, so that its plan can be judged apart.
ANALYST = "analyst"


class Allowance(Struct, frozen=True):
    """What one run may use; None is not limited here."""

    tokens: int | None = None
    output_tokens: int | None = None


async def observe(desk: Desk, question: Question, allowance: Allowance) -> Observed:
    """Earlier turns are run too, each with the answers before it; their cost and time count."""
    messages: tuple[Message, ...] = ()
    usage, cost_usd, started = Usage(), Decimal(0), time.perf_counter()
    fold, answers = RunFold(), list[str]()
    for text in (*question.earlier, question.asked):
        messages = (*messages, text_message("user", text))
        fold = await _run(desk, question, messages, allowance)
        if fold.finished is None:
            break
        usage, cost_usd = usage + fold.finished.usage, cost_usd + fold.finished.cost.total_usd
        messages = (*messages, text_message("assistant", fold.text))
        answers.append(fold.text)
    return Observed(
        text=fold.text,
        traces=tuple(fold.traces),
        model=fold.started.model if fold.started else "",
        usage=usage,
        cost_usd=cost_usd,
        duration_ms=(time.perf_counter() - started) * 1000,
        failure=_failure(fold),
        plan=await _plan(desk, question, answers[: len(question.earlier)]) if fold.finished is not None else None,
    )


async def _run(desk: Desk, question: Question, messages: tuple[Message, ...], allowance: Allowance) -> RunFold:
    asked = desk.question("", question.as_of)
    request = structs.replace(
        asked,
        messages=messages,
        max_output_tokens=allowance.output_tokens,
        limits=structs.replace(asked.limits, tokens=allowance.tokens or asked.limits.tokens),
    )
    fold = RunFold()
    async for batch in desk.engine.run(request):
        for event in batch:
            fold.add(event)
    return fold


def _failure(fold: RunFold) -> str | None:
    if fold.failed is not None:
        return fold.failed.error.message
    return None if fold.finished is not None else "the run ended without a result"


async def _plan(desk: Desk, question: Question, answers: Sequence[str]) -> tuple[PlannedPart, ...] | None:
    route = desk.models.resolve(desk.settings.default_model)[0]
    if route.provider != ANALYST:
        return None
    breaks = await desk.break_ties(question.asked, question.earlier, question.as_of)
    return tuple(
        PlannedPart(
            plan.intent,
            tuple(Made(call.tool, call.arguments) for call in plan.calls),
            tuple(asset.asset_id for asset in plan.assets if asset.asset_id is not None and not asset.rivals),
        )
        for plan in desk.plan(question.asked, question.earlier, question.as_of, breaks, answers)
    )
