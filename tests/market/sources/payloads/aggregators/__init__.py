"""What the tests of CoinGecko and DefiLlama share: a crosswalk, payloads, and the way from a query to records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset
from cryptodesk.market.sources._source import Route, Source, SourceContext

__all__ = ["CONTEXT", "KEYS", "LINK", "NOW", "PEPE", "Case", "answer", "ask", "at", "load", "params_of", "read", "ways"]

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)
LINK = "ethereum:0x514910771af9ca656af840dff83e8264ecf986ca"
PEPE = "ethereum:0x6982508145454ce325ddbe47a25d4ec3d2311933"
KEYS = {"COINGECKO_API_KEY": "CG-demo-key-of-a-test", "DEFILLAMA_API_KEY": "llama-key-of-a-test-0001"}

_FOLDER = Path(__file__).parent.parent


class _Crosswalk:
    _ASSETS = (
        Asset(1, "Bitcoin", "BTC", "bitcoin", 1, coingecko_id="bitcoin"),
        Asset(1027, "Ethereum", "ETH", "ethereum", 2, coingecko_id="ethereum"),
        Asset(825, "Tether", "USDT", "tether", 3, coingecko_id="tether"),
        Asset(
            1975,
            "Chainlink",
            "LINK",
            "chainlink",
            12,
            platform="ethereum",
            token_address=LINK.partition(":")[2],
            coingecko_id="chainlink",
        ),
        Asset(7278, "Aave", "AAVE", "aave", 30, platform="ethereum", coingecko_id="aave"),
        Asset(11841, "Arbitrum", "ARB", "arbitrum", 50, platform="arbitrum", coingecko_id="arbitrum"),
        Asset(1_000_000_007, "No Name Elsewhere", "NNE", "no-name-elsewhere"),
    )

    def asset(self, asset_id: int) -> Asset | None:
        return next((asset for asset in self._ASSETS if asset.asset_id == asset_id), None)

    def by_coingecko_id(self, coingecko_id: str) -> Asset | None:
        return next((asset for asset in self._ASSETS if asset.coingecko_id == coingecko_id), None)

    def by_contract(self, platform: str, address: str) -> Asset | None:
        return next(
            (asset for asset in self._ASSETS if (asset.platform, asset.token_address) == (platform, address)), None
        )

    def by_instrument(self, market: str, instrument: str) -> Asset | None:
        return None

    def by_symbol(self, symbol: str) -> Asset | None:
        return None


CONTEXT = SourceContext(_Crosswalk(), NOW, KEYS)


class Case(NamedTuple):
    """A query, the end of the first request's path, and the bodies that answer the requests in order."""

    query: Query[Any]
    path: str
    bodies: tuple[bytes, ...]

    def __str__(self) -> str:
        return f"{self.query.kind.__name__}{self.path[-40:]}"


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def load(name: str) -> bytes:
    """A payload by `<vendor>/<name>`."""
    return (_FOLDER / f"{name}.json").read_bytes()


def answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer(status, body, headers or {}, NOW)


def ways(source: Source, query: Query[Any], context: SourceContext = CONTEXT) -> list[tuple[Route, list[HttpRequest]]]:
    """The routes that would ask something for the query, in their order of preference."""
    asked = [(route, list(route.build_query(query, context))) for route in source.routes if route.kind is query.kind]
    return sorted(((route, asks) for route, asks in asked if asks), key=lambda way: way[0].preference)


def ask(source: Source, query: Query[Any], path: str) -> tuple[Route, list[HttpRequest]]:
    """The one way that asks this path first, and its requests."""
    found = [way for way in ways(source, query) if way[1][0].path.endswith(path)]
    assert len(found) == 1, [[each.path for each in asks] for _, asks in ways(source, query)]
    return found[0]


def read(source: Source, query: Query[Any], path: str, *bodies: bytes) -> Sequence[Any]:
    """What the way that asks `path` makes of these bodies."""
    route, requests = ask(source, query, path)
    assert len(requests) == len(bodies), [request.path for request in requests]
    return route.to_records([answer(body) for body in bodies], query, CONTEXT)


def params_of(request: HttpRequest) -> dict[str, str]:
    return dict(request.params)
