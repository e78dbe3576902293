"""`cryptodesk serve` as a process of its own: started as a user starts it, stopped or killed, and watched."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bench.machine import group_pids
from bench.proof.part import ProofError, until
from bench.survival.drive import KEY
from bench.targets import clean_environment

__all__ = ["SERVE", "ServerProcess", "desk_environment", "resident_kb", "run_command", "servers"]

SERVE = (sys.executable, "-m", "cryptodesk", "serve")

_ADDRESS = re.compile(rb"listening on http://[^:\s]+:(\d+)")
_START_SECONDS = 60.0
_STOP_SECONDS = 40.0
_RESIDENT = re.compile(r"^(VmRSS|RssAnon):\s+(\d+) kB", re.MULTILINE)


def desk_environment(folder: Path, upstream: str = "", **more: str) -> dict[str, str]:
    """Nothing of the caller's own: a data folder, a known key, market data from the store, and `upstream` as OpenAI."""
    own = {
        "CRYPTODESK_HOME": str(folder),
        "CRYPTODESK_BOOTSTRAP_KEY": KEY,
        "CRYPTODESK_DATA": "snapshot",
        "CRYPTODESK_PORT": "0",
    }
    provider = {"CRYPTODESK_OPENAI_BASE_URL": upstream, "OPENAI_API_KEY": "sk-proof"} if upstream else {}
    return clean_environment() | own | provider | more


class ServerProcess:
    """A place in which one server after the other lives; `port` is None while none serves."""

    def __init__(self, env: Mapping[str, str], log: Path, command: Sequence[str] = SERVE) -> None:
        self.port: int | None = None
        self._env = dict(env)
        self._log = log
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._said_before = 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_over(self) -> bool:
        return self._process is None or self._process.returncode is not None

    async def start(self, limit_seconds: float = _START_SECONDS) -> float:
        """The seconds until it serves. Raises: ProofError, with what it said, if it ends before or does not."""
        began = asyncio.get_running_loop().time()
        await self.begin()
        found = await self._wait_for_address(limit_seconds)
        if found is None:
            await self.kill()
            raise ProofError(f"a server did not begin to serve: {self.said()[-600:]}")
        self.port = found
        return asyncio.get_running_loop().time() - began

    async def begin(self) -> None:
        """Starts the process and waits for nothing."""
        self._said_before = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _wait_for_address(self, limit_seconds: float) -> int | None:
        with contextlib.suppress(ProofError):
            await until(lambda: self.is_over or bool(self._address()), "an address", limit_seconds)
        return self._address()

    def _address(self) -> int | None:
        found = _ADDRESS.search(self.said().encode())
        return int(found[1]) if found else None

    async def ended(self, limit_seconds: float = _STOP_SECONDS) -> int:
        """Its exit code. Raises: ProofError if it goes on."""
        assert self._process is not None
        try:
            code = await asyncio.wait_for(self._process.wait(), limit_seconds)
        except TimeoutError:
            raise ProofError(f"a server did not end within {limit_seconds:g} s") from None
        self.port = None
        return code

    async def stop(self, limit_seconds: float = _STOP_SECONDS) -> int:
        """As an operator does: SIGTERM. It keeps its port until it is over. Raises: ProofError if it goes on."""
        if not self.is_over:
            os.kill(self.pid, signal.SIGTERM)
        return await self.ended(limit_seconds)

    async def kill(self) -> None:
        """With -9, and whatever it started. Returns when it is gone."""
        self.port = None
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    def said(self) -> str:
        """What the latest one wrote, log included."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as log:
            log.seek(self._said_before)
            return log.read().decode(errors="replace")

    def defects(self) -> list[str]:
        """Lines of the log, of all that lived here, that tell of an exception nobody expected."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        lines = [line for line in text.splitlines() if '"exception"' in line or line.startswith("Traceback")]
        return [f"the log has: {_clipped(line)}" for line in lines]


def _clipped(line: str) -> str:
    try:
        entry = msgspec.json.decode(line.encode(), type=dict)
    except msgspec.MsgspecError:
        return line[:400]
    return f"{entry.get('message', '')} {str(entry.get('exception', ''))[-400:]}"


def resident_kb(leader: int) -> tuple[int, int]:
    """Resident memory of a server and its workers, and the part of it that no file backs."""
    whole = own = 0
    for pid in group_pids(leader):
        with contextlib.suppress(OSError):
            found = dict(_RESIDENT.findall(Path(f"/proc/{pid}/status").read_text("ascii")))
            whole += int(found.get("VmRSS", 0))
            own += int(found.get("RssAnon", 0))
    return whole, own


@asynccontextmanager
async def servers(
    count: int, env: Mapping[str, str], folder: Path, command: Sequence[str] = SERVE
) -> AsyncIterator[list[ServerProcess]]:
    """So many that serve, on one data folder. Killed at the end, if they still live."""
    found = [ServerProcess(env, folder / f"server-{number}.log", command) for number in range(count)]
    try:
        await found[0].start()  # alone, so that no two set the folder up
        await asyncio.gather(*(server.start() for server in found[1:]))
        yield found
    finally:
        for server in found:
            await server.kill()


async def run_command(env: Mapping[str, str], *arguments: str, limit_seconds: float = 120) -> tuple[int, bytes, bytes]:
    """`cryptodesk …`: exit code, output and errors."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cryptodesk", *arguments, env=dict(env), stdout=pipe, stderr=pipe
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), limit_seconds)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, output, errors
