"""Two machines with a server each and a third with PostgreSQL, each with a network of its own: they are one desk, and
a cable that is pulled stops nobody else and loses nothing."""

from __future__ import annotations

import asyncio
import http.client
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.clock import SystemClock
from cryptodesk.ledger.reconciling import check_books
from cryptodesk.ledger.seals import BOOKS, Sealer, verify
from cryptodesk.ledger.store import DatabaseLedger
from tests.clients.server import RunningServer, running_server
from tests.system.hosts import Host, database_on, joined, machines
from tests.system.two_servers import USUAL, Answer, PostgresDatabase, ask, chat, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no network namespaces")

CLIENTS = 3  # on each machine
ANSWERS = 20
TOOL = {"type": "function", "function": {"name": "get_balance", "description": "A balance."}}
HASTE = {"CRYPTODESK_DATABASE_CONNECT_SECONDS": "2"}


class Site:
    """A machine with a server, and clients on it that ask one question after the other."""

    def __init__(self, host: Host, server: RunningServer) -> None:
        self.host = host
        self.server = server
        self.acknowledged: dict[str, Decimal] = {}
        self.statuses: Counter[int] = Counter()

    def chat(self, text: str = "hi", **fields: object) -> Answer:
        return self.host.do(chat, self.server.url, text, **fields)

    def readiness(self) -> int:
        return self.host.do(ask, self.server.url, "GET", "/readyz").status

    def keep_asking(self, is_over: threading.Event) -> None:
        while not is_over.is_set():
            answer = chat(self.server.url)
            self.statuses[answer.status] += 1
            if answer.status == 200:
                body = answer.json
                self.acknowledged[body["id"]] = Decimal(repr(body["cmc"]["cost"]["total_cost"]))

    def wait_for_answers(self) -> None:
        wanted = len(self.acknowledged) + ANSWERS
        until(lambda: len(self.acknowledged) >= wanted, f"{ANSWERS} answers more of {self.host.name}")


@contextmanager
def asking(*sites: Site) -> Iterator[None]:
    """Clients on every machine ask for the time of the block, and have their answers at its end."""
    is_over = threading.Event()
    clients: list[Future[None]] = [site.host.begin(site.keep_asking, is_over) for site in sites for _ in range(CLIENTS)]
    try:
        yield
    finally:
        is_over.set()
        errors = [client.exception() for client in clients]
    assert errors == [None] * len(clients)


@contextmanager
def serving(host: Host, home: Path, address: str) -> Iterator[Site]:
    url = f"postgresql://postgres@{address}:5432/postgres"
    server = running_server(home, DATABASE_URL=url, **USUAL, **HASTE)
    running = host.do(server.__enter__)
    try:
        yield Site(host, running)
    finally:
        server.__exit__(None, None, None)


def assert_whole(outside: str, sites: tuple[Site, ...]) -> None:
    told = {name: cost for site in sites for name, cost in site.acknowledged.items()}
    with PostgresDatabase(outside) as database:
        charges = {f"chatcmpl-{entry.run_id}": entry for entry in DatabaseLedger(database).entries()}
        assert {name: charges[name].amount_usd for name in told} == told
        assert check_books(database) == ()
        asyncio.run(Sealer(database, SystemClock().unix).seal())
        assert [verify(database, book).fault for book in BOOKS] == [None] * len(BOOKS)


def test_machines_are_one_desk_and_a_pulled_cable_stops_one_of_them_for_as_long_as_it_is_out(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, two, third = stack.enter_context(machines("one", "two", "db"))
        addresses = joined(one, third, "to-one", "10.77.1"), joined(two, third, "to-two", "10.77.2")
        database = stack.enter_context(database_on(third, *addresses))
        a = stack.enter_context(serving(one, tmp_path / "a", addresses[0]))
        b = stack.enter_context(serving(two, tmp_path / "b", addresses[1]))
        with pytest.raises((OSError, http.client.HTTPException)):  # they are apart indeed
            two.do(ask, a.server.url, "GET", "/healthz")

        begun = a.chat("{}", model="scripted-tool_call", tools=[TOOL]).json
        result = {"role": "tool", "tool_call_id": begun["choices"][0]["message"]["tool_calls"][0]["id"], "content": "4"}
        resumed = {"messages": [result], "model": "scripted-tool_call", "previous_response_id": begun["id"]}
        assert [site.chat(**resumed).status for site in (b, a)] == [200, 400]

        with asking(a, b):
            a.wait_for_answers()
            third.switch("to-one", "down")
            until(lambda: a.readiness() == 503, "the one without its cable says that it is not ready")
            assert one.do(ask, a.server.url, "GET", "/healthz").status == 200
            until(lambda: a.statuses[503] > 0, "who asks it is told")
            # What it had begun may have kept the others waiting; none of them was told so.
            b.wait_for_answers()
            assert b.readiness() == 200
            third.switch("to-one", "up")
            until(lambda: a.readiness() == 200, "it is ready again")
            a.wait_for_answers()
            b.wait_for_answers()
        assert (a.statuses.keys(), b.statuses.keys()) == ({200, 503}, {200})
        assert_whole(database.outside, (a, b))
