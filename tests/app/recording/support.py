"""A server in this process that records, and requests to it as bytes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryptodesk.app.recording.opening import open_store
from cryptodesk.app.server import create_app
from cryptodesk.dialects._ports import ASGIApp, Message
from cryptodesk.settings import Settings
from tests.asgi import alive

# Planted in every place that a key can come from; none may ever be on the disk.
KEY = "CANARY-api-key-0123456789abcdef0123456789abcdef"
BEARER = "CANARY-bearer-0123456789abcdef"
PROVIDER_KEY = "sk-CANARY-provider-0123456789"
CANARY = b"CANARY"

CHAT = "/v1/chat/completions"
INCLUDE = (b"cryptodesk-include", b"verification,receipt")
PROGRESS = (b"cryptodesk-include", b"verification,receipt,progress")
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("cmc_id_lookup", "cmc_market_data")]
_NO_ARGUMENTS = {"type": "object", "properties": {}}
OWN_TOOL = {"type": "function", "function": {"name": "my_tool", "description": "Mine.", "parameters": _NO_ARGUMENTS}}
OWN_BEARER = (b"authorization", f"Bearer {KEY}".encode())

Header = tuple[bytes, bytes]


def recording_settings(home: Path, **more: Any) -> Settings:
    values = {
        "data": "simulated",
        "simulated_coins": 500,
        "scripted_models": True,
        "bootstrap_key": KEY,
        "default_model": "cryptodesk-analyst",
        "research_model": "cryptodesk-analyst",
        "model_retry_seconds": 0.05,
    }
    return Settings(home=home, **{**values, **more})  # type: ignore[arg-type]


class Asker:
    """Sends requests to the application; `bodies` are the answers in order."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.bodies: list[bytes] = []

    async def ask(
        self, path: str, body: Any, *headers: Header, leaves_after: int = 0, query: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body. The client hangs up after so many messages of the answer, unless 0."""
        sent: list[Message] = []
        gone = asyncio.Event()
        unread = [json.dumps(body).encode()]

        async def receive() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if len(sent) == leaves_after:
                gone.set()

        await self._app(_scope(path, headers, query), receive, send)
        self.bodies.append(b"".join(message.get("body", b"") for message in sent))
        return sent[0]["status"] if sent else 0, self.bodies[-1]

    @property
    def last_id(self) -> str:
        found = re.search(rb"chatcmpl-[0-9a-f]{32}", self.bodies[-1])
        assert found is not None, self.bodies[-1]
        return found.group().decode()


def _scope(path: str, headers: Sequence[Header], query: bytes) -> dict[str, Any]:
    keys = [] if query else [(b"x-cmc_pro_api_key", KEY.encode()), (b"x-messari-api-key", KEY.encode())]
    own = [(b"content-type", b"application/json"), *keys, *headers]
    return {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": own}


@asynccontextmanager
async def recording_app(settings: Settings) -> AsyncIterator[Asker]:
    """Entered and left as a server enters and leaves it."""
    app = create_app(settings)
    async with alive(app):
        yield Asker(app)


def run_ids(settings: Settings) -> list[str]:
    return list(open_store(settings).run_ids())


def bytes_on_disk(settings: Settings) -> bytes:
    return b"".join(path.read_bytes() for path in settings.recordings_folder.glob("*.rec"))
