"""What a server settles once it has started."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator

from cryptodesk.app.server import settle_generators


async def _answer() -> AsyncGenerator[int, None]:
    yield 1
    yield 2


def test_an_answers_generators_are_not_remembered_and_are_closed_all_the_same_when_they_are_let_go() -> None:
    ended = asyncio.Event()

    async def let_go() -> AsyncGenerator[int, None]:
        try:
            yield 1
            yield 2
        finally:
            ended.set()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        before = _answer()
        await anext(before)
        assert before in loop._asyncgens  # type: ignore[attr-defined]
        settle_generators()
        after = _answer()
        await anext(after)
        assert after not in loop._asyncgens  # type: ignore[attr-defined]
        left = let_go()
        await anext(left)
        del left
        await ended.wait()
        await before.aclose()
        await after.aclose()

    asyncio.run(asyncio.wait_for(serve(), 10))
    assert ended.is_set()
    assert sys.get_asyncgen_hooks().firstiter is None  # the loop gave its own back at its end
