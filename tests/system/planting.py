"""A market that grows: facts of every kind of record, each marked with the part of its life in which it became known.

Whoever knows the market at the end of one part must not see a mark of a later one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct, structs

from cryptodesk.catalog.metrics import load_metrics
from cryptodesk.market import records as kinds
from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Interval, MetricPoint, MetricSeries, Provenance

__all__ = [
    "BEGIN", "CATEGORY", "COINS", "EXCHANGE", "KINDS", "METRICS", "NFT", "TOKEN", "Fact", "growing_market",
    "is_list", "marks_after", "moments", "random_of",
]  # fmt: skip

DAY = timedelta(days=1)
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)

TOKEN = "ethereum:0x6982508145454ce325ddbe47a25d4ec3d2311933"
EXCHANGE, CATEGORY, NFT = 270, "memes", "opensea:apes"
COINS = (1, 1027, 5426)
_NAMES = {1: ("Bitcoin", "BTC", "bitcoin"), 1027: ("Ethereum", "ETH", "ethereum"), 5426: ("Solana", "SOL", "solana")}

METRICS = tuple(metric.slug for metric in load_metrics())
_ENTITIES = ("1", "1027", "aave", "ethereum")
_TRENDS = ("trending", "most_visited", "community_trending", "top_gainers", "top_losers", "recently_added")
# Whichever the store believes first, it may be the one that knew late.
_SOURCES = ("binance_usdm", "coinmarketcap_pro", "zeta")

KINDS: tuple[type[Any], ...] = tuple(
    kind
    for name in kinds.__all__
    if isinstance(kind := getattr(kinds, name), type) and hasattr(kind, "key") and issubclass(kind, Struct)
)
_WHOLE_LISTS = frozenset(
    {
        kinds.CategoryListing, kinds.ChainTvl, kinds.CoinListing, kinds.ExchangeListing, kinds.NftListing,
        kinds.ProtocolTvl, kinds.Stablecoin, kinds.TokenListing,
    }
)  # fmt: skip


class Fact(Struct, frozen=True):
    """Records that one source brought at once. They may be put into a store from the part `saved` on, and may be seen
    from the end of the part `part` on."""

    part: int
    saved: int
    source: str
    records: tuple[Any, ...]
    is_list: bool = False


def random_of(seed: int) -> random.Random:
    return random.Random(seed)


def moments(chance: random.Random, parts: int) -> tuple[datetime, ...]:
    """The end of each part: some on a boundary, some to the microsecond."""
    ends: list[datetime] = []
    at = BEGIN
    for part in range(parts):
        at = at.replace(hour=0, minute=0, second=0, microsecond=0) + chance.randint(2, 6) * DAY
        if part % 3:
            at += timedelta(microseconds=chance.randrange(86_400_000_000))
        ends.append(at)
    return tuple(ends)


def marks_after(part: int, parts: int) -> tuple[str, ...]:
    """What no text may hold that was known by the end of `part`."""
    return tuple(mark for later in range(part + 1, parts) for mark in (_word(later), f"7{later}1370"))


def growing_market(chance: random.Random, ends: Sequence[datetime]) -> list[Fact]:
    return [fact for part in range(len(ends)) for fact in _part(chance, ends, part)]


def is_list(kind: type[Any]) -> bool:
    return kind in _WHOLE_LISTS


def _word(part: int) -> str:
    return f"zq{part}zq"


def _number(part: int, place: int = 0) -> float:
    return float(f"7{part}1370{place % 10}")


def _part(chance: random.Random, ends: Sequence[datetime], part: int) -> Iterator[Fact]:
    begin = ends[part - 1] if part else ends[0] - 2 * DAY
    timing = _Timing(chance, begin, ends[part])
    for kind in KINDS:
        if kind is CandleSeries:
            yield from _candle_facts(timing, part)
        elif kind is MetricSeries:
            yield from _metric_facts(timing, part)
        else:
            yield from _record_facts(kind, timing, part)


class _Timing:
    """Moments within a part of the market's life."""

    def __init__(self, chance: random.Random, begin: datetime, end: datetime) -> None:
        self.chance = chance
        self.begin = begin
        self.end = end

    def inside(self) -> datetime:
        """After the beginning, at the latest the end itself."""
        span = (self.end - self.begin) // timedelta(microseconds=1)
        return self.begin + timedelta(microseconds=self.chance.choice((1, span, self.chance.randint(1, span))))

    def last(self) -> datetime:
        return max(self.begin + timedelta(microseconds=1), self.end - timedelta(seconds=self.chance.randint(0, 1800)))

    def before(self) -> datetime:
        return self.begin - timedelta(seconds=self.chance.randint(0, 200_000))


def _record_facts(kind: type[Any], timing: _Timing, part: int) -> Iterator[Fact]:
    source = timing.chance.choice(_SOURCES)

    def made(source: str, as_of: datetime, known_at: datetime | None = None) -> tuple[Any, ...]:
        return tuple(_records(kind, part, Provenance(source, "live", as_of, _word(part), known_at)))

    # Fresh, learnt late, and written down before its time.
    yield Fact(part, part, source, made(source, timing.inside()), is_list(kind))
    yield Fact(part, part, "latest", made("latest", timing.last()), is_list(kind))
    late = timing.chance.choice(_SOURCES)
    yield Fact(part, part, late, made(late, timing.before(), timing.inside()), timing.chance.random() < 0.5)
    if part:
        yield Fact(part, part - 1, "early", made("early", timing.inside(), timing.before()), is_list(kind))


def _records(kind: type[Any], part: int, origin: Provenance) -> Iterator[Any]:
    for place, named in enumerate(_identities(kind, part, origin)):
        yield kind(**{**_filled(kind, part, place), **named, "provenance": origin})


def _filled(kind: type[Any], part: int, place: int) -> dict[str, Any]:
    """A marked number in every field that can hold one."""
    values: dict[str, Any] = {}
    for field in structs.fields(kind):
        if field.type in (float, float | None):
            values[field.name] = _number(part, place)
        elif field.type in (int, int | None):
            values[field.name] = int(_number(part, place))
    return values


def _identities(kind: type[Any], part: int, origin: Provenance) -> list[dict[str, Any]]:
    """What tells the records of a kind apart, and what a number or None cannot stand for. A new member comes with
    every part."""
    word, as_of = _word(part), origin.as_of
    amount = _number(part)
    ranks = [(place + part) % 3 + 1 for place in range(3)]
    newcomer = {"asset_id": 990 + part, "name": word, "symbol": word.upper(), "slug": word}
    coins = [dict(zip(("asset_id", "name", "symbol", "slug"), (one, *_NAMES[one]), strict=True)) for one in COINS]
    token = {"asset_id": TOKEN, "name": "Pepe", "symbol": "PEPE", "platform": "ethereum", "address": TOKEN[9:]}
    new_address = f"0x{part:040x}"
    new_token = {**token, "asset_id": f"ethereum:{new_address}", "name": word, "address": new_address}
    on_chain = [{"asset_id": TOKEN}, {"asset_id": new_token["asset_id"]}]
    table: dict[type[Any], list[dict[str, Any]]] = {
        kinds.CoinListing: [
            *({**coin, "rank": rank, "tags": (word,)} for coin, rank in zip(coins, ranks, strict=True)),
            {**newcomer, "rank": 4, "date_added": as_of - DAY, "tags": ("memes",)},
        ],
        kinds.TokenListing: [
            {**token, "coin_asset_id": None, "security_level": word},
            {
                **new_token, "coin_asset_id": None, "first_priced_at": as_of - timedelta(hours=2), "sells_24h": 100,
                "unique_sellers_24h": 100, "percent_change_24h": -5.0 - part,
            },
        ],
        kinds.ExchangeListing: [
            {"asset_id": EXCHANGE, "name": "Binance", "slug": "binance", "rank": part % 2 + 1},
            {"asset_id": 880 + part, "name": word, "slug": word, "rank": 2 - part % 2},
        ],
        kinds.CategoryListing: [
            {"asset_id": CATEGORY, "name": "Memes", "title": word, "description": word, "top_coin_ids": (part, 1)},
            {"asset_id": f"cat-{word}", "name": word, "title": word},
        ],
        kinds.NftListing: [
            {"asset_id": NFT, "name": "Apes", "slug": "apes", "platform": "ethereum"},
            {"asset_id": f"opensea:{word}", "name": word, "slug": word},
        ],
        kinds.Profile: [
            {"asset_class": name, "asset_id": str(asset_id), "name": word, "description": word, "tags": (word,)}
            for name, asset_id in (
                ("coin", 1), ("coin", 1027), ("onchain_token", TOKEN), ("exchange", EXCHANGE), ("category", CATEGORY),
                ("nft", NFT),
            )
        ],
        kinds.TokenPools: [{**one, "pools": (kinds.Pool("0xpool", word, "A/B", amount, amount),)} for one in on_chain],
        kinds.TokenSecurity: [
            {**one, "level": word, "items": (kinds.SecurityItem(word, is_hit=True, description=word),)}
            for one in on_chain
        ],
        kinds.Holders: [{"asset_id": one, "by_value": {"usd_0_to_1k": int(amount)}} for one in ("1", TOKEN)],
        kinds.DerivativesMarket: [
            {"asset_id": one, "exchange": name, "instrument": f"{one}-PERP", "kind": "perpetual"}
            for one in COINS
            for name in ("binance", word)
        ],
        kinds.Liquidations: [{"asset_id": one, "window_hours": hours} for one in (0, 1) for hours in (1, 4, 24)],
        kinds.ExchangeReserves: [{"exchange_id": EXCHANGE, "reserves": (kinds.Reserve(word.upper(), amount, 1.0),)}],
        kinds.UnlockSchedule: [
            {"asset_id": 1027, "symbol": "ETH", "unlocks": (kinds.Unlock(as_of + 3 * DAY, amount, recipients=word),)}
        ],
        kinds.FundraisingRound: [
            {"project": "Acme", "announced_at": as_of, "round": "Seed", "asset_id": 1027, "sector": word},
            {"project": word, "announced_at": as_of, "round": "Seed", "asset_id": None},
        ],
        kinds.MacroEvent: [
            {"name": "CPI", "happens_at": BEGIN + 5 * DAY, "actual": word, "forecast": word},
            {"name": word, "happens_at": as_of + DAY, "importance": "high"},
        ],
        kinds.GlobalMetrics: [{}],
        kinds.FearGreed: [{"index": 10 + part, "label": word, "scope": one} for one in ("market", "bitcoin")],
        kinds.AltcoinSeason: [{"index": 10 + part, "window_days": 90}],
        kinds.EtfAssets: [{"asset_id": 1}, {"asset_id": 1027}],
        kinds.GasPrice: [{"network": "ethereum"}, {"network": word}],
        kinds.IndexValue: [{"name": "cmc100"}, {"name": "cmc20"}],
        kinds.ProtocolTvl: [
            {"slug": "aave", "name": "Aave", "asset_id": None, "category": word},
            {"slug": word, "name": word, "asset_id": None},
        ],
        kinds.ChainTvl: [{"slug": "ethereum", "name": "Ethereum", "asset_id": 1027}, {"slug": word, "name": word}],
        kinds.Stablecoin: [{"slug": "tether", "name": "Tether", "symbol": "USDT", "mechanism": word}],
        kinds.TrendingAsset: [
            {"list_name": name, "position": place, "name": word, "symbol": "BTC", "asset_id": COINS[(place + part) % 3]}
            for name in _TRENDS
            for place in range(1, 3)
        ],
    }  # fmt: skip
    return table[kind]


def _candle_facts(timing: _Timing, part: int) -> Iterator[Fact]:
    # A newcomer has no bars before its part.
    for asset_id in (*COINS, TOKEN, 990 + part):
        for interval in ("1d", "1h", "1w"):
            yield from _bars(timing, part, asset_id, interval)


def _bars(timing: _Timing, part: int, asset_id: int | str, interval: Interval) -> Iterator[Fact]:
    length = INTERVALS[interval]
    back = 45 if interval == "1d" else 30
    last = _floor(timing.end, length)
    first = last - back * length if part == 0 else _floor(timing.begin, length)
    if isinstance(asset_id, int) and asset_id == 990 + part:
        first = _floor(timing.begin, length)
    fresh = _series(asset_id, interval, first, last, part)
    if fresh.candles:
        # The bars of this part were foretold by somebody in the part before.
        yield Fact(part, max(part - 1, 0), "binance_usdm", (fresh,))
    revised = _series(asset_id, interval, last - 6 * length, _floor(timing.begin, length), part, timing.inside())
    if part and revised.candles:
        yield Fact(part, part, "binance_usdm", (revised,))
    if part == 1:
        older = _series(asset_id, interval, BEGIN - 80 * length, last - 5 * length, part, timing.inside())
        for source in ("binance_usdm", "coinmarketcap_pro"):
            origin = structs.replace(older.provenance, source=source)
            yield Fact(part, part, source, (structs.replace(older, provenance=origin),))


def _floor(moment: datetime, length: timedelta) -> datetime:
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    return monday + (moment - monday) // length * length


def _series(
    asset_id: int | str,
    interval: Interval,
    first: datetime,
    until: datetime,
    part: int,
    known_at: datetime | None = None,
) -> CandleSeries:
    """Bars that open from `first` on and are closed at `until`."""
    length = INTERVALS[interval]
    base = _number(part)
    bars = tuple(
        Candle(first + place * length, base, base + 9, base - 9, base + place % 9, 10.0, base)
        for place in range(max((until - first) // length, 0))
    )
    origin = Provenance("binance_usdm", "snapshot", until, None, known_at)
    return CandleSeries(asset_id, interval, "USDT", f"{asset_id}USDT", first, origin, bars)


def _metric_facts(timing: _Timing, part: int) -> Iterator[Fact]:
    last, begin = _floor(timing.end, DAY), _floor(timing.begin, DAY)
    # A reading of the day that was under way belongs to the part before.
    first = last - 40 * DAY if part == 0 else begin + DAY
    for metric in METRICS:
        for entity in _ENTITIES:
            yield Fact(part, part, "llama", (_points(metric, entity, first, last, part),))
            if part:
                late = _points(metric, entity, begin - 5 * DAY, begin, part, timing.inside())
                yield Fact(part, part, "llama", (late,))
            if part == 1:
                yield Fact(part, part, "coinmarketcap_pro", (_renamed(late, "coinmarketcap_pro"),))


def _renamed(series: MetricSeries, source: str) -> MetricSeries:
    return structs.replace(series, provenance=structs.replace(series.provenance, source=source))


def _points(
    metric: str, entity: str, first: datetime, until: datetime, part: int, known_at: datetime | None = None
) -> MetricSeries:
    """Daily points of days that are over at `until`."""
    return MetricSeries(
        metric=metric,
        entity=entity,
        unit="USD",
        granularity="1d",
        provenance=Provenance("llama", "live", until, None, known_at),
        points=tuple(MetricPoint(first + day * DAY, _number(part, day)) for day in range((until - first) // DAY)),
    )
