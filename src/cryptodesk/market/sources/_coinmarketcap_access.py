"""The two ways into CoinMarketCap, without and with a key, and what their routes share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec import Struct

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.query import Query
from cryptodesk.market.records import Provenance
from cryptodesk.market.sources._coinmarketcap_envelope import read_data
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["Access", "Ask", "Page", "chunked", "coin_ids", "credits_for", "floored", "is_past", "iso", "money"]

T = TypeVar("T")

MOST_IDS = 100
# Ids from here on are the desk's own; the vendor would take them for somebody else.
_FIRST_OWN_ID = 1_000_000_000
_CURRENCY = re.compile(r"[A-Z0-9]{2,10}")

Row = dict[str, Any]


class Ask(Struct, frozen=True):
    """What to ask, whichever the way in. `credits` is what it costs a key; `body` makes it a POST."""

    path: str
    params: tuple[tuple[str, str], ...] = ()
    credits: int = 1
    body: bytes | None = None


class Page(Struct, frozen=True):
    """One answer: its `data` as it came."""

    source: str
    data: Any
    fetched_at: datetime

    def origin(self, as_of: datetime | None = None, note: str | None = None) -> Provenance:
        """Provenance as of a moment, at the latest that of the fetch: the vendor's clock may run ahead of ours."""
        known = self.fetched_at if as_of is None else min(as_of, self.fetched_at)
        return Provenance(self.source, "live", known, note)

    def bad(self, what: str) -> UpstreamBadAnswer:
        return UpstreamBadAnswer(
            f"{self.source} answered in another form than documented: {what}", upstream=self.source
        )

    def each(self, rows: Any, read: Callable[[Row], T | None]) -> list[T]:
        """What `read` makes of each row, without those it can make nothing of.

        Raises: UpstreamBadAnswer if `rows` is no list, or if there are rows and none can be read."""
        if not isinstance(rows, list):
            raise self.bad("expected a list")
        found = [made for made in (read(row) for row in rows if isinstance(row, dict)) if made is not None]
        if rows and not found:
            raise self.bad("no row can be read")
        return found

    def mapped(self) -> list[Any]:
        """The members of a map by id; a member that is itself a list is taken apart.

        Raises: UpstreamBadAnswer."""
        if not isinstance(self.data, dict):
            raise self.bad("expected an object")
        members: list[Any] = []
        for member in self.data.values():
            members += member if isinstance(member, list) else [member]
        return members

    def entry(self) -> Row:
        """Raises: UpstreamBadAnswer if `data` is no object, or an empty one."""
        if not isinstance(self.data, dict) or not self.data:
            raise self.bad("expected an object")
        return self.data


Builder = Callable[[Query[Any], SourceContext], Sequence[Ask]]
Reader = Callable[[Sequence[Page], Query[Any], SourceContext], Sequence[Any]]


class Access(Struct, frozen=True):
    """A way in. `preference` is that of its routes; `key_variable` names the credential, None for keyless."""

    name: str
    preference: int
    key_variable: str | None = None

    def route(
        self,
        kind: type[Any],
        build: Builder,
        read: Reader,
        *,
        ttl_seconds: float,
        keep_seconds: float | None = None,
        is_historical: bool = False,
        preference: int | None = None,
    ) -> Route:
        """A route as the feed wants it. One that is not historical answers for now alone."""

        def build_query(query: Query[Any], context: SourceContext) -> tuple[HttpRequest, ...]:
            if not is_historical and is_past(query, context, ttl_seconds):
                return ()
            if self.key_variable is not None and not self._key(context):
                return ()
            return tuple(self._request(ask, context) for ask in build(query, context))

        def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[Any, ...]:
            pages = [Page(self.name, read_data(self.name, answer), answer.fetched_at) for answer in answers]
            return tuple(read(pages, query, context))

        return Route(
            kind=kind,
            build_query=build_query,
            to_records=to_records,
            ttl_seconds=ttl_seconds,
            stale_seconds=ttl_seconds,
            preference=self.preference if preference is None else preference,
            keep_seconds=keep_seconds,
        )

    def _key(self, context: SourceContext) -> str:
        return context.credentials.get(self.key_variable or "", "").strip()

    def _request(self, ask: Ask, context: SourceContext) -> HttpRequest:
        headers: tuple[tuple[str, str], ...] = (("Accept", "application/json"),)
        if ask.body is not None:
            headers += (("Content-Type", "application/json"),)
        if self.key_variable is not None:
            headers += (("X-CMC_PRO_API_KEY", self._key(context)),)
        # Without a key requests are counted, not credits.
        weight = ask.credits if self.key_variable is not None else 1
        method = "GET" if ask.body is None else "POST"
        return HttpRequest(ask.path, method, ask.params, headers, ask.body, weight)


def is_past(query: Query[Any], context: SourceContext, ttl_seconds: float) -> bool:
    """Whether the question is about a moment that the latest values no longer tell of."""
    return query.as_of is not None and query.as_of < context.now - timedelta(seconds=ttl_seconds)


def money(query: Query[Any]) -> str | None:
    """The quote currency, if it can be one."""
    currency = query.quote_currency.upper()
    return currency if _CURRENCY.fullmatch(currency) else None


def coin_ids(query: Query[Any]) -> tuple[int, ...]:
    """The vendor's own ids of coins or exchanges among what was asked for, each once."""
    numbers = (asked if isinstance(asked, int) else _digits(asked) for asked in query.ids or ())
    return tuple(dict.fromkeys(asked for asked in numbers if 0 < asked < _FIRST_OWN_ID))


def chunked(ids: Iterable[int], most: int = MOST_IDS) -> list[str]:
    """The ids as comma-separated lists of at most `most`."""
    held = [str(one) for one in ids]
    return [",".join(held[at : at + most]) for at in range(0, len(held), most)]


def credits_for(rows: int, rows_per_credit: int = 100) -> int:
    return max(1, math.ceil(rows / rows_per_credit))


def iso(at: datetime) -> str:
    """As the vendor writes moments. Whole seconds, so that questions of one second are one question."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def floored(at: datetime, step: timedelta) -> datetime:
    """The last whole step before a moment, so that questions asked a moment apart are one question."""
    seconds = step.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _digits(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 12 else 0
