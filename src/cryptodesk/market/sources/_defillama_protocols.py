"""Value locked in protocols and on chains now, with what was traded and earned there in 24 hours.

Source: api-docs.defillama.com, /protocols, /v2/chains, /overview/dexs, /overview/fees, /stablecoinchains. In the list
a protocol's versions stand alone (aave-v2, aave-v3); asked for by the parent's name (aave), they are added up. The list
holds exchanges' reserves too, under the category CEX.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.query import Query, answers
from cryptodesk.market.records import ChainTvl, ProtocolTvl
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Rows, asked_texts, is_slug, slugify
from cryptodesk.market.sources._defillama_names import STABLECOINS_URL, asset_id_of, chain_slug
from cryptodesk.market.sources._figures import line, number, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["total_routes"]

_TTL_SECONDS = 600
_KEPT_SECONDS = 3600
_PARENT = "parent#"
_NO_CHARTS = (("excludeTotalDataChart", "true"), ("excludeTotalDataChartBreakdown", "true"))
_DEXS = Ask("/overview/dexs", _NO_CHARTS)
_FEES = Ask("/overview/fees", (*_NO_CHARTS, ("dataType", "dailyFees")))
_REVENUE = Ask("/overview/fees", (*_NO_CHARTS, ("dataType", "dailyRevenue")))


def total_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(
            ProtocolTvl, _ask_protocols, _read_protocols, ttl_seconds=_TTL_SECONDS, keep_seconds=_KEPT_SECONDS
        ),
        access.route(ChainTvl, _ask_chains, _read_chains, ttl_seconds=_TTL_SECONDS, keep_seconds=_KEPT_SECONDS),
    )


class _Protocol(Struct, frozen=True):
    name: str
    id: Any = None
    slug: Any = None
    category: Any = None
    chains: Any = None
    tvl: Any = None
    chainTvls: Any = None
    change_1d: Any = None
    change_7d: Any = None
    gecko_id: Any = None
    cmcId: Any = None
    parentProtocol: Any = None


class _Trader(Struct, frozen=True):
    defillamaId: Any = None
    slug: Any = None
    name: Any = None
    total24h: Any = None
    breakdown24h: Any = None
    doublecounted: Any = None


class _Overview(Struct, frozen=True):
    protocols: Rows


def _ask_protocols(query: Query[Any], context: SourceContext) -> list[Ask]:
    is_asked = query.ids is None or any(is_slug(text) for text in asked_texts(query))
    return [Ask("/protocols"), _FEES, _REVENUE, _DEXS] if is_asked else []


def _read_protocols(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ProtocolTvl]:
    page, *overviews = pages
    fees, revenue, volume = (_totals(each) for each in overviews)
    rows = page.rows(page.load(Rows), _Protocol)
    parts: dict[str, list[ProtocolTvl]] = {}
    found: list[ProtocolTvl] = []
    for row in rows:
        record = _protocol(page, row, (fees, revenue, volume), context)
        if record is not None:
            found.append(record)
            if isinstance(row.parentProtocol, str) and row.parentProtocol.startswith(_PARENT):
                parts.setdefault(row.parentProtocol.removeprefix(_PARENT), []).append(record)
    if query.ids is not None:
        found = [record for record in found if any(answers(record, asked) for asked in query.ids)]
        held = {record.slug for record in found}
        wanted = [slug for slug in asked_texts(query) if slug in parts and slug not in held]
        found += [_parent(page, slug, parts[slug]) for slug in wanted]
    found.sort(key=lambda record: -(record.tvl_usd or 0.0))
    return found[: query.limit]


def _totals(page: Page) -> dict[str, float]:
    """24 hours' sums by the vendor's number of a protocol, and by its slug."""
    found: dict[str, float] = {}
    for row in page.rows(page.load(_Overview).protocols, _Trader):
        value = number(row.total24h)
        for name in (row.defillamaId, row.slug) if value is not None else ():
            if isinstance(name, str | int):
                found.setdefault(str(name), value or 0.0)
    return found


def _protocol(
    page: Page, row: _Protocol, sums: tuple[dict[str, float], ...], context: SourceContext
) -> ProtocolTvl | None:
    name = line(row.name, 120)
    slug = row.slug if isinstance(row.slug, str) else slugify(row.name[:120])
    if name is None or not is_slug(slug):
        return None
    fees, revenue, volume = (by_name.get(str(row.id), by_name.get(slug)) for by_name in sums)
    return ProtocolTvl(
        slug=slug,
        name=name,
        provenance=page.origin(),
        asset_id=asset_id_of(context.crosswalk, row.gecko_id, row.cmcId),
        category=line(row.category, 60),
        tvl_usd=unsigned(row.tvl),
        change_1d_pct=number(row.change_1d),
        change_7d_pct=number(row.change_7d),
        fees_24h_usd=fees,
        revenue_24h_usd=revenue,
        dex_volume_24h_usd=volume,
        by_chain=_by_chain(row),
    )


def _by_chain(row: _Protocol) -> dict[str, float]:
    """Of the chains alone: the vendor's map holds what is borrowed, staked and vesting beside them."""
    held = row.chainTvls if isinstance(row.chainTvls, dict) else {}
    chains = row.chains if isinstance(row.chains, list) else []
    named = ((line(chain, 60), unsigned(held.get(chain))) for chain in chains if isinstance(chain, str))
    return {name: value for name, value in named if name and value is not None}


def _parent(page: Page, slug: str, parts: list[ProtocolTvl]) -> ProtocolTvl:
    assets = {part.asset_id for part in parts if part.asset_id is not None}
    chains: dict[str, float] = {}
    for part in parts:
        for chain, value in part.by_chain.items():
            chains[chain] = chains.get(chain, 0.0) + value
    return ProtocolTvl(
        slug=slug,
        name=slug.replace("-", " ").title(),
        provenance=page.origin(note="the sum of " + ", ".join(sorted(part.name for part in parts))[:300]),
        asset_id=assets.pop() if len(assets) == 1 else None,
        tvl_usd=_sum(part.tvl_usd for part in parts),
        fees_24h_usd=_sum(part.fees_24h_usd for part in parts),
        revenue_24h_usd=_sum(part.revenue_24h_usd for part in parts),
        dex_volume_24h_usd=_sum(part.dex_volume_24h_usd for part in parts),
        by_chain=chains,
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class _Chain(Struct, frozen=True):
    name: str
    tvl: Any = None
    gecko_id: Any = None
    cmcId: Any = None


class _ChainStablecoins(Struct, frozen=True):
    name: str
    totalCirculatingUSD: Any = None


def _ask_chains(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/v2/chains"), Ask(STABLECOINS_URL + "/stablecoinchains"), _DEXS]


def _read_chains(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ChainTvl]:
    page, stablecoins, dexs = pages
    stable, traded = _stable_by_chain(stablecoins), _traded_by_chain(dexs)
    found: dict[str, ChainTvl] = {}
    for row in page.rows(page.load(Rows), _Chain):
        record = _chain(page, row, stable, traded, context)
        # Of two names of one chain the one with more on it is meant.
        if record is not None and (record.tvl_usd or 0.0) >= _tvl(found.get(record.slug)):
            found[record.slug] = record
    chains = [
        record for record in found.values() if query.ids is None or any(answers(record, asked) for asked in query.ids)
    ]
    chains.sort(key=lambda record: -(record.tvl_usd or 0.0))
    return chains[: query.limit]


def _tvl(record: ChainTvl | None) -> float:
    return 0.0 if record is None else record.tvl_usd or 0.0


def _chain(
    page: Page, row: _Chain, stable: dict[str, float], traded: dict[str, float], context: SourceContext
) -> ChainTvl | None:
    name, slug = line(row.name, 60), chain_slug(row.name)
    if name is None or slug is None:
        return None
    platform = find_platform(name)
    native = None if platform is None else platform.native
    return ChainTvl(
        slug=slug,
        name=platform.name if platform else name,
        provenance=page.origin(),
        asset_id=native or asset_id_of(context.crosswalk, row.gecko_id, row.cmcId),
        tvl_usd=unsigned(row.tvl),
        stablecoins_usd=stable.get(slug),
        dex_volume_24h_usd=traded.get(slug),
    )


def _stable_by_chain(page: Page) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in page.rows(page.load(Rows), _ChainStablecoins):
        slug = chain_slug(row.name)
        told = row.totalCirculatingUSD if isinstance(row.totalCirculatingUSD, dict) else {}
        value = _sum(unsigned(each) for each in told.values())
        if slug is not None and value is not None:
            found[slug] = max(value, found.get(slug, 0.0))
    return found


def _traded_by_chain(page: Page) -> dict[str, float]:
    """Sums over the exchanges of each chain, without what is counted at the exchange behind an aggregator as well."""
    found: dict[str, float] = {}
    for row in page.rows(page.load(_Overview).protocols, _Trader):
        if row.doublecounted is True or not isinstance(row.breakdown24h, dict):
            continue
        for chain, told in row.breakdown24h.items():
            slug = chain_slug(chain)
            value = _sum(unsigned(each) for each in (told.values() if isinstance(told, dict) else [told]))
            if slug is not None and value is not None:
                found[slug] = found.get(slug, 0.0) + value
    return found
