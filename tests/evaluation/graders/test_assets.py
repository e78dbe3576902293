"""Asset resolution."""

from __future__ import annotations

import pytest

from cryptodesk.evaluation.graders.assets import asked_ids, grade_assets
from tests.evaluation.samples import made, question


def test_ids_are_those_of_calls_that_are_about_assets() -> None:
    calls = [
        made("cmc_market_data", ids=[1, "1027"]),
        made("cmc_technical_analysis", id=1),
        made("cmc_id_lookup", query="doge"),
        made("cmc_market_overview"),
    ]
    assert asked_ids(calls) == ("1", "1027")


@pytest.mark.parametrize("ids", [["1", "1027"], [1027, 1], ["1", "1027", "5"]])
def test_the_meant_assets_with_those_that_may_be_beside_are_right(ids: list[object]) -> None:
    check = grade_assets(question(assets=(1, 1027), also_assets=(5,)), ids)
    assert check is not None
    assert check.passed


@pytest.mark.parametrize(("ids", "note"), [([1], "lacks 1027"), ([1, 1027, 2], "took 2"), ([], "lacks 1")])
def test_a_missing_or_another_asset_is_wrong(ids: list[object], note: str) -> None:
    check = grade_assets(question(assets=(1, 1027)), ids)
    assert check is not None
    assert not check.passed
    assert note in check.notes


def test_a_question_about_no_asset_in_particular_is_not_judged() -> None:
    assert grade_assets(question(), [1]) is None


def test_a_question_about_no_asset_at_all_must_take_none() -> None:
    check = grade_assets(question(assets=()), [1])
    assert check is not None
    assert not check.passed
