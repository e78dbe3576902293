"""Conditions become SQL that holds nothing of what was asked but its parameters."""

from __future__ import annotations

from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.scoring import FRESH_SECONDS
from cryptodesk.documents.postgres.filters import Filters


def test_without_conditions_everything_passes() -> None:
    assert Filters(Conditions()).sql(1) == ("TRUE", [])
    assert Filters(Conditions()).is_any
    assert not Filters(Conditions(language="en")).is_any
    assert not Filters(Conditions()).fresh_at(0.0).is_any


def test_parameters_are_numbered_from_where_the_statement_left_off() -> None:
    conditions = Conditions(types=("news",), sources=("a'b", "c"), asset_ids=(1, 2), language="de", known_until=5.0)

    clause, given = Filters(conditions).sql(3)

    assert given == [["news"], ["a'b", "c"], "de", [1, 2], 5.0]
    assert [f"${number}" in clause for number in range(2, 9)] == [False, True, True, True, True, True, False]
    assert "'" not in clause


def test_what_no_column_can_hold_is_made_to_match_nothing() -> None:
    _, given = Filters(Conditions(sources=("a\x00b\ud800",), asset_ids=(7, 2**63, -(2**80)))).sql(1)

    assert given == [["a?b?"], [7]]


def test_what_fades_must_be_fresh_only_where_that_is_asked() -> None:
    clause, given = Filters(Conditions(published_from=1.0, published_before=2.0)).fresh_at(FRESH_SECONDS + 3).sql(1)

    assert given == [1.0, 2.0, 3.0]
    assert "NOT p.fades OR" in clause
