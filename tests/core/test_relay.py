"""A relay hands on what is thrown into it and closed, to what it is around."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from cryptodesk.core.relay import Relay


class Doubled(Relay[int]):
    def __init__(self, inner: AsyncGenerator[int, None]) -> None:
        self._inner = inner

    async def __anext__(self) -> int:
        return 2 * await self._inner.__anext__()


async def numbers(ended: list[str]) -> AsyncGenerator[int, None]:
    try:
        for number in (1, 2, 3):
            yield number
    except KeyError:
        ended.append("thrown at")
        raise
    finally:
        ended.append("closed")


async def test_it_is_read_like_a_generator() -> None:
    assert [number async for number in Doubled(numbers([]))] == [2, 4, 6]
    assert await Doubled(numbers([])).asend(None) == 2


async def test_closing_it_closes_what_it_is_around() -> None:
    ended: list[str] = []
    relay = Doubled(numbers(ended))
    await anext(relay)
    await relay.aclose()
    assert ended == ["closed"]


async def test_what_is_thrown_into_it_arrives_there() -> None:
    ended: list[str] = []
    relay = Doubled(numbers(ended))
    await anext(relay)
    with pytest.raises(KeyError):
        await relay.athrow(KeyError())
    assert ended == ["thrown at", "closed"]
