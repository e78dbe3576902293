"""`GET /v1/limits`: what a caller may ask, told to who has a key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from msgspec import structs

from cryptodesk.core.errors import InternalError
from cryptodesk.core.limits import Limit, LimitState
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from tests.dialects.support import CALLER, KEY, Client, make_ports, no_lifespan

AUTH = {"authorization": f"Bearer {KEY}"}
STATES = (
    LimitState(Limit("key", "key-1", "requests_a_minute", 60), 12, datetime(2026, 9, 24, 16, 6, tzinfo=UTC)),
    LimitState(Limit("account", "account-1", "tokens_a_day", 1000), 1200, datetime(2026, 9, 25, tzinfo=UTC)),
    LimitState(Limit("account", "account-1", "streams", 4), 1),
)


class Limits:
    def __init__(self, states: Sequence[LimitState] = STATES) -> None:
        self.states = states
        self.callers: list[Caller] = []
        self.error: Exception | None = None

    async def look(self, caller: Caller) -> Sequence[LimitState]:
        self.callers.append(caller)
        if self.error is not None:
            raise self.error
        return self.states


def client_of(limits: Limits | None) -> Client:
    client = Client()
    look = None if limits is None else limits.look
    client.app = build_asgi(structs.replace(make_ports(), limit_states=look), no_lifespan)
    return client


async def get(client: Client, headers: dict[str, str] = AUTH, method: str = "GET") -> Any:
    return await client.call(method, "/v1/limits", headers=headers)


async def test_a_caller_is_told_its_limits_and_what_is_left() -> None:
    limits = Limits()
    answer = await get(client_of(limits))
    assert (answer.status, limits.callers) == (200, [CALLER])
    assert [tuple(row.values()) for row in answer.json["data"]] == [
        ("key", "key-1", "requests_a_minute", 60, 12, 48, "2026-09-24T16:06:00Z"),
        ("account", "account-1", "tokens_a_day", 1000, 1200, 0, "2026-09-25T00:00:00Z"),
        ("account", "account-1", "streams", 4, 1, 3, None),
    ]


async def test_the_answer_is_what_the_document_describes() -> None:
    client = client_of(Limits())
    document = (await client.call("GET", "/openapi.json")).json
    operation = document["paths"]["/v1/limits"]["get"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/LimitList")
    schema = document["components"]["schemas"]["LimitList"]
    jsonschema_rs.validate(schema, (await get(client)).json)
    jsonschema_rs.validate(schema, (await get(client_of(Limits(())))).json)


async def test_nobody_is_told_without_a_key() -> None:
    limits = Limits()
    assert (await get(client_of(limits), {})).status == 401
    assert limits.callers == []


async def test_it_is_a_get_and_only_where_there_are_limits() -> None:
    answer = await get(client_of(Limits()), method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (await get(client_of(None))).status == 404


@pytest.mark.parametrize("error", [InternalError("the disk is full"), RuntimeError("a defect")])
async def test_a_failure_is_told_in_the_envelope(error: Exception) -> None:
    limits = Limits()
    limits.error = error
    answer = await get(client_of(limits))
    assert (answer.status, answer.error["code"]) == (500, "internal_error")
