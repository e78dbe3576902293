"""What every answer of every route tells a browser, the errors too, and which pages may ask at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.app.headers import HSTS, STANDARD_HEADERS
from tests.dialects.support import Answer
from tests.system.route_cases import CASES, PAGES, RouteCase, chat
from tests.system.tenants import Tenants, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

FRIEND, FOE = "https://app.example.org", "https://evil.example.net"
ALL = [case for cases in CASES.values() for case in cases]
CHAT = "/v1/chat/completions"


def name_of(case: RouteCase) -> str:
    return f"{case.method} {case.path}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenants(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tenants]:
    async with serving(tmp_path_factory.mktemp("desk"), cors_origins=(FRIEND,), behind_tls=True) as opened:
        yield opened


def once(answer: Answer, name: str) -> str:
    values = [value.decode() for own, value in answer.header_list if own.decode() == name]
    assert len(values) == 1, (name, values)
    return values[0]


def check_standard_headers(answer: Answer) -> None:
    for name, value in STANDARD_HEADERS:
        if name != b"content-security-policy":
            assert once(answer, name.decode()) == value.decode()
    policy = once(answer, "content-security-policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert once(answer, HSTS[0].decode()) == HSTS[1].decode()


@pytest.mark.parametrize("case", ALL, ids=name_of)
async def test_every_answer_has_the_standard_headers_and_is_kept_by_nobody(tenants: Tenants, case: RouteCase) -> None:
    for who in ("bob", "nobody"):
        answer = await tenants.ask(who, case.method, case.path, case.body)
        check_standard_headers(answer)
        assert "no-store" in once(answer, "cache-control")


@pytest.mark.parametrize("case", ALL, ids=name_of)
async def test_a_wrong_method_and_a_broken_body_are_answered_with_them_too(tenants: Tenants, case: RouteCase) -> None:
    for method in ("DELETE", "OPTIONS", "PROPFIND", "POST"):
        answer = await tenants.ask("bob", method, case.path, [])
        check_standard_headers(answer)
        assert answer.status < 500 or answer.status == 503


@pytest.mark.parametrize("path", [*sorted(PAGES), "/none", "/assets/..%2f..%2fsecret"])
async def test_pages_and_what_is_not_there_have_the_standard_headers(tenants: Tenants, path: str) -> None:
    check_standard_headers(await tenants.ask("nobody", "GET", path.replace("{name}", "none.js")))


@pytest.mark.parametrize("path", [CHAT, "/openai/v1/chat/completions", "/ai/openai/chat/completions"])
async def test_streams_have_them_and_are_not_stored(tenants: Tenants, path: str) -> None:
    answer = await tenants.ask("bob", "POST", path, chat(stream=True))
    check_standard_headers(answer)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "no-store" in once(answer, "cache-control")


async def test_without_tls_nobody_is_told_to_insist_on_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with serving(tmp_path_factory.mktemp("plain")) as plain:
        assert HSTS[0].decode() not in (await plain.ask("nobody", "GET", "/healthz")).headers


# -- pages of other origins --------------------------------------------------------------------------------------------


def preflight(origin: str, **more: str) -> dict[str, str]:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type"}
    return {"origin": origin, **asked, **more}


@pytest.mark.parametrize("case", ALL, ids=name_of)
async def test_a_page_that_the_operator_named_may_ask_and_read(tenants: Tenants, case: RouteCase) -> None:
    asked = await tenants.ask("nobody", "OPTIONS", case.path, headers=preflight(FRIEND))
    assert asked.status == 204
    assert once(asked, "access-control-allow-origin") == FRIEND
    assert case.method in once(asked, "access-control-allow-methods")
    assert "authorization" in once(asked, "access-control-allow-headers")
    answer = await tenants.ask("bob", case.method, case.path, case.body, {"origin": FRIEND})
    assert once(answer, "access-control-allow-origin") == FRIEND
    assert "origin" in answer.headers["vary"]
    assert_no_credentials(asked, answer)


@pytest.mark.parametrize(
    "origin", [FOE, "null", FRIEND + ".evil.example.net", FRIEND.upper(), "http://app.example.org"]
)
@pytest.mark.parametrize("case", ALL, ids=name_of)
async def test_no_other_page_is_handed_an_answer(tenants: Tenants, case: RouteCase, origin: str) -> None:
    asked = await tenants.ask("nobody", "OPTIONS", case.path, headers=preflight(origin))
    answer = await tenants.ask("bob", case.method, case.path, case.body, {"origin": origin})
    for each in (asked, answer):
        assert "access-control-allow-origin" not in each.headers
    assert_no_credentials(asked, answer)


def assert_no_credentials(*answers: Answer) -> None:
    for answer in answers:
        assert "access-control-allow-credentials" not in answer.headers


async def test_an_answer_that_is_given_again_is_for_the_page_that_asks_now(tenants: Tenants) -> None:
    """It was kept without what it told the page that asked first."""
    named = {"idempotency-key": "order"}
    first = await tenants.ask("bob", "POST", CHAT, chat(), {**named, "origin": FRIEND})
    again = await tenants.ask("bob", "POST", CHAT, chat(), {**named, "origin": FOE})
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
    assert "access-control-allow-origin" not in again.headers
    check_standard_headers(again)


async def test_a_preflight_repeats_no_header_names_that_are_none(tenants: Tenants) -> None:
    headers = preflight(FRIEND, **{"access-control-request-headers": "x\r\nset-cookie: a=b"})
    asked = await tenants.ask("nobody", "OPTIONS", CHAT, headers=headers)
    assert "access-control-allow-headers" not in asked.headers


async def test_every_page_may_ask_where_the_operator_said_so_and_still_sends_no_cookies(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with serving(tmp_path_factory.mktemp("all"), cors_origins=("*",)) as opened:
        answer = await opened.ask("bob", "POST", CHAT, chat(), {"origin": FOE})
        assert once(answer, "access-control-allow-origin") == "*"
        assert_no_credentials(answer)


# -- where no key is asked ---------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tenants]:
    more: dict[str, Any] = {"insecure_no_auth": True, "metrics_key": None, "allowed_hosts": ("Desk.lan",)}
    async with serving(tmp_path_factory.mktemp("open"), **more) as opened:
        yield opened


def public_and_keyed() -> list[RouteCase]:
    return [case for case in ALL if case.path != "/ai/v1/deep-research" or case.method == "GET"]


@pytest.mark.parametrize("case", public_and_keyed(), ids=name_of)
async def test_a_name_that_was_made_to_point_here_is_not_answered(open_desk: Tenants, case: RouteCase) -> None:
    """A browser that was sent here by somebody else's name server says that name."""
    for host in ("rebound.example.net", "rebound.example.net:8080", "127.0.0.1.example.net", "[::ffff:1.2.3.4]"):
        answer = await open_desk.ask("nobody", case.method, case.path, case.body, {"host": host})
        assert answer.status == 421, host
        check_not_run(answer)


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "desk.lan", "DESK.LAN:80"])
async def test_names_of_this_machine_and_those_that_the_operator_listed_are_answered(
    open_desk: Tenants, host: str
) -> None:
    for method, path, body in (("POST", CHAT, chat()), ("GET", "/metrics", None), ("GET", "/", None)):
        assert (await open_desk.ask("nobody", method, path, body, {"host": host})).status in (200, 503)


@pytest.mark.parametrize("case", [case for case in ALL if case.method == "POST"], ids=name_of)
async def test_a_foreign_page_cannot_spend_where_no_key_is_asked(open_desk: Tenants, case: RouteCase) -> None:
    """A body of plain text is sent by any browser for any page without asking first."""
    for content_type in ("text/plain", "application/json"):
        headers = {"origin": FOE, "content-type": content_type}
        answer = await open_desk.ask("nobody", "POST", case.path, case.body, headers)
        assert answer.status == 403
        check_not_run(answer)


def check_not_run(answer: Answer) -> None:
    assert b"error" in answer.body
    assert b"choices" not in answer.body


async def test_its_own_page_may_ask(open_desk: Tenants) -> None:
    headers = {"host": "localhost:8080", "origin": "http://localhost:8080"}
    assert (await open_desk.ask("nobody", "POST", CHAT, chat(), headers)).status == 200


async def test_open_metrics_are_guarded_even_where_the_rest_asks_a_key(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with serving(tmp_path_factory.mktemp("metrics"), metrics_key=None) as desk:
        assert (await desk.ask("nobody", "GET", "/metrics")).status == 200
        for headers in ({"host": "rebound.example.net"}, {"origin": FOE}, {"x-forwarded-for": "127.0.0.1"}):
            assert (await desk.ask("nobody", "GET", "/metrics", headers=headers)).status in (403, 421)
        assert (await desk.ask("bob", "POST", CHAT, chat(), {"host": "desk.example.org"})).status == 200
