"""The recorder of a desk: watches its ports, and writes what is over to the data folder in the background."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable

from msgspec import structs

from cryptodesk.app.recording.closing import close_tape, without_secrets
from cryptodesk.app.recording.edge import WatchedEndpoint
from cryptodesk.app.recording.engine import RunEngine, WatchedEngine
from cryptodesk.app.recording.format import Circumstances, encode
from cryptodesk.app.recording.lookups import BreakTies, WatchedDocuments, WatchedFeed, watched_ties
from cryptodesk.app.recording.ports import (
    WatchedCatalog,
    WatchedClock,
    WatchedHolds,
    WatchedProvider,
    WatchedTools,
    WatchedTurns,
)
from cryptodesk.app.recording.tape import RunTape, running_tape
from cryptodesk.app.recording.taping import Untaped
from cryptodesk.core.clock import Clock
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.money import Holds
from cryptodesk.core.ports import ModelCatalog, Provider, ToolRunner, TurnStore
from cryptodesk.dialects._ports import ASGIApp, DialectSettings
from cryptodesk.documents.query import DocumentFeed
from cryptodesk.market.query import Feed
from cryptodesk.state.recordings import RecordingStore

__all__ = ["Recorder"]

log = logging.getLogger("cryptodesk.recording")

# Often: while many recordings are written at once, the event loop waits for the interpreter lock. At 16 requests at
# once the slowest of a hundred answers took 18 ms with pauses of a quarter second, and takes 8 with these.
_FLUSH_SECONDS = 0.05
# What waits for the disk at most; a disk that does not keep up costs recordings, never answers.
_MOST_WAITING_BYTES = 64 * 2**20


class Recorder(Untaped):
    """A recording is made into bytes once its answer is out, and written within a tenth of a second: a process that
    is killed loses the recordings of that time, and nothing else."""

    def __init__(
        self,
        store: RecordingStore,
        clock: Clock,
        circumstances: Circumstances,
        *,
        most_run_bytes: int,
        is_redacted: bool,
        secrets: tuple[bytes, ...] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._circumstances = circumstances
        self._common = encode(circumstances)
        self._most_run_bytes = most_run_bytes
        self._is_redacted = is_redacted
        self._secrets = secrets
        self._waiting: list[tuple[str, bytes]] = []
        self._waiting_bytes = 0
        self._lost = 0
        self._swapping, self._writing = threading.Lock(), threading.Lock()

    # -- while a run goes on -------------------------------------------------------------------------------------------

    def begin(self) -> RunTape:
        return RunTape(self._clock.unix())

    def keep(self, tape: RunTape) -> None:
        """Never raises: an answer does not fail for its record."""
        recording = tape.recording
        if not recording.run_id:
            return
        try:
            body = close_tape(tape, most_bytes=self._most_run_bytes, is_redacted=self._is_redacted)
        except Exception:
            log.exception("run %s could not be recorded", recording.run_id)
            return
        finally:
            tape.clear()
        with self._swapping:
            if self._waiting_bytes + len(body) > _MOST_WAITING_BYTES:
                self._lost += 1
                return
            is_first = not self._waiting
            self._waiting.append((recording.run_id, body))
            self._waiting_bytes += len(body)
        if is_first:
            loop = asyncio.get_running_loop()
            loop.call_later(_FLUSH_SECONDS, self._flush_aside, loop)

    # -- the disk ------------------------------------------------------------------------------------------------------

    def _flush_aside(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._waiting:
            # A loop that ends takes no more work aside; its desk wrote what waited when it closed.
            with contextlib.suppress(RuntimeError):
                loop.run_in_executor(None, self.flush)

    def flush(self) -> None:
        """Writes what waits. From any thread."""
        with self._writing:
            with self._swapping:
                waiting, self._waiting = self._waiting, []
                lost, self._lost = self._lost, 0
                self._waiting_bytes = 0
            try:
                self._store.append(self._common, without_secrets(waiting, self._secrets), self._clock.unix())
            except OSError as error:
                lost += len(waiting)
                log.error("recordings could not be written: %s", error)
            if lost:
                log.warning("%d runs have no recording", lost)

    def purge(self) -> int:
        with self._writing:
            return self._store.purge(self._clock.unix())

    def close(self) -> None:
        self.flush()
        with self._writing:
            self._store.close()

    # -- the ports -----------------------------------------------------------------------------------------------------

    def new_id(self, unix_seconds: float) -> str:
        made = new_time_ordered_id(unix_seconds)
        tape = running_tape()
        if tape is not None:
            tape.recording.run_id = made
            tape.recording.begun = tape.offset
        return made

    def clock(self, clock: Clock, reader: str) -> Clock:
        return WatchedClock(clock, reader)

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return WatchedCatalog(catalog)

    def provider(self, provider: Provider, route: ModelRoute) -> Provider:
        return WatchedProvider(provider, route)

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return WatchedTools(tools)

    def turns(self, turns: TurnStore) -> TurnStore:
        return WatchedTurns(turns)

    def holds(self, holds: Holds) -> Holds:
        return WatchedHolds(holds)

    def engine(self, engine: RunEngine, *, is_graph: bool = False) -> RunEngine:
        return WatchedEngine(engine, self.begin, self.keep, is_graph=is_graph)

    def feed(self, feed: Feed) -> Feed:
        return WatchedFeed(feed)

    def documents(self, documents: DocumentFeed) -> DocumentFeed:
        return WatchedDocuments(documents)

    def ties(self, break_ties: BreakTies) -> BreakTies:
        return watched_ties(break_ties)

    def watch(self, settings: DialectSettings) -> Callable[[ASGIApp], ASGIApp] | None:
        self._common = encode(structs.replace(self._circumstances, dialects=settings))
        return lambda endpoint: WatchedEndpoint(endpoint, self.begin, self.keep)
