"""When a process says that it wants requests, and how it stops."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest

from cryptodesk.app.readiness import Readiness, settle_cut
from cryptodesk.core.errors import InternalError
from tests.app.test_counting import serving


class Desk:
    """What readiness looks at."""

    def __init__(self, model_ids: tuple[str, ...] = ("m",), *, breaks: Exception | None = None) -> None:
        self.model_ids = model_ids
        self.breaks = breaks
        self.models = self.database = self

    async def fetch(self, sql: str) -> list[Any]:
        if self.breaks is not None:
            raise self.breaks
        return [(1,)]


async def checks(desk: Desk) -> dict[str, str]:
    readiness = Readiness()
    readiness.serve(cast("Any", desk))
    return await readiness.checks()


async def test_a_server_that_has_not_begun_is_not_ready() -> None:
    assert await Readiness().checks() == {"server": "starting"}


async def test_a_server_whose_store_answers_and_that_has_models_is_ready() -> None:
    assert await checks(Desk()) == {"server": "ok", "store": "ok", "models": "ok"}


@pytest.mark.parametrize(
    ("desk", "amiss"),
    [
        (Desk(()), {"models": "none"}),
        (Desk(breaks=InternalError("the disk CANARY")), {"store": "failing"}),
        (Desk(breaks=TimeoutError()), {"store": "slow"}),
    ],
)
async def test_what_is_amiss_is_named_and_no_more_is_said(desk: Desk, amiss: dict[str, str]) -> None:
    assert await checks(desk) == {"server": "ok", "store": "ok", "models": "ok", **amiss}


async def test_a_server_that_drains_never_becomes_ready_again() -> None:
    readiness = Readiness()
    readiness.drain()
    readiness.serve(cast("Any", Desk()))
    assert await readiness.checks() == {"server": "draining"}


async def test_the_page_says_it_by_its_status(tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        answer = await client.call("GET", "/readyz")
        assert (answer.status, json.loads(answer.body)["status"]) == (200, "ready")
    answer = await client.call("GET", "/readyz")
    assert (answer.status, json.loads(answer.body)) == (
        503,
        {"status": "unavailable", "checks": {"server": "draining"}},
    )
    assert (await client.call("GET", "/healthz")).status == 200


async def test_what_was_cut_off_is_waited_for_until_it_is_settled() -> None:
    left = [3, 2, 1, 0]
    assert await settle_cut(lambda: left.pop(0) if len(left) > 1 else left[0], 5.0) == 0
    assert left == [0]


async def test_what_is_never_settled_is_not_waited_for_for_ever() -> None:
    async with asyncio.timeout(5):
        assert await settle_cut(lambda: 2, 0.03) == 2
