"""What becomes of a read that fails: what was broken off is repeated, what took too long is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

pytest.importorskip("asyncpg")

import asyncpg

from cryptodesk.core.errors import StoreUnavailable
from cryptodesk.storage.postgres.connecting import Connector
from cryptodesk.storage.postgres.readers import Readers


class Failing:
    """A connection on which every query fails in one way."""

    def __init__(self, error: BaseException, asked: list[str]) -> None:
        self._error = error
        self._asked = asked
        self._is_closed = False

    async def fetch(self, query: str, *_: Any) -> list[Any]:
        self._asked.append(query)
        raise self._error

    def is_closed(self) -> bool:
        return self._is_closed

    def terminate(self) -> None:
        self._is_closed = True


@pytest.mark.parametrize(
    ("error", "times"), [(TimeoutError(), 1), (ConnectionResetError(), 3), (asyncpg.AdminShutdownError("bye"), 3)]
)
async def test_a_read_is_repeated_only_where_that_may_help(error: BaseException, times: int) -> None:
    asked: list[str] = []

    async def connect() -> Failing:
        return Failing(error, asked)

    connector = SimpleNamespace(connect=connect, is_pooled=False, label="db:5432/desk")
    with pytest.raises(StoreUnavailable):
        await Readers(cast(Connector, connector), 2).fetch("SELECT 1", ())
    assert asked == ["SELECT 1"] * times
