"""`python -m bench.survival.nursery`: forks a server for each line of standard input, and says where it listens."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from cryptodesk.app.server import create_app, serve_forever
from cryptodesk.settings import load_settings

__all__ = ["main"]

_ADDRESS = re.compile(r"listening on http://[^:]+:(\d+)$")


def main() -> int:
    """Two lines a server: `forked NAME PID` and, when it serves, `serves NAME PORT`."""
    with tempfile.TemporaryDirectory(prefix="survival-warm-") as name:
        asyncio.run(_load_all(Path(name)))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are reaped by the kernel, so that their ids are gone
    for line in sys.stdin:
        name = line.strip()
        pid = os.fork()
        if pid == 0:
            _serve(name)
        _say(f"forked {name} {pid}")
    return 0


async def _load_all(home: Path) -> None:
    """Starts and ends a server that listens nowhere: most of the product is imported only then."""
    said: asyncio.Queue[str] = asyncio.Queue()
    asked: asyncio.Queue[str] = asyncio.Queue()

    async def receive() -> MutableMapping[str, Any]:
        return {"type": await asked.get()}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.put_nowait(message["type"])

    serving = asyncio.ensure_future(create_app(load_settings(home=home))({"type": "lifespan"}, receive, send))
    for step in ("lifespan.startup", "lifespan.shutdown"):
        asked.put_nowait(step)
        await said.get()
    await serving


def _serve(name: str) -> None:
    """Never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    def say(words: str) -> None:
        if found := _ADDRESS.search(words):
            _say(f"serves {name} {found[1]}")

    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        serve_forever(load_settings(port=0), say=say)
        status = 0
    finally:
        os._exit(status)


def _say(words: str) -> None:
    os.write(1, f"{words}\n".encode())  # at once and whole, whoever else writes


if __name__ == "__main__":
    sys.exit(main())
