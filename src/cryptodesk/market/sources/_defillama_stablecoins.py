"""Stablecoins: how many circulate, where, and at what price.

Source: api-docs.defillama.com, /stablecoins. A peg is written as "peggedUSD"; circulation is in units of that currency.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import Query, answers
from cryptodesk.market.records import Stablecoin
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Rows, is_slug, slugify
from cryptodesk.market.sources._defillama_names import STABLECOINS_URL, asset_id_of
from cryptodesk.market.sources._figures import line, positive, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["stablecoin_routes"]

_PEG = re.compile(r"pegged([A-Z]{2,6})")


def stablecoin_routes(access: Access) -> tuple[Route, ...]:
    return (access.route(Stablecoin, _ask_stablecoins, _read_stablecoins, ttl_seconds=600, keep_seconds=3600),)


class _Pegged(Struct, frozen=True):
    name: str
    symbol: str
    gecko_id: Any = None
    cmcId: Any = None
    pegType: Any = None
    pegMechanism: Any = None
    circulating: Any = None
    circulatingPrevDay: Any = None
    circulatingPrevWeek: Any = None
    circulatingPrevMonth: Any = None
    chainCirculating: Any = None
    price: Any = None


class _List(Struct, frozen=True):
    peggedAssets: Rows


def _ask_stablecoins(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask(STABLECOINS_URL + "/stablecoins", (("includePrices", "true"),))]


def _read_stablecoins(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Stablecoin]:
    rows = [(page, row) for page in pages for row in page.rows(page.load(_List).peggedAssets, _Pegged)]
    found = [record for page, row in rows if (record := _stablecoin(page, row, context)) is not None]
    if query.ids is not None:
        found = [record for record in found if any(answers(record, asked) for asked in query.ids)]
    found.sort(key=lambda record: -(record.circulating or 0.0))
    return found[: query.limit]


def _stablecoin(page: Page, row: _Pegged, context: SourceContext) -> Stablecoin | None:
    name, symbol = line(row.name, 120), line(row.symbol, 32)
    slug = row.gecko_id if isinstance(row.gecko_id, str) and row.gecko_id else slugify(row.name[:120])
    if name is None or symbol is None or not is_slug(slug):
        return None
    peg = row.pegType if isinstance(row.pegType, str) else ""
    currency = _PEG.fullmatch(peg)
    return Stablecoin(
        slug=slug,
        name=name,
        symbol=symbol,
        provenance=page.origin(),
        asset_id=asset_id_of(context.crosswalk, row.gecko_id, row.cmcId),
        peg_currency=currency[1] if currency else None,
        mechanism=line(row.pegMechanism, 40),
        circulating=unsigned(_in(row.circulating, peg)),
        circulating_24h_ago=unsigned(_in(row.circulatingPrevDay, peg)),
        circulating_7d_ago=unsigned(_in(row.circulatingPrevWeek, peg)),
        circulating_30d_ago=unsigned(_in(row.circulatingPrevMonth, peg)),
        price=positive(row.price),
        by_chain=_by_chain(row.chainCirculating, peg),
    )


def _by_chain(chains: Any, peg: str) -> dict[str, float]:
    told = chains.items() if isinstance(chains, dict) else ()
    named = ((line(chain, 60), unsigned(_in(_in(held, "current"), peg))) for chain, held in told)
    return {name: value for name, value in named if name and value is not None}


def _in(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None
