"""The whole market as CoinMarketCap sees it: totals, fear and greed, altcoin season, indices; now and at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import structs

from cryptodesk.market.query import Query
from cryptodesk.market.records import AltcoinSeason, FearGreed, GlobalMetrics, IndexValue
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, is_past, iso, money
from cryptodesk.market.sources._coinmarketcap_values import moment, number, positive, quote_in, text, unsigned, whole
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["INDEX_NAMES", "global_history_routes", "index_point", "market_routes"]

INDEX_NAMES = ("cmc100", "cmc20")

_GLOBAL_SECONDS = 300
_MOOD_SECONDS = 900
_INDEX_SECONDS = 300
_KEPT_SECONDS = 3600
_DAY = timedelta(days=1)
# The first value of a day is some minutes late.
_SLACK = timedelta(hours=2)
_OLDEST_MOOD_DAYS = 3000


def market_routes(access: Access) -> tuple[Route, ...]:
    """What both ways in give. Fear and greed and the indices answer for past days as well."""
    return (
        access.route(GlobalMetrics, _ask_global, _read_global, ttl_seconds=_GLOBAL_SECONDS, keep_seconds=_KEPT_SECONDS),
        access.route(FearGreed, _ask_mood, _read_mood, ttl_seconds=_MOOD_SECONDS, keep_seconds=_KEPT_SECONDS),
        access.route(
            FearGreed, _ask_past_mood, _read_past_mood, ttl_seconds=_MOOD_SECONDS, keep_seconds=None, is_historical=True
        ),
        access.route(AltcoinSeason, _ask_season, _read_season, ttl_seconds=_MOOD_SECONDS, keep_seconds=_KEPT_SECONDS),
        access.route(IndexValue, _ask_indices, _read_indices, ttl_seconds=_INDEX_SECONDS, keep_seconds=_KEPT_SECONDS),
        access.route(IndexValue, _ask_past_indices, _read_past_indices, ttl_seconds=_INDEX_SECONDS, is_historical=True),
    )


def global_history_routes(access: Access) -> tuple[Route, ...]:
    """The totals at a past moment; needs a key."""
    return (
        access.route(
            GlobalMetrics, _ask_past_global, _read_past_global, ttl_seconds=_GLOBAL_SECONDS, is_historical=True
        ),
    )


def _currency(query: Query[Any]) -> str | None:
    """The one currency asked for, by id or as quote currency."""
    currency = money(query)
    return currency if query.ids is None or currency in query.ids else None


def _ask_global(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = _currency(query)
    return [] if currency is None else [Ask("/v1/global-metrics/quotes/latest", (("convert", currency),))]


def _read_global(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[GlobalMetrics]:
    currency = money(query) or ""
    return [_read_totals(page, currency) for page in pages]


_TOTALS = (
    "total_market_cap",
    "total_market_cap_yesterday",
    "total_volume_24h",
    "total_volume_24h_yesterday",
    "altcoin_market_cap",
    "defi_volume_24h",
    "defi_market_cap",
    "stablecoin_volume_24h",
    "stablecoin_market_cap",
    "derivatives_volume_24h",
)
_SHARES = ("btc_dominance", "btc_dominance_yesterday", "eth_dominance", "eth_dominance_yesterday")
_COUNTS = ("active_cryptocurrencies", "active_exchanges", "active_market_pairs")


def _read_totals(page: Page, currency: str) -> GlobalMetrics:
    row = page.entry()
    quote = quote_in(row.get("quote"), currency)
    if quote is None or positive(quote.get("total_market_cap")) is None:
        raise page.bad(f"no totals in {currency}")
    return GlobalMetrics(
        provenance=page.origin(moment(quote.get("last_updated")) or moment(row.get("last_updated"))),
        quote_currency=currency,
        **_totals(quote, row),
    )


def _totals(quote: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    return (
        {name: positive(quote.get(name)) for name in _TOTALS}
        | {name: positive(row.get(name)) for name in _SHARES}
        | {name: whole(row.get(name)) for name in _COUNTS}
    )


def _ask_past_global(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = _currency(query)
    if currency is None or query.as_of is None or not is_past(query, context, _GLOBAL_SECONDS):
        return []
    params = (
        ("time_start", iso(query.as_of - 2 * _DAY - _SLACK)),
        ("time_end", iso(query.as_of)),
        ("interval", "hourly"),
        ("count", "60"),
        ("convert", currency),
    )
    return [Ask("/v1/global-metrics/quotes/historical", params)]


def _read_past_global(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[GlobalMetrics]:
    currency = money(query) or ""
    moments = [
        found
        for page in pages
        for found in page.each(page.entry().get("quotes"), partial(_past_totals, page, currency))
    ]
    seen = sorted(
        (found for found in moments if query.as_of is None or found.provenance.as_of <= query.as_of),
        key=lambda found: found.provenance.as_of,
    )
    if not seen:
        return []
    last = seen[-1]
    before = [found for found in seen if found.provenance.as_of <= last.provenance.as_of - _DAY]
    return [_with_yesterday(last, before[-1])] if before else [last]


def _past_totals(page: Page, currency: str, row: dict[str, Any]) -> GlobalMetrics | None:
    quote, at = quote_in(row.get("quote"), currency), moment(row.get("timestamp"))
    if quote is None or at is None:
        return None
    return GlobalMetrics(provenance=page.origin(at), quote_currency=currency, **_totals(quote, row))


def _with_yesterday(last: GlobalMetrics, before: GlobalMetrics) -> GlobalMetrics:
    if last.provenance.as_of - before.provenance.as_of > _DAY + _SLACK:
        return last
    return structs.replace(
        last,
        total_market_cap_yesterday=before.total_market_cap,
        total_volume_24h_yesterday=before.total_volume_24h,
        btc_dominance_yesterday=before.btc_dominance,
        eth_dominance_yesterday=before.eth_dominance,
    )


def _asks_for(query: Query[Any], name: str) -> bool:
    return query.ids is None or name in (str(asked) for asked in query.ids)


def _ask_mood(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/v3/fear-and-greed/latest")] if _asks_for(query, "market") else []


def _read_mood(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[FearGreed]:
    return [mood for page in pages for mood in page.each([page.entry()], partial(_mood, page, "update_time"))]


def _mood(page: Page, time_key: str, row: dict[str, Any]) -> FearGreed | None:
    index, at = whole(row.get("value")), moment(row.get(time_key))
    label = text(row.get("value_classification"), 40)
    if index is None or index > 100 or at is None or label is None:
        return None
    return FearGreed(index=index, label=label, provenance=page.origin(at))


def _ask_past_mood(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.as_of is None or not is_past(query, context, _MOOD_SECONDS) or not _asks_for(query, "market"):
        return []
    days = (context.now.date() - query.as_of.date()).days
    if not 0 <= days <= _OLDEST_MOOD_DAYS:
        return []
    # One value a day, newest first; that of today may be missing still, so one more is asked for on either side.
    return [Ask("/v3/fear-and-greed/historical", (("start", str(max(days, 1))), ("limit", "3")))]


def _read_past_mood(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[FearGreed]:
    moods = [mood for page in pages for mood in page.each(page.data, partial(_mood, page, "timestamp"))]
    # Of the day itself, not of the moment: all moments of a day ask the same and share the answer.
    last_day = context.now.date() if query.as_of is None else query.as_of.date()
    seen = [mood for mood in moods if mood.provenance.as_of.date() <= last_day]
    return [max(seen, key=lambda mood: mood.provenance.as_of)] if seen else []


def _ask_season(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/v1/altcoin-season-index/latest")] if _asks_for(query, "90") else []


def _read_season(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[AltcoinSeason]:
    found = []
    for page in pages:
        row = page.entry()
        index, at = whole(row.get("altcoin_index")), moment(row.get("snapshot_time"))
        if index is None or index > 100:
            raise page.bad("no altcoin season index")
        found.append(AltcoinSeason(index=index, provenance=page.origin(at)))
    return found


def _indices(query: Query[Any]) -> tuple[str, ...]:
    return tuple(name for name in INDEX_NAMES if _asks_for(query, name))


def _ask_indices(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask(f"/v3/index/{name}-latest") for name in _indices(query)]


def _read_indices(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[IndexValue]:
    found = []
    for name, page in zip(_indices(query), pages, strict=True):
        row = page.entry()
        value = positive(row.get("value"))
        if value is None:
            raise page.bad("an index without a value")
        change = number(row.get("value_24h_percentage_change"))
        found.append(IndexValue(name=name, provenance=_index_time(page, row), value=value, percent_change_24h=change))
    return found


def _index_time(page: Page, row: dict[str, Any]) -> Any:
    # A bare date says the day of a value that changes every five minutes.
    told = row.get("last_update")
    at = moment(told) if isinstance(told, str) and "T" in told else None
    return page.origin(at)


def _ask_past_indices(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.as_of is None or not is_past(query, context, _INDEX_SECONDS):
        return []
    params = (
        ("time_start", iso(query.as_of - 2 * _DAY)),
        ("time_end", iso(query.as_of)),
        ("count", "3"),
        ("interval", "daily"),
    )
    return [Ask(f"/v3/index/{name}-historical", params) for name in _indices(query)]


def _read_past_indices(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[IndexValue]:
    found = []
    for name, page in zip(_indices(query), pages, strict=True):
        values = sorted(page.each(page.data, index_point))
        seen = [(at, value) for at, value in values if query.as_of is None or at <= query.as_of]
        if seen:
            found.append(IndexValue(name=name, provenance=page.origin(seen[-1][0]), value=seen[-1][1]))
    return found


def index_point(row: dict[str, Any]) -> tuple[datetime, float] | None:
    """When an index stood where."""
    at, value = moment(row.get("update_time")), unsigned(row.get("value"))
    return None if at is None or not value else (at, value)
