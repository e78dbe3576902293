"""Evidence for who asks over HTTP: each key's own runs, and the same file as `cryptodesk evidence` writes.

The file needs a replay, which takes a second of a processor and a desk of its own, so a process of its own makes it: no
answer waits for it, and what it does to its logging and its loop stays there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from cryptodesk.app.recording.format import decode
from cryptodesk.app.recording.opening import open_store
from cryptodesk.core.errors import InternalError, Overloaded, TooLarge
from cryptodesk.core.requests import Caller
from cryptodesk.settings import Settings

__all__ = ["EvidenceDesk", "MakeFile", "make_by_process"]

log = logging.getLogger("cryptodesk.evidence")

# Makes the file of a run.
MakeFile = Callable[[Settings, str], Awaitable[bytes]]

MOST_BYTES: Final = 64 * 2**20
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_SECONDS = 120.0
# Each takes a processor for as long as it lasts.
_AT_ONCE = 1
_WAITING = 4
_RETRY_SECONDS = 5


class EvidenceDesk:
    """`flush` writes what is recorded and not on disk yet."""

    def __init__(self, settings: Settings, flush: Callable[[], None], make: MakeFile | None = None) -> None:
        self._settings = settings
        self._flush = flush
        self._make = make or make_by_process
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._asking = 0

    async def file_of(self, caller: Caller, run_id: str) -> bytes | None:
        """None for a run that this key did not ask for, that was not recorded, or that is past its retention.

        Raises: Overloaded, TooLarge, InternalError."""
        if not _RUN_ID.fullmatch(run_id) or not await asyncio.to_thread(self._belongs_to, caller, run_id):
            return None
        if self._asking >= _AT_ONCE + _WAITING:
            raise Overloaded("Evidence of other runs is being made; ask again.", retry_after_seconds=_RETRY_SECONDS)
        self._asking += 1
        try:
            async with self._turn:
                return await self._make(self._settings, run_id)
        finally:
            self._asking -= 1

    def _belongs_to(self, caller: Caller, run_id: str) -> bool:
        """Raises: InternalError for a recording that cannot be read."""
        self._flush()
        stored = open_store(self._settings).find(run_id)
        if stored is None:
            return False
        try:
            recorded = decode(stored.body).caller
        except msgspec.MsgspecError as error:
            raise InternalError(f"The recording of run {run_id!r} cannot be read: {error}") from None
        return recorded is not None and recorded.key_id == caller.key_id


async def make_by_process(settings: Settings, run_id: str) -> bytes:
    """Raises: TooLarge, InternalError."""
    command = ("-m", "cryptodesk", "evidence", run_id, "--home", str(settings.home))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            written, complaint = await _read(process)
            status = await process.wait()
    except TimeoutError:
        raise InternalError(f"The evidence was not made within {_SECONDS:g} seconds.") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if status != 0:
        log.error("the evidence of run %s could not be made: %s", run_id, complaint.decode("utf-8", "replace")[:2000])
        raise InternalError("The evidence of this run could not be made.")
    return written


async def _read(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Raises: TooLarge."""
    if process.stdout is None or process.stderr is None:
        raise InternalError("the process has no pipes")
    complaint = asyncio.create_task(process.stderr.read())
    pieces, size = [], 0
    try:
        while piece := await process.stdout.read(2**16):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise TooLarge(f"The evidence has more than {MOST_BYTES} bytes: `cryptodesk evidence` writes it.")
        return b"".join(pieces), await complaint
    finally:
        complaint.cancel()
