"""The load on one server or on several at the same time, and what each part of it cost."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, structs

from bench.machine import Cores, CpuClock, ProcessGroup, spawn
from bench.native import BenchError, LoadResult
from bench.rounds import read_result
from bench.scaling.database import DatabaseWatch, Watched
from bench.servers import Server, start_server
from bench.targets import PRODUCT, Launch, Mode, Place, Target

__all__ = ["Measured", "Tried", "measure", "start"]

_TRANSACTIONS = re.compile(rb"^cryptodesk_store_transactions_total (\S+)$", re.MULTILINE)
_PATIENCE_SECONDS = 60


class Measured(Struct, frozen=True):
    """So many servers under load at once. CPU is of one answer, in us; `clients_us` that of driver and mock together.
    The writers' lock was held for `held_us` an answer and `transaction_us` a transaction; of that, `client_share` while
    its server process was waited for, and `disk_share` the disk."""

    servers: int
    rate: float
    server_us: float
    database_us: float
    clients_us: float
    held_us: float
    transaction_us: float
    held_share: float
    waiting: float
    client_share: float
    disk_share: float
    answers_a_transaction: float


class Tried(Struct, frozen=True):
    """With what: the servers that run, the mock they ask, programs and log of the driver."""

    servers: Sequence[Server]
    mock: ProcessGroup
    binaries: Path
    log: Path
    url: str
    mode: Mode
    connections: int
    warm_seconds: float
    seconds: float


def start(count: int, url: str, upstream: str, scratch: Path) -> list[Server]:
    """So many servers on one database, each with a data folder of its own."""
    cores = Cores(None, None)
    return [start_server(_on(url), upstream, cores, scratch) for _ in range(count)]


def _on(url: str) -> Target:
    def launch(place: Place) -> Launch:
        assert PRODUCT.launch is not None
        usual = PRODUCT.launch(place)
        added = {"DATABASE_URL": url, "CRYPTODESK_DOCUMENTS_SYNC": "false", "CRYPTODESK_LOG_FORMAT": "off"}
        return Launch(usual.command, usual.env | added)

    return structs.replace(PRODUCT, launch=launch)


def measure(tried: Tried, count: int) -> Measured:
    """The first so many of the servers, each under a load of its own. Raises: BenchError."""
    asked = tried.servers[:count]
    drivers = [_driver(tried, server, tried.connections) for server in asked]
    watchdog = threading.Timer(tried.warm_seconds + tried.seconds + _PATIENCE_SECONDS, _kill, (drivers,))
    watchdog.start()
    try:
        _expect(drivers, b"begin\n", tried.log)
        clocks = [CpuClock(_leader(server)) for server in asked]
        theirs = [CpuClock(group.leader) for group in (tried.mock, *drivers)]
        before = sum(map(_transactions, asked))
        with DatabaseWatch(tried.url) as watch:
            _expect(drivers, b"end\n", tried.log)
        spent, clients = (sum(clock.seconds() for clock in found) for found in (clocks, theirs))
        transactions = sum(map(_transactions, asked)) - before
        loads = [_read(driver) for driver in drivers]
    finally:
        watchdog.cancel()
        for driver in drivers:
            driver.stop()
    for server in asked:
        assert server.group is not None
        server.group.wait_until_idle()
    return _summed(loads, spent, clients, transactions, watch.watched)


def _summed(
    loads: Sequence[LoadResult], server_seconds: float, client_seconds: float, transactions: float, watched: Watched
) -> Measured:
    if failed := next((load.first_error for load in loads if load.errors), ""):
        raise BenchError(f"a request failed: {failed}")
    answers = sum(load.work for load in loads)
    if not answers:
        raise BenchError("nothing was answered")
    rate, seconds = sum(load.rate for load in loads), max(load.seconds for load in loads)
    return Measured(
        servers=len(loads),
        rate=rate,
        server_us=server_seconds / answers * 1e6,
        database_us=watched.cpu_seconds / answers * 1e6,
        clients_us=client_seconds / answers * 1e6,
        held_us=watched.held_share / rate * 1e6,
        transaction_us=watched.held_share * seconds / transactions * 1e6 if transactions else 0.0,
        held_share=watched.held_share,
        waiting=watched.waiting,
        client_share=watched.client_share,
        disk_share=watched.disk_share,
        answers_a_transaction=answers / transactions if transactions else 0.0,
    )


def _driver(tried: Tried, server: Server, connections: int) -> ProcessGroup:
    command = server.command(
        tried.binaries, tried.mode, connections=connections, warm_seconds=tried.warm_seconds, seconds=tried.seconds
    )
    return spawn(command, core=None, log=tried.log, pipes=True)


def _expect(drivers: Sequence[ProcessGroup], wanted: bytes, log: Path) -> None:
    """Returns when all have said it."""
    for driver in drivers:
        if (line := _line(driver)) != wanted:
            said = log.read_text(errors="replace")[-400:]
            raise BenchError(f"the load driver printed {line!r} for {wanted!r}: {said}")


def _read(driver: ProcessGroup) -> LoadResult:
    return read_result(_line(driver))


def _line(driver: ProcessGroup) -> bytes:
    assert driver.process.stdout is not None
    found: bytes = driver.process.stdout.readline()
    return found


def _kill(drivers: Sequence[ProcessGroup]) -> None:
    for driver in drivers:
        driver.process.kill()


def _leader(server: Server) -> int:
    assert server.group is not None
    return server.group.leader


def _transactions(server: Server) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.place.port}/metrics", timeout=10) as answer:
        found = _TRANSACTIONS.search(answer.read())
    if found is None:
        raise BenchError("the server does not say how many transactions it made")
    return float(found[1])
