"""Who is let in where: every route of the server's own table, asked with every kind of key.

A route that is mounted without a case in route_cases.py fails the first test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cryptodesk.app.access import scopes_needed
from tests.system.route_cases import CASES, KEYED, PAGES, RouteCase
from tests.system.tenants import METRICS_KEY, Tenants, is_refused, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_LET_IN = ("nobody", "a stranger", "expired", "revoked", "the metrics", "alice's id")


def name_of(case: RouteCase) -> str:
    return f"{case.method} {case.path}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenants(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tenants]:
    async with serving(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


async def test_every_route_of_the_server_has_a_case_and_every_case_a_route(tenants: Tenants) -> None:
    assert tenants.table - PAGES == CASES.keys()


@pytest.mark.parametrize("case", KEYED, ids=name_of)
async def test_whoever_has_no_good_key_is_refused(tenants: Tenants, case: RouteCase) -> None:
    for who in NOT_LET_IN:
        assert is_refused(await tenants.ask(who, case.method, case.path, case.body)), who


@pytest.mark.parametrize("case", KEYED, ids=name_of)
async def test_a_good_key_is_let_in(tenants: Tenants, case: RouteCase) -> None:
    """Else the refusals above would prove nothing."""
    answer = await tenants.ask("bob", case.method, case.path, case.body)
    assert not is_refused(answer), answer.body
    assert answer.status < 500


@pytest.mark.parametrize("case", KEYED, ids=name_of)
async def test_a_key_that_is_for_something_else_is_refused(tenants: Tenants, case: RouteCase) -> None:
    for who, scope in (("runs", "run"), ("reads", "account")):
        answer = await tenants.ask(who, case.method, case.path, case.body)
        assert answer.status == 403 if case.scope not in ("", scope) else not is_refused(answer), (who, answer.body)


async def test_a_path_that_nobody_thought_of_wants_a_key_for_everything() -> None:
    assert scopes_needed("/v1/something-new") == ("run", "account")


async def test_the_numbers_are_for_the_operators_key_alone(tenants: Tenants) -> None:
    for who in (*NOT_LET_IN, "alice", "bob", "reads"):
        answer = await tenants.ask(who, "GET", "/metrics")
        assert answer.status == (200 if who == "the metrics" else 403), who
    for almost in (METRICS_KEY[:-1], METRICS_KEY + "x", METRICS_KEY.upper()):
        answer = await tenants.ask("nobody", "GET", "/metrics", headers={"authorization": f"Bearer {almost}"})
        assert answer.status == 403


@pytest.mark.parametrize(
    "path", [case.path for cases in CASES.values() for case in cases if case.kind == "public"] + sorted(PAGES)
)
async def test_what_needs_no_key_is_the_same_for_everybody(tenants: Tenants, path: str) -> None:
    told = [(await tenants.traced(who, "GET", path))[0] for who in ("nobody", "alice", "bob", "revoked")]
    assert told[1:] == told[:1] * 3


async def test_a_key_is_refused_from_the_second_after_it_expires_or_is_revoked(tenants: Tenants) -> None:
    keys, now = tenants.desk.keys, tenants.clock.moment
    tenants.keys["passing"], record = keys.create("passing", "bob-corp", now)
    assert not is_refused(await tenants.ask("passing", "GET", "/v1/models"))
    keys.revoke(record.key_id, now)
    try:
        tenants.clock.moment = now.replace(second=1)
        assert is_refused(await tenants.ask("passing", "GET", "/v1/models"))
    finally:
        tenants.clock.moment = now
