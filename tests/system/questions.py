"""Every question there is to ask of a market: each tool under each of its choices, each kind of record, each metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from cryptodesk.core.clock import Clock
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.market.metrics import MetricDesk, MetricQuery
from cryptodesk.market.query import Feed, Query
from cryptodesk.market.records import CandleSeries, MetricSeries, Profile
from cryptodesk.tools import ToolRegistry, ToolServices, tool_specs
from tests.system import planting
from tests.system.tool_arguments import every_choice
from tests.tools.fakes import run_context

__all__ = [
    "CASES",
    "METRIC_QUERIES",
    "SAMPLES",
    "Case",
    "answer_all",
    "answer_tools",
    "assert_same",
    "cases",
    "encode",
    "queries",
]

SAMPLES: dict[str, dict[str, Any]] = {
    "": {
        "query": "bitcoin, zq1zq, PEPE",
        "expression": "1 + 2",
        "ids": [1, 1027, 990, 991, 992],
        "id": 1,
        "filters": [{"field": "market_cap", "op": "gt", "value": 0}],
        "asset_type": "coin",
        "list": "trending",
    },
    "onchain_token": {"ids": [planting.TOKEN, f"ethereum:0x{2:040x}"], "id": planting.TOKEN},
    "exchange": {"ids": [planting.EXCHANGE, 881, 882]},
    "category": {"ids": [planting.CATEGORY, "cat-zq2zq"]},
    "nft": {"ids": [planting.NFT, "opensea:zq2zq"]},
    "total_market_cap": {},
}


class Case(NamedTuple):
    tool: str
    arguments: dict[str, Any]

    @property
    def text(self) -> str:
        return msgspec.json.encode(self.arguments).decode()


def cases(samples: Mapping[str, Mapping[str, Any]]) -> tuple[Case, ...]:
    """Each tool with each of its choices; `samples` as in `every_choice`."""
    return tuple(
        Case(spec.name, arguments) for spec in tool_specs() for arguments in every_choice(spec.parameters, samples)
    )


CASES = cases(SAMPLES)


def queries() -> list[Query[Any]]:
    """Every kind of record: all there are, the first ones, by ids, and over a span."""
    ids = (*planting.COINS, 990, 991, 992, planting.TOKEN, planting.EXCHANGE, planting.CATEGORY, planting.NFT, "market")
    ids = (*ids, "ethereum", "aave", "tether", "USD", "cmc100", "trending", "CPI", "Acme", 90, 0)
    asked = [
        Query(kind=kind, ids=chosen, limit=limit, start=start)
        for kind in planting.KINDS
        if kind not in (CandleSeries, MetricSeries)
        for chosen, limit in ((None, None), (None, 1), (None, 3), (ids, None))
        for start in (None, planting.BEGIN + timedelta(days=2))
    ]
    asked += [Query(kind=Profile, ids=ids, asset_class=name) for name in ("coin", "nft", "exchange")]
    asked += [Query(kind=MetricSeries, ids=("1", "1027"), metric=metric) for metric in planting.METRICS]
    asked += [Query(kind=MetricSeries, metric=None, start=planting.BEGIN)]
    for interval in ("5m", "1h", "1d", "1w"):
        for start in (None, planting.BEGIN - timedelta(days=20)):
            asked += [Query(kind=CandleSeries, ids=ids[:7], interval=interval, start=start)]
    return asked


METRIC_QUERIES = tuple(
    MetricQuery(metric=metric, entities=("1", "1027", "aave"), granularity=step, start=start, is_grouped=grouped)
    for metric in planting.METRICS
    for step, start, grouped in (
        ("1d", None, False),
        ("1w", planting.BEGIN - timedelta(days=15), False),
        ("1mo", None, True),
        ("1h", planting.BEGIN, False),
    )
)


async def answer_all(services: ToolServices, moment: datetime, asked: Sequence[Case] = CASES) -> dict[str, str]:
    """What every tool, every query and every metric says as of the moment."""
    said = await answer_tools(services, moment, asked)
    for query in queries():
        said[f"{query}"] = encode(await services.market.find(msgspec.structs.replace(query, as_of=moment)))
    return said | await answer_metrics(services.market, services.clock, moment)


async def answer_tools(services: ToolServices, moment: datetime, asked: Sequence[Case]) -> dict[str, str]:
    said: dict[str, str] = {}
    registry = ToolRegistry(services)
    for case in asked:
        trace = await registry.run(ToolCallPart("call_1", case.tool, case.text), run_context(as_of=moment))
        assert trace.error_message != "internal error", case
        said[f"{case.tool} {case.text}"] = trace.model_content
    return said


async def answer_metrics(feed: Feed, clock: Clock, moment: datetime) -> dict[str, str]:
    desk = MetricDesk(feed, clock)
    return {
        f"{query}": encode(await desk.query(msgspec.structs.replace(query, as_of=moment))) for query in METRIC_QUERIES
    }


def encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def assert_same(young: dict[str, str], old: dict[str, str], marks: Sequence[str]) -> None:
    leaks = [question for question, text in young.items() if old[question] != text]
    assert not leaks, describe(leaks, young, old)
    marked = [question for question, text in old.items() if any(mark in text for mark in marks)]
    # What a question itself names is no leak.
    marked = [question for question in marked if not any(mark in question for mark in marks)]
    assert not marked, describe(marked, young, old)


def describe(questions: list[str], young: dict[str, str], old: dict[str, str]) -> str:
    return f"{len(questions)} answers differ\n" + "\n".join(difference(one, young, old) for one in questions[:8])


def difference(question: str, young: dict[str, str], old: dict[str, str]) -> str:
    then, now = young[question], old[question]
    same = next((at for at, (one, other) in enumerate(zip(then, now, strict=False)) if one != other), 0)
    place = max(same - 80, 0)
    return f"{question[:300]}\n  then: {then[place:][:300]}\n  now:  {now[place:][:300]}"
