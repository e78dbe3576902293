"""The open list of raises: the same form without a key, and a refusal that harms nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.market.query import Query
from cryptodesk.market.records import FundraisingRound
from cryptodesk.market.sources import defillama, defillama_pro
from cryptodesk.market.sources.defillama_raises import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay, SourceServer, answering, client_for, suffer
from tests.market.sources.payloads.aggregators import CONTEXT, NOW, ask, load, read, ways

RAISES = Query(kind=FundraisingRound)


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await suffer(day, SOURCE, SOURCE.routes[0], RAISES, CONTEXT)


def test_raises_are_read_without_a_key() -> None:
    found = read(SOURCE, RAISES, "/raises", load("defillama/raises"))
    assert [each.project for each in found] == ["Quiet Labs", "Fresh Protocol"]
    assert {each.provenance.source for each in found} == {"defillama_raises"}
    assert all(each.provenance.known_at == NOW for each in found)
    assert ways(SOURCE, RAISES, structs.replace(CONTEXT, credentials={}))
    assert not ways(SOURCE, structs.replace(RAISES, as_of=NOW - timedelta(hours=2)))


async def test_a_closed_door_is_named_and_the_other_sources_of_the_vendor_stay_open() -> None:
    _, (request,) = ask(SOURCE, RAISES, "/raises")
    async with SourceServer(answering(b"{}", status=402)) as server, client_for(SOURCE, server) as client:
        with pytest.raises(UpstreamUnavailable, match=r"defillama_raises wants its account paid"):
            await client.fetch(request)
    assert not any(route.kind is FundraisingRound for route in defillama.SOURCE.routes)


def test_a_key_goes_before_the_open_door() -> None:
    keyed = next(route for route in defillama_pro.SOURCE.routes if route.kind is FundraisingRound)
    assert keyed.preference < SOURCE.routes[0].preference
