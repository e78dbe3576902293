"""A client of the drill: asks over HTTP, reads what comes, and leaves early where it is told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from cryptodesk.drills.seen import Seen, read_answer

__all__ = ["ask", "ask_and_leave", "read_receipt"]

# After this everything that was sent before has been read.
_SETTLED_SECONDS = 0.08


def _headers(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}", "X-CMC_PRO_API_KEY": key}


async def ask(
    session: aiohttp.ClientSession, url: str, body: dict[str, Any], key: str, secrets: Sequence[str] = ()
) -> Seen:
    """An answer that no client could read has status 0, and the reason for its error. `secrets` are what no answer may
    tell."""
    try:
        async with session.post(url, json=body, headers=_headers(key)) as response:
            kind = response.headers.get("Content-Type", "")
            return read_answer(response.status, kind, await response.read(), (key, *secrets))
    except (ValueError, LookupError, TypeError, aiohttp.ClientError) as error:
        return Seen(0, error=f"{type(error).__name__}: {error}"[:200])


async def ask_and_leave(
    session: aiohttp.ClientSession, url: str, body: dict[str, Any], key: str, waits: asyncio.Event
) -> None:
    """Hangs up once the provider `waits`."""
    asking = asyncio.create_task(ask(session, url, body, key))
    waiting = asyncio.create_task(waits.wait())
    try:
        await asyncio.wait((asking, waiting), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(_SETTLED_SECONDS)
    finally:
        for task in (asking, waiting):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def read_receipt(session: aiohttp.ClientSession, url: str, run_id: str, key: str) -> dict[str, Any] | None:
    """None where there is none."""
    async with session.get(f"{url}/v1/receipts/{run_id}", headers=_headers(key)) as response:
        found: dict[str, Any] = await response.json()
        return found if response.status == 200 else None
