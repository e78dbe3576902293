"""What a signal list is asked for, what every list hands back, and the thresholds they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from cryptodesk.market.screening import canonical_platform
from cryptodesk.tools._envelope import Gap
from cryptodesk.tools._token_ids import platform_slug

__all__ = [
    "Floor",
    "ListName",
    "Passed",
    "SignalList",
    "SignalListArguments",
    "TimePeriod",
    "above",
    "explicit_floors",
    "is_on",
    "said",
]

ListName = Literal[
    "trending",
    "most_visited",
    "top_gainers",
    "top_losers",
    "recently_added",
    "narratives",
    "community_trending",
    "onchain_trending",
    "onchain_gainers",
    "onchain_losers",
    "onchain_new",
    "onchain_buy_signals",
]
TimePeriod = Literal["1h", "24h", "7d", "30d"]


class SignalListArguments(Struct, frozen=True, forbid_unknown_fields=True):
    list_name: ListName = field(name="list")
    time_period: TimePeriod = "24h"
    platform: Annotated[str, Meta(description="Chain slug for onchain lists")] | UnsetType = UNSET
    category_id: str | UnsetType = UNSET
    min_market_cap: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    min_volume_24h: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    min_liquidity: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class SignalList(Struct, frozen=True, kw_only=True):
    """One list. `rule` tells how it was made, of `considered` assets; `records` are those its rows come from,
    `companions` those that single fields of the rows come from besides."""

    items: Sequence[dict[str, Any]]
    rule: str
    time_period: TimePeriod
    considered: int = 0
    records: tuple[Any, ...] = ()
    companions: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Floor(Struct, frozen=True):
    """The least value of a field. One that nobody asked for is dropped where the field is not known at all."""

    field: str
    least: float
    is_asked: bool = False


def explicit_floors(arguments: SignalListArguments, *names: str) -> list[Floor]:
    """The thresholds of the call, of the fields that such assets have."""
    given = {name: getattr(arguments, f"min_{name}") for name in ("market_cap", "volume_24h", "liquidity")}
    return [Floor(name, least, True) for name, least in given.items() if name in names and least is not UNSET]


class Passed(Struct, frozen=True):
    """What reached the thresholds that were `applied`."""

    records: list[Any]
    applied: tuple[Floor, ...]
    gaps: tuple[Gap, ...]


def above(records: Sequence[Any], floors: Sequence[Floor], columns: Mapping[str, str] | None = None) -> Passed:
    """Records that reach every threshold. `columns` maps a floor's field to the records' own name for it."""
    kept, applied, gaps = list(records), [], []
    for floor in floors:
        column = (columns or {}).get(floor.field, floor.field)
        known = [record for record in kept if getattr(record, column) is not None]
        if kept and not known:
            effect = "nothing passes" if floor.is_asked else "the usual threshold was left out"
            gaps.append(Gap(floor.field, f"not known of anything at hand: {effect}"))
            if not floor.is_asked:
                continue
        applied.append(floor)
        kept = [record for record in known if getattr(record, column) >= floor.least]
    return Passed(kept, tuple(applied), tuple(gaps))


def is_on(platform: str | None, arguments: SignalListArguments) -> bool:
    """Whether an asset on this chain is wanted."""
    if arguments.platform is UNSET or not arguments.platform.strip():
        return True
    return platform is not None and _chain(platform) == _chain(arguments.platform)


def _chain(name: str) -> str:
    return canonical_platform(platform_slug(name))


def said(floors: Sequence[Floor]) -> str:
    """` with volume_24h >= 100,000 and liquidity >= 10,000`; empty without thresholds."""
    conditions = " and ".join(f"{floor.field} >= {floor.least:,.0f}" for floor in floors)
    return f" with {conditions}" if conditions else ""
