"""Both CoinMarketCap sources as wholes: every route, on good days, bad days and days of nonsense."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import CoinListing, GlobalMetrics, Liquidations, TokenSecurity
from cryptodesk.market.sources import coinmarketcap, coinmarketcap_pro
from cryptodesk.market.sources._source import Source, SourceContext
from tests.market.sources.bad_days import BAD_DAYS, BadDay, SourceServer, answering, client_for, suffer
from tests.market.sources.payloads.coinmarketcap import (
    CONTEXT,
    KEY,
    NOW,
    PEPE,
    answer,
    ask,
    load,
    read,
    ways,
    well,
)
from tests.market.sources.payloads.coinmarketcap.cases import CASES, PAST, Case

FREE = coinmarketcap.SOURCE
KEYED = coinmarketcap_pro.SOURCE
HIDDEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# One case for each reader: both sources share most of them.
READERS = tuple({(case.path, case.query.kind): case for case in reversed(CASES)}.values())
all_cases = pytest.mark.parametrize("case", CASES, ids=str)


@all_cases
def test_every_route_reads_what_is_documented(case: Case) -> None:
    records = read(case.source, case.query, case.path, *case.bodies)
    assert records
    for record in records:
        assert isinstance(record, case.query.kind)
        assert record.provenance.source == case.source.name
        assert record.provenance.mode == "live"
        assert record.provenance.as_of <= NOW


@pytest.mark.parametrize("source", [FREE, KEYED], ids=lambda source: source.name)
def test_no_route_is_without_a_case(source: Source) -> None:
    seen = {id(ask(case.source, case.query, case.path)[0]) for case in CASES if case.source is source}
    assert seen == {id(route) for route in source.routes}


@all_cases
@pytest.mark.parametrize("data", ["text", 42, [1, "x", None], {"unknown": {"deep": 1}}, [{}], [[]]], ids=repr)
def test_data_of_another_form_is_a_bad_answer_or_nothing(case: Case, data: Any) -> None:
    route, requests = ask(case.source, case.query, case.path)
    with contextlib.suppress(UpstreamBadAnswer):
        assert not route.to_records([answer(well(data))] * len(requests), case.query, CONTEXT)


@pytest.mark.parametrize("case", READERS, ids=str)
def test_every_single_value_may_be_missing_or_nonsense(case: Case) -> None:
    """Each value of the payload in turn: what still comes out is clean and bounded, and nothing else is raised."""
    route, _ = ask(case.source, case.query, case.path)
    for place, body in enumerate(case.bodies):
        for changed in _mutations(msgspec.json.decode(body)):
            bodies = [*case.bodies[:place], msgspec.json.encode(changed), *case.bodies[place + 1 :]]
            try:
                records = route.to_records([answer(one) for one in bodies], case.query, CONTEXT)
            except UpstreamBadAnswer:
                continue
            for words in _texts(msgspec.to_builtins(records)):
                assert len(words) <= 1500
                assert not HIDDEN.search(words)


@pytest.mark.parametrize(
    ("source", "query", "path"),
    [
        (FREE, Query(kind=CoinListing, ids=(1,)), "/quotes/latest"),
        (KEYED, Query(kind=GlobalMetrics), "/global-metrics/quotes/latest"),
        (FREE, Query(kind=TokenSecurity, ids=(PEPE,)), "/security/detail"),
    ],
    ids=["quotes", "global", "security"],
)
@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(
    day: BadDay, source: Source, query: Query[Any], path: str
) -> None:
    error = await suffer(day, source, ask(source, query, path)[0], query, CONTEXT)
    assert KEY not in f"{error.message} {error.body}"


async def test_a_key_goes_into_a_header_and_nowhere_else() -> None:
    _, requests = ask(KEYED, Query(kind=CoinListing, ids=(1, 1975)), "/quotes/latest")
    async with SourceServer(answering(load("quotes_v3"))) as server, client_for(KEYED, server) as client:
        await client.fetch(requests[0])
    asked = server.requests[0]
    assert asked.headers["x-cmc_pro_api_key"] == KEY
    assert asked.path == "/v3/cryptocurrency/quotes/latest"
    assert dict(asked.params) == {"id": "1,1975", "convert": "USD", "skip_invalid": "true"}
    assert KEY not in asked.target
    assert KEY not in repr(requests)


async def test_a_list_is_asked_for_with_a_body() -> None:
    _, requests = ask(
        KEYED, Query(kind=next(c.query.kind for c in CASES if "trending/list" in c.path)), "trending/list"
    )
    async with SourceServer(answering(load("dex_board"))) as server, client_for(KEYED, server) as client:
        await client.fetch(requests[0])
    asked = server.requests[0]
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    assert msgspec.json.decode(asked.body) == {"interval": "24h", "pageSize": 100}


@pytest.mark.parametrize("key", ["", "  "])
def test_without_a_key_the_keyed_source_asks_nothing(key: str) -> None:
    context = SourceContext(CONTEXT.crosswalk, NOW, {"CMC_API_KEY": key})
    assert all(not ways(KEYED, case.query, context) for case in CASES)


def test_without_a_key_requests_carry_none() -> None:
    for case in CASES:
        if case.source is FREE:
            for request in ask(case.source, case.query, case.path)[1]:
                assert {name for name, _ in request.headers} == {"Accept"}
                assert request.method == "GET"


def test_the_keyless_policy_stays_far_from_the_lock_out() -> None:
    assert FREE.policy.per_day is not None
    assert FREE.policy.per_day <= 3700 * 0.7
    assert FREE.policy.retries == 0
    assert FREE.policy.base_url == "https://pro-api.coinmarketcap.com/public-api"
    assert FREE.credentials == ()
    assert KEYED.credentials == ("CMC_API_KEY",)


@pytest.mark.parametrize("source", [FREE, KEYED], ids=lambda source: source.name)
def test_a_past_moment_is_answered_by_history_alone(source: Source) -> None:
    for case in CASES:
        query = structs.replace(case.query, as_of=PAST)
        for _, requests in ways(source, query):
            assert all("histor" in request.path or "k-line" in request.path for request in requests), requests[0].path


def test_a_moment_within_the_time_to_live_is_now() -> None:
    query = Query(kind=CoinListing, ids=(1,), as_of=NOW - timedelta(seconds=59))
    assert ways(FREE, query)
    assert not ways(FREE, structs.replace(query, as_of=NOW - timedelta(seconds=61)))


def test_what_costs_credits_weighs_them_with_a_key_and_one_without() -> None:
    whole_list = Query(kind=CoinListing)
    assert [request.weight for request in ask(KEYED, whole_list, "/listings/latest")[1]] == [20]
    assert [request.weight for request in ask(FREE, whole_list, "/listings/latest")[1]] == [1]


def test_a_key_comes_before_none_but_for_the_whole_list() -> None:
    ids = Query(kind=CoinListing, ids=(1,))
    assert ask(KEYED, ids, "/quotes/latest")[0].preference < ask(FREE, ids, "/quotes/latest")[0].preference
    rows = Query(kind=CoinListing)
    assert ask(FREE, rows, "/listings/latest")[0].preference < ask(KEYED, rows, "/listings/latest")[0].preference


def test_what_is_worth_history_is_kept_hourly_and_quotes_are_not() -> None:
    assert ask(FREE, Query(kind=CoinListing, ids=(1,)), "/quotes/latest")[0].keep_seconds is None
    assert ask(FREE, Query(kind=CoinListing), "/listings/latest")[0].keep_seconds == 3600
    assert ask(FREE, Query(kind=GlobalMetrics), "/latest")[0].keep_seconds == 3600
    assert ask(KEYED, Query(kind=Liquidations), "/quotes/latest")[0].keep_seconds == 3600


def test_questions_asked_seconds_apart_are_the_same_question() -> None:
    later = SourceContext(CONTEXT.crosswalk, NOW + timedelta(seconds=40), CONTEXT.credentials)
    for case in CASES:
        assert ask(case.source, case.query, case.path)[1] == ask(case.source, case.query, case.path, later)[1], str(
            case
        )


def _mutations(tree: Any) -> Iterator[Any]:
    """The tree with one value replaced, for every value but the envelope's."""
    nonsense = (None, "", "x", -1, 1e308, True, [], {}, "\u202e\x00" + "9" * 50_000)
    for path in _paths(tree["data"]):
        for value in nonsense:
            yield {**tree, "data": _replaced(tree["data"], path, value)}


def _paths(node: Any) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield (key,)
        for path in _paths(child):
            yield (key, *path)


def _replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = _replaced(node[path[0]], path[1:], value)
    return copy


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from _texts(key)
            yield from _texts(child)
    elif isinstance(node, (list, tuple)):
        for child in node:
            yield from _texts(child)
