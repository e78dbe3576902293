"""DefiLlama with a key: raises and unlock plans, known from the moment they were fetched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import FundraisingRound, UnlockSchedule
from cryptodesk.market.sources.defillama_pro import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay, suffer
from tests.market.sources.payloads.aggregators import CONTEXT, KEYS, NOW, Case, ask, at, load, read, ways

KEY = KEYS["DEFILLAMA_API_KEY"]
RAISES = Query(kind=FundraisingRound)
UNLOCKS = Query(kind=UnlockSchedule)
CASES = (
    Case(RAISES, "/api/raises", (load("defillama/raises"),)),
    Case(UNLOCKS, "/api/emissions", (load("defillama/emissions"),)),
)
all_cases = pytest.mark.parametrize("case", CASES, ids=str)


@all_cases
@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source_and_not_the_key(case: Case, day: BadDay) -> None:
    error = await suffer(day, SOURCE, ask(SOURCE, case.query, case.path)[0], case.query, CONTEXT)
    assert KEY not in f"{error.message}{error.body}"


@all_cases
@pytest.mark.parametrize("body", [b"{}", b"[[]]", b"[{}]", b'{"raises": [{}]}', b'{"raises": 5}', b'"text"'])
def test_an_answer_of_another_form_is_a_bad_answer(case: Case, body: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer):
        read(SOURCE, case.query, case.path, body)


@all_cases
def test_the_key_is_the_beginning_of_the_path_and_without_one_nothing_is_asked(case: Case) -> None:
    _, (request,) = ask(SOURCE, case.query, case.path)
    assert request.path == f"/{KEY}{case.path}"
    assert KEY not in repr(request)
    assert not ways(SOURCE, case.query, structs.replace(CONTEXT, credentials={}))
    assert SOURCE.credentials == ("DEFILLAMA_API_KEY",)


@all_cases
def test_nothing_is_known_from_before_it_was_fetched(case: Case) -> None:
    records = read(SOURCE, case.query, case.path, *case.bodies)
    assert records
    assert all(record.provenance.visible_from == NOW for record in records)
    assert not ways(SOURCE, structs.replace(case.query, as_of=NOW - timedelta(hours=2)))


def test_raises_are_in_dollars_the_newest_first() -> None:
    quiet, fresh = read(SOURCE, RAISES, "/api/raises", load("defillama/raises"))
    assert (fresh.project, fresh.announced_at, fresh.round) == ("Fresh Protocol", at(2026, 8, 11), "Series A")
    assert (fresh.amount_usd, fresh.valuation_usd) == (12_500_000.0, 150_000_000.0)
    assert (fresh.lead_investors, fresh.investors) == (("Big Fund",), ("Small Fund", "Big Angel"))
    assert (fresh.sector, fresh.url) == ("A lending market", "https://example.org/fresh")
    assert fresh.provenance.as_of == at(2026, 8, 11)
    # A valuation of 25 million millions is in another unit; an address without a scheme is none.
    assert (quiet.project, quiet.amount_usd, quiet.valuation_usd, quiet.url) == ("Quiet Labs", None, None, None)


def test_raises_are_narrowed_by_project_and_date() -> None:
    def found(query: Query[FundraisingRound]) -> list[str]:
        return [each.project for each in read(SOURCE, query, "/api/raises", load("defillama/raises"))]

    assert found(structs.replace(RAISES, ids=("Fresh Protocol",))) == ["Fresh Protocol"]
    assert found(structs.replace(RAISES, start=at(2026, 9, 1))) == ["Quiet Labs"]
    assert found(structs.replace(RAISES, end=at(2026, 9, 1))) == ["Fresh Protocol"]
    assert found(structs.replace(RAISES, limit=1)) == ["Quiet Labs"]


def test_cliffs_fall_at_once_and_steady_releases_in_parts_until_the_rate_changes() -> None:
    query = structs.replace(UNLOCKS, ids=(11841,))
    (plan,) = read(SOURCE, query, "/api/emissions", load("defillama/emissions"))
    assert (plan.asset_id, plan.symbol) == (11841, "ARB")
    cliff, *parts = plan.unlocks
    assert (cliff.unlock_at, cliff.amount, cliff.recipients, cliff.is_linear) == (
        at(2026, 9, 16), 92_650_000.0, "Team", False,
    )  # fmt: skip
    assert cliff.pct_of_supply == pytest.approx(0.9265)
    # 7 million a week from 17 September until the rate falls to nothing on 6 November: 50 days.
    assert [(part.unlock_at, part.recipients, part.is_linear) for part in parts] == [
        (at(2026, 10, 17), "Treasury", True),
        (at(2026, 11, 6), "Treasury", True),
    ]
    assert [part.amount for part in parts] == pytest.approx([30_000_000, 20_000_000])


def test_where_only_events_are_told_the_cliffs_are_given_and_the_rest_is_named() -> None:
    arbitrum, aave = read(SOURCE, UNLOCKS, "/api/emissions", load("defillama/emissions"))
    assert arbitrum.asset_id == 11841
    (cliff,) = aave.unlocks
    assert (aave.asset_id, cliff.amount, cliff.pct_of_supply, cliff.recipients) == (7278, 1000.0, None, "insiders")
    assert aave.provenance.note == "steady releases are not listed"


def test_plans_of_unknown_coins_are_left_out() -> None:
    assert {plan.asset_id for plan in read(SOURCE, UNLOCKS, "/api/emissions", load("defillama/emissions"))} == {
        11841,
        7278,
    }
    assert not ways(SOURCE, structs.replace(UNLOCKS, ids=("arbitrum",)))
