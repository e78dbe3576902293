"""What a server says that cannot start: the reason in one line, or where the defect is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette

from cryptodesk.app.starting import Starting
from cryptodesk.core.errors import InternalError


async def start(lifespan: Callable[[Any], Any]) -> tuple[list[dict[str, Any]], str | None]:
    """What the application told its server, from its start to its stop, and what it kept to be said."""
    events = iter(["lifespan.startup", "lifespan.shutdown"])
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": next(events)}

    async def send(message: Any) -> None:
        said.append(dict(message))

    app = Starting(Starlette(lifespan=lifespan))
    try:
        await app({"type": "lifespan", "state": {}}, receive, send)
    except RuntimeError as error:
        said.append({"raised": str(error)})
    return said, app.failure.message if app.failure else None


async def test_a_failure_of_ours_is_kept_and_no_traceback_is_told() -> None:
    @asynccontextmanager
    async def fails(app: Any) -> AsyncIterator[None]:
        raise InternalError("the disk is full: free some space")
        yield

    assert await start(fails) == ([{"type": "lifespan.startup.failed"}], "the disk is full: free some space")


async def test_a_defect_keeps_its_traceback() -> None:
    @asynccontextmanager
    async def breaks(app: Any) -> AsyncIterator[None]:
        raise RuntimeError("a defect")
        yield

    (told, raised), kept = await start(breaks)
    assert kept is None
    assert told["type"] == "lifespan.startup.failed"
    assert "Traceback" in told["message"]
    assert raised == {"raised": "a defect"}


async def test_a_good_start_and_stop_pass_through() -> None:
    @asynccontextmanager
    async def works(app: Any) -> AsyncIterator[None]:
        yield

    said, kept = await start(works)
    assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert kept is None


async def test_a_failing_stop_is_not_taken_for_a_failing_start() -> None:
    @asynccontextmanager
    async def stops_badly(app: Any) -> AsyncIterator[None]:
        yield
        raise InternalError("could not be closed")

    with pytest.raises(InternalError, match="could not be closed"):
        await start(stops_badly)
