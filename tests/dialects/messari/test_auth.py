"""The key: either header, on every route."""

from __future__ import annotations

import pytest

from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import CHATS, OPENAI, V1, V2, Client
from tests.dialects.support import CALLER, KEY, Keys

GOOD: list[dict[str, str]] = [
    {"x-messari-api-key": KEY},
    {"X-MESSARI-API-KEY": f" {KEY} "},
    {"X-Messari-API-Key": KEY, "authorization": "Bearer placeholder"},
    {"authorization": f"Bearer {KEY}"},
    {"Authorization": f"bearer  {KEY}"},
    {"x-messari-api-key": "", "authorization": f"Bearer {KEY}"},
]
BAD: list[dict[str, str]] = [
    {},
    {"x-messari-api-key": "wrong"},
    {"x-messari-api-key": "wrong", "authorization": f"Bearer {KEY}"},
    {"authorization": "Bearer wrong"},
    {"authorization": f"Basic {KEY}"},
    {"authorization": KEY},
    {"x-cmc_pro_api_key": KEY},
    {"x-messari-api-key": "\xff\xfe"},
]


@requirement("MES-KEY", "MES-BEARER")
@pytest.mark.parametrize("path", CHATS)
@pytest.mark.parametrize("headers", GOOD)
async def test_either_header_is_a_key(path: str, headers: dict[str, str]) -> None:
    client = Client()
    assert (await client.ask(path, headers=headers)).status == 200
    assert client.asked.caller == CALLER


@requirement("MES-401")
@pytest.mark.parametrize("headers", BAD)
async def test_without_a_good_key_every_route_answers_401(headers: dict[str, str]) -> None:
    client = Client()
    for path in CHATS:
        answer = await client.ask(path, b"not even json", headers)
        assert (answer.status, answer.json) == (401, {"error": "Invalid API key", "data": None})
    models = await client.call("GET", "/ai/openai/models", headers=headers)
    assert (models.status, models.error) == (401, "Invalid API key")
    assert client.engine.requests == []


@requirement("MES-FOREIGN-PAGE")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example", "host": "127.0.0.1:8080"}, 401),
        ({"origin": "null", "host": "127.0.0.1:8080"}, 401),
        ({"origin": "http://[broken", "host": "127.0.0.1:8080"}, 401),
        ({"origin": "https://evil.example"}, 401),
        ({"origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"}, 200),
        ({"host": "127.0.0.1:8080"}, 200),
        ({"origin": "https://app.example", "host": "127.0.0.1:8080", "x-messari-api-key": "any"}, 200),
    ],
)
async def test_a_desk_that_wants_no_key_is_not_open_to_pages_of_other_sites(
    headers: dict[str, str], status: int
) -> None:
    for path in (V1, V2, OPENAI):
        assert (await Client(keys=Keys(is_strict=False)).ask(path, headers=headers)).status == status
