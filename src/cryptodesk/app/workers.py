"""Several processes on one socket: started, started anew when one dies, and stopped together.

Each is a server of its own on the same stores. The socket is opened once, here, so that none of them can lose it and a
connection that comes while one is away is taken by another. A worker whose supervisor is gone stops as if told to.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import cryptodesk
from cryptodesk.app.counting import Slot
from cryptodesk.app.desk import open_keys
from cryptodesk.app.logs import Logs
from cryptodesk.app.server import address_text, ensure_key, serve_forever
from cryptodesk.catalog.models import load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.ticks import SystemTicks, Ticks
from cryptodesk.settings import Settings, SettingsError, load_settings

__all__ = ["Supervisor", "pause_after", "serve_by_workers", "work"]

log = logging.getLogger("cryptodesk.workers")

_BACKLOG: Final = 2048
_FIRST_PAUSE_SECONDS: Final = 0.25
_LONGEST_PAUSE_SECONDS: Final = 30.0
# One that lived this long had started well: the next failure is a new one.
_WELL_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 15.0


def serve_by_workers(
    settings: Settings, overrides: Mapping[str, Any], say: Callable[[str], None], *, workers: int
) -> int:
    """Serves until SIGINT or SIGTERM; the exit code. `overrides` are the command-line options that were given.

    Raises: SettingsError for an address that cannot be listened on, CatalogError for a wrong model or price file; what
    opening the stores raises."""
    if sys.platform == "win32":
        raise SettingsError("workers: this system cannot share a socket so; use 1")
    clock = SystemClock()
    logs = Logs(settings, clock)
    logs.install()
    # A file that is wrong would end every worker, again and again.
    load_models(settings.own_models_file)
    load_prices(settings.own_prices_file)
    with open_keys(settings) as keys:  # once, before there is anybody to do it twice
        ensure_key(settings, keys, clock, say)
    with _listen(settings) as listening, tempfile.TemporaryDirectory(prefix="cryptodesk-workers-") as folder:
        say(f"cryptodesk {cryptodesk.__version__} listening on {address_text(listening)} with {workers} workers")
        patience = settings.drain_notice_seconds + settings.drain_seconds + _PATIENCE_SECONDS
        command = _command(listening, overrides, workers, Path(folder))
        supervisor = Supervisor(command, workers, (listening.fileno(),), patience_seconds=patience)
        return asyncio.run(supervisor.run())


class Supervisor:
    """`command(number)` starts the worker of a slot, which inherits the descriptors. `patience_seconds` is how long the
    workers may take to stop."""

    def __init__(
        self,
        command: Callable[[int], list[str]],
        workers: int,
        descriptors: tuple[int, ...] = (),
        *,
        patience_seconds: float,
        ticks: Ticks | None = None,
    ) -> None:
        self._command = command
        self._workers = workers
        self._descriptors = descriptors
        self._patience_seconds = patience_seconds
        self._ticks: Ticks = ticks or SystemTicks()
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """0 when it was told to stop and all workers did; 1 when some had to be killed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._tell, signal.SIGHUP)
        keepers = [asyncio.create_task(self._keep(number)) for number in range(self._workers)]
        await self._stopping.wait()
        self._tell(signal.SIGTERM)
        _, late = await asyncio.wait(keepers, timeout=self._patience_seconds)
        if late:
            log.error("%d workers did not stop in time and were killed", len(late))
            self._tell(signal.SIGKILL)
            await asyncio.wait(keepers)
        return 1 if late else 0

    def stop(self) -> None:
        self._stopping.set()

    def _tell(self, number: int) -> None:
        for process in self._running.values():
            if process.returncode is None:
                process.send_signal(number)

    async def _keep(self, number: int) -> None:
        failures = 0
        while not self._stopping.is_set():
            begun_at = self._ticks.monotonic()
            code = await self._run_one(number)
            if self._stopping.is_set():
                return
            failures = 1 if self._ticks.monotonic() - begun_at >= _WELL_SECONDS else failures + 1
            pause = pause_after(failures)
            log.error("worker %d ended with %d; it is started anew in %g s", number, code, pause)
            pausing = asyncio.ensure_future(self._ticks.sleep(pause))
            stopping = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait((pausing, stopping), return_when=asyncio.FIRST_COMPLETED)
            pausing.cancel()
            stopping.cancel()

    async def _run_one(self, number: int) -> int:
        process = await asyncio.create_subprocess_exec(
            *self._command(number), stdin=asyncio.subprocess.PIPE, pass_fds=self._descriptors
        )
        self._running[number] = process
        if self._stopping.is_set():  # told to stop while it was being started
            process.send_signal(signal.SIGTERM)
        return await process.wait()


def pause_after(failures: int) -> float:
    """Seconds before a worker that failed so many times in a row is started anew."""
    return float(min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10)))


def work(arguments: str) -> None:
    """The whole life of a worker. `arguments` is JSON that its supervisor wrote."""
    told = json.loads(arguments)
    # A terminal tells its whole group; the supervisor hears it too, and stops its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop_without_supervisor()
    settings = load_settings(**told["overrides"])
    listening = socket.socket(fileno=told["descriptor"])
    slot = Slot(told["number"], told["of"], Path(told["folder"]))
    try:
        serve_forever(settings, lambda _: None, listening, slot)
    except CryptodeskError as error:
        log.error("worker %d cannot start: %s", slot.number, error.message)
        raise SystemExit(1) from None


def _command(
    listening: socket.socket, overrides: Mapping[str, Any], workers: int, folder: Path
) -> Callable[[int], list[str]]:
    def command(number: int) -> list[str]:
        told = {
            "number": number,
            "of": workers,
            "folder": str(folder),
            "descriptor": listening.fileno(),
            "overrides": {name: str(value) for name, value in overrides.items() if value is not None},
        }
        start = "import sys; from cryptodesk.app.workers import work; work(sys.argv[1])"
        return [sys.executable, "-c", start, json.dumps(told)]

    return command


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingsError(f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}") from None


def _stop_without_supervisor() -> None:
    def watch() -> None:
        sys.stdin.buffer.read()  # ends when the supervisor does, however it ends
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="cryptodesk-supervisor-watch", daemon=True).start()
