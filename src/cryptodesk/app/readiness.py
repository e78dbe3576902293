"""Whether this process should be sent requests: its stores answer, it has models, and it is not about to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cryptodesk.core.errors import CryptodeskError

if TYPE_CHECKING:
    from cryptodesk.app.desk import Desk

__all__ = ["Readiness", "readiness_endpoint", "settle_cut"]

_STORE_SECONDS: Final = 2.0
_STEP_SECONDS: Final = 0.01

State = Literal["starting", "ready", "draining"]


class Readiness:
    """`state` moves from starting to ready to draining, and never back."""

    def __init__(self) -> None:
        self.state: State = "starting"

    def serve(self, desk: Desk) -> None:
        """The stores are open from now on."""
        self._desk = desk
        if self.state == "starting":
            self.state = "ready"

    def drain(self) -> None:
        self.state = "draining"

    async def checks(self) -> dict[str, str]:
        """What is looked at, each `ok` or what it is instead. Says nothing of why: that is in the log."""
        if self.state != "ready":
            return {"server": self.state}
        models = "ok" if self._desk.models.model_ids else "none"
        return {"server": "ok", "store": await self._store(), "models": models}

    async def _store(self) -> str:
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                await self._desk.database.fetch("SELECT 1")
        except TimeoutError:
            return "slow"
        except CryptodeskError:
            return "failing"
        return "ok"


def readiness_endpoint(readiness: Readiness) -> Callable[[Request], Awaitable[Response]]:
    """`GET /readyz`: 200 when ready, else 503 with what is amiss."""

    async def show_readiness(request: Request) -> Response:
        checks = await readiness.checks()
        is_ready = set(checks.values()) == {"ok"}
        body = msgspec.json.encode({"status": "ready" if is_ready else "unavailable", "checks": checks})
        headers = {"cache-control": "no-store"}
        return Response(body, 200 if is_ready else 503, headers=headers, media_type="application/json")

    return show_readiness


async def settle_cut(open_requests: Callable[[], int], seconds: float) -> int:
    """Returns once those that were cut off have settled what they used, or after `seconds`; how many have not."""
    for _ in range(round(seconds / _STEP_SECONDS)):
        if not open_requests():
            return 0
        await asyncio.sleep(_STEP_SECONDS)
    return open_requests()
