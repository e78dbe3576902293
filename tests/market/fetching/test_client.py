"""The client against a server that has bad days, storms of requests and secrets to leak."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

import cryptodesk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.waiting import WAITING, Waiting
from cryptodesk.market.fetching.client import CallBudget, HttpAnswer, HttpRequest, SourceClient, path_of
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.fetching.errors import UnreachableSource
from tests.market.sources.bad_days import (
    BAD_DAYS,
    NOW,
    Asked,
    BadDay,
    FakeTicks,
    SourceServer,
    answering,
    client_of,
    settle,
)

ASK = HttpRequest("/v1/map")
GOOD = b'{"data": [1, 2, 3]}'
good = answering(GOOD)


def asks(count: int) -> list[HttpRequest]:
    return [HttpRequest("/v1/map", params=(("page", str(number)),)) for number in range(count)]


async def failure(client: SourceClient, request: HttpRequest = ASK) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await client.fetch(request)
    return caught.value


async def outcomes(client: SourceClient, requests: list[HttpRequest]) -> list[Any]:
    return await asyncio.gather(*(client.fetch(request) for request in requests), return_exceptions=True)


# One good day


async def test_an_answer_is_whole_and_carries_its_moment() -> None:
    async with (
        SourceServer(answering(GOOD, headers="X-Cache: HIT\r\nX-Cache: MISS\r\n")) as server,
        client_of(server) as client,
    ):
        answer = await client.fetch(ASK)
    assert (answer.status, answer.body, answer.fetched_at) == (200, GOOD, NOW)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-cache"] == "HIT"


async def test_a_request_goes_out_as_it_was_written() -> None:
    request = HttpRequest(
        path_of("coins", "a/b ?", "é"),
        method="POST",
        params=(("ids", "bitcoin,ether"), ("ids", "x y&z")),
        headers=(("X-Key", "k-123"),),
        body=b'{"type":"all"}',
    )
    async with SourceServer(good) as server, client_of(server) as client:
        await client.fetch(request)
    asked = server.requests[0]
    assert (asked.method, asked.path, asked.body) == ("POST", "/coins/a%2Fb%20%3F/%C3%A9", b'{"type":"all"}')
    assert asked.params == [("ids", "bitcoin,ether"), ("ids", "x y&z")]
    expected = {
        "x-key": "k-123",
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "user-agent": f"cryptodesk/{cryptodesk.__version__}",
    }
    assert {name: asked.headers.get(name) for name in expected} == expected
    assert "cookie" not in asked.headers


async def test_cookies_are_not_kept() -> None:
    play = answering(GOOD, headers="Set-Cookie: id=1\r\n")
    # By name, since no jar takes cookies from a bare address.
    async with SourceServer(play) as server, client_of(server, base_url=f"http://localhost:{server.port}") as client:
        for request in asks(2):
            await client.fetch(request)
    assert "cookie" not in server.requests[1].headers
    assert server.connections == 1


async def test_an_absolute_address_goes_where_it_says() -> None:
    async with SourceServer(good) as first, SourceServer(good) as second, client_of(first) as client:
        await client.fetch(HttpRequest(f"{second.base_url}/futures"))
    assert (len(first.requests), second.requests[0].path) == (0, "/futures")


async def test_a_redirect_within_the_host_is_followed_with_everything() -> None:
    async def play(asked: Asked) -> None:
        if asked.path == "/v1/map":
            await asked.answer(b"", status=301, headers="Location: /v2/map?page=1\r\n")
        else:
            await asked.answer(GOOD)

    async with SourceServer(play) as server, client_of(server) as client:
        answer = await client.fetch(HttpRequest("/v1/map", headers=(("X-Key", "k-123"),)))
    assert answer.body == GOOD
    assert server.requests[1].params == [("page", "1")]
    assert server.requests[1].headers["x-key"] == "k-123"


async def test_a_redirect_to_another_port_user_or_scheme_takes_no_key_along() -> None:
    async with SourceServer(good) as other:
        for location in (other.base_url, "https://127.0.0.1/", "//elsewhere.invalid/x", "http://[", "ftp://127.0.0.1/"):
            play = answering(b"", status=302, headers=f"Location: {location}\r\n")
            async with SourceServer(play) as server, client_of(server) as client:
                error = await failure(client)
            assert type(error).__mro__[1] is UpstreamUnavailable
            assert len(server.requests) == 1
        assert other.requests == []


async def test_a_redirect_to_another_name_of_the_same_place_is_another_host() -> None:
    async def play(asked: Asked) -> None:
        await asked.answer(b"", status=302, headers=f"Location: http://localhost:{asked.server.port}/\r\n")

    async with SourceServer(play) as server, client_of(server) as client:
        assert "another host" in (await failure(client)).message
    assert len(server.requests) == 1


async def test_a_redirected_post_is_not_turned_into_something_else() -> None:
    post = HttpRequest("/rpc", method="POST", body=b"{}")
    for status in (301, 302, 303):
        play = answering(b"", status=status, headers="Location: /other\r\n")
        async with SourceServer(play) as server, client_of(server) as client:
            assert isinstance(await failure(client, post), UpstreamUnavailable)
            assert len(server.requests) == 1


# Bad days


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    async with SourceServer(day.play) as server, client_of(server, timeout_seconds=day.timeout_seconds) as client:
        with pytest.raises(day.expected) as caught:
            decode_json("acme", await client.fetch(ASK), dict[str, list[int]])
        status = client.status()
    assert (caught.value.upstream, "acme" in caught.value.message) == ("acme", True)
    assert len(caught.value.message) < 300
    assert "127.0.0.1" not in caught.value.message
    assert (status.in_flight, status.used_today) == (0, 1)
    assert sum(asked.written for asked in server.requests) < 10_000_000, "we went on reading"


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_the_day_after_a_bad_one_is_good(day: BadDay) -> None:
    async with SourceServer(day.play) as server:
        ticks = FakeTicks()
        # Short enough for the bad day; on the good one nothing waits.
        async with client_of(server, timeout_seconds=day.timeout_seconds, ticks=ticks) as client:
            await asyncio.gather(client.fetch(ASK), return_exceptions=True)
            server.play = good
            ticks.now += 3600
            for _ in range(20):  # a machine under load may need longer than the short time limit
                try:
                    answer = await client.fetch(ASK)
                    break
                except UpstreamTimeout:
                    continue
            assert answer.body == GOOD


async def test_nobody_listening_is_unavailable() -> None:
    async with SourceServer(good) as server:
        pass
    async with client_of(server) as client:
        assert type(await failure(client)) is UnreachableSource


async def test_a_name_that_does_not_exist_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nowhere)
    async with SourceServer(good) as server, client_of(server, base_url="http://no-such-host.invalid") as client:
        error = await failure(client)
    assert type(error) is UnreachableSource
    assert error.message == "acme cannot be reached: its name does not resolve (ClientConnectorDNSError)"


async def test_https_is_not_spoken_to_what_cannot() -> None:
    async with (
        SourceServer(good) as server,
        client_of(server, base_url=server.base_url.replace("http:", "https:")) as client,
    ):
        error = await failure(client)
    assert type(error) is UnreachableSource
    assert server.requests == []


async def test_no_time_to_connect_is_a_timeout() -> None:
    async with SourceServer(good) as server, client_of(server, connect_seconds=1e-9) as client:
        assert type(await failure(client)) is UpstreamTimeout


async def test_packed_answers_are_unpacked_even_in_members() -> None:
    packed = b"".join(gzip.compress(part) for part in (b'{"data"', b": [1,", b" 2]}"))
    async with (
        SourceServer(answering(packed, headers="Content-Encoding: gzip\r\n")) as server,
        client_of(server) as client,
    ):
        assert (await client.fetch(ASK)).body == b'{"data": [1, 2]}'


async def test_a_body_may_be_exactly_as_long_as_the_limit() -> None:
    async with SourceServer(good) as server:
        async with client_of(server, max_body_bytes=len(GOOD)) as client:
            assert (await client.fetch(ASK)).body == GOOD
        async with client_of(server, max_body_bytes=len(GOOD) - 1) as client:
            assert isinstance(await failure(client), UpstreamBadAnswer)


# What the source's own rules say


async def test_a_check_decides_before_the_status_does() -> None:
    seen: list[tuple[int, bytes]] = []

    def check(answer: HttpAnswer) -> None:
        seen.append((answer.status, answer.body))
        if b"1022" in answer.body:
            raise UpstreamRateLimited("acme limits us", upstream="acme")

    for status in (200, 400, 500):
        async with (
            SourceServer(answering(b'{"error_code": 1022}', status=status)) as server,
            client_of(server, check=check) as client,
        ):
            assert type(await failure(client)) is UpstreamRateLimited
            assert client.status().limited_seconds_left > 0
    assert seen == [(status, b'{"error_code": 1022}') for status in (200, 400, 500)]


async def test_a_check_that_trips_is_a_bad_answer_unless_the_status_says_more() -> None:
    def check(answer: HttpAnswer) -> None:
        msgspec.json.decode(answer.body)["status"]["error_code"].lower()

    for body in (b"{}", b"[]", b"null", b"<html>", b'{"status": {"error_code": 0}}', b'{"status": []}'):
        async with SourceServer(answering(body)) as server, client_of(server, check=check) as client:
            assert type(await failure(client)) is UpstreamBadAnswer
        async with SourceServer(answering(body, status=500)) as server, client_of(server, check=check) as client:
            assert type(await failure(client)) is UpstreamUnavailable


# Secrets


SECRET = "k3y-0123456789abcdef"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500, None])
async def test_no_secret_leaves_in_an_error_or_a_log(status: int | None, caplog: pytest.LogCaptureFixture) -> None:
    async def play(asked: Asked) -> None:
        if status is None:
            asked.reset()
        else:
            await asked.answer(f'no key "{SECRET}" \x00'.encode(), status=status, kind="text/html")

    caplog.set_level("DEBUG")
    request = HttpRequest(f"/rpc/{SECRET}", params=(("key", SECRET),), headers=(("X-Key", SECRET),))
    async with (
        SourceServer(play) as server,
        client_of(server, base_url=f"{server.base_url}/{SECRET}", breaker_failures=1) as client,
    ):
        error = await failure(client, request)
        shown = [client.status(), request, client.policy, error.__dict__, caplog.text]
    shown += traceback.format_exception(error)
    assert SECRET in server.requests[0].target
    assert SECRET not in repr(shown)
    chained = error.__cause__, error.__context__
    assert chained == (None, None), "aiohttp's errors carry the address"


async def test_what_a_source_says_is_kept_short_and_plain() -> None:
    async with (
        SourceServer(answering(b"a\x00b\x1b[31m" + b"c" * 100_000, status=400)) as server,
        client_of(server) as client,
    ):
        error = await failure(client)
    assert isinstance(error, UpstreamRejected)
    assert error.body is not None
    text = error.body["text"]
    assert (text[:9], len(text), text.isprintable()) == ("a b [31mc", 500, True)
    assert "ccc" not in error.message


# Many at once


async def test_two_hundred_who_ask_the_same_are_one_request() -> None:
    async with SourceServer(good) as server, client_of(server) as client:
        answers = await outcomes(client, [HttpRequest("/v1/map") for _ in range(200)])
        status = client.status()
    assert len(server.requests) == 1
    assert {answer.body for answer in answers} == {GOOD}
    assert (status.requests, status.shared, status.used_today) == (1, 199, 1)


async def test_who_asks_something_else_gets_something_else() -> None:
    async def echo(asked: Asked) -> None:
        await asked.answer(dict(asked.params)["page"].encode())

    async with SourceServer(echo) as server, client_of(server) as client:
        answers = await outcomes(client, asks(50))
    assert [answer.body for answer in answers] == [str(number).encode() for number in range(50)]


async def test_a_shared_failure_reaches_everybody_as_an_error_of_their_own() -> None:
    async with SourceServer(answering(b"", status=500)) as server, client_of(server) as client:
        errors = await outcomes(client, [ASK] * 50)
    assert {type(error) for error in errors} == {UpstreamUnavailable}
    assert len({id(error) for error in errors}) == 50
    assert len(server.requests) == 1


async def test_no_more_requests_at_once_than_the_policy_says() -> None:
    three = asyncio.Barrier(3)

    async def play(asked: Asked) -> None:
        await three.wait()
        await asked.answer(GOOD)

    async with SourceServer(play) as server, client_of(server, concurrency=3) as client:
        await outcomes(client, asks(60))
    assert (server.most_at_once, len(server.requests), server.connections) == (3, 60, 3)


async def test_a_storm_of_failures_opens_the_breaker_and_one_probe_closes_it() -> None:
    ticks = FakeTicks()
    async with (
        SourceServer(answering(b"", status=500)) as server,
        client_of(server, breaker_failures=5, concurrency=4, ticks=ticks) as client,
    ):
        errors = await outcomes(client, asks(200))
        assert {type(error) for error in errors} == {UpstreamUnavailable}
        assert 5 <= len(server.requests) <= 8, "those under way when it opened may end"
        assert client.status().breaker == "open"
        assert "left alone" in (await failure(client)).message

        server.requests.clear()
        ticks.now += 30
        await outcomes(client, asks(50))
        assert len(server.requests) == 1, "one probe"
        assert client.status().breaker == "open"

        server.play = good
        ticks.now += 30
        assert sum(isinstance(answer, HttpAnswer) for answer in await outcomes(client, asks(50))) == 1
        assert client.status().breaker == "closed"
        assert all(isinstance(answer, HttpAnswer) for answer in await outcomes(client, asks(50)))


async def test_what_the_source_refuses_for_its_own_sake_opens_no_breaker() -> None:
    for status in (400, 403, 404):
        async with (
            SourceServer(answering(b"{}", status=status)) as server,
            client_of(server, breaker_failures=2) as client,
        ):
            errors = await outcomes(client, asks(10))
            assert {type(error) for error in errors} == {UpstreamRejected}
            assert client.status().breaker == "closed"


# Leaving


async def test_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    go = asyncio.Event()

    async def play(asked: Asked) -> None:
        await go.wait()
        await asked.answer(GOOD)

    async with SourceServer(play) as server, client_of(server) as client:
        waiters = [asyncio.create_task(client.fetch(ASK)) for _ in range(3)]
        await server.came.wait()
        for waiter in waiters[:2]:
            waiter.cancel()
        await settle()
        go.set()
        assert (await waiters[2]).body == GOOD
        assert [waiter.cancelled() for waiter in waiters] == [True, True, False]


async def test_the_last_who_leaves_ends_the_request_and_counts_no_failure() -> None:
    async def silence(asked: Asked) -> None:
        await asked.hang()

    async with SourceServer(silence) as server, client_of(server, breaker_failures=1) as client:
        waiters = [asyncio.create_task(client.fetch(ASK)) for _ in range(3)]
        await server.came.wait()
        for waiter in waiters:
            waiter.cancel()
        await asyncio.wait(waiters)
        server.play = good
        assert (await client.fetch(ASK)).body == GOOD, "a new request, not the one that is being ended"
        status = client.status()
        assert (status.breaker, status.in_flight, status.last_error) == ("closed", 0, None)


async def test_closing_ends_what_is_under_way_and_leaves_nothing_behind() -> None:
    async def silence(asked: Asked) -> None:
        await asked.hang()

    async with SourceServer(silence) as server:
        async with client_of(server) as client:
            waiter = asyncio.create_task(client.fetch(ASK))
            await server.came.wait()
            await client.close()
            with pytest.raises(UpstreamUnavailable, match="acme is closed"):
                await waiter
            with pytest.raises(UpstreamUnavailable, match="acme is closed"):
                await client.fetch(ASK)
        await server.hung_up.wait()
    await settle()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()  # a socket or task that was left behind would warn now, and warnings are errors


# Trying again


def failing(times: int, *, status: int = 500) -> tuple[Any, list[int]]:
    left = [times]

    async def play(asked: Asked) -> None:
        if left[0]:
            left[0] -= 1
            await asked.answer(b"", status=status)
        else:
            await asked.answer(GOOD)

    return play, left


async def test_a_passing_failure_is_tried_again_after_ever_longer_pauses() -> None:
    play, _ = failing(3)
    ticks = FakeTicks()
    async with SourceServer(play) as server, client_of(server, retries=3, ticks=ticks) as client:
        assert (await client.fetch(ASK)).body == GOOD
        assert client.status().used_today == 4
    assert ticks.slept == [0.25, 0.5, 1.0]


async def test_pauses_vary_by_chance_down_to_half() -> None:
    play, _ = failing(2)
    ticks = FakeTicks()
    ticks.luck = 0.0
    async with SourceServer(play) as server, client_of(server, retries=2, ticks=ticks) as client:
        await client.fetch(ASK)
    assert ticks.slept == [0.125, 0.25]


async def test_the_last_failure_is_told_when_trying_again_does_not_help() -> None:
    play, _ = failing(9)
    async with SourceServer(play) as server, client_of(server, retries=2, ticks=FakeTicks()) as client:
        error = await failure(client)
    assert (error.upstream_status, len(server.requests)) == (500, 3)


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 451])
async def test_what_will_not_change_is_not_tried_again(status: int) -> None:
    async with (
        SourceServer(answering(b"{}", status=status)) as server,
        client_of(server, retries=3, ticks=FakeTicks()) as client,
    ):
        await failure(client)
    assert len(server.requests) == 1


async def test_trying_again_stays_within_the_time_limit() -> None:
    play, _ = failing(9)
    ticks = FakeTicks()
    async with SourceServer(play) as server, client_of(server, retries=9, timeout_seconds=1.0, ticks=ticks) as client:
        error = await failure(client)
    assert error.upstream_status == 500
    assert ticks.slept == [0.25, 0.5], "a third pause of a second would end too late"
    assert len(server.requests) == 3


async def test_trying_again_stops_at_the_breaker_and_tells_the_failure_itself() -> None:
    play, _ = failing(9)
    async with (
        SourceServer(play) as server,
        client_of(server, retries=9, breaker_failures=2, ticks=FakeTicks()) as client,
    ):
        assert (await failure(client)).upstream_status == 500
    assert len(server.requests) == 2


# Being told to slow down


async def test_a_short_retry_after_is_waited_for_within_the_time_limit() -> None:
    left = [1]

    async def play(asked: Asked) -> None:
        if left[0]:
            left[0] = 0
            await asked.answer(b"", status=429, headers="Retry-After: 3\r\n")
        else:
            await asked.answer(GOOD)

    ticks = FakeTicks()
    async with SourceServer(play) as server, client_of(server, retries=1, ticks=ticks) as client:
        assert (await client.fetch(ASK)).body == GOOD
    assert ticks.now == pytest.approx(1003.0)


async def test_after_a_429_nothing_is_asked_until_the_time_has_passed() -> None:
    ticks = FakeTicks()
    async with (
        SourceServer(answering(b"", status=429)) as server,
        client_of(server, limited_seconds=60, timeout_seconds=10, retries=2, ticks=ticks) as client,
    ):
        assert (await failure(client)).upstream_status == 429
        error = await failure(client)
        assert isinstance(error, UpstreamRateLimited)
        assert "retry in 60 s" in error.message
        assert client.status().limited_seconds_left == 60
        assert client.status().breaker == "closed"
        server.play = good
        ticks.now += 60
        assert (await client.fetch(ASK)).body == GOOD
    assert len(server.requests) == 2


async def test_what_waits_for_a_slot_is_not_sent_after_a_429() -> None:
    async with (
        SourceServer(answering(b"", status=429)) as server,
        client_of(server, concurrency=1, timeout_seconds=10) as client,
    ):
        errors = await outcomes(client, asks(20))
    assert all(isinstance(error, UpstreamRateLimited) for error in errors)
    assert len(server.requests) == 1


async def test_requests_are_spread_over_time_as_the_policy_says() -> None:
    ticks = FakeTicks()
    async with (
        SourceServer(good) as server,
        client_of(server, per_minute=60, burst=2, timeout_seconds=3, ticks=ticks) as client,
    ):
        for request in asks(4):
            await client.fetch(request)
        assert ticks.slept == [1.0, 1.0]
        heavy = HttpRequest("/v1/map", weight=4)
        error = await failure(client, heavy)
    assert isinstance(error, UpstreamRateLimited)
    assert "retry in 4 s" in error.message
    assert len(server.requests) == 4


# The day's budget


async def test_a_spent_budget_refuses_until_midnight() -> None:
    clock = FixedClock(NOW)
    async with SourceServer(good) as server, client_of(server, per_day=3, clock=clock) as client:
        answers = await outcomes(client, asks(10))
        assert sum(isinstance(answer, HttpAnswer) for answer in answers) == 3
        error = await failure(client)
        assert error.message == "acme: the daily budget of 3 requests is used up until 00:00 UTC"
        assert (client.status().used_today, client.status().per_day) == (3, 3)
        clock.moment += timedelta(hours=12)
        assert (await client.fetch(ASK)).body == GOOD
        assert client.status().used_today == 1
    assert len(server.requests) == 4


async def test_sources_spend_their_own_budgets() -> None:
    budget = CallBudget(FixedClock(NOW))
    async with (
        SourceServer(good) as server,
        client_of(server, per_day=1, budget=budget) as client,
        client_of(server, name="other", per_day=1, budget=budget) as other,
    ):
        await client.fetch(ASK)
        await other.fetch(ASK)
    assert (budget.used("acme"), budget.used("other")) == (1, 1)


# What the operator sees


async def test_the_status_tells_the_last_success_and_the_last_error() -> None:
    clock = FixedClock(NOW)
    async with SourceServer(good) as server, client_of(server, clock=clock) as client:
        status = client.status()
        assert (status.requests, status.last_success_at, status.last_error) == (0, None, None)
        await client.fetch(ASK)
        clock.moment = datetime(2026, 9, 9, 13, tzinfo=UTC)
        server.play = answering(b"", status=502)
        await failure(client)
        status = client.status()
    assert (status.source, status.requests, status.last_success_at) == ("acme", 2, NOW)
    assert (status.last_error, status.last_error_at) == ("acme is in trouble (HTTP 502)", clock.moment)


# What is told of it


async def test_what_became_of_each_question_is_counted_and_those_who_shared_an_answer_count_once() -> None:
    async with SourceServer(good) as server, client_of(server) as client:
        await asyncio.gather(*(client.fetch(ASK) for _ in range(3)))
        server.play = answering(b"{}", status=429)
        error = await failure(client, HttpRequest("/v1/other"))
        counted = dict(client.status().outcomes)
    assert counted == {"answered": 1, error.code: 1}


async def test_who_wants_to_know_how_long_it_waits_is_told_also_of_a_failure() -> None:
    waits: list[str] = []

    class Noting(Waiting):
        def begin(self) -> None:
            waits.append("begin")

        def end(self) -> None:
            waits.append("end")

    token = WAITING.set(Noting())
    try:
        async with SourceServer(good) as server, client_of(server) as client:
            await client.fetch(ASK)
            server.play = answering(b"{}", status=404)
            await failure(client, HttpRequest("/v1/other"))
    finally:
        WAITING.reset(token)
    assert waits == ["begin", "end"] * 2
