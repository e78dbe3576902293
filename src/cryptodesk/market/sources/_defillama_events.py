"""Money raised and coins unlocked: what was announced, and what is planned.

Source: api-docs.defillama.com, /api/raises and /api/emissions of the keyed interface. Raises are in millions of US
dollars. Plans change: nothing here is known from earlier than the moment it was fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.market.fetching.client import path_of
from cryptodesk.market.query import Query, answers
from cryptodesk.market.records import FundraisingRound, Unlock, UnlockSchedule
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Rows
from cryptodesk.market.sources._coinmarketcap_values import web_address
from cryptodesk.market.sources._figures import from_seconds, line, positive
from cryptodesk.market.sources._instruments import asset_ids
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["raise_routes", "unlock_routes"]

_TTL_SECONDS = 3600
_MILLION = 1_000_000
# In millions: more than anybody ever raised, so a figure in another unit.
_ABSURD = 100_000
_MOST_NAMES = 40
_MOST_UNLOCKS = 1000
_MONTH = timedelta(days=30)
_WEEK = timedelta(days=7)
_IN_PARTS = "what is released steadily is given in parts of 30 days"
_CLIFFS_ONLY = "steady releases are not listed"


def raise_routes(access: Access, preference: int | None = None) -> tuple[Route, ...]:
    def ask(query: Query[Any], context: SourceContext) -> list[Ask]:
        return [Ask(path_of(access.key(context), "api", "raises") if access.key_variable else "/raises")]

    return (
        access.route(
            FundraisingRound, ask, _read_raises, ttl_seconds=_TTL_SECONDS, keep_seconds=3600, preference=preference
        ),
    )


def unlock_routes(access: Access) -> tuple[Route, ...]:
    def ask(query: Query[Any], context: SourceContext) -> list[Ask]:
        is_asked = query.ids is None or asset_ids(query)
        return [Ask(path_of(access.key(context), "api", "emissions"))] if is_asked else []

    return (access.route(UnlockSchedule, ask, _read_unlocks, ttl_seconds=_TTL_SECONDS, keep_seconds=3600),)


class _Raise(Struct, frozen=True):
    name: str
    date: Any
    round: Any = None
    amount: Any = None
    valuation: Any = None
    sector: Any = None
    category: Any = None
    source: Any = None
    leadInvestors: Any = None
    otherInvestors: Any = None


class _Raises(Struct, frozen=True):
    raises: Rows


def _read_raises(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[FundraisingRound]:
    rows = [(page, row) for page in pages for row in page.rows(page.load(_Raises).raises, _Raise)]
    found = [record for page, row in rows if (record := _round(page, row)) is not None and _is_wanted(record, query)]
    found.sort(key=lambda record: record.announced_at, reverse=True)
    return found[: query.limit]


def _round(page: Page, row: _Raise) -> FundraisingRound | None:
    project, at = line(row.name, 120), from_seconds(row.date)
    if project is None or at is None or at > page.fetched_at:
        return None
    return FundraisingRound(
        project=project,
        announced_at=at,
        provenance=page.origin(at, known_at=page.fetched_at),
        round=line(row.round, 60),
        amount_usd=_dollars(row.amount),
        valuation_usd=_dollars(row.valuation),
        lead_investors=_names(row.leadInvestors),
        investors=_names(row.otherInvestors),
        sector=line(row.sector, 120) or line(row.category, 120),
        url=web_address(row.source),
    )


def _dollars(millions: Any) -> float | None:
    value = positive(millions)
    return None if value is None or value > _ABSURD else value * _MILLION


def _names(told: Any) -> tuple[str, ...]:
    names = [line(name, 80) for name in told[:_MOST_NAMES]] if isinstance(told, list) else []
    return tuple(dict.fromkeys(name for name in names if name))


def _is_wanted(record: FundraisingRound, query: Query[Any]) -> bool:
    is_in = (query.start is None or record.announced_at >= query.start) and (
        query.end is None or record.announced_at < query.end
    )
    return is_in and (query.ids is None or any(answers(record, asked) for asked in query.ids))


class _Emission(Struct, frozen=True):
    gecko_id: str
    maxSupply: Any = None
    unlockEvents: Any = None
    events: Any = None


def _read_unlocks(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[UnlockSchedule]:
    asked = None if query.ids is None else set(asset_ids(query))
    found: dict[int, UnlockSchedule] = {}
    for page in pages:
        for row in page.rows(page.load(Rows), _Emission):
            asset = context.crosswalk.by_coingecko_id(row.gecko_id)
            if asset is None or (asked is not None and asset.asset_id not in asked):
                continue
            is_detailed = isinstance(row.unlockEvents, list) and bool(row.unlockEvents)
            unlocks = sorted(_planned(row) if is_detailed else _announced(row), key=lambda unlock: unlock.unlock_at)
            if unlocks:
                found.setdefault(
                    asset.asset_id,
                    UnlockSchedule(
                        asset_id=asset.asset_id,
                        symbol=asset.symbol,
                        provenance=page.origin(
                            note=_IN_PARTS if is_detailed else _CLIFFS_ONLY, known_at=page.fetched_at
                        ),
                        unlocks=tuple(unlocks[:_MOST_UNLOCKS]),
                    ),
                )
    return list(found.values())[: query.limit]


def _objects(told: Any) -> list[dict[str, Any]]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _announced(row: _Emission) -> Iterator[Unlock]:
    """The cliffs of the plain form, in which a steady release has two rates in place of an amount."""
    for event in _objects(row.events):
        told = event.get("noOfTokens")
        if event.get("unlockType", "cliff") == "cliff" and isinstance(told, list) and len(told) == 1:
            at, amount = from_seconds(event.get("timestamp")), positive(told[0])
            if at is not None and amount is not None:
                yield _unlock(row, at, amount, event.get("category"))


def _planned(row: _Emission) -> Iterator[Unlock]:
    steady: dict[str, list[tuple[datetime, datetime, float]]] = {}
    for event in _objects(row.unlockEvents):
        at = from_seconds(event.get("timestamp"))
        if at is None:
            continue
        for part in _objects(event.get("cliffAllocations")):
            amount = positive(part.get("amount"))
            if amount is not None:
                yield _unlock(row, at, amount, part.get("recipient") or part.get("category"))
        for part in _objects(event.get("linearAllocations")):
            end, rate = from_seconds(part.get("endTimestamp")), positive(part.get("newRatePerWeek")) or 0.0
            recipient = line(part.get("recipient"), 80) or line(part.get("category"), 80) or ""
            steady.setdefault(recipient, []).append((at, end or at, rate))
    for recipient, runs in steady.items():
        yield from _parts(row, recipient, sorted(runs))


def _parts(row: _Emission, recipient: str, runs: list[tuple[datetime, datetime, float]]) -> Iterator[Unlock]:
    """Steady releases in parts of 30 days, each at its end. A new rate of the same recipient ends the one before."""
    for place, (start, end, per_week) in enumerate(runs):
        later = next((begin for begin, _, _ in runs[place + 1 :] if begin > start), end)
        at, until = start, min(end, later)
        for _ in range(_MOST_UNLOCKS if per_week else 0):
            if at >= until:
                break
            stop = min(at + _MONTH, until)
            yield _unlock(row, stop, per_week * ((stop - at) / _WEEK), recipient, is_linear=True)
            at = stop


def _unlock(row: _Emission, at: datetime, amount: float, recipients: Any, *, is_linear: bool = False) -> Unlock:
    supply = positive(row.maxSupply)
    share = amount / supply * 100 if supply else None
    return Unlock(at, amount, share if share is not None and share <= 100 else None, line(recipients, 80), is_linear)
