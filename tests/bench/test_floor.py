"""The floor writes what the money contract asks for, around an answer that is the yardstick's."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from bench.floor import Floor
from bench.native import END_MARK

BODY = {"model": "any", "messages": [{"role": "user", "content": "hi"}]}


async def ask(app: Floor, body: dict[str, Any]) -> bytes:
    """The answer, and after each of its messages how many charges were on disk then."""
    sent: list[tuple[MutableMapping[str, Any], int]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append((message, app.database.read("SELECT count(*) FROM ledger_entries")[0][0]))

    headers = [(b"authorization", b"Bearer key")]
    await app({"type": "http", "path": "/v1/chat/completions", "headers": headers}, receive, send)
    assert sent[-1][1] == 1
    return b"".join(message.get("body", b"") for message, _ in sent)


@pytest.mark.parametrize("stream", [False, True])
async def test_hold_and_charge_are_on_disk_before_the_answer_ends(mock_port: int, tmp_path: Path, stream: bool) -> None:
    app = Floor(f"http://127.0.0.1:{mock_port}/v1", "key", tmp_path)
    answers: list[bytes] = []

    async def live_through_one_answer() -> MutableMapping[str, Any]:
        kind = "lifespan.shutdown" if asked else "lifespan.startup"
        if asked:
            answers.append(await ask(app, {**BODY, "stream": stream}))
            rows = app.database.read("SELECT kind FROM ledger_holds ORDER BY position")
            assert [kind for (kind,) in rows] == ["hold", "release"]
        asked.append(True)
        return {"type": kind}

    asked: list[bool] = []

    async def told(message: MutableMapping[str, Any]) -> None:
        assert message["type"].endswith(".complete")

    await app({"type": "lifespan"}, live_through_one_answer, told)
    assert END_MARK.encode() in answers[0] or b"[DONE]" in answers[0]
