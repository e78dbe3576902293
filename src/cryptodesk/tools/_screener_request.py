"""What a screen is asked for: explicit filters and order where they are given, the words of the query where not."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.core.errors import ToolArgumentError, ToolFailed
from cryptodesk.market.screening import (
    DEFAULT_SORT,
    MAX_FILTERS,
    AssetType,
    Filter,
    Interpreted,
    Op,
    Sort,
    State,
    canonical_platform,
    parse_screen,
    validate_filters,
    validate_sort,
)
from cryptodesk.tools._text import clean
from cryptodesk.tools._token_ids import platform_slug

__all__ = [
    "MOST_RESULTS",
    "AssetScreenerArguments",
    "FilterArguments",
    "ScreenRequest",
    "SortArguments",
    "read_request",
]

MOST_RESULTS = 10

_NOT_UNDERSTOOD = (
    "could not interpret the request: name figures to screen or sort by, such as 'market cap below 50m, up more than "
    "10% in 7 days'"
)
_TEXT_LIMIT = 120


class FilterArguments(Struct, frozen=True, forbid_unknown_fields=True):
    field: str
    op: Op
    value: Any


class SortArguments(Struct, frozen=True, forbid_unknown_fields=True):
    field: str | UnsetType = UNSET
    order: Literal["asc", "desc"] = "desc"


class AssetScreenerArguments(Struct, frozen=True, forbid_unknown_fields=True):
    query: Annotated[str, Meta(min_length=3, max_length=500)]
    asset_type: AssetType
    category_id: Annotated[str, Meta(description="From cmc_id_lookup, to restrict coins")] | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    filters: Annotated[tuple[FilterArguments, ...], Meta(max_length=MAX_FILTERS)] | UnsetType = UNSET
    sort: SortArguments | UnsetType = UNSET


class ScreenRequest(Struct, frozen=True):
    """Filters and order to screen by; `state` says whether what is no longer traded is asked for. `ignored` and `notes`
    are about the words of the query."""

    filters: tuple[Filter, ...]
    sort: Sort
    limit: int = MOST_RESULTS
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    state: State | None = None


def read_request(arguments: AssetScreenerArguments) -> ScreenRequest:
    """Raises: ToolArgumentError for filters that cannot be applied; ToolFailed if nothing was understood."""
    asset_type = arguments.asset_type
    given = () if arguments.filters is UNSET else arguments.filters
    explicit = validate_filters([Filter(one.field, one.op, _hashable(one.value)) for one in given], asset_type)
    ordered = _explicit_sort(arguments)
    words = _words(arguments, is_secondary=bool(explicit))
    platform = _platform_filter(arguments)
    is_restricted = bool(explicit or platform or ordered) or arguments.category_id is not UNSET
    if not is_restricted and words.is_empty:
        raise ToolFailed(_NOT_UNDERSTOOD)
    filters = [*(explicit or words.filters), *platform]
    sort, notes = _order(ordered, words, arguments)
    return ScreenRequest(
        filters=tuple(dict.fromkeys(filters)),
        sort=sort,
        limit=min(words.limit or MOST_RESULTS, MOST_RESULTS),
        ignored=() if explicit else tuple(clean(part, _TEXT_LIMIT) for part in words.ignored),
        notes=(*(clean(note, 2 * _TEXT_LIMIT) for note in words.notes if not explicit), *notes),
        state=words.state,
    )


def _words(arguments: AssetScreenerArguments, *, is_secondary: bool) -> Interpreted:
    """What the query says. Beside explicit filters it only orders, so that a slip in it does no harm."""
    try:
        return parse_screen(arguments.query, arguments.asset_type)
    except ToolArgumentError:
        if not is_secondary:
            raise
        return Interpreted()


def _explicit_sort(arguments: AssetScreenerArguments) -> Sort | None:
    if arguments.sort is UNSET or arguments.sort.field is UNSET:
        return None
    return validate_sort(Sort(arguments.sort.field, arguments.sort.order), arguments.asset_type)


def _order(ordered: Sort | None, words: Interpreted, arguments: AssetScreenerArguments) -> tuple[Sort, list[str]]:
    notes = [] if (words.limit or 0) <= MOST_RESULTS else [f"at most {MOST_RESULTS} results are given"]
    if words.filters and arguments.filters is not UNSET and arguments.filters:
        notes.append("filters were given: the words of the query set the order alone")
    if ordered is not None:
        return ordered, notes
    sort = words.sort or Sort(DEFAULT_SORT[arguments.asset_type], "desc")
    if arguments.sort is not UNSET:
        sort = Sort(sort.field, arguments.sort.order)
    elif words.sort is None:
        notes.append(f"no order was asked for: the largest {sort.field} first")
    return sort, notes


def _platform_filter(arguments: AssetScreenerArguments) -> list[Filter]:
    if arguments.platform is UNSET or arguments.asset_type not in {"coin", "onchain_token"}:
        return []
    platform = arguments.platform.strip()
    return [Filter("platform", "eq", canonical_platform(platform_slug(platform)))] if platform else []


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
