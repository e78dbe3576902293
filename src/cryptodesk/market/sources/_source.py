"""What a live source declares. Its routes are pure on both sides of the fetch, so they are tested without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from cryptodesk.market.fetching.http import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset

__all__ = ["Crosswalk", "Route", "Source", "SourceContext"]


class Crosswalk(Protocol):
    """From the desk's ids to a vendor's names, and back. None where nothing or more than one thing fits."""

    def asset(self, asset_id: int) -> Asset | None: ...

    def by_coingecko_id(self, coingecko_id: str) -> Asset | None: ...

    def by_contract(self, platform: str, address: str) -> Asset | None: ...

    def by_instrument(self, market: str, instrument: str) -> Asset | None:
        """The asset whose `exchange_symbols` name this instrument of this market."""
        ...

    def by_symbol(self, symbol: str) -> Asset | None:
        """The one prominent active asset with this ticker; None for a close call."""
        ...


class SourceContext(Struct, frozen=True):
    """What a route may know: ids, the operator's keys by their variable's name, and the moment of the question."""

    crosswalk: Crosswalk
    now: datetime
    credentials: Mapping[str, str] = {}


class Route(Struct, frozen=True):
    """How one kind of record is got from this source.

    `build_query` gives the requests, none where this source cannot answer that query. `to_records` reads the answers,
    in the order of the requests, and skips single malformed rows; it raises UpstreamBadAnswer if the whole is not what
    was documented. An answer is fresh for `ttl_seconds` and may be shown, marked, while `stale_seconds` more pass.
    `preference` orders the sources of one kind, the lowest first. Records are put into the store at most every
    `keep_seconds`; None keeps none."""

    kind: type[Any]
    build_query: Callable[[Query[Any], SourceContext], Sequence[HttpRequest]]
    to_records: Callable[[Sequence[HttpAnswer], Query[Any], SourceContext], Sequence[Any]]
    ttl_seconds: float
    stale_seconds: float = 0.0
    preference: int = 50
    keep_seconds: float | None = None


class Source(Struct, frozen=True):
    """One vendor's interface. `credentials` are the variables (such as "CMC_API_KEY") without which it is off.

    `check` raises the right UpstreamError for an answer that is an error by the vendor's rules, whatever its status.
    `terms` is the page with its terms of use."""

    name: str
    title: str
    policy: SourcePolicy
    routes: tuple[Route, ...]
    terms: str
    credentials: tuple[str, ...] = ()
    check: Callable[[HttpAnswer], None] | None = None
