"""Two servers on one PostgreSQL are one desk: whichever is asked, answers, keys, money and limits are the same."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from cryptodesk.core.money import Budget
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.state.limits import LimitBook, StoredLimit
from tests.clients.http import CHAT
from tests.clients.postgres import Server, postgres_server
from tests.system.two_servers import Answer, Tenant, TwoServers, ask, chat, command, two_servers, until

__all__ = ["postgres_server"]

T = TypeVar("T")

TOOL = {"type": "function", "function": {"name": "get_balance", "description": "A balance."}}
SEEN_SECONDS = 1.0  # docs/security.md: how long a revoked key may still be let in


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> Iterator[TwoServers]:
    with two_servers(tmp_path_factory.mktemp("two"), asyncio.run(postgres_server.new_schema())) as running:
        yield running


def at_once(count: int, do: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(do, range(count)))


def open_turn(url: str, tenant: Tenant) -> tuple[str, str]:
    """The ids of a response and of the call that it waits for."""
    answer = chat(url, "{}", tenant.key, "scripted-tool_call", tools=[TOOL])
    assert answer.status == 200, answer.body
    return answer.json["id"], answer.json["choices"][0]["message"]["tool_calls"][0]["id"]


def resume(url: str, tenant: Tenant, response_id: str, call_id: str) -> Answer:
    message = {"role": "tool", "tool_call_id": call_id, "content": "42"}
    body = {"model": "scripted-tool_call", "messages": [message], "previous_response_id": response_id}
    return ask(url, "POST", CHAT, body, tenant.key)


# -- stored responses and keys -----------------------------------------------------------------------------------------


def test_a_response_begun_on_one_server_is_resumed_on_the_other_and_on_none_again(desk: TwoServers) -> None:
    tenant = desk.new_tenant("resumes")
    for begun, other in (desk.urls, desk.urls[::-1]):
        response_id, call_id = open_turn(begun, tenant)
        answer = resume(other, tenant, response_id, call_id)
        assert answer.status == 200
        assert "42" in answer.json["choices"][0]["message"]["content"]
        for url in desk.urls:
            again = resume(url, tenant, response_id, call_id)
            assert (again.status, again.json["error"]["message"]) == (400, "conversation is already completed")


def test_of_resumes_raced_at_both_servers_one_wins_and_one_is_charged(desk: TwoServers) -> None:
    tenant = desk.new_tenant("races")
    response_id, call_id = open_turn(desk.a.url, tenant)
    answers = at_once(16, lambda number: resume(desk.of(number), tenant, response_id, call_id))
    assert Counter(answer.status for answer in answers) == {200: 1, 400: 15}
    charges = [entry for entry in DatabaseLedger(desk.books).entries() if entry.account_id == "races"]
    (won,) = (answer for answer in answers if answer.status == 200)
    assert [f"chatcmpl-{entry.run_id}" for entry in charges] == [response_id, won.json["id"]]


def test_a_key_made_on_one_machine_works_on_the_other_and_its_end_is_seen_there_in_time(desk: TwoServers) -> None:
    made = json.loads(command(desk.a, desk.url, "keys", "create", "bot", "--account", "keys", "--json"))
    for url in desk.urls:
        assert "choices" in chat(url, key=made["key"]).json
    assert "choices" in chat(desk.b.url, key=made["key"]).json  # what it remembers of the key is as fresh as can be
    command(desk.a, desk.url, "keys", "revoke", made["id"])
    revoked = time.monotonic()
    for url in desk.urls[::-1]:
        let_in = [revoked]

        def is_refused(url: str = url, let_in: list[float] = let_in) -> bool:
            began = time.monotonic()
            answer = chat(url, key=made["key"]).json
            let_in += [began] * ("choices" in answer)
            return "choices" not in answer and answer["status"]["error_code"] == "1001"

        until(is_refused, "the key is refused")
        assert let_in[-1] - revoked <= SEEN_SECONDS


# -- money -------------------------------------------------------------------------------------------------------------


def test_one_idempotency_key_raced_at_both_servers_is_one_run_one_charge_and_the_same_bytes(desk: TwoServers) -> None:
    tenant = desk.new_tenant("idempotent")
    body = {"model": "scripted-slow", "messages": [{"role": "user", "content": "hi"}]}

    def send(number: int) -> Answer:
        return ask(desk.of(number), "POST", CHAT, body, tenant.key, **{"Idempotency-Key": "order-7"})

    answers = at_once(16, send)
    assert {answer.status for answer in answers} <= {200, 409}
    answers = [answer for answer in answers if answer.status == 200] + [send(0), send(1)]
    assert {answer.body for answer in answers} == {answers[0].body}
    # The first was run; whoever came later, to either server, was given what it said.
    assert [answer.headers.get("idempotent-replayed") for answer in answers[-2:]] == ["true", "true"]
    charges = [entry for entry in DatabaseLedger(desk.books).entries() if entry.account_id == "idempotent"]
    assert [f"chatcmpl-{entry.run_id}" for entry in charges] == [answers[0].json["id"]]
    other = ask(desk.b.url, "POST", CHAT, {**body, "temperature": 0.5}, tenant.key, **{"Idempotency-Key": "order-7"})
    assert (other.status, other.json["error"]["code"]) == (400, "idempotency_key_reused")


def test_use_and_budgets_add_up_over_both_servers_and_are_told_alike(desk: TwoServers) -> None:
    tenant = desk.new_tenant("spends")
    limit = Decimal("0.0031")
    BudgetBook(desk.books).set(Budget("account", "spends", "total", limit), datetime.now(UTC).timestamp())
    fields = {"model": "scripted-long", "max_completion_tokens": 20, "key": tenant.key}
    answers = at_once(60, lambda number: chat(desk.of(number), **fields))
    assert {answer.status for answer in answers} == {200, 402}
    said = sum(Decimal(repr(a.json["cmc"]["cost"]["total_cost"])) for a in answers if a.status == 200)
    assert Decimal(0) < said <= limit
    for path in ("/v1/usage?by=model", "/v1/budgets"):
        told = [ask(url, "GET", path, key=tenant.key) for url in desk.urls]
        assert [answer.status for answer in told] == [200, 200]
        assert told[0].json == told[1].json
    (budget,) = told[0].json["data"]
    assert (Decimal(budget["spent_usd"]), Decimal(budget["held_usd"])) == (said, 0)
    usage = ask(desk.b.url, "GET", "/v1/usage", key=tenant.key).json["total"]
    assert (Decimal(usage["charged_usd"]), usage["runs"]) == (said, sum(a.status == 200 for a in answers))


def test_a_receipt_can_be_read_on_both_servers_while_its_answer_is_open_and_after(desk: TwoServers) -> None:
    tenant = desk.new_tenant("receipts")
    with Streaming(desk.a.url, tenant) as stream:
        opened = [ask(url, "GET", f"/v1/receipts/{stream.response_id}", key=tenant.key).json for url in desk.urls]
        assert opened[0] == opened[1]
        assert (opened[1]["status"], opened[1]["total_usd"]) == ("open", "0")

    def shown() -> list[Any]:
        return [ask(url, "GET", f"/v1/receipts/{stream.response_id}", key=tenant.key).json for url in desk.urls]

    until(lambda: all(receipt["status"] == "settled" for receipt in shown()), "both say that it is settled")
    a, b = shown()
    assert a == b
    assert (b["outcome"], [entry["kind"] for entry in b["entries"]]) == ("cancelled", ["hold", "charge", "release"])
    stranger = desk.new_tenant("strangers")
    assert [ask(url, "GET", f"/v1/receipts/{stream.response_id}", key=stranger.key).status for url in desk.urls] == [
        404,
        404,
    ]


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_a_conversation_kept_by_one_server_is_gone_on_with_on_the_other(desk: TwoServers) -> None:
    tenant = desk.new_tenant("conversations")

    def told(name: str, parent: str | None) -> dict[str, Any]:
        message = {"id": name, "parentId": parent, "role": "user", "text": f"say {name}", "createdAt": 1.5}
        wrapped = [{"revision": 1, "message": message}]
        return {"title": "Bitcoin?", "created_at": 1000, "updated_at": 2000, "messages": wrapped, "head_id": name}

    path = "/v1/history/c-1"
    assert ask(desk.a.url, "POST", path, told("q", None), tenant.key).json["is_new"] is True
    merged = ask(desk.b.url, "POST", path, told("r", "q"), tenant.key).json
    assert (merged["is_new"], merged["messages"]) == (False, 2)
    pages = [ask(url, "GET", path, key=tenant.key).json for url in desk.urls]
    assert pages[0] == pages[1]
    assert [row["message"]["id"] for row in pages[0]["data"]] == ["q", "r"]
    assert ask(desk.a.url, "DELETE", path, key=tenant.key).status == 200
    assert ask(desk.b.url, "GET", path, key=tenant.key).status == 404


def test_evidence_is_with_the_server_that_answered_and_the_other_one_says_so(desk: TwoServers) -> None:
    tenant = desk.new_tenant("evidence")
    answer = chat(desk.a.url, "What is Bitcoin?", tenant.key, "cryptodesk-analyst")
    path = f"/v1/evidence/{answer.json['id']}"
    shown = ask(desk.a.url, "GET", path, key=tenant.key)
    assert (shown.status, shown.json["schema"]) == (200, "cryptodesk.evidence/1")
    missing = ask(desk.b.url, "GET", path, key=tenant.key)
    assert (missing.status, missing.json["error"]["code"]) == (404, "not_found")
    assert "ask the server that answered" in missing.json["error"]["message"]
    # Its receipt is in the database, so the other one knows of the run.
    assert ask(desk.b.url, "GET", path.replace("evidence", "receipts"), key=tenant.key).status == 200


# -- limits ------------------------------------------------------------------------------------------------------------


def test_requests_of_a_window_are_counted_exactly_over_both_servers(desk: TwoServers) -> None:
    tenant = desk.new_tenant("limited")
    LimitBook(desk.books).set(StoredLimit("account", "limited", "requests_a_month", 17), 0.0)
    answers = at_once(60, lambda number: chat(desk.of(number), key=tenant.key))
    assert Counter(answer.status for answer in answers) == {200: 17, 429: 43}
    assert {answer.json["status"]["error_code"] for answer in answers if answer.status == 429} == {"1010"}
    told = [ask(url, "GET", "/v1/limits", key=tenant.key).json for url in desk.urls]
    assert told[0] == told[1]
    (limit,) = told[0]["data"]
    assert (limit["limit"], limit["used"], limit["left"]) == (17, 17, 0)


def test_open_streams_are_counted_over_both_servers(desk: TwoServers) -> None:
    tenant = desk.new_tenant("streams")
    LimitBook(desk.books).set(StoredLimit("key", tenant.key_id, "streams", 2), 0.0)
    with Streaming(desk.a.url, tenant), Streaming(desk.b.url, tenant):
        refused = [chat(url, key=tenant.key, stream=True).status for url in desk.urls]
        assert refused == [429, 429]
        assert chat(desk.a.url, key=tenant.key).status == 200  # no stream
    until(lambda: chat(desk.b.url, key=tenant.key, stream=True).status == 200, "there is room for a stream again")


class Streaming:
    """An answer that is being streamed, and hung up on when the block ends."""

    def __init__(self, url: str, tenant: Tenant) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        body = {"model": "scripted-never_ends", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        sent = {"Content-Type": "application/json", "X-CMC_PRO_API_KEY": tenant.key}
        self._connection.request("POST", CHAT, json.dumps(body), sent)

    def __enter__(self) -> Streaming:
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.read()
        while not (line := self._answer.readline()).startswith(b"data:{"):
            assert line, "the stream ended"
        self.response_id = json.loads(line[5:])["id"]
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._connection):
            self._answer.close()
