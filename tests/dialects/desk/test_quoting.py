"""A quote of a body of each dialect, read by that dialect's own rules."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from msgspec import structs

from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.money import Quote
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects._http import build_asgi
from tests.dialects.support import BUILT_INS, KEY, MODEL, Answer, Client, chat, make_ports, no_lifespan

OPENAI = "/openai/v1/chat/completions"
RESPONSES = "/openai/v1/responses"
MESSARI = [f"/ai/{name}/chat/completions" for name in ("v1", "v2", "openai", "vercel")]
ASK = [{"role": "user", "content": "Is Bitcoin money?"}]
TITLE = '### Task:\nName the talk.\n### Output:\n{ "title": "..." }\n<chat_history>\nUSER: Hi\n</chat_history>'


class FakeMoney:
    def __init__(self) -> None:
        self.asked: list[RunRequest] = []

    async def quote(self, request: RunRequest) -> Quote:
        self.asked.append(request)
        if request.model_id not in (MODEL, "researcher"):
            raise ModelNotFound("There is no such model.", model_id=request.model_id)
        return Quote(request.model_id, "v1", Decimal("0.001"), Decimal("0.002"), Decimal("0.5"), 7, ("low: one call",))


class Reader:
    def topics(self, text: str, earlier: object = ()) -> tuple[()]:
        return ()


@pytest.fixture
def money() -> FakeMoney:
    return FakeMoney()


@pytest.fixture
def client(money: FakeMoney) -> Client:
    client = Client()
    ports = structs.replace(make_ports(client.engine), research=client.engine, research_model="researcher", money=money)
    client.app = build_asgi(ports, no_lifespan)
    return client


async def quote(client: Client, body: Any, path: str = "", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"x-cmc_pro_api_key": KEY, "content-type": "application/json", **headers}
    return await client.call("POST", "/v1/quote", raw, given, f"for={path}" if path else "")


async def test_without_a_word_it_is_the_cmc_chat(client: Client, money: FakeMoney) -> None:
    for path in ("", "/v1/chat/completions"):
        assert (await quote(client, chat(), path)).status == 200
    assert [(each.dialect, each.limits.rounds) for each in money.asked] == [("cmc", 4), ("cmc", 4)]


async def test_an_openai_body_is_offered_the_tools_that_its_answer_would_have(client: Client, money: FakeMoney) -> None:
    answer = await quote(client, {"model": MODEL, "messages": ASK}, OPENAI, **{"cryptodesk-max-cost-usd": "0.25"})
    assert (answer.status, answer.json["worst_usd"]) == (200, "0.5")
    (request,) = money.asked
    assert (request.dialect, request.after_tools, set(request.built_in_tools)) == ("openai", "answer", set(BUILT_INS))
    assert request.limits.cost_usd == Decimal("0.25")
    await quote(client, {"model": MODEL, "messages": ASK, "cryptodesk": {"research": True}}, OPENAI)
    assert money.asked[-1].research is not None
    assert client.engine.requests == []


async def test_a_responses_body_is_read_as_one(client: Client, money: FakeMoney) -> None:
    answer = await quote(client, {"model": MODEL, "input": "Is Bitcoin money?", "max_output_tokens": 99}, RESPONSES)
    assert (answer.status, money.asked[0].max_output_tokens) == (200, 99)


@pytest.mark.parametrize("path", MESSARI)
async def test_a_messari_body_is_of_the_research_model(client: Client, money: FakeMoney, path: str) -> None:
    answer = await quote(client, {"messages": ASK}, path, **{"cryptodesk-max-cost-usd": "0.1"})
    assert (answer.status, answer.json["model"]) == (200, "researcher")
    assert money.asked[0].limits.cost_usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("path", "body"),
    [("", {"messages": ASK}), (OPENAI, {"messages": ASK}), (OPENAI, {"model": MODEL, "messages": []}),
     (RESPONSES, {"model": MODEL, "messages": ASK}), (MESSARI[0], {"model": MODEL}), ("/v1/nowhere", chat()),
     (OPENAI, b"{"), (RESPONSES, b""), (MESSARI[3], b"[]")],
)  # fmt: skip
async def test_what_that_route_refuses_is_not_quoted(client: Client, money: FakeMoney, path: str, body: Any) -> None:
    answer = await quote(client, body, path)
    assert (answer.status, answer.error["type"], money.asked) == (400, "invalid_request_error", [])


async def test_an_unknown_model_is_a_404_in_each(client: Client) -> None:
    assert (await quote(client, {"model": "x", "messages": ASK}, OPENAI)).status == 404
    assert (await quote(client, {"model": "x", "input": "?"}, RESPONSES)).status == 404


async def test_a_chat_applications_own_prompts_cost_nothing(money: FakeMoney) -> None:
    client = Client()
    ports = structs.replace(make_ports(client.engine), money=money, reader=Reader())
    client.app = build_asgi(ports, no_lifespan)
    body = {"model": MODEL, "messages": [{"role": "user", "content": TITLE}]}
    answer = await quote(client, body, OPENAI)
    assert (answer.json["worst_usd"], money.asked) == ("0", [])


async def test_a_desk_without_the_graph_quotes_no_research_route(money: FakeMoney) -> None:
    client = Client()
    client.app = build_asgi(structs.replace(make_ports(client.engine), money=money), no_lifespan)
    answer = await quote(client, {"messages": ASK}, MESSARI[0])
    assert (answer.status, answer.error["param"]) == (400, "for")


async def test_the_document_says_which_bodies_are_taken(client: Client) -> None:
    whole = (await client.call("GET", "/openapi.json")).json
    operation = whole["paths"]["/v1/quote"]["post"]
    (meant,) = operation["parameters"]
    assert meant["schema"]["enum"] == ["/v1/chat/completions", OPENAI, RESPONSES, *MESSARI]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for body in (chat(), {"model": MODEL, "messages": ASK}, {"model": MODEL, "input": "?"}, {"messages": ASK}):
        jsonschema_rs.validate({**schema, "components": whole["components"]}, body)
