"""Perpetuals and futures of exchanges: one record a contract, of the assets that are known without doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, structs

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.query import Query
from cryptodesk.market.records import DerivativesMarket, Provenance
from cryptodesk.market.sources._instruments import Contract, asset_ids, is_past
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["TTL_SECONDS", "Figures", "Told", "Venue", "derivatives_route", "percent"]

TTL_SECONDS = 60.0
_KEPT_SECONDS = 3600.0

Kind = Literal["perpetual", "future"]


class Venue(Struct, frozen=True):
    """An exchange that trades contracts. `source` is where its figures come from, `exchange` its name for people."""

    source: str
    exchange: str


class Figures(Struct, frozen=True, kw_only=True):
    """One contract as the exchange tells it. Prices are of one unit of the contract; money is in what it is settled in.

    `funding_rate_pct` is over `funding_period_hours`. `at` is when the exchange said so."""

    instrument: str
    quote: str
    kind: Kind = "perpetual"
    at: datetime | None = None
    open_interest: float | None = None
    volume_24h: float | None = None
    funding_rate_pct: float | None = None
    funding_period_hours: float | None = None
    next_funding_at: datetime | None = None
    mark_price: float | None = None
    index_price: float | None = None


Told = tuple[Figures, Contract]


def derivatives_route(
    venue: Venue,
    build_requests: Callable[[Query[Any], SourceContext], Sequence[HttpRequest]],
    read: Callable[[Sequence[HttpAnswer], Query[Any], SourceContext], Iterable[Told]],
    *,
    preference: int,
) -> Route:
    """The route for contracts as they are now. `read` gives the contracts of known assets, asked for or not; it raises
    UpstreamBadAnswer for an answer that is not as documented."""

    def build_query(query: Query[Any], context: SourceContext) -> tuple[HttpRequest, ...]:
        if is_past(query, context, TTL_SECONDS):
            return ()
        # Ids of tokens on chains have no contracts here.
        if query.ids is not None and not any(context.crosswalk.asset(one) for one in asset_ids(query)):
            return ()
        return tuple(build_requests(query, context))

    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[Any, ...]:
        wanted = None if query.ids is None else frozenset(asset_ids(query))
        fetched_at = min(answer.fetched_at for answer in answers)
        markets = (
            _market(venue, figures, contract, fetched_at)
            for figures, contract in read(answers, query, context)
            if wanted is None or contract.asset.asset_id in wanted
        )
        by_key = {market.key: market for market in markets}
        # The largest first, so that a limit keeps what matters.
        ordered = sorted(by_key.values(), key=lambda market: (-(market.open_interest_usd or 0), market.key))
        return tuple(ordered[: query.limit])

    return Route(
        kind=DerivativesMarket,
        build_query=build_query,
        to_records=to_records,
        ttl_seconds=TTL_SECONDS,
        stale_seconds=TTL_SECONDS,
        preference=preference,
        keep_seconds=_KEPT_SECONDS,
    )


def percent(ratio: float | None) -> float | None:
    return None if ratio is None else ratio * 100


def _market(venue: Venue, figures: Figures, contract: Contract, fetched_at: datetime) -> DerivativesMarket:
    # The exchange's clock may run ahead of ours, and nothing is known before it was fetched.
    as_of = fetched_at if figures.at is None else min(figures.at, fetched_at)
    market = DerivativesMarket(
        asset_id=contract.asset.asset_id,
        exchange=venue.exchange,
        instrument=figures.instrument,
        kind=figures.kind,
        provenance=Provenance(venue.source, "live", as_of, _note(venue, figures, contract)),
        open_interest_usd=figures.open_interest,
        volume_24h_usd=figures.volume_24h,
        mark_price=_of_one(figures.mark_price, contract),
        index_price=_of_one(figures.index_price, contract),
    )
    if figures.kind == "future":
        return market
    return structs.replace(
        market,
        funding_rate_pct=figures.funding_rate_pct,
        funding_period_hours=figures.funding_period_hours,
        next_funding_at=figures.next_funding_at,
    )


def _of_one(price: float | None, contract: Contract) -> float | None:
    return None if price is None else price / contract.coins


def _note(venue: Venue, figures: Figures, contract: Contract) -> str:
    note = f"{figures.kind}, {venue.exchange} {figures.instrument}"
    if figures.quote != "USD":
        note += f"; {figures.quote} taken for US dollars"
    if contract.coins > 1:
        note += f"; traded by {contract.coins:,} coins, prices are of one"
    return note
