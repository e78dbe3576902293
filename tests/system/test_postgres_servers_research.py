"""Deep research that one of two servers runs belongs to both: either tells of it and cancels it, and whichever is left
finishes it."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from bench.proof.clocks import MovableClock, build_shim

from cryptodesk.ledger.reconciling import check_books
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.research.job_run import JobSettings
from tests.clients.postgres import Server, postgres_server
from tests.clients.server import RunningServer
from tests.system.two_servers import Tenant, TwoServers, ask, metric, two_servers, until

__all__ = ["postgres_server"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

PATH = "/ai/v1/deep-research"
CLAIM_SECONDS = JobSettings(model_id="any").claim_seconds


class Held:
    """A provider that says nothing until `free`, and fails from then on, so that research goes on by rules."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.asked = threading.Event()
        self.url = ""


@contextmanager
def held_provider() -> Iterator[Held]:
    held = Held()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            held.asked.set()
            held.free.wait(60)
            try:
                self.send_error(500)
            except OSError:
                return  # whoever asked is gone

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        held.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield held
        finally:
            held.free.set()
            server.shutdown()
            serving.join()


class Research:
    """A job that was asked for on the first server and is run by `runner`; `other` is the one that does not."""

    def __init__(self, desk: TwoServers, held: Held) -> None:
        self.held = held
        self.tenant: Tenant = desk.new_tenant("research")
        asked = ask(desk.a.url, "POST", PATH, {"query": "What is the price of Bitcoin?"}, self.tenant.key)
        assert asked.status == 200, asked.body
        self.path = f"{PATH}/{asked.json['job_id']}"
        until(held.asked.is_set, "the model is asked")
        running = {server: metric(server.url, "cryptodesk_research_jobs_running") for server in (desk.a, desk.b)}
        self.runner, self.other = sorted(running, key=running.__getitem__, reverse=True)
        assert [running[self.runner], running[self.other]] == [1, 0]

    def told_by(self, server: RunningServer) -> Any:
        return ask(server.url, "GET", self.path, key=self.tenant.key).json

    def is_over(self) -> bool:
        return self.told_by(self.other)["status"] not in ("queued", "in_progress")


@contextmanager
def researching(folder: Path, database: Server, **extra: str) -> Iterator[tuple[TwoServers, Research]]:
    with held_provider() as held:
        provider = {"CRYPTODESK_OPENAI_BASE_URL": held.url, "OPENAI_API_KEY": "sk-test"}
        settings = {"CRYPTODESK_RESEARCH_MODEL": "cmc-ai-v1-gpt-5.1", "CRYPTODESK_MODEL_RETRIES": "0"}
        with two_servers(folder, asyncio.run(database.new_schema()), **provider, **settings, **extra) as desk:
            yield desk, Research(desk, held)


def assert_free(desk: TwoServers) -> None:
    """The provider answered nothing, and what a stopped run may have cost was given back."""
    assert sum(entry.amount_usd for entry in DatabaseLedger(desk.books).entries()) == 0
    assert check_books(desk.books) == ()


def test_research_asked_on_one_server_is_told_by_both_and_cancelled_on_the_one_that_does_not_run_it(
    tmp_path: Path, postgres_server: Server
) -> None:
    with researching(tmp_path, postgres_server) as (desk, job):
        servers = (job.runner, job.other)
        assert [job.told_by(server)["status"] for server in servers] == ["in_progress"] * 2
        listed = [ask(server.url, "GET", PATH, key=job.tenant.key).json for server in servers]
        assert listed[0] == listed[1]
        assert listed[0]["total"] == 1
        cancelled = ask(job.other.url, "POST", f"{job.path}/cancel", key=job.tenant.key)
        assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
        assert [job.told_by(server)["status"] for server in servers] == ["cancelled"] * 2
        # Its model is let go although nobody told the server that runs it.
        until(lambda: metric(job.runner.url, "cryptodesk_research_jobs_running") == 0, "the run is stopped")
        again = [ask(server.url, "POST", f"{job.path}/cancel", key=job.tenant.key).status for server in servers]
        assert again == [409, 409]
        # What had been sent to the model is owed, once.
        owed = DatabaseLedger(desk.books).entries()
        assert [entry.kind for entry in owed] == ["charge", "surcharge"]
        assert {(entry.outcome, entry.usage_is_estimated) for entry in owed} == {("cancelled", True)}
        assert check_books(desk.books) == ()


def test_research_of_a_killed_server_is_finished_by_the_other_once_its_claim_has_lapsed(
    tmp_path: Path, postgres_server: Server
) -> None:
    library = build_shim(tmp_path)
    if isinstance(library, str):
        pytest.skip(f"a claim lapses after {CLAIM_SECONDS:g} s, to which the clock is put forward: that {library}")
    clock = MovableClock(tmp_path, library)
    with researching(tmp_path, postgres_server, **clock.environment) as (desk, job):
        job.runner.kill()
        job.held.free.set()
        assert job.told_by(job.other)["status"] == "in_progress"
        clock.put(CLAIM_SECONDS)
        until(job.is_over, "the other server finishes it")
        told = job.told_by(job.other)
        assert told["status"] == "completed", told
        assert "Bitcoin" in told["output"]["report"]
        assert desk.books.read("SELECT attempts FROM research_jobs") == [(2,)]
        assert_free(desk)


def test_a_server_that_is_told_to_stop_hands_its_research_on_at_once(tmp_path: Path, postgres_server: Server) -> None:
    with researching(tmp_path, postgres_server) as (desk, job):
        job.runner.process.terminate()
        assert job.runner.process.wait(30) == 0
        job.held.free.set()
        until(job.is_over, "the other server finishes it")
        assert job.told_by(job.other)["status"] == "completed"
        # It is no attempt that failed.
        assert desk.books.read("SELECT attempts FROM research_jobs") == [(1,)]
        assert_free(desk)
