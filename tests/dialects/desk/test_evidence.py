"""`GET /v1/evidence/{id}`: a run's file for its own key."""

from __future__ import annotations

import pytest
from msgspec import structs

from cryptodesk.core.errors import Overloaded
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from tests.dialects.support import CALLER, KEY, Answer, Client, make_ports, no_lifespan

RUN = "01a203131b65" + "0" * 20
FILE = b'{"schema": "cryptodesk.evidence/1"}' + b" " * 200_000


class FakeEvidence:
    def __init__(self) -> None:
        self.asked: list[tuple[Caller, str]] = []
        self.is_busy = False

    async def file_of(self, caller: Caller, run_id: str) -> bytes | None:
        self.asked.append((caller, run_id))
        if self.is_busy:
            raise Overloaded("Ask again.", retry_after_seconds=5)
        return FILE if run_id == RUN else None


@pytest.fixture
def evidence() -> FakeEvidence:
    return FakeEvidence()


@pytest.fixture
def client(evidence: FakeEvidence) -> Client:
    client = Client()
    client.app = build_asgi(structs.replace(make_ports(), evidence=evidence), no_lifespan)
    return client


async def get(client: Client, path: str, key: str = KEY) -> Answer:
    return await client.call("GET", path, b"", {"x-cmc_pro_api_key": key})


@pytest.mark.parametrize("name", [RUN, f"chatcmpl-{RUN}", f"resp_{RUN}", RUN.upper()])
async def test_the_file_is_found_by_the_run_and_by_the_answers_id(
    client: Client, evidence: FakeEvidence, name: str
) -> None:
    answer = await get(client, f"/v1/evidence/{name}")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, FILE, "application/json")
    assert answer.headers["content-disposition"] == f'attachment; filename="{RUN}.evidence.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert evidence.asked == [(CALLER, RUN)]
    assert len(answer.pieces) > 2


async def test_a_run_of_which_there_is_nothing_is_a_404(client: Client) -> None:
    answer = await get(client, "/v1/evidence/nope")
    assert (answer.status, answer.error["code"]) == (404, "not_found")


async def test_without_a_good_key_nothing_is_looked_up(client: Client, evidence: FakeEvidence) -> None:
    assert ((await get(client, f"/v1/evidence/{RUN}", "wrong")).status, evidence.asked) == (401, [])


async def test_a_desk_that_is_busy_says_when_to_ask_again(client: Client, evidence: FakeEvidence) -> None:
    evidence.is_busy = True
    answer = await get(client, f"/v1/evidence/{RUN}")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


async def test_the_route_is_described_where_it_is_mounted(client: Client) -> None:
    assert "/v1/evidence/{id}" in (await get(client, "/openapi.json")).json["paths"]
    assert "/v1/evidence/{id}" not in (await get(Client(), "/openapi.json")).json["paths"]
