"""A file and a server that were told the same give the same answers about every moment, whatever was asked before."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.intake.status import read_status
from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.market.query import Query
from cryptodesk.market.records import CandleSeries, CoinListing, MetricSeries, ProtocolTvl, TrendingAsset
from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.postgres import Server, postgres_server
from tests.contracts.databases import open_postgres
from tests.market.store.support import DAY, HOUR, candles, coin, metric, origin

__all__ = ["postgres_server"]

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
SOURCES = ("first", "second", "third")
STEPS = 60


@pytest.fixture
async def both(tmp_path: Path, postgres_server: Server) -> AsyncIterator[tuple[Database, Database]]:
    async with AsyncExitStack() as stack:
        file, server = SqliteDatabase(tmp_path / "desk.db"), await open_postgres(postgres_server)
        file.open()
        for opened in (file, server):
            stack.push_async_callback(opened.aclose)
            opened.migrate(COMPONENT, MIGRATIONS)
        yield file, server


def something(chance: random.Random, now: datetime) -> tuple[str, list[Any], dict[str, Any]]:
    """What a source may bring: its name, the records, and how they are saved."""
    source = chance.choice(SOURCES)
    seen = now - chance.choice((0, 1, 5, 48)) * HOUR
    known = chance.choice((None, None, now + chance.randrange(72) * HOUR))
    begin = BEGAN + chance.randrange(8) * DAY
    values = [chance.choice((1.0, 2.5, 1 / 3, 1e-12)) for _ in range(chance.randrange(1, 9))]
    kind = chance.randrange(5)
    if kind == 0:
        interval = chance.choice(("1d", "1h"))
        named = {"currency": chance.choice(("USD", "EUR", "USDT")), "source": source, "known_at": known}
        asset_id = chance.choice((1, "2", "ethereum:0xAb"))
        return source, [candles(begin, values, interval, asset_id=asset_id, **named)], {"known_at": now}  # type: ignore[arg-type]
    if kind == 1:
        entity = chance.choice(("1", "ethena-ü"))
        return source, [metric(begin, values, seen, entity=entity, source=source, known_at=known)], {"known_at": now}
    if kind == 2:
        places = [
            TrendingAsset(list_name="trending", position=place, name=f"t{place}", symbol="T", provenance=origin(seen))
            for place in range(1, chance.randrange(2, 5))
        ]
        return source, places, {}
    if kind == 3:
        tvls = [
            ProtocolTvl(slug=slug, name=slug, provenance=origin(seen, source), asset_id=7, tvl_usd=values[0])
            for slug in chance.sample(("aave", "lido", "Ävä"), 2)
        ]
        return source, tvls, {}
    ids = chance.sample(range(1, 200), chance.choice((1, 3, 90)))
    listings = [coin(number, values[0], provenance=origin(seen, source, known_at=known)) for number in ids]
    return source, listings, {"is_list": chance.random() < 0.5}


QUESTIONS: tuple[dict[str, Any], ...] = (
    {"kind": CandleSeries, "ids": (1, "2", "ethereum:0xAb", 99)},
    {"kind": CandleSeries, "ids": (1,), "interval": "1h", "start": BEGAN + 2 * DAY, "end": BEGAN + 4 * DAY},
    {"kind": CandleSeries, "ids": None, "quote_currency": "EUR"},
    {"kind": CandleSeries, "ids": (1,), "interval": "1w"},
    {"kind": MetricSeries, "ids": (1, "ethena-ü")},
    {"kind": MetricSeries, "ids": None, "start": BEGAN + 3 * DAY + HOUR, "end": BEGAN + 6 * DAY - HOUR},
    {"kind": TrendingAsset, "ids": ("trending",)},
    {"kind": ProtocolTvl, "ids": ("aave", 7)},
    {"kind": ProtocolTvl, "ids": None},
    {"kind": CoinListing, "ids": tuple(range(1, 60))},
    {"kind": CoinListing, "ids": None},
)


async def asked(feed: StoredFeed, as_of: datetime | None) -> list[Any]:
    return [(await feed.find(Query(as_of=as_of, **question))) for question in QUESTIONS]


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_moment_looks_the_same(both: tuple[Database, Database], seed: int) -> None:
    chance = random.Random(seed)
    file, server = (StoredFeed(database, sources=SOURCES) for database in both)
    for step in range(STEPS):
        now = BEGAN + step * 6 * HOUR
        source, records, how = something(chance, now)
        saved = [await feed.save_records(records, source, **how) for feed in (file, server)]
        assert saved[0] == saved[1]
        as_of = chance.choice((None, now, now - 40 * HOUR, now + 30 * HOUR))
        assert await asked(server, as_of) == await asked(file, as_of)
    for step in range(-1, 4 * 24, 9):
        as_of = BEGAN + step * 6 * HOUR + timedelta(microseconds=chance.randrange(10**6))
        assert await asked(server, as_of) == await asked(file, as_of)
    assert any(found.records for found in await asked(file, BEGAN + 4 * DAY))


async def test_what_is_held_is_told_in_the_same_words(both: tuple[Database, Database]) -> None:
    chance = random.Random(7)
    for step in range(40):
        source, records, how = something(chance, BEGAN + step * HOUR)
        for database in both:
            await StoredFeed(database).save_records(records, source, **how)
    file, server = (read_status(database, BEGAN) for database in both)
    assert file == server
    assert len(file.holdings) > 5
