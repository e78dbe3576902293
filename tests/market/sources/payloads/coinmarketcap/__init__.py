"""Payloads of the documented shape with every quirk that was recorded, and how tests hand them to a route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset
from cryptodesk.market.sources._source import Route, Source, SourceContext

__all__ = ["CONTEXT", "KEY", "NOW", "PEPE", "answer", "ask", "load", "read", "ways", "well"]

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)
KEY = "0f4c3b1d-test-key"
PEPE = "ethereum:0x6982508145454Ce325dDbE47a25d4ec3d2311933"

_FOLDER = Path(__file__).parent


class _Crosswalk:
    """Knows Chainlink by its contract, and Bitcoin, which has none."""

    def asset(self, asset_id: int) -> Asset | None:
        return {
            1: Asset(1, "Bitcoin", "BTC", "bitcoin", 1),
            1975: Asset(
                1975,
                "Chainlink",
                "LINK",
                "chainlink",
                platform="ethereum",
                token_address="0x514910771af9ca656af840dff83e8264ecf986ca",
            ),
        }.get(asset_id)

    def by_coingecko_id(self, coingecko_id: str) -> Asset | None:
        return None

    def by_contract(self, platform: str, address: str) -> Asset | None:
        return None

    def by_instrument(self, market: str, instrument: str) -> Asset | None:
        return None

    def by_symbol(self, symbol: str) -> Asset | None:
        return None


CONTEXT = SourceContext(_Crosswalk(), NOW, {"CMC_API_KEY": KEY})


def load(name: str) -> bytes:
    return (_FOLDER / f"{name}.json").read_bytes()


def well(data: Any, *, code: int | str = 0) -> bytes:
    """An envelope around `data` in which all is well."""
    return msgspec.json.encode({"data": data, "status": {"error_code": code, "error_message": None, "credit_count": 1}})


def answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer(status, body, headers or {}, NOW)


def ways(source: Source, query: Query[Any], context: SourceContext = CONTEXT) -> list[tuple[Route, list[HttpRequest]]]:
    """The routes that would ask something for the query, in their order of preference."""
    asked = [(route, list(route.build_query(query, context))) for route in source.routes if route.kind is query.kind]
    return sorted(((route, asks) for route, asks in asked if asks), key=lambda way: way[0].preference)


def ask(
    source: Source, query: Query[Any], path: str, context: SourceContext = CONTEXT
) -> tuple[Route, list[HttpRequest]]:
    """The one way that asks this path, and its requests."""
    found = [way for way in ways(source, query, context) if way[1][0].path.endswith(path)]
    assert len(found) == 1, [[each.path for each in asks] for _, asks in ways(source, query, context)]
    return found[0]


def read(
    source: Source, query: Query[Any], path: str, *bodies: bytes, context: SourceContext = CONTEXT
) -> Sequence[Any]:
    """What the way that asks `path` makes of these bodies."""
    route, requests = ask(source, query, path, context)
    assert len(requests) == len(bodies), [request.path for request in requests]
    return route.to_records([answer(body) for body in bodies], query, context)
