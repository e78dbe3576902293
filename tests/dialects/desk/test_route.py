"""The desk's own routes: who may ask, what is told, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from msgspec import structs

from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.money import Budget, BudgetState, Quote, Receipt, UsageRow
from cryptodesk.core.ports import Entry
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Usage
from cryptodesk.dialects._http import build_asgi
from tests.dialects.support import CALLER, KEY, MODEL, NOW, Answer, Client, chat, make_ports, no_lifespan

AUTH = {"x-cmc_pro_api_key": KEY}
ENTRY = Entry(
    "C1:0:charge", "account-1", "key-1", "C1", "charge", Decimal("0.00213375"), NOW.timestamp(), MODEL, "gpt", "v1",
    Usage(11, 212, 1, 2, 3),
)  # fmt: skip
RECEIPT = Receipt(
    "C1", "settled", "finished", MODEL, ("gpt",), Usage(11, 212, 1, 2, 3), Decimal("0.00213375"), Decimal("0.5"), False,
    NOW.timestamp(), (ENTRY,),
)  # fmt: skip
ROWS = [
    UsageRow(date(2026, 9, 24), "k1", "m1", 2, Usage(10, 1), Decimal("0.1"), Decimal(0)),
    UsageRow(date(2026, 9, 24), "k2", "m1", 1, Usage(5, 1), Decimal("0.02"), Decimal("0.02")),
    UsageRow(date(2026, 9, 23), "k1", "m2", 1, Usage(1, 1), Decimal("0.000000000000000000003"), Decimal(0)),
]
STATE = BudgetState(Budget("account", "account-1", "day", Decimal("10.00")), Decimal("9.5"), Decimal("0.75"))


class FakeMoney:
    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.unknown_price = False
        self.states = [STATE]

    async def quote(self, request: RunRequest) -> Quote:
        self.asked.append(request)
        if request.model_id != MODEL:
            raise ModelNotFound("The model `x` does not exist.", model_id=request.model_id)
        worst = Decimal("NaN") if self.unknown_price else Decimal("0.50")
        return Quote(MODEL, "v1", Decimal("0.001"), Decimal("0.002"), worst, 7, ("low: one call",))

    async def receipt(self, caller: Caller, run_id: str) -> Receipt | None:
        self.asked.append((caller, run_id))
        return RECEIPT if run_id == "C1" else None

    async def usage(self, caller: Caller, first: date, last: date) -> Sequence[UsageRow]:
        self.asked.append((caller, first, last))
        return ROWS

    async def budgets(self, caller: Caller) -> Sequence[BudgetState]:
        return self.states


@pytest.fixture
def money() -> FakeMoney:
    return FakeMoney()


@pytest.fixture
def client(money: FakeMoney) -> Client:
    client = Client()
    client.app = build_asgi(structs.replace(make_ports(client.engine), money=money), no_lifespan)
    return client


async def get(client: Client, path: str, query: str = "", headers: dict[str, str] | None = None) -> Answer:
    return await client.call("GET", path, b"", AUTH if headers is None else headers, query)


async def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await client.call("GET", "/openapi.json")).json
    return found


async def conforms(client: Client, schema: str, body: Any) -> None:
    whole = await document(client)
    jsonschema_rs.validate({"$ref": f"#/components/schemas/{schema}", "components": whole["components"]}, body)


@pytest.mark.parametrize("name", ["C1", "chatcmpl-C1"])
async def test_a_receipt_is_found_by_the_run_and_by_the_answers_id(client: Client, money: FakeMoney, name: str) -> None:
    answer = await get(client, f"/v1/receipts/{name}")
    assert answer.status == 200
    assert money.asked == [(CALLER, "C1")]
    assert (answer.json["id"], answer.json["total_usd"], answer.json["held_usd"]) == ("C1", "0.00213375", "0.5")
    assert answer.json["entries"][0]["amount_usd"] == "0.00213375"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-server-traceid"]) == 32
    await conforms(client, "DeskReceipt", answer.json)


@pytest.mark.parametrize("path", ["/v1/receipts/", "/v1/receipts/chatcmpl-", "/v1/receipts/nope", "/v1/receipts/a/b"])
async def test_an_unknown_receipt_is_a_404_in_the_standard_envelope(client: Client, path: str) -> None:
    answer = await get(client, path)
    assert (answer.status, answer.error["code"], answer.error["type"]) == (404, "not_found", "invalid_request_error")
    await conforms(client, "DeskError", answer.json)


@pytest.mark.parametrize("headers", [{"x-cmc_pro_api_key": KEY}, {"authorization": f"Bearer {KEY}"}])
async def test_both_ways_to_present_a_key_are_taken(client: Client, headers: dict[str, str]) -> None:
    assert (await get(client, "/v1/budgets", headers=headers)).status == 200


@pytest.mark.parametrize("headers", [{}, {"x-cmc_pro_api_key": "wrong"}, {"authorization": f"Basic {KEY}"}])
@pytest.mark.parametrize("path", ["/v1/budgets", "/v1/usage", "/v1/receipts/C1"])
async def test_without_a_good_key_nothing_is_told(
    client: Client, money: FakeMoney, path: str, headers: dict[str, str]
) -> None:
    answer = await get(client, path, headers=headers)
    assert (answer.status, answer.error["code"], money.asked) == (401, "unauthenticated", [])


async def quote(client: Client, body: Any, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.call("POST", "/v1/quote", raw, {**AUTH, "content-type": "application/json", **headers})


async def test_a_quote_takes_the_chat_requests_body(client: Client, money: FakeMoney) -> None:
    tools = [{"function": {"name": "cmc_market_data"}}]
    answer = await quote(client, chat(tools=tools, max_completion_tokens=99), **{"cryptodesk-max-cost-usd": "0.25"})
    assert (answer.status, answer.json["likely_usd"], answer.json["worst_usd"]) == (200, "0.002", "0.5")
    (request,) = money.asked
    assert (request.built_in_tools, request.max_output_tokens) == (("cmc_market_data",), 99)
    assert (request.limits.cost_usd, request.limits.rounds) == (Decimal("0.25"), 4)
    assert client.engine.requests == []
    await conforms(client, "Quote", answer.json)


async def test_a_quote_at_an_unknown_price_has_no_figure(client: Client, money: FakeMoney) -> None:
    money.unknown_price = True
    assert (await quote(client, chat())).json["worst_usd"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b"{", 400), (chat(model="x"), 404), (chat(messages=None), 400),
     (chat(tool_choice={"type": "function"}), 400), (chat(cryptodesk={"max_cost_usd": -1}), 400)],
)  # fmt: skip
async def test_what_the_chat_endpoint_refuses_is_not_quoted(client: Client, body: Any, status: int) -> None:
    answer = await quote(client, body)
    assert answer.status == status
    await conforms(client, "DeskError", answer.json)


async def test_a_quote_wants_json_so_that_no_foreign_page_can_ask(client: Client, money: FakeMoney) -> None:
    answer = await client.call("POST", "/v1/quote", b"{}", {**AUTH, "content-type": "text/plain"})
    assert (answer.status, answer.error["code"], money.asked) == (400, "unsupported_content_type", [])


async def test_use_is_gathered_by_day_key_or_model(client: Client) -> None:
    by_day = (await get(client, "/v1/usage")).json
    assert [(row["day"], row["runs"], row["charged_usd"]) for row in by_day["data"]] == [
        ("2026-09-24", 3, "0.12"),
        ("2026-09-23", 1, "0.000000000000000000003"),
    ]
    assert (by_day["total"]["charged_usd"], by_day["total"]["refunded_usd"]) == ("0.120000000000000000003", "0.02")
    by_key = (await get(client, "/v1/usage", "by=key")).json
    assert [(row["key_id"], row["runs"]) for row in by_key["data"]] == [("k1", 3), ("k2", 1)]
    by_model = (await get(client, "/v1/usage", "by=model")).json
    assert [(row["model"], row["usage"]["input_tokens"]) for row in by_model["data"]] == [("m1", 15), ("m2", 1)]
    for body in (by_day, by_key, by_model):
        await conforms(client, "UsageReport", body)


async def test_use_is_of_thirty_days_unless_told_otherwise(client: Client, money: FakeMoney) -> None:
    await get(client, "/v1/usage")
    await get(client, "/v1/usage", "from=2026-01-01&to=2026-01-31")
    assert money.asked == [
        (CALLER, date(2026, 8, 26), date(2026, 9, 24)),
        (CALLER, date(2026, 1, 1), date(2026, 1, 31)),
    ]


async def test_use_of_a_prepaid_account_tells_what_is_left(client: Client, money: FakeMoney) -> None:
    credit = Budget("account", "account-1", "credit", Decimal("50.00"))
    money.states = [STATE, BudgetState(credit, Decimal("12.5"), Decimal("0.000000001"))]
    usage = (await get(client, "/v1/usage")).json
    assert usage["balance_usd"] == "37.499999999"
    await conforms(client, "UsageReport", usage)
    budgets = (await get(client, "/v1/budgets")).json
    assert (budgets["data"][1]["period"], budgets["data"][1]["left_usd"]) == ("credit", "37.499999999")
    await conforms(client, "BudgetList", budgets)
    money.states = [STATE]
    assert "balance_usd" not in (await get(client, "/v1/usage")).json


@pytest.mark.parametrize(
    "query", ["by=hour", "from=yesterday", "to=2026-13-01", "from=2026-02-01&to=2026-01-01", "from=0001-01-01"]
)
async def test_a_period_that_is_none_is_refused_by_name(client: Client, query: str) -> None:
    answer = await get(client, "/v1/usage", query)
    assert (answer.status, answer.error["param"]) == (400, query.partition("=")[0])


async def test_budgets_are_told_with_what_is_left(client: Client) -> None:
    (row,) = (answer := await get(client, "/v1/budgets")).json["data"]
    assert (row["limit_usd"], row["spent_usd"], row["held_usd"], row["left_usd"]) == ("10", "9.5", "0.75", "0")
    await conforms(client, "BudgetList", answer.json)


@pytest.mark.parametrize(("path", "allowed"), [("/v1/quote", "POST"), ("/v1/usage", "GET, HEAD")])
async def test_another_method_is_told_which_there_are(client: Client, path: str, allowed: str) -> None:
    answer = await client.call("DELETE", path, b"", AUTH)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)


async def test_without_a_ledger_the_routes_are_not_there() -> None:
    client = Client()
    assert (await get(client, "/v1/budgets")).status == 404
    assert "/v1/quote" not in (await document(client))["paths"]
