"""A desk whose ports are counted: the numbers of this process, told together with those of its siblings."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import math
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import cryptodesk
from cryptodesk.app.recording.engine import RunEngine
from cryptodesk.app.recording.taping import Taping
from cryptodesk.core.breaker import BreakerState
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ports import Database, ModelCatalog, Provider, RunObserver, ToolRunner
from cryptodesk.dialects._ports import ASGIApp
from cryptodesk.observing.board import Board, FileBoard, Row, read_rows
from cryptodesk.observing.catalogue import metric
from cryptodesk.observing.exposition import add_up, expose
from cryptodesk.observing.ports import Counted, WritableDatabase
from cryptodesk.observing.request import RequestCounter
from cryptodesk.observing.runs import RunCounter
from cryptodesk.observing.tally import Tally
from cryptodesk.observing.texts import TextKeeper
from cryptodesk.storage.groups import GroupSizes

if TYPE_CHECKING:
    from cryptodesk.app.admitting import Admitting
    from cryptodesk.app.data_status import DeskData
    from cryptodesk.app.desk import Desk
    from cryptodesk.dialects._ports import DataReport

if sys.platform != "win32":
    import resource

__all__ = ["CountedTaping", "Counting", "Slot", "metrics_endpoint"]

log = logging.getLogger("cryptodesk.metrics")

_REFRESH_SECONDS = 2.0
_REPORT_SECONDS = 5.0
_STATES: Final[dict[BreakerState, float]] = {"closed": 0.0, "half_open": 1.0, "open": 2.0}
# A reverse proxy on the same machine connects from loopback for anyone.
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_DENIED: Final = (
    "These numbers are told to this machine alone. Set CRYPTODESK_METRICS_KEY and send it as a bearer token "
    "to read them from elsewhere.\n"
)


class Slot(Struct, frozen=True):
    """Which of a machine's processes this is, and the folder where all of them count."""

    number: int
    of: int
    folder: Path


class Counting:
    """Made before the desk, whose runs `observer` hears of and whose ports `over` counts. `before` is what the process
    that had the slot before had counted."""

    def __init__(self, *, then: RunObserver | None = None, slot: Slot | None = None, keeps_texts: bool = False) -> None:
        self._slot = slot
        self._keeps_texts = keeps_texts
        self.tally = Tally(Board() if slot is None else FileBoard(slot.folder, slot.number))
        self.requests = RequestCounter(self.tally)
        self.observer = RunCounter(self.tally, then)
        self.counted = Counted(self.tally)
        self._told: dict[tuple[str, tuple[str, ...]], float] = {}
        self._groups = GroupSizes().numbers()
        self.before = [(row, list(values)) for row, values in self.tally.board.read()]

    def over(self, taping: Taping) -> Taping:
        return CountedTaping(taping, self.counted, keeps_texts=self._keeps_texts)

    def watch(self, inner: Callable[[ASGIApp], ASGIApp] | None) -> Callable[[ASGIApp], ASGIApp]:
        """What every endpoint of the edge is put into, around `inner`."""
        if inner is None:
            return self.requests.watch
        return lambda endpoint: self.requests.watch(inner(endpoint))

    def watch_over(self, desk: Desk, admitting: Admitting, data: DeskData) -> None:
        self._desk = desk
        self._admitting = admitting
        self._data = data
        self.tally.meter("process_start_seconds").set(desk.clock.unix(), (self._worker,))

    async def serve(self) -> None:
        """Keeps what siblings read of this process fresh. Runs until it is cancelled; without siblings there is nothing
        to do."""
        while self._slot is not None:
            self.refresh()
            await asyncio.sleep(_REFRESH_SECONDS)

    async def page(self, accept: str = "") -> tuple[bytes, str]:
        """All numbers of this machine as Prometheus reads them, and their content type."""
        boards: list[Iterable[tuple[Row, list[float]]]] = [await self.rows()]
        if self._slot is not None:
            others = (number for number in range(self._slot.of) if number != self._slot.number)
            boards += [read_rows(self._slot.folder, number) for number in others]
        return await asyncio.to_thread(expose, add_up(boards), accept)

    async def _report(self) -> DataReport | None:
        """None where the database does not answer: all other numbers are wanted then above all."""
        try:
            async with asyncio.timeout(_REPORT_SECONDS):
                return await self._data.report()
        except (CryptodeskError, TimeoutError) as error:
            log.warning("the age of the data is not known: %s", error)
            return None

    @property
    def is_first(self) -> bool:
        """Of the processes of this machine."""
        return self._slot is None or self._slot.number == 0

    async def rows(self, *, with_shared: bool = True) -> list[tuple[Row, list[float]]]:
        """The numbers of this process by now, and with `with_shared` those that all have in common."""
        self.refresh()
        shared = _shared_rows(await self._report()) if with_shared else []
        return [*self.tally.board.read(), *shared]

    def refresh(self) -> None:
        meter, desk, gate = self.tally.meter, self._desk, self._admitting.gate
        meter("requests_open").set(self.requests.requests + desk.jobs.running)
        meter("research_jobs_running").set(desk.jobs.running)
        meter("streams_open").set(self.requests.streams)
        meter("runs_under_way").set(gate.running)
        meter("runs_waiting").set(gate.waiting)
        meter("holds_open").set(desk.holds.open)
        if (resident := _resident_bytes()) is not None:
            meter("process_resident_bytes").set(resident, (self._worker,))
        for route, state in desk.catalog.resilience.states().items():
            meter("breaker_state").set(_STATES[state], route)
        for source in desk.market.statuses():
            meter("source_breaker_state").set(_STATES[source.breaker], (source.source,))
            self.count_up("source_requests_total", (source.source,), source.requests)
            for outcome, count in source.outcomes.items():
                self.count_up("source_answers_total", (source.source, outcome), count)
        for labels, count in desk.document_syncs().items():
            self.count_up("document_syncs_total", labels, count)
        self.count_up("store_transactions_total", (), desk.database.transactions)
        self._count_groups(desk.database.groups)

    def _count_groups(self, groups: GroupSizes) -> None:
        """A histogram that is kept elsewhere: its growth since it was told last."""
        counts = groups.numbers()
        self.tally.meter("store_group_size").add_all(
            [now - told for now, told in zip(counts, self._groups, strict=True)]
        )
        self._groups = counts

    @property
    def _worker(self) -> str:
        return str(self._slot.number if self._slot is not None else 0)

    def count_up(self, name: str, labels: tuple[str, ...], count: float) -> None:
        """`count` is since this process began; the board counts on from the one before it."""
        before = self._told.get((name, labels), 0.0)
        if count > before:
            self.tally.meter(name).add(labels, count - before)
            self._told[name, labels] = count


class CountedTaping:
    """A taping whose ports are counted before they are taped; what is played from a tape is not counted again."""

    def __init__(self, inner: Taping, counted: Counted, *, keeps_texts: bool = False) -> None:
        self._inner = inner
        self._counted = counted
        self._keeps_texts = keeps_texts
        self.new_id, self.clock, self.turns, self.ledger = inner.new_id, inner.clock, inner.turns, inner.ledger
        self.observer, self.feed, self.nodes = inner.observer, inner.feed, inner.nodes
        self.holds = inner.holds
        self.documents, self.ties, self.watch = inner.documents, inner.ties, inner.watch

    def engine(self, engine: RunEngine, *, is_graph: bool = False) -> RunEngine:
        engine = self._inner.engine(engine, is_graph=is_graph)
        return TextKeeper(engine) if self._keeps_texts else engine

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return self._inner.catalog(self._counted.catalog(catalog))

    def provider(self, provider: Provider, route: ModelRoute) -> Provider:
        counted = self._counted.provider(provider, is_own=not route.is_language_model)
        return self._inner.provider(counted, route)

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return self._inner.tools(self._counted.tools(tools))

    def database(self, database: Database) -> Database:
        return self._inner.database(self._counted.database(cast("WritableDatabase", database)))


def metrics_endpoint(counting: Counting, key: SecretStr | None) -> Callable[[Request], Awaitable[Response]]:
    """`GET /metrics`, for this machine alone or for who has the key."""

    async def show_metrics(request: Request) -> Response:
        if not _may_read(request, key):
            return PlainTextResponse(_DENIED, 403)
        body, content_type = await counting.page(request.headers.get("accept", "")[:1000])
        return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})

    return show_metrics


def _may_read(request: Request, key: SecretStr | None) -> bool:
    if key is not None:
        presented = request.headers.get("authorization", "")
        return hmac.compare_digest(presented.encode(), f"Bearer {key.get_secret_value()}".encode())
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _shared_rows(report: DataReport | None) -> list[tuple[Row, list[float]]]:
    """What every process would tell alike, because it is in the database."""
    rows: dict[tuple[str, tuple[str, ...]], float] = {("build", (cryptodesk.__version__,)): 1.0}
    if report is not None:
        for held in report.market.holdings:
            if held.last is not None:
                key = ("data_age_seconds", (held.kind, held.source))
                age_seconds = (report.market.at - held.last).total_seconds()
                rows[key] = min(rows.get(key, math.inf), age_seconds)
        if report.documents is not None:
            rows["documents_stored", ()] = report.documents.documents
    return [(Row(metric(name).name, labels, 1), [value]) for (name, labels), value in rows.items()]


def _resident_bytes() -> float | None:
    """None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return float(pages * resource.getpagesize())
