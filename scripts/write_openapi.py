"""Writes docs/openapi.json and docs/http-api.md from the routes of a desk with default settings.

python scripts/write_openapi.py            # writes both anew
python scripts/write_openapi.py --check    # tells whether they are those of the code
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pages import write_or_check

from cryptodesk.app.openapi import METHODS
from cryptodesk.app.server import create_app
from cryptodesk.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"

HEAD = """\
# HTTP reference

<!-- Written by scripts/write_openapi.py from the routes themselves: change those, then run it. -->

Every route of the server. The whole description, with the shape of each request and answer, is in OpenAPI 3.1:
[openapi.json](openapi.json), or `/openapi.json` of a running desk. A running desk also shows it at `/try`, where each
request can be filled in and sent with your key, streams included, and copied as curl, Python or TypeScript.

Keys are sent as each format has it; any key of the desk works with all of them. Where a desk has more or less mounted
than this, its own `/openapi.json` says so.
"""
KEYS = {
    "cmcKey": "`X-CMC_PRO_API_KEY`",
    "deskBearer": "`Authorization: Bearer`",
    "openaiKey": "`Authorization: Bearer`",
    "messariBearer": "`Authorization: Bearer`",
    "messariKey": "`x-messari-api-key`",
    "metricsKey": "`Authorization: Bearer` with the metrics key, or none on the same machine",
}
PAGES = {
    "OpenAI": "[The OpenAI dialect](dialects/openai.md)",
    "CoinMarketCap AI": "[The CMC dialect](dialects/cmc.md)",
    "Messari AI": "[Chat](dialects/messari.md), [the other routes](dialects/messari-jobs.md)",
    "Desk": "[Money](money.md), [limits](limits.md), [data](data/status.md)",
    "MCP": "[MCP](mcp.md)",
    "Operations": "[Running the desk](operations.md)",
}


class Defaults(Settings):
    """Read from nowhere: the document is that of no particular deployment."""

    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, **others):  # type: ignore[no-untyped-def]
        return (init_settings,)


def document() -> dict[str, Any]:
    """What a desk answers at /openapi.json."""
    with tempfile.TemporaryDirectory() as home:
        app = create_app(Defaults(home=Path(home)))
        return asyncio.run(_get(app, "/openapi.json"))


async def _get(app: Any, path: str) -> Any:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    target = {"path": path, "raw_path": path.encode(), "root_path": "", "query_string": b""}
    connection = {"type": "http", "http_version": "1.1", "scheme": "http", "server": None, "client": None}
    await app({**connection, "method": "GET", **target, "headers": []}, receive, send)
    return json.loads(b"".join(message.get("body", b"") for message in sent))


def page(told: dict[str, Any]) -> str:
    parts = [HEAD]
    for tag in told["tags"]:
        name = tag["name"]
        parts.append(f"## {name}\n\n{tag['description']} {PAGES.get(name, '')}\n".replace(" \n", "\n"))
        parts.append("| route | what it does | key |\n|---|---|---|\n" + "\n".join(_rows(told, name)) + "\n")
    return "\n".join(parts)


def _rows(told: dict[str, Any], tag: str) -> Iterator[str]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method in METHODS and operation["tags"] == [tag]:
                keys = dict.fromkeys(KEYS[name] for way in operation.get("security", ()) for name in way)
                yield f"| `{method.upper()} {path}` | {operation['summary']} | {' or '.join(keys) or 'none'} |"


def files() -> dict[Path, str]:
    told = document()
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    return {DOCS / "openapi.json": text, DOCS / "http-api.md": page(told)}


def main() -> int:
    return write_or_check(files(), "files")


if __name__ == "__main__":
    sys.exit(main())
