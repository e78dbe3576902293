"""`GET /v1/data`: what data there is, told to who has a key, and never a credential."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from msgspec import structs

from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import DataReport
from cryptodesk.dialects.desk.data import without_secrets
from cryptodesk.documents.intake.status import DocumentStatus, SubscriptionStatus
from cryptodesk.documents.store import Holding as DocumentHolding
from cryptodesk.documents.store.records import Problem
from cryptodesk.market.intake.status import DataStatus, Pullable, SourceState
from cryptodesk.market.store import Holding
from tests.dialects.support import KEY, NOW, Client, make_ports, no_lifespan

AUTH = {"authorization": f"Bearer {KEY}"}
MARKET = DataStatus(
    NOW,
    (
        Holding("candles 1d", "binance_usdm", "snapshot", 12_000, 10, NOW - timedelta(900), NOW - timedelta(2), "USDT"),
        Holding("events", "own", "computed", 0, 0, None, None),
        Holding("quotes", "cmc", "live", 3, 3, NOW, NOW + timedelta(hours=1)),
    ),
    (Pullable("coingecko-2025", False, "the 3,000 largest coins", 58_606_387),),
    (SourceState("cmc", "resting", "for 9 s; https://user:secret@api.example.org/v1?key=secret"),),
)
DOCUMENTS = DocumentStatus(
    at=NOW,
    documents=7,
    holdings=(DocumentHolding("rss", "news", 7, NOW - timedelta(9), NOW - timedelta(hours=2)),),
    subscriptions=(
        SubscriptionStatus(
            subscription_id=1,
            source="rss",
            address="https://feeds.example.org/all.xml?token=secret#secret",
            title="Feeds\u200b of the day",
            state="failing",
            documents=7,
            last_success_at=NOW - timedelta(hours=2),
            due_at=None,
            failures=3,
            error="https://feeds.example.org/all.xml?token=secret answered 500",
            problems=tuple(Problem(f"item {number}", "no date") for number in range(8)),
        ),
    ),
    defaults_left=4,
)


class FakeData:
    def __init__(self) -> None:
        self.asked = 0

    async def report(self) -> DataReport:
        self.asked += 1
        return DataReport("auto", MARKET, DOCUMENTS)


@pytest.fixture
def data() -> FakeData:
    return FakeData()


@pytest.fixture
def client(data: FakeData) -> Client:
    client = Client()
    client.app = build_asgi(structs.replace(make_ports(client.engine), data=data), no_lifespan)
    return client


async def told(client: Client) -> Any:
    answer = await client.call("GET", "/v1/data", b"", AUTH)
    assert answer.status == 200
    return answer.json


async def test_holdings_are_told_with_their_age(client: Client) -> None:
    body = await told(client)
    assert (body["at"], body["mode"]) == ("2026-09-24T16:05:10Z", "auto")
    assert body["holdings"][0] == {
        "kind": "candles 1d",
        "source": "binance_usdm",
        "mode": "snapshot",
        "rows": 12_000,
        "entities": 10,
        "first": "2024-04-07T16:05:10Z",
        "last": "2026-09-22T16:05:10Z",
        "age_seconds": 2 * 86_400,
        "detail": "USDT",
    }


async def test_what_is_not_known_is_null_and_what_is_still_open_has_no_negative_age(client: Client) -> None:
    _, empty, open_ended = (await told(client))["holdings"]
    assert (empty["first"], empty["last"], empty["age_seconds"]) == (None, None, None)
    assert open_ended["age_seconds"] == 0


async def test_what_could_be_pulled_is_told_with_its_command(client: Client) -> None:
    (bundle,) = (await told(client))["pullable"]
    assert (bundle["command"], bundle["is_pulled"]) == ("cryptodesk data pull coingecko-2025", False)


async def test_subscriptions_are_told_with_their_state_and_a_few_of_their_problems(client: Client) -> None:
    documents = (await told(client))["documents"]
    (held,) = documents["subscriptions"]
    assert (documents["total"], documents["defaults_left"], documents["holdings"][0]["documents"]) == (7, 4, 7)
    assert (held["state"], held["failures"], held["problem_count"], len(held["problems"])) == ("failing", 3, 8, 5)
    assert held["title"] == "Feeds  of the day"


async def test_no_credential_is_in_any_member(client: Client) -> None:
    answer = await client.call("GET", "/v1/data", b"", AUTH)
    assert b"secret" not in answer.body
    assert answer.json["documents"]["subscriptions"][0]["address"] == "https://feeds.example.org/all.xml"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/someone/notes/crypto", "crypto"),
        ("cannot read '/srv/feeds/a.xml'", "cannot read 'a.xml'"),
        ("https://example.org/a/b.xml", "https://example.org/a/b.xml"),
        ("nostr:npub1abc", "nostr:npub1abc"),
        ("https://u:p@example.org/a", "https://example.org/a"),
        ("why? because", "why because"),
    ],
)
def test_addresses_lose_what_may_be_secret(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


async def test_nothing_is_told_without_a_key(client: Client, data: FakeData) -> None:
    answer = await client.call("GET", "/v1/data")
    assert (answer.status, data.asked) == (401, 0)


async def test_only_reading_is_allowed(client: Client) -> None:
    answer = await client.call("POST", "/v1/data", b"{}", {**AUTH, "content-type": "application/json"})
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_the_body_is_what_the_description_says(client: Client) -> None:
    described = (await client.call("GET", "/openapi.json")).json
    assert "get" in described["paths"]["/v1/data"]
    schema = {"$ref": "#/components/schemas/DataStatus", "components": described["components"]}
    jsonschema_rs.validate(schema, await told(client))


async def test_without_a_data_desk_there_is_no_such_path() -> None:
    client = Client()
    client.app = build_asgi(make_ports(client.engine), no_lifespan)
    assert (await client.call("GET", "/v1/data", b"", AUTH)).status == 404
    assert "/v1/data" not in (await client.call("GET", "/openapi.json")).json["paths"]
