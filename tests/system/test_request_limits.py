"""No request is too much: every route that reads a body, given bodies that are too long, too deep or no JSON at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from tests.dialects.support import Answer, Client
from tests.system.route_cases import KEYED, RouteCase
from tests.system.tenants import Tenants, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_BYTES = 64 * 1024
# Those that have no body to read answer as ever.
READING = [case for case in KEYED if case.body]
READS_NONE = [case for case in KEYED if case not in READING]


def name_of(case: RouteCase) -> str:
    return f"{case.method} {case.path}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenants(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tenants]:
    async with serving(
        tmp_path_factory.mktemp("desk"), max_body_bytes=MOST_BYTES, research_model="scripted-research_lazy"
    ) as opened:
        yield opened


class Body:
    """Pieces of a body as they are asked for, and how many were."""

    def __init__(self, pieces: Sequence[bytes], *, is_endless: bool = False) -> None:
        self.pieces = list(pieces)
        self.is_endless = is_endless
        self.given = 0

    async def __call__(self) -> Any:
        self.given += 1
        if self.is_endless:
            return {"type": "http.request", "body": self.pieces[0], "more_body": True}
        if self.pieces:
            piece = self.pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}
        return await asyncio.Event().wait()


async def send(tenants: Tenants, case: RouteCase, body: Body, **headers: str) -> Answer:
    key, sent = tenants.keys["bob"], []
    own = {"host": "127.0.0.1", "content-type": "application/json", "accept": "application/json, text/event-stream"}
    own |= {"authorization": f"Bearer {key}", "x-cmc_pro_api_key": key, "x-messari-api-key": key, **headers}
    path, _, query = case.path.partition("?")

    async def keep(message: Any) -> None:
        sent.append(message)

    await tenants.app(Client.scope(case.method, path, own, query), body, keep)
    return Answer(sent)


def check_too_large(answer: Answer, case: RouteCase) -> None:
    # The published interface of /ai/ has no 413.
    assert answer.status == (400 if case.path.startswith("/ai/") else 413), answer.body[:300]
    assert "The request body is larger than 65536 bytes" in json.dumps(json.loads(answer.body)["error"])
    assert len(answer.body) < 4_096, "an error repeats no more than a little of what was sent"


@pytest.mark.parametrize("case", READING, ids=name_of)
async def test_a_body_that_says_how_long_it_is_is_refused_before_it_is_read(tenants: Tenants, case: RouteCase) -> None:
    for declared in (str(MOST_BYTES + 1), "9" * 5_000):
        body = Body([b"{}"])
        check_too_large(await send(tenants, case, body, **{"content-length": declared}), case)
        assert body.given == 0


@pytest.mark.parametrize("case", READING, ids=name_of)
async def test_a_body_that_does_not_end_is_refused_at_the_limit(tenants: Tenants, case: RouteCase) -> None:
    body = Body([b" " * 4_096], is_endless=True)
    check_too_large(await send(tenants, case, body), case)
    assert body.given <= MOST_BYTES // 4_096 + 1


@pytest.mark.parametrize("case", READING, ids=name_of)
async def test_a_request_is_not_kept_under_a_name_without_being_bounded(tenants: Tenants, case: RouteCase) -> None:
    """What keeps answers under the client's own key reads the body first."""
    body = Body([b" " * 4_096], is_endless=True)
    check_too_large(await send(tenants, case, body, **{"idempotency-key": "order"}), case)


DEEP = 20_000
NUMBERS = ("9" * 5_000, "-" + "9" * 5_000, "1e999999", "1." + "0" * 5_000 + "1", "0e" + "9" * 400)


def hostile_bodies(case: RouteCase) -> list[bytes]:
    """What decodes badly, and the case's own body with something badly made in place of each of its members."""
    broken = [
        b"", b"[" * DEEP, b'{"a":' * DEEP, b'{"messages":' + b"[" * DEEP + b"]" * DEEP + b"}", b"\xff\xfe{}", b"{}" * 2,
        b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}", b'"text"', b"[]", b"null", b"NaN", b"{" + b'"a":1,' * 5_000 + b'"a":1}',
    ]  # fmt: skip
    for name in case.body:
        for value in (*NUMBERS, "[" * 900 + "]" * 900, "true", '{"a":{}}', '"' + "\\u0000" * 100 + '"'):
            rest = {key: own for key, own in case.body.items() if key != name}
            broken.append((json.dumps(rest)[:-1] + f'{", " if rest else ""}"{name}":{value}}}').encode())
    return broken


@pytest.mark.parametrize("case", READING, ids=name_of)
async def test_a_body_that_is_badly_made_is_answered_and_is_no_defect(tenants: Tenants, case: RouteCase) -> None:
    for body in hostile_bodies(case):
        assert len(body) <= MOST_BYTES or body.count(b"[") >= DEEP or body.count(b"{") >= DEEP
        answer = await send(tenants, case, Body([body]))
        assert answer.status < 500, (body[:80], answer.body[:300])
        if answer.status >= 400:
            assert len(answer.body) < 4_096


@pytest.mark.parametrize("case", KEYED, ids=name_of)
async def test_a_query_without_end_is_no_defect(tenants: Tenants, case: RouteCase) -> None:
    for query in (
        "a=1&" * 10_000,
        "%" * 5_000,
        "limit=" + "9" * 5_000,
        "from=" + "0" * 5_000,
        "\udc80"[:0] + "%ff=%00",
    ):
        asked = RouteCase(case.method, f"{case.path}?{query}", case.body)
        answer = await send(tenants, asked, Body([b"" if case.body is None else json.dumps(case.body).encode()]))
        assert answer.status < 500, (query[:20], answer.body[:300])


@pytest.mark.parametrize("case", READS_NONE, ids=name_of)
async def test_a_body_that_nobody_asked_for_is_not_read_without_end(tenants: Tenants, case: RouteCase) -> None:
    body = Body([b" " * 4_096], is_endless=True)
    answer = await send(tenants, case, body)
    assert answer.status < 500
    assert body.given <= MOST_BYTES // 4_096 + 1
