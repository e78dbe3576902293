"""`/v1/history`: conversations of a key, merged, paged, renamed, deleted and saved."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec import structs

from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from cryptodesk.state.history import DatabaseHistory
from cryptodesk.state.history_migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.dialects.support import CALLER, KEY, NOW, Answer, Client, make_ports, no_lifespan

AUTH = {"x-cmc_pro_api_key": KEY}
JSON = {**AUTH, "content-type": "application/json"}
NOW_MS = NOW.timestamp() * 1000
C1 = "/v1/history/c-1"


class TwoKeys:
    """The usual key, and one of somebody else."""

    async def authenticate(self, presented_key: str, now: object) -> Caller | None:
        return {KEY: CALLER, "other": Caller("account-2", "key-2")}.get(presented_key)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    database = SqliteDatabase(tmp_path / "desk.db")
    database.open()
    database.migrate(COMPONENT, MIGRATIONS)
    history = DatabaseHistory(database, retention_seconds=3600.0, most_megabytes=1)
    client = Client()
    client.app = build_asgi(structs.replace(make_ports(keys=TwoKeys()), history=history), no_lifespan)
    yield client
    await database.aclose()


def message(name: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    known = {"id": name, "parentId": parent, "role": "user", "text": f"say {name}", "createdAt": 1.5}
    return {**known, **more}


def told(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    wrapped = [{"revision": 1, "message": each} for each in messages]
    return {"title": "Bitcoin?", "created_at": 1000, "updated_at": 2000, "messages": wrapped, **more}


async def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return await client.call(method, path, raw, {**JSON, **headers})


async def get(client: Client, path: str, query: str = "", key: str = KEY) -> Answer:
    return await client.call("GET", path, b"", {"x-cmc_pro_api_key": key}, query)


async def conforms(client: Client, schema: str, body: Any) -> None:
    whole = (await client.call("GET", "/openapi.json")).json
    jsonschema_rs.validate({"$ref": f"#/components/schemas/{schema}", "components": whole["components"]}, body)


async def test_a_conversation_is_kept_and_told_as_it_was_sent(client: Client) -> None:
    sent = told(message("q"), message("a", "q", role="assistant", extra={"charts": [1]}), head_id="a")
    await conforms(client, "ConversationMerge", sent)
    merged = (await send(client, "POST", C1, sent)).json
    await conforms(client, "MergedConversation", merged)
    assert (merged["is_new"], merged["messages"], merged["head_id"]) == (True, 2, "a")
    shown = (await get(client, C1)).json
    await conforms(client, "ConversationMessages", shown)
    assert [row["message"] for row in shown["data"]] == [entry["message"] for entry in sent["messages"]]
    listed = (await get(client, "/v1/history")).json
    await conforms(client, "ConversationList", listed)
    assert (listed["key_id"], listed["latest"], listed["next"]) == ("key-1", merged["sequence"], merged["sequence"])
    assert (listed["size"], listed["most_size"]) == (merged["size"], 2**20)


async def test_only_what_came_after_is_told(client: Client) -> None:
    first = (await send(client, "POST", C1, told(message("q")))).json["sequence"]
    await send(client, "POST", C1, told(message("r", "q")))
    shown = (await get(client, C1, f"since={first}")).json
    assert [row["message"]["id"] for row in shown["data"]] == ["r"]
    assert (await get(client, C1, "limit=1")).json["has_more"]
    assert (await get(client, "/v1/history", f"since={shown['sequence']}")).json["data"] == []


async def test_it_is_renamed_and_deleted(client: Client) -> None:
    await send(client, "POST", C1, told(message("q")))
    renamed = (await send(client, "PATCH", C1, {"title": "  My\u200b \u202estudy\n "})).json
    await conforms(client, "Conversation", renamed)
    assert (renamed["title"], renamed["renamed_at"]) == ("My   study", NOW_MS)
    gone = (await send(client, "DELETE", C1)).json
    await conforms(client, "DeletedConversation", gone)
    (row,) = (await get(client, "/v1/history")).json["data"]
    assert (row["id"], row["is_deleted"]) == ("c-1", True)
    assert (await get(client, C1)).status == 404
    assert (await send(client, "DELETE", C1)).status == 404
    assert (await send(client, "POST", C1, told(message("r")))).status == 404
    assert (await send(client, "POST", C1, told(message("r"), restore=True))).json["is_new"]


async def test_what_was_changed_meanwhile_is_deleted_only_when_that_is_known(client: Client) -> None:
    seen = (await send(client, "POST", C1, told(message("q")))).json["sequence"]
    await send(client, "POST", C1, told(message("r")))

    async def delete(query: str) -> Answer:
        return await client.call("DELETE", C1, b"", AUTH, query)

    refused = await delete(f"sequence={seen}")
    assert (refused.status, refused.error["code"]) == (400, "changed_meanwhile")
    assert (await delete("sequence=x")).status == 400
    latest = (await get(client, "/v1/history")).json["latest"]
    assert (await delete(f"sequence={latest}")).status == 200


async def test_another_key_finds_nothing(client: Client) -> None:
    await send(client, "POST", C1, told(message("q")))
    other = {"x-cmc_pro_api_key": "other"}
    assert (await get(client, "/v1/history", key="other")).json["data"] == []
    assert (await get(client, C1, key="other")).status == 404
    assert (await send(client, "PATCH", C1, {"title": "Mine"}, **other)).status == 404
    assert (await send(client, "DELETE", C1, None, **other)).status == 404
    assert (await get(client, "/v1/history/export", key="other")).body == b""
    assert (await get(client, "/v1/history", key="wrong")).status == 401


async def test_all_are_saved_as_files_one_a_line_in_the_order_in_which_they_came(client: Client) -> None:
    spread = json.dumps(told(message("q")), indent=1).encode()
    await send(client, "POST", C1, spread)
    await send(client, "POST", C1, told(*(message(f"m{n}", "q") for n in range(45))))
    again = {**told(), "messages": [{"revision": 2, "message": message("q", text="changed")}]}
    await send(client, "POST", C1, again)
    await send(client, "POST", "/v1/history/c-2", told(title="Other"))
    await send(client, "POST", "/v1/history/c-3", told(message("x")))
    await send(client, "DELETE", "/v1/history/c-3")
    saved = await get(client, "/v1/history/export")
    assert saved.headers["content-type"] == "application/x-ndjson"
    assert saved.headers["content-disposition"] == 'attachment; filename="conversations.ndjson"'
    first, second = map(json.loads, saved.body.decode().splitlines())
    assert first["schema"] == "cryptodesk.conversation/1"
    assert [each["id"] for each in first["messages"]] == ["q", *(f"m{n}" for n in range(45))]
    assert first["messages"][0]["text"] == "changed"
    assert (second["title"], second["messages"]) == ("Other", [])


async def test_a_browsers_clock_that_is_ahead_is_not_believed(client: Client) -> None:
    ahead = told(title="Later", updated_at=NOW_MS * 2, renamed_at=NOW_MS * 2, created_at=NOW_MS * 2)
    kept = (await send(client, "POST", C1, ahead)).json
    assert {kept[name] for name in ("created_at", "updated_at", "renamed_at")} == {NOW_MS}


BAD_MESSAGES: list[Any] = [
    {"id": "m"},
    message("m", role="system"),
    message("bad id"),
    message("m", "bad parent"),
    message("m" * 65),
    message("m", text=5),
    "text",
    None,
]


@pytest.mark.parametrize("bad", BAD_MESSAGES)
async def test_what_is_no_message_is_refused_by_name(client: Client, bad: Any) -> None:
    answer = await send(client, "POST", C1, told(message("good"), bad))
    assert (answer.status, answer.error["param"].startswith("messages[1]")) == (400, True)
    await conforms(client, "DeskError", answer.json)
    assert (await get(client, "/v1/history")).json["data"] == []


BAD_BODIES: list[Any] = [
    b"", b"[]", b"{", b"\xff{}", {}, told(created_at="now"), told(updated_at=-1), told(head_id="a b"), told(more=1),
    {**told(), "messages": [{"revision": -1, "message": message("m")}]}, b'{"title":"x","messages":' + b"[" * 20_000,
    told(*(message(f"m{n}") for n in range(501))),
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_a_body_that_is_none_is_refused(client: Client, body: Any) -> None:
    answer = await send(client, "POST", C1, body)
    assert answer.status == 400
    await conforms(client, "DeskError", answer.json)


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [("GET", "/v1/history/a%20b", ""), ("GET", "/v1/history/", ""), ("GET", "/v1/history/a/b", ""),
     ("GET", "/v1/history", "since=x"), ("GET", "/v1/history", "since=-1"), ("GET", "/v1/history", "limit=201"),
     ("GET", "/v1/history", "since=99999999999999999")],
)  # fmt: skip
async def test_an_id_or_a_count_that_is_none_is_refused(client: Client, method: str, path: str, query: str) -> None:
    assert (await client.call(method, path, b"", AUTH, query)).status == 400


async def test_a_title_without_a_visible_character_is_refused_or_told_so(client: Client) -> None:
    assert (await send(client, "POST", C1, told(title="\u200b\u0000 "))).json["title"] == "Untitled"
    assert (await send(client, "PATCH", C1, {"title": "\u200b"})).status == 400
    assert (await send(client, "PATCH", C1, {"title": "x" * 900})).json["title"] == "x" * 200


async def test_too_much_is_told_as_such(client: Client) -> None:
    large = message("m", text="x" * (512 * 2**10))
    assert (await send(client, "POST", C1, told(large))).status == 413
    for name in ("a", "b", "c"):
        answer = await send(client, "POST", C1, told(message(name, text="x" * 400_000)))
    assert (answer.status, answer.error["code"]) == (413, "too_large")
    assert (await get(client, C1)).json["messages"] == 2


async def test_other_methods_and_types_are_refused(client: Client) -> None:
    put = await send(client, "PUT", C1, told())
    assert (put.status, put.headers["allow"]) == (405, "GET, HEAD, POST, PATCH, DELETE")
    for method in ("POST", "PATCH"):
        assert (await send(client, method, C1, told(), **{"content-type": "text/plain"})).status == 400


async def test_a_desk_that_keeps_none_has_no_such_routes() -> None:
    client = Client()
    assert (await get(client, "/v1/history")).status == 404
    assert not [path for path in (await get(client, "/openapi.json")).json["paths"] if "history" in path]
