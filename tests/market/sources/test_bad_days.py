"""The helper for authors of sources: it finds the careless source and passes the careful one."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.fetching.decode import decode_json
from tests.market.sources.bad_days import BAD_DAYS, POLICY, BadDay, suffer

SOURCE = SimpleNamespace(name="acme", policy=POLICY, check=None)


def route(path: str, *, is_careful: bool = True) -> Any:
    def to_records(answers: Sequence[HttpAnswer], query: object, context: object) -> list[int]:
        if not is_careful:
            return []
        return decode_json("acme", answers[0], dict[str, list[int]])["data"]

    return SimpleNamespace(build_query=lambda query, context: [HttpRequest(path)], to_records=to_records)


@pytest.mark.parametrize("path", ["/v1/map", "http://elsewhere.invalid/v1/map"])
@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_careful_source_survives_every_bad_day(day: BadDay, path: str) -> None:
    await suffer(day, SOURCE, route(path), None, None)


@pytest.mark.parametrize("name", ["null", "a number", "busy in a 200", "text named json", "wrong charset"])
async def test_a_source_that_takes_anything_for_an_answer_is_found_out(name: str) -> None:
    day = next(day for day in BAD_DAYS if day.name == name)
    with pytest.raises(pytest.fail.Exception):
        await suffer(day, SOURCE, route("/v1/map", is_careful=False), None, None)


def test_every_day_has_a_name_of_its_own() -> None:
    assert len({day.name for day in BAD_DAYS}) == len(BAD_DAYS) >= 30
