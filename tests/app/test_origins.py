"""Which requests the rules for pages and names touch at all; what they answer is in tests/system/test_headers.py."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.app.origins import OriginRules, allow_origins, require_known_names
from tests.dialects.support import Client

CLOSED = OriginRules()


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def statuses(rules: OriginRules, scope: dict[str, Any]) -> list[int]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    await allow_origins(require_known_names(app, rules), rules)(scope, receive, send)
    return [message["status"] for message in sent if "status" in message]


def test_where_there_is_nothing_to_look_at_nothing_is_put_around_the_application() -> None:
    assert allow_origins(app, CLOSED) is app
    assert require_known_names(app, CLOSED) is app


@pytest.mark.parametrize("rules", [OriginRules(is_open=True), OriginRules(origins=frozenset({"*"}))])
async def test_what_is_no_request_passes(rules: OriginRules) -> None:
    assert await statuses(rules, {"type": "lifespan"}) == [200]


async def test_open_metrics_are_looked_at_and_what_asks_a_key_is_not() -> None:
    rules = OriginRules(has_open_metrics=True)
    elsewhere = {"host": "rebound.example.net"}
    assert await statuses(rules, Client.scope("GET", "/metrics", elsewhere)) == [421]
    assert await statuses(rules, Client.scope("GET", "/v1/usage", elsewhere)) == [200]


async def test_the_endpoint_with_rules_of_its_own_is_left_to_them() -> None:
    rules = OriginRules(is_open=True, origins=frozenset({"https://app.example.org"}))
    headers = {"host": "rebound.example.net", "origin": "https://evil.example.net"}
    assert await statuses(rules, Client.scope("POST", "/mcp", headers)) == [200]


@pytest.mark.parametrize("host", ["[::1", "a b", "\xff", "localhost@evil.example.net", "localhost.evil.example.net"])
async def test_a_host_that_is_none_is_not_this_one(host: str) -> None:
    scope = Client.scope("GET", "/")
    scope["headers"] = [(b"host", host.encode("latin-1"))]
    assert await statuses(OriginRules(is_open=True), scope) == [421]


async def test_who_says_no_name_is_no_page() -> None:
    assert await statuses(OriginRules(is_open=True), Client.scope("GET", "/v1/usage")) == [200]
