"""What the tests of the evaluation share: short ways to write questions, calls and outcomes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from cryptodesk.core.messages import Citation
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Usage
from cryptodesk.evaluation.gold import GoldValue
from cryptodesk.evaluation.graders import Check, Observed
from cryptodesk.evaluation.graders._check import Made
from cryptodesk.evaluation.records import GoldFigure, Question, Term
from cryptodesk.evaluation.results import Outcome

__all__ = ["NOW", "gold", "made", "observed", "outcome", "question", "source", "trace"]

NOW = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)


def question(**fields: Any) -> Question:
    known: dict[str, Any] = {"id": "price-001", "family": "price", "part": "dev", "market": "snapshot", "text": "btc?"}
    return Question(**(known | fields))


def trace(name: str, arguments: dict[str, Any] | None = None, **fields: Any) -> ToolTrace:
    text = msgspec.json.encode(arguments or {}).decode()
    known: dict[str, Any] = {"status": "completed", "model_content": "{}"}
    return ToolTrace("call_1", name, text, **(known | fields))


def made(tool: str, **arguments: Any) -> Made:
    return Made(tool, arguments)


def observed(text: str, *traces: ToolTrace, **fields: Any) -> Observed:
    return Observed(text, traces, model="some-model", **fields)


def source(title: str, url: str = "") -> Citation:
    return Citation("a paper", title, url or f"https://paper.example/{title.replace(' ', '-')}")


def gold(
    value: float | str, unit: str = "USD", *, either: tuple[Any, ...] = (), wrong: tuple[Any, ...] = (), **more: Any
) -> GoldValue:
    figure = GoldFigure("figure", unit, Term(value=value), **more)  # type: ignore[arg-type]
    return GoldValue(figure, (value, *either), wrong)


def outcome(name: str, *, family: str = "price", failure: str | None = None, **checks: tuple[int, int]) -> Outcome:
    return Outcome(
        id=name,
        family=family,
        part="dev",
        market="snapshot",
        question="what?",
        answer="that",
        model="some-model",
        checks={grader: Check(right, of, () if right == of else ("wrong",)) for grader, (right, of) in checks.items()},
        usage=Usage(10, 5),
        cost_usd=Decimal("0.001"),
        duration_ms=5.0,
        failure=failure,
    )
