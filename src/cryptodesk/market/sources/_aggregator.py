"""What the sources share that gather others' figures: how they are asked, how their answers are taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import AssetId, Query
from cryptodesk.market.records import MetricPoint, MetricSeries, Provenance
from cryptodesk.market.sources._instruments import is_past
from cryptodesk.market.sources._refusals import malformed
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["Access", "Ask", "Page", "Point", "Rows", "asked_texts", "floored", "is_slug", "series_of", "slugify"]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

# A list of objects, each left as it came: one that is malformed must not spoil the others.
Rows = list[msgspec.Raw]
Point = tuple[datetime, float]

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class Ask(Struct, frozen=True):
    """What to ask; `path` is of the base address, or an address of its own."""

    path: str
    params: tuple[tuple[str, str], ...] = ()


class Page(Struct, frozen=True):
    """One answer and where it comes from."""

    source: str
    answer: HttpAnswer

    @property
    def fetched_at(self) -> datetime:
        return self.answer.fetched_at

    def load(self, form: Any = Any) -> Any:
        """Raises: UpstreamBadAnswer if the whole is not of this form."""
        return decode_json(self.source, self.answer, form)

    def rows(self, raws: Rows, form: type[T]) -> list[T]:
        """The rows that can be read. Raises: as `members`."""
        return list(self.members(dict(enumerate(raws)), form).values())

    def members(self, raws: Mapping[K, msgspec.Raw], form: type[T]) -> dict[K, T]:
        """The members that can be read. Raises: UpstreamBadAnswer if there are some and none can be."""
        decode = msgspec.json.Decoder(form).decode
        found: dict[K, T] = {}
        for name, raw in raws.items():
            try:
                found[name] = decode(raw)
            except _UNREADABLE:
                continue
        if raws and not found:
            raise self.bad("no row can be read")
        return found

    def bad(self, what: str) -> UpstreamBadAnswer:
        return malformed(self.source, what)

    def origin(
        self, as_of: datetime | None = None, note: str | None = None, known_at: datetime | None = None
    ) -> Provenance:
        """Provenance as of a moment, at the latest that of the fetch: the vendor's clock may run ahead of ours."""
        moment = self.fetched_at if as_of is None else min(as_of, self.fetched_at)
        return Provenance(self.source, "live", moment, note, known_at)


Builder = Callable[[Query[Any], SourceContext], Sequence[Ask]]
Reader = Callable[[Sequence[Page], Query[Any], SourceContext], Sequence[Any]]


class Access(Struct, frozen=True):
    """A way into a vendor's interface. `preference` is that of its routes; `key_variable` names the credential
    without which nothing is asked, `key_header` the header that carries it, if one does."""

    name: str
    preference: int
    key_variable: str | None = None
    key_header: str | None = None

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
            if self.key_variable is not None and not self.key(context):
                return ()
            headers = self._headers(context)
            return tuple(HttpRequest(ask.path, "GET", ask.params, headers) for ask in build(query, context))

        def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[Any, ...]:
            return tuple(read([Page(self.name, answer) for answer in answers], query, context))

        return Route(
            kind=kind,
            build_query=build_query,
            to_records=to_records,
            ttl_seconds=ttl_seconds,
            stale_seconds=ttl_seconds,
            preference=self.preference if preference is None else preference,
            keep_seconds=keep_seconds,
        )

    def key(self, context: SourceContext) -> str:
        return context.credentials.get(self.key_variable or "", "").strip()

    def _headers(self, context: SourceContext) -> tuple[tuple[str, str], ...]:
        accept = ("Accept", "application/json")
        return (accept,) if self.key_header is None else (accept, (self.key_header, self.key(context)))


def asked_texts(query: Query[Any]) -> tuple[str, ...]:
    """The ids asked for as texts, each once."""
    return tuple(dict.fromkeys(str(asked) for asked in query.ids or ()))


def is_slug(text: str) -> bool:
    """Whether the text can be a vendor's name of something, and so a part of a path."""
    return bool(_SLUG.fullmatch(text))


def slugify(name: str) -> str:
    return _NOT_SLUG.sub("-", name.casefold()).strip("-")


def floored(at: datetime, step: timedelta) -> datetime:
    """The last whole step before a moment, so that questions asked a moment apart are one question."""
    seconds = step.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def series_of(
    page: Page,
    query: Query[Any],
    entity: AssetId,
    unit: str,
    points: Iterable[Point],
    *,
    granularity: str = "1d",
    bucket: timedelta = timedelta(),
    note: str | None = None,
) -> list[MetricSeries]:
    """One series of the points that lie in the span asked for, oldest first; none without points. `bucket` is how long
    the sums last that begin at the points' moments: those still under way are left out."""
    dated = sorted({at: value for at, value in points if _is_in(query, at) and at + bucket <= page.fetched_at}.items())
    if not dated:
        return []
    return [
        MetricSeries(
            metric=query.metric or "",
            entity=str(entity),
            unit=unit,
            granularity=granularity,
            provenance=page.origin(dated[-1][0] + bucket, note),
            points=tuple(MetricPoint(at, value) for at, value in dated),
        )
    ]


def _is_in(query: Query[Any], at: datetime) -> bool:
    return (query.start is None or at >= query.start) and (query.end is None or at < query.end)
