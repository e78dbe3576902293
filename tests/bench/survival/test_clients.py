"""What clients of the storm take for an answer, for a refusal that may be, and for a fault."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from aiohttp import web
from bench.survival.clients import Clients

COST = {"id": "chatcmpl-r1", "cmc": {"cost": {"total_cost": 0.5}}}
ENVELOPE = {"error": {"message": "The ledger cannot be written now."}}
STATUS = {"status": {"error_code": "1008", "error_message": "too many"}}
BUSY = frozenset({503, 429})


class Place:
    port: int | None = None


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Answers with what its application was told to; `answers` are status and body, in turn."""
    found = Place()

    async def answer(request: web.Request) -> web.Response:
        status, body = found.answers.pop(0)  # type: ignore[attr-defined]
        return web.Response(status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode())

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


async def asked(place: Place, *answers: tuple[int, object], stream_share: float = 0.0, may: bool = True) -> Clients:
    place.answers = list(answers)  # type: ignore[attr-defined]
    clients = Clients([place], "key", 1, may_refuse=BUSY if may else frozenset(), stream_share=stream_share)
    await clients.run(1, lambda: not place.answers)  # type: ignore[attr-defined]
    return clients


async def test_an_answer_is_acknowledged_with_its_cost(place: Place) -> None:
    clients = await asked(place, (200, COST), (200, COST))
    assert [(each.number, each.run_id, each.cost_usd) for each in clients.acknowledged] == [
        (100, "r1", Decimal("0.5")),
        (101, "r1", Decimal("0.5")),
    ]


async def test_a_refusal_may_be_only_where_it_is_expected_and_in_its_envelope(place: Place) -> None:
    clients = await asked(place, (503, ENVELOPE), (429, STATUS), (503, {"detail": "no"}), (500, ENVELOPE), (503, b"x"))
    assert clients.turned_away == {503: 1, 429: 1}
    assert len(clients.refused) == 3
    assert len((await asked(place, (503, ENVELOPE), may=False)).refused) == 1


async def test_a_stream_may_end_with_an_error_frame_where_refusals_may_be(place: Place) -> None:
    frames = b'data:{"choices":[]}\n\ndata:' + json.dumps(ENVELOPE, separators=(",", ":")).encode()
    cut = (200, frames + b"\n\ndata:[DONE]\n\n")
    clients = await asked(place, cut, (200, frames), stream_share=1.0)
    assert (clients.cut, clients.broken, clients.refused) == (1, 1, [])
    assert len((await asked(place, cut, stream_share=1.0, may=False)).refused) == 1


async def test_an_answer_without_a_cost_is_a_fault(place: Place) -> None:
    clients = await asked(place, (200, {"status": {"error_code": "1001", "error_message": "invalid"}}))
    assert len(clients.refused) == 1
    assert clients.acknowledged == []
