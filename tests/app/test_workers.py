"""Several processes as one server: what they count together, and what becomes of one that dies."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cryptodesk.app.workers import Supervisor, pause_after
from tests.app.test_counting import samples
from tests.clients.server import KEY, RunningServer, environment, running_server

_EXIT_SECONDS = 30


def ask(server: RunningServer, method: str, path: str, body: object = None) -> str:
    """On a connection of its own, which any worker may take."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=_EXIT_SECONDS)
    headers = {"content-type": "application/json", "x-cmc_pro_api_key": KEY}
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, text
        return text
    finally:
        connection.close()


def chat(server: RunningServer) -> None:
    body = {"model": "scripted-plain", "messages": [{"role": "user", "content": "What is Bitcoin?"}]}
    ask(server, "POST", "/v1/chat/completions", body)


def counted(server: RunningServer) -> tuple[float, set[str]]:
    """Runs that all workers counted, and the workers that tell of themselves."""
    found = samples(ask(server, "GET", "/metrics"))
    runs = sum(value for (name, *_), value in found.items() if name == "runs_total")
    return runs, {key[1] for key in found if key[0] == "process_start_seconds"}


def children(process: subprocess.Popen[str]) -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    return [int(number) for number in found]


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
def test_two_workers_count_as_one_and_a_killed_one_loses_nothing(tmp_path: Path) -> None:
    settings = {"CRYPTODESK_SCRIPTED_MODELS": "true", "CRYPTODESK_DRAIN_SECONDS": "2"}
    with running_server(tmp_path, "--workers", "2", **settings) as server:
        while counted(server)[1] != {"0", "1"}:  # until the second serves too
            pass
        for _ in range(12):
            chat(server)
        assert {counted(server)[0] for _ in range(6)} == {12}
        first, second = children(server.process)
        os.kill(first, signal.SIGKILL)
        chat(server)
        while len(children(server.process)) < 2 or first in children(server.process):
            chat(server)
        assert second in children(server.process)
        runs = counted(server)[0]
        assert runs >= 14
        server.process.send_signal(signal.SIGHUP)
        chat(server)
        assert counted(server)[0] == runs + 1
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(_EXIT_SECONDS) == 0
    assert any("started anew" in line for line in server.lines)
    assert sum("listening on" in line for line in server.lines) == 1


def test_a_port_that_is_taken_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        port = server.url.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "cryptodesk", "serve", "--workers", "2", "--port", port]
        own = environment(tmp_path / "other", CRYPTODESK_BOOTSTRAP_KEY=KEY)
        done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr


def test_pauses_double_up_to_a_bound() -> None:
    assert [pause_after(failures) for failures in (1, 2, 3, 4)] == [0.25, 0.5, 1.0, 2.0]
    assert pause_after(500) == 30.0


class Ticks:
    """Time that stands still; a pause is over at once, and the third stops the supervisor."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.supervisor: Supervisor | None = None

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == 3 and self.supervisor is not None:
            self.supervisor.stop()

    def chance(self) -> float:
        return 0.0


async def test_a_worker_that_dies_at_once_is_started_anew_ever_more_rarely() -> None:
    ticks = Ticks()
    ticks.supervisor = Supervisor(
        lambda _: [sys.executable, "-S", "-c", "raise SystemExit(3)"], 1, patience_seconds=20, ticks=ticks
    )
    assert await ticks.supervisor.run() == 0
    assert ticks.pauses == [0.25, 0.5, 1.0]


async def test_a_worker_that_does_not_stop_is_killed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    deaf = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(sys.argv[1], 'w'); signal.pause()"
    begun = tmp_path / "begun"
    supervisor = Supervisor(lambda _: [sys.executable, "-S", "-c", deaf, str(begun)], 1, patience_seconds=0.2)
    running = asyncio.create_task(supervisor.run())
    while not begun.exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    supervisor.stop()
    assert await running == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
def test_workers_whose_supervisor_is_killed_stop_too(tmp_path: Path) -> None:
    with running_server(tmp_path, "--workers", "2", CRYPTODESK_DRAIN_SECONDS="0") as server:
        while counted(server)[1] != {"0", "1"}:
            pass
        workers = children(server.process)
        server.kill()
        while any(is_alive(number) for number in workers):
            pass
    assert len(workers) == 2


def is_alive(number: int) -> bool:
    """Not gone, and not a zombie that nobody has waited for."""
    try:
        state = Path(f"/proc/{number}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def test_a_wrong_model_file_ends_the_start_and_not_every_worker_in_turn(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "models.toml").write_text("[models.x]\nnonsense = 1\n")
    own = environment(tmp_path, CRYPTODESK_PORT="0", CRYPTODESK_WORKERS="2", CRYPTODESK_BOOTSTRAP_KEY=KEY)
    command = [sys.executable, "-m", "cryptodesk", "serve"]
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "models.toml" in done.stderr
