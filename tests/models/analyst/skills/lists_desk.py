"""What the tests of the skills on lists share: who claims what, first calls, answers to canned results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.offer import Offer
from cryptodesk.models.analyst.skills import Ask, load_skills
from tests.models.analyst.desk import TODAY
from tests.models.analyst.skills.market_desk import replay
from tests.models.analyst.skills.risk_desk import Said, lines, read

__all__ = ["canned", "first_calls", "in_percent", "listing", "not_taken", "rows_of", "screened", "stolen"]

_OFFER = Offer(frozenset(), (), (), "auto")


def not_taken(skill: str, questions: str) -> list[tuple[str, str]]:
    """The questions that another one answers, and which."""
    found = [(question, read(question)) for question in lines(questions)]
    return [(question, plan.skill or plan.intent) for question, plan in found if plan.skill != skill]


def stolen(skill: str, questions: str) -> list[str]:
    """The questions that the skill takes."""
    return [question for question in lines(questions) if read(question).skill == skill]


def first_calls(question: str, *earlier: str) -> tuple[Call, ...]:
    """What the skill of the question calls while nothing is known."""
    plan = read(question, *earlier)
    return tuple(load_skills()[plan.skill].calls(Ask(plan, plan.assets, Evidence(), _OFFER, TODAY)))


async def canned(question: str, *bodies: dict[str, Any]) -> str:
    """The answer when the first calls brought these bodies, in order."""
    calls = first_calls(question)
    assert len(calls) == len(bodies), calls
    return await replay(question, [(call.tool, call.arguments, body) for call, body in zip(calls, bodies, strict=True)])


def in_percent(value: float, *, signed: bool = True) -> str:
    """As the answer writes it."""
    written = percent(value, signed=signed)
    assert written is not None
    return written


def rows_of(said: Said, at: int = 0) -> list[dict[str, Any]]:
    """The rows that the list tools gave, call by call."""
    bodies = [
        json.loads(trace.model_content) for trace in said.traces if trace.name in _KEYS and trace.status == "completed"
    ]
    inner = next(value for key, value in bodies[at].items() if key.endswith("_result"))
    found = inner.get("results", inner.get("items"))
    assert isinstance(found, list)
    return found


_KEYS = ("cmc_asset_screener", "cmc_signal_list", "cmc_market_data")


def _envelope(key: str, inner: dict[str, Any], part: str, gaps: dict[str, str]) -> dict[str, Any]:
    return {
        key: inner,
        "as_of": "2026-11-21T12:00:00Z",
        "age_days": 0.0,
        "source": ["test"],
        "notes": [],
        "provenance": [{"fields": [part], "source": "test", "mode": "live", "as_of": "2026-11-21T12:00:00Z"}],
        "unavailable": [{"field": field, "reason": why} for field, why in gaps.items()],
    }


def screened(rows: Sequence[dict[str, Any]], total: int = 100, **inner: Any) -> dict[str, Any]:
    """A result of the screener."""
    gaps = inner.pop("gaps", {})
    interpreted = {
        "filters": inner.pop("filters", []),
        "sort": inner.pop("sort", {"field": "market_cap", "order": "desc"}),
    }
    interpreted |= {"ignored": inner.pop("ignored", []), "notes": inner.pop("notes", [])}
    body = {
        "asset_type": "coin", "interpreted": interpreted, "total_matched": inner.pop("matched", len(rows)),
        "total_screened": total, "results": list(rows),
    }  # fmt: skip
    return _envelope("asset_screener_result", body, "results", gaps)


def listing(name: str, rows: Sequence[dict[str, Any]], window: str = "24h", **gaps: str) -> dict[str, Any]:
    """A result of the signal list."""
    body = {"list": name, "time_period": window, "items": list(rows), "rule": "as tested", "considered": len(rows)}
    return _envelope("signal_list_result", body, "items", gaps)
