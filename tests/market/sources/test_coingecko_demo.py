"""CoinGecko with a free key: the same routes, asked with the key in a header and nowhere else."""

from __future__ import annotations

import pytest
from msgspec import structs

from cryptodesk.market.query import Query
from cryptodesk.market.records import CoinListing, NftListing, TrendingAsset
from cryptodesk.market.sources import coingecko
from cryptodesk.market.sources.coingecko_demo import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay, SourceServer, answering, client_for, suffer
from tests.market.sources.payloads.aggregators import CONTEXT, KEYS, ask, load, read, ways

COINS = Query(kind=CoinListing, ids=(1,))
KEY = KEYS["COINGECKO_API_KEY"]


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    error = await suffer(day, SOURCE, ask(SOURCE, COINS, "/coins/markets")[0], COINS, CONTEXT)
    assert KEY not in f"{error.message}{error.body}"


async def test_the_key_travels_in_its_header_alone() -> None:
    _, (request,) = ask(SOURCE, COINS, "/coins/markets")
    async with SourceServer(answering(b"[]")) as server, client_for(SOURCE, server) as client:
        await client.fetch(request)
    (asked,) = server.requests
    assert asked.headers["x-cg-demo-api-key"] == KEY
    assert KEY not in asked.target
    assert KEY not in repr(request)


@pytest.mark.parametrize("credentials", [{}, {"COINGECKO_API_KEY": "  "}])
def test_without_a_key_nothing_is_asked(credentials: dict[str, str]) -> None:
    context = structs.replace(CONTEXT, credentials=credentials)
    assert not any(ways(SOURCE, Query(kind=kind), context) for kind in (CoinListing, NftListing, TrendingAsset))
    assert SOURCE.credentials == ("COINGECKO_API_KEY",)


def test_it_has_the_routes_of_the_keyless_source_and_goes_first() -> None:
    pairs = list(zip(SOURCE.routes, coingecko.SOURCE.routes, strict=True))
    assert [(route.kind, route.ttl_seconds) for route, _ in pairs] == [
        (free.kind, free.ttl_seconds) for _, free in pairs
    ]
    assert all(route.preference < free.preference for route, free in pairs)


def test_records_name_the_source_that_was_asked() -> None:
    (coin,) = read(SOURCE, COINS, "/coins/markets", load("coingecko/markets"))
    assert coin.provenance.source == "coingecko_demo"
