"""Who is meant by a shared name, and when that must be said."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from cryptodesk.market.identity.ranking import Candidate, is_clearly_ahead, judge, rank_candidates
from cryptodesk.market.records.assets import MatchKind


@dataclass(frozen=True)
class Bearer:
    name: str = "X"
    rank: int | None = None
    is_active: bool = True
    is_obscure: bool = False
    prior_rank: int | None = None
    sources: tuple[str, ...] = field(default=())


def candidate(number: int, match: MatchKind = "exact_symbol", **standing: object) -> Candidate[Bearer]:
    return Candidate(number, Bearer(**standing), match, 0.5 if match in {"prefix", "fuzzy"} else 0.0, "key")  # type: ignore[arg-type]


def order(*candidates: Candidate[Bearer]) -> list[object]:
    return [one.id for one in rank_candidates(candidates)]


def test_what_old_lists_hold_yields_to_what_is_verified_even_by_a_weaker_kind() -> None:
    obscure = candidate(1, is_obscure=True, prior_rank=3)
    assert order(obscure, candidate(2, "exact_alias")) == [2, 1]
    assert order(obscure, candidate(2, "former_symbol")) == [2, 1]
    assert order(obscure, candidate(2, "prefix", rank=1)) == [1, 2]


def test_a_name_of_the_largest_beats_a_ticker_of_a_small_one() -> None:
    assert order(candidate(1, rank=800), candidate(2, "exact_name", rank=1)) == [2, 1]
    assert order(candidate(1), candidate(2, "exact_name")) == [1, 2]


def test_of_old_lists_the_one_larger_then_comes_first() -> None:
    a, b = candidate(1, is_obscure=True, prior_rank=900), candidate(2, "exact_name", is_obscure=True, prior_rank=90)
    assert order(a, b) == [2, 1]


@pytest.mark.parametrize(
    ("named", "rival", "expected"),
    [
        (Bearer(rank=10), Bearer(rank=100), True),
        (Bearer(rank=10), Bearer(rank=99), False),
        (Bearer(rank=10), Bearer(), True),
        (Bearer(), Bearer(rank=10), False),
        (Bearer(), Bearer(), False),
        (Bearer(), Bearer(is_active=False), True),
        (Bearer(is_active=False), Bearer(), False),
        (Bearer(), Bearer(is_obscure=True), True),
        (Bearer(), Bearer(is_obscure=True, prior_rank=500), False),
        (Bearer(), Bearer(is_obscure=True, prior_rank=501), True),
        (Bearer(prior_rank=20), Bearer(is_obscure=True, prior_rank=100), True),
        (Bearer(prior_rank=20), Bearer(is_obscure=True, prior_rank=99), False),
        (Bearer(is_obscure=True, prior_rank=300), Bearer(is_obscure=True, prior_rank=3000), True),
        (Bearer(is_obscure=True, prior_rank=301), Bearer(is_obscure=True), False),
        (Bearer(is_obscure=True), Bearer(is_obscure=True), False),
    ],
)
def test_who_is_clearly_ahead(named: Bearer, rival: Bearer, expected: bool) -> None:
    assert is_clearly_ahead(named, rival) is expected


def test_a_sole_verified_bearer_is_sure_and_a_sole_obscure_one_is_not() -> None:
    assert judge([candidate(1)])[0].is_close_call is False
    assert judge([candidate(1, is_obscure=True)])[0].is_close_call
    assert judge([candidate(1, is_obscure=True, prior_rank=300)])[0].is_close_call is False


@pytest.mark.parametrize("match", ["former_symbol", "prefix", "word", "substring", "fuzzy", "lookalike"])
def test_an_old_name_and_a_guess_are_always_close_calls(match: MatchKind) -> None:
    (verdict,) = judge([candidate(1, match)])
    assert verdict.is_close_call
    assert verdict.confidence < 0.6


def test_two_of_one_address_are_a_close_call_and_one_is_beyond_doubt() -> None:
    assert judge([candidate(1, "exact_address")])[0].confidence == 1.0
    assert judge([candidate(1, "exact_address"), candidate(2, "exact_address")])[0].is_close_call


def test_a_former_bearer_of_the_ticker_makes_a_close_call() -> None:
    ranked = [candidate(1), candidate(2, "former_symbol")]
    assert judge(ranked)[0].is_close_call
    assert judge(ranked)[0].rivals == (2,)


def test_confidence_falls_with_the_place() -> None:
    first, second = judge([candidate(1, rank=1), candidate(2, rank=900)])
    assert first.confidence > 0.9 > 0.2 > second.confidence
    assert judge([]) == []
