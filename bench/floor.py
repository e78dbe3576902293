"""The least that a Python gateway with the money contract can do: the yardstick, and the two commits of an answer.

A hold is on disk before the upstream is asked; the end of the hold and the charge are before the answer ends.
By the product's own store, and nothing else of it: no limits, no tools, no engine, no record, no numbers. What the
product costs above this is its own work; what it costs up to this, no work on that could save.

    BENCH_UPSTREAM=http://127.0.0.1:9000/v1 BENCH_KEY=… BENCH_FOLDER=… python -m uvicorn --factory bench.floor:make_app
"""

from __future__ import annotations

import os
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from bench.yardstick import Receive, Send, Yardstick
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.ledger.migrations import MIGRATIONS as LEDGER_MIGRATIONS
from cryptodesk.ledger.rows import INSERT_ENTRY, INSERT_HOLD
from cryptodesk.storage.database import Statement
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["Floor", "make_app"]

# Texts as long as the product's own.
_ACCOUNT, _KEY, _MODEL, _PRICE = "main", "key_0123456789abcdef", "cmc-ai-v1-gpt-5.1", "genai-prices 0.0.00"
_LAPSE_SECONDS = 180.0


class Floor(Yardstick):
    def __init__(self, upstream: str, key: str, folder: Path) -> None:
        super().__init__(upstream, key)
        path = folder / "floor.db"
        apply_migrations(path, "ledger", LEDGER_MIGRATIONS)
        self.database = SqliteDatabase(path)
        self.database.open()

    async def _live(self, receive: Receive, send: Send) -> None:
        try:
            await super()._live(receive, send)
        finally:
            self.database.close()

    async def _chat(self, body: bytes, send: Send) -> None:
        now = time.time()
        run_id = new_time_ordered_id(now)
        await self.database.write_statements([_hold(run_id, "hold", "0.012345", now)])

        async def send_settled(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await self.database.write_statements(_settled(run_id, now))
            await send(message)

        await super()._chat(body, send_settled)


def _hold(run_id: str, kind: str, amount: str, now: float) -> Statement:
    names = (f"{run_id}:{kind}", _ACCOUNT, _KEY, run_id, kind)
    return INSERT_HOLD, (*names, amount, now, _MODEL, _PRICE, now + _LAPSE_SECONDS, "finished")


def _settled(run_id: str, now: float) -> list[Statement]:
    charge = (f"{run_id}:0:charge", _ACCOUNT, _KEY, run_id, "charge", "0.00315", now, _MODEL, "gpt-5.1", _PRICE)
    usage = (120, 300, 0, 0, 0, 0, None, 0)
    return [
        _hold(run_id, "release", "-0.012345", now),
        (INSERT_ENTRY, (*charge, *usage, "finished")),
    ]


def make_app() -> Floor:
    return Floor(os.environ["BENCH_UPSTREAM"], os.environ["BENCH_KEY"], Path(os.environ["BENCH_FOLDER"]))
