"""`cmc_asset_screener`: assets found by their figures, asked for in words or in explicit filters."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cryptodesk.market.query import Found
from cryptodesk.market.records import CoinListing
from cryptodesk.market.screening import FIELDS, AssetType, Filter, Screened, ScreenTable, Sort, State, screen
from cryptodesk.tools._envelope import Gap, Origin, encode_time, failed_sources, mode_notes, source_names
from cryptodesk.tools._screener_category import find_category, members_of
from cryptodesk.tools._screener_fit import fit_rows
from cryptodesk.tools._screener_origins import age_days, list_as_of, list_origins, null_gaps
from cryptodesk.tools._screener_request import AssetScreenerArguments, ScreenRequest, read_request
from cryptodesk.tools._screener_rows import make_row
from cryptodesk.tools._screener_state import in_state, plural
from cryptodesk.tools._screener_tables import LISTINGS, TableCache, build_table
from cryptodesk.tools._token_ids import platform_slug
from cryptodesk.tools._tool import SOFT_LIMIT, ToolContext, built_in_tool

__all__ = ["TOOL", "AssetScreener", "AssetScreenerOutput", "AssetScreenerResult"]

_ADVICE = """\
Finds assets by their figures; for what trends, gains, loses or is new use cmc_signal_list.
Example: {"query": "defi coins below 100m market cap, up more than 20% in 7 days", "asset_type": "coin"}
asset_type is one of coin, onchain_token, exchange, category. Put the request into `query`; exact conditions may be \
given besides: {"query": "small coins", "asset_type": "coin", "filters": [{"field": "market_cap", "op": "lt", \
"value": 100000000}], "sort": {"field": "percent_change_7d"}}.
At most 10 results come back; `total_matched` counts all. Exchanges that are closed are left out unless `query` asks \
for inactive ones. Tell the user what `interpreted` understood, and name what is under `ignored`: it had no effect. \
Percent fields are percent points. A match is no recommendation.\
"""

# Below this share of known values a condition says little about the whole list.
_WELL_KNOWN = 0.9


class InterpretedRequest(Struct, frozen=True):
    """What was screened and sorted by; `ignored` are the parts of the query that had no effect. `state` is there where
    the query says whether it means what is no longer traded."""

    filters: tuple[Filter, ...]
    sort: Sort
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] | UnsetType = UNSET
    state: State | UnsetType = UNSET


class AssetScreenerResult(Struct, frozen=True):
    """`results` are in the order asked for, the first 10 of `total_matched` among `total_screened` assets."""

    asset_type: AssetType
    interpreted: InterpretedRequest
    total_matched: int
    total_screened: int
    results: list[dict[str, Any]]


class AssetScreenerOutput(Struct, frozen=True, kw_only=True):
    """`as_of` is that of the oldest row and `age_days` how long ago that is."""

    asset_screener_result: AssetScreenerResult
    as_of: str
    age_days: float
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]
    truncated: bool | UnsetType = UNSET


class _Universe(Struct, frozen=True):
    """What is screened: the records and their table, what is to be said of them, what they lack, and the ids of those
    that are no longer traded."""

    records: Sequence[Any]
    table: ScreenTable
    notes: tuple[str, ...]
    gaps: tuple[Gap, ...]
    gone: frozenset[int]


class AssetScreener:
    """The tool with the tables it keeps between calls."""

    def __init__(self) -> None:
        self.tables = TableCache()

    async def screen(self, arguments: AssetScreenerArguments, context: ToolContext) -> AssetScreenerOutput:
        """Screen coins, onchain tokens, exchanges or categories by a request in words, or by explicit filters on
        market cap, volume, price changes, rank, age, supply, TVL, tags and chains. Returns the top 10."""
        request = read_request(arguments)
        universe = await self._universe(arguments, request, context)
        table = universe.table
        found = Screened(0, ())
        if len(table):
            found = await asyncio.to_thread(screen, table, request.filters, request.sort, request.limit)
        make = partial(_output, arguments.asset_type, request, universe, found, context.now)
        return fit_rows(make, len(found.rows), SOFT_LIMIT)

    async def _universe(
        self, arguments: AssetScreenerArguments, request: ScreenRequest, context: ToolContext
    ) -> _Universe:
        asset_type, kind = arguments.asset_type, LISTINGS[arguments.asset_type]
        found: Found[Any] = await context.find(kind, platform=_asked_chain(asset_type, request.filters))
        listed = in_state(asset_type, found.records, request.state, context.services.assets)
        records = listed.records
        table = await self.tables.table(asset_type, records, context.now)
        notes = list(listed.notes)
        gaps = [*failed_sources(("results", found)), *_inapplicable(arguments)]
        if not found.records:
            gaps.insert(0, Gap("results", f"no list of {plural(asset_type)} is at hand"))
        elif asset_type == "coin" and arguments.category_id is not UNSET:
            coins: Sequence[CoinListing] = records
            category = await find_category(arguments.category_id, context)
            members = members_of(category, coins)
            records, gaps, notes = members.coins, [*gaps, *category.gaps], [members.note, *notes]
            table = await asyncio.to_thread(build_table, asset_type, records, context.now)
        if _uses_age(request):
            table = await self.tables.aged(table, context.now)
        return _Universe(records, table, tuple(notes), tuple(gaps), listed.gone)


def _output(
    asset_type: AssetType, request: ScreenRequest, universe: _Universe, found: Screened, now: datetime, count: int
) -> AssetScreenerOutput:
    """The result with the first `count` of the rows found; everything it says of rows is of those."""
    table, places = universe.table, found.rows[:count]
    chosen = [universe.records[row] for row in places]
    rows = [_row(asset_type, request, universe, row, place) for place, row in enumerate(places, 1)]
    shown = chosen or universe.records[:1]
    origins, as_of = list_origins(["results"], shown), list_as_of(shown, now)
    left_out = len(found.rows) - len(rows)
    said = [f"the first {len(rows)} are given: {left_out} more rows have no room here"] if left_out else []
    return AssetScreenerOutput(
        asset_screener_result=AssetScreenerResult(asset_type, _echo(request), found.total_matched, len(table), rows),
        as_of=encode_time(as_of),
        age_days=age_days(as_of, now),
        source=source_names(origins),
        notes=[*universe.notes, *said, *_unranked(asset_type, rows, table), *mode_notes(origins)],
        provenance=origins,
        unavailable=[*universe.gaps, *_coverage(table, request, asset_type), *null_gaps(rows)],
        truncated=True if left_out else UNSET,
    )


def _row(asset_type: AssetType, request: ScreenRequest, universe: _Universe, row: int, place: int) -> dict[str, Any]:
    record = universe.records[row]
    made = make_row(asset_type, record, (universe.table, row), (request.filters, request.sort), place)
    return {**made, "is_active": False} if record.asset_id in universe.gone else made


def _echo(request: ScreenRequest) -> InterpretedRequest:
    return InterpretedRequest(
        request.filters, request.sort, request.ignored, request.notes or UNSET, request.state or UNSET
    )


def _asked_chain(asset_type: AssetType, filters: Sequence[Filter]) -> str | None:
    """The chain that sources of tokens are to be asked for: each of them knows some chains only when asked."""
    chains = [wanted.value for wanted in filters if wanted.field == "platform" and wanted.op == "eq"]
    if asset_type != "onchain_token" or not chains:
        return None
    return platform_slug(str(chains[0]))


def _uses_age(request: ScreenRequest) -> bool:
    return "age_days" in {request.sort.field, *(wanted.field for wanted in request.filters)}


def _inapplicable(arguments: AssetScreenerArguments) -> list[Gap]:
    kind = plural(arguments.asset_type)
    gaps = []
    if arguments.category_id is not UNSET and arguments.asset_type != "coin":
        gaps.append(Gap("category_id", f"{kind} cannot be restricted to a category of coins"))
    if arguments.platform is not UNSET and arguments.asset_type in {"exchange", "category"}:
        gaps.append(Gap("platform", f"{kind} are not on one chain"))
    return gaps


def _coverage(table: ScreenTable, request: ScreenRequest, asset_type: AssetType) -> list[Gap]:
    """What the list does not know of the fields that it was screened by."""
    if not len(table):
        return []
    gaps = []
    for name in dict.fromkeys([*(wanted.field for wanted in request.filters), request.sort.field]):
        if FIELDS[asset_type][name].kind not in {"number", "date"}:
            continue
        known = table.known(name)
        is_filter = name in {wanted.field for wanted in request.filters}
        effect = "cannot match" if is_filter else "stand last"
        if known == 0:
            gaps.append(Gap(name, f"not known of any of the {len(table)} {plural(asset_type)} at hand: they {effect}"))
        elif known < _WELL_KNOWN * len(table):
            gaps.append(Gap(name, f"known of {known} of {len(table)} {plural(asset_type)}: the others {effect}"))
    return gaps


def _unranked(asset_type: AssetType, rows: Sequence[dict[str, Any]], table: ScreenTable) -> list[str]:
    if asset_type != "coin" or not table.known("rank") or all(row["rank"] is not None for row in rows):
        return []
    return ["rows without a rank are not in their source's ranking: their market cap may be the project's own claim"]


TOOL = built_in_tool(AssetScreener().screen, advice=_ADVICE)
