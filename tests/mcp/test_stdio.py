"""`cryptodesk mcp` as a client starts it: a process of its own, whose standard output is the protocol alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from cryptodesk.mcp.stdio import Lines

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "CRYPTODESK_HOME": str(home / "desk"), "CRYPTODESK_DATA": "snapshot"}


def parameters(home: Path, **more: str) -> StdioServerParameters:
    env = {**environment(home), **more}
    return StdioServerParameters(command=sys.executable, args=["-m", "cryptodesk", "mcp"], env=env)


async def test_a_client_that_starts_it_gets_tools_answers_and_texts(tmp_path: Path) -> None:
    heard: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with Client(stdio_client(parameters(tmp_path))) as session:
        tools = await session.list_tools()
        ids = await session.call_tool("cmc_id_lookup", {"query": "bitcoin", "asset_type": "coin"})
        asked = {"question": "How did Bitcoin do in August 2026?"}
        answer = await session.call_tool("ask", asked, progress_callback=hear)
        status = json.loads((await session.read_resource("cryptodesk://data/status")).contents[0].text)
    assert len(tools.tools) == 11
    assert ids.structured_content["coin_id_look_up_result"]
    assert "rose 24.96%" in answer.structured_content["answer"]
    assert answer.structured_content["verification"]["status"] == "verified"
    assert [message.split()[0] for message in heard if message] == ["cmc_id_lookup"] * 2 + ["cmc_market_data"] * 2
    assert status["mode"] == "snapshot"


async def test_a_run_that_is_taken_back_leaves_the_server_to_others(tmp_path: Path) -> None:
    begun = anyio.Event()

    async def hear(*_: Any) -> None:
        begun.set()

    more = {"CRYPTODESK_SCRIPTED_MODELS": "true"}
    async with Client(stdio_client(parameters(tmp_path, **more)), mode="legacy") as session:
        asked = {"question": "hello", "model": "scripted-loop"}
        async with anyio.create_task_group() as group:

            async def ask() -> None:
                await session.call_tool("ask", asked, progress_callback=hear)

            group.start_soon(ask)
            await begun.wait()
            group.cancel_scope.cancel()
        assert len((await session.list_tools()).tools) == 11


@pytest.mark.parametrize(
    ("number", "code"), [(None, 0), (signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["closed", "ctrl-c", "term"]
)
def test_it_ends_when_its_client_does_or_when_it_is_told_to(tmp_path: Path, number: int | None, code: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cryptodesk", "mcp"],
        env={"PATH": "", **environment(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(json.dumps(PING) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"jsonrpc": "2.0", "id": 1, "result": {}}
        if number is None:
            process.stdin.close()
        else:
            process.send_signal(number)
        assert process.wait(60) == code
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


async def test_lines_come_whole_however_they_are_cut() -> None:
    reading, writing = os.pipe()
    lines = Lines(reading)
    for piece in (b'{"a":', b'1}\n{"b', b'":"\xff"}\r\nlast'):
        os.write(writing, piece)
    os.close(writing)
    assert [line async for line in lines] == ['{"a":1}', '{"b":"\ufffd"}\r', "last"]
    os.close(reading)


def test_a_wrong_setting_ends_the_start_with_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cryptodesk", "mcp"],
        input="",
        env={"PATH": "", **environment(tmp_path), "CRYPTODESK_RUN_SECONDS": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "run_seconds" in done.stderr
    assert len(done.stderr.splitlines()) == 1
