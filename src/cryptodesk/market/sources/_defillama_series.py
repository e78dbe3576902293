"""What was locked, traded, earned and circulating over time, by day.

| metric | entity |
|---|---|
| tvl | a protocol's slug, a chain, "all" |
| dex_volume, fees, revenue | a protocol's slug, a chain, "all" |
| stablecoin_supply | one of the stablecoins below by its slug or asset id, a chain, "all" |

A chain goes by our slug of it. Source: api-docs.defillama.com, /protocol/{protocol}, /v2/historicalChainTvl,
/overview/dexs, /summary/dexs/{protocol}, /overview/fees, /summary/fees/{protocol}, /stablecoincharts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.market.fetching.client import path_of
from cryptodesk.market.query import Query
from cryptodesk.market.records import MetricSeries
from cryptodesk.market.sources._aggregator import (
    Access,
    Ask,
    Page,
    Point,
    Rows,
    asked_texts,
    floored,
    is_slug,
    series_of,
)
from cryptodesk.market.sources._defillama_names import STABLECOINS_URL, chain_named
from cryptodesk.market.sources._figures import from_seconds, number, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["series_routes"]

_DAY = timedelta(days=1)
_ALL = frozenset({"all", "market"})
_MOST_ENTITIES = 5
_CHARTS = (("excludeTotalDataChart", "false"), ("excludeTotalDataChartBreakdown", "true"))
_SUMS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "dex_volume": ("dexs", _CHARTS),
    "fees": ("fees", (*_CHARTS, ("dataType", "dailyFees"))),
    "revenue": ("fees", (*_CHARTS, ("dataType", "dailyRevenue"))),
}
# The vendor numbers stablecoins and takes no name; the numbers are from its list of pegged assets.
_STABLECOINS = {
    "tether": 1,
    "usd-coin": 2,
    "terrausd": 3,
    "binance-usd": 4,
    "dai": 5,
    "frax": 6,
    "true-usd": 7,
    "liquity-usd": 8,
    "magic-internet-money": 10,
    "paxos-standard": 11,
    "usdd": 14,
    "dola-usd": 15,
    "gemini-dollar": 19,
    "nusd": 22,
    "ethena-usde": 146,
}


def series_routes(access: Access) -> tuple[Route, ...]:
    return tuple(
        access.route(MetricSeries, build, read, ttl_seconds=3600, keep_seconds=3600, is_historical=True)
        for build, read in ((_ask_tvl, _read_tvl), (_ask_sums, _read_sums), (_ask_supply, _read_supply))
    )


def _entities(query: Query[Any]) -> list[str]:
    if query.interval not in (None, "1d"):
        return []
    texts = ("all",) if query.ids is None else asked_texts(query)
    # A number is an asset's id, which names no protocol.
    return [text for text in texts if is_slug(text) and not text.isdigit()][:_MOST_ENTITIES]


def _ask_tvl(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask(_tvl_path(entity)) for entity in _entities(query)] if query.metric == "tvl" else []


def _tvl_path(entity: str) -> str:
    chain = chain_named(entity)
    if chain is not None:
        return path_of("v2", "historicalChainTvl", chain.defillama or "")
    return "/v2/historicalChainTvl" if entity in _ALL else path_of("protocol", entity)


class _ChainPoint(Struct, frozen=True):
    date: Any
    tvl: Any


class _ProtocolPoint(Struct, frozen=True):
    date: Any
    totalLiquidityUSD: Any


class _ProtocolHistory(Struct, frozen=True):
    tvl: Rows


def _read_tvl(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    found = []
    for page, entity in zip(pages, _entities(query), strict=True):
        points: list[tuple[Any, Any]]
        if chain_named(entity) is None and entity not in _ALL:
            rows = page.rows(page.load(_ProtocolHistory).tvl, _ProtocolPoint)
            points = [(row.date, row.totalLiquidityUSD) for row in rows]
        else:
            points = [(row.date, row.tvl) for row in page.rows(page.load(Rows), _ChainPoint)]
        found += series_of(page, query, entity, "USD", _of_midnights(page, points))
    return found


def _of_midnights(page: Page, points: Sequence[tuple[Any, Any]]) -> list[Point]:
    """The points of whole days; the last one of a protocol is of the moment, and moves."""
    dated = [(from_seconds(at), unsigned(value)) for at, value in points]
    readable = [(at, value) for at, value in dated if at is not None and value is not None]
    if points and not readable:
        raise page.bad("no point can be read")
    return [(at, value) for at, value in readable if at == floored(at, _DAY)]


def _ask_sums(query: Query[Any], context: SourceContext) -> list[Ask]:
    kind, params = _SUMS.get(query.metric or "", ("", ()))
    return [Ask(_sum_path(kind, entity), params) for entity in _entities(query)] if kind else []


def _sum_path(kind: str, entity: str) -> str:
    chain = chain_named(entity)
    if chain is not None:
        return path_of("overview", kind, chain.defillama or "")
    return path_of("overview", kind) if entity in _ALL else path_of("summary", kind, entity)


class _Sums(Struct, frozen=True):
    totalDataChart: list[Any]


def _read_sums(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    found = []
    for page, entity in zip(pages, _entities(query), strict=True):
        rows = page.load(_Sums).totalDataChart
        pairs = [(row[0], row[1]) for row in rows if isinstance(row, list) and len(row) == 2]
        # Revenue can be negative.
        dated = [(from_seconds(at), number(value)) for at, value in pairs]
        points = [(floored(at, _DAY), value) for at, value in dated if at is not None and value is not None]
        if rows and not points:
            raise page.bad("no point can be read")
        found += series_of(page, query, entity, "USD", points, bucket=_DAY)
    return found


def _ask_supply(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.metric != "stablecoin_supply":
        return []
    return [_supply_ask(entity, context) for entity in _supply_entities(query, context)]


def _supply_entities(query: Query[Any], context: SourceContext) -> list[str]:
    if query.interval not in (None, "1d"):
        return []
    texts = ("all",) if query.ids is None else asked_texts(query)
    known = [text for text in texts if text in _ALL or chain_named(text) or _stablecoin(text, context)]
    return known[:_MOST_ENTITIES]


def _stablecoin(entity: str, context: SourceContext) -> int | None:
    if entity.isascii() and entity.isdigit() and len(entity) <= 12:
        asset = context.crosswalk.asset(int(entity))
        entity = (asset.coingecko_id if asset else None) or ""
    return _STABLECOINS.get(entity)


def _supply_ask(entity: str, context: SourceContext) -> Ask:
    number_there, chain = _stablecoin(entity, context), chain_named(entity)
    if number_there is not None:
        return Ask(STABLECOINS_URL + "/stablecoincharts/all", (("stablecoin", str(number_there)),))
    where = "all" if chain is None else chain.defillama or ""
    return Ask(STABLECOINS_URL + path_of("stablecoincharts", where))


class _Supply(Struct, frozen=True):
    date: Any
    totalCirculating: Any = None
    totalCirculatingUSD: Any = None


def _read_supply(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    found = []
    for page, entity in zip(pages, _supply_entities(query, context), strict=True):
        is_one = _stablecoin(entity, context) is not None
        rows = page.rows(page.load(Rows), _Supply)
        # One coin counts at its peg; many, of several pegs, only add up in dollars.
        values = [(row.date, _total(row.totalCirculating if is_one else row.totalCirculatingUSD)) for row in rows]
        found += series_of(page, query, entity, "USD", _of_midnights(page, values))
    return found


def _total(by_peg: Any) -> float | None:
    known = [unsigned(value) for value in by_peg.values()] if isinstance(by_peg, dict) else []
    values = [value for value in known if value is not None]
    return sum(values) if values else None
