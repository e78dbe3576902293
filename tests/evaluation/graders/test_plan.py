"""The analyst's plan by itself."""

from __future__ import annotations

from cryptodesk.evaluation.graders import PlannedPart
from cryptodesk.evaluation.graders._check import Made
from cryptodesk.evaluation.graders.plan import grade_plan
from cryptodesk.evaluation.records import GoldCall
from tests.evaluation.samples import NOW, question

PRICE = PlannedPart("quote", (Made("cmc_market_data", {"ids": [1]}),), (1,))
MOOD = PlannedPart("fear_greed", (Made("cmc_market_overview", {}),), ())
ASKED = question(
    intents=("quote|change", "fear_greed"),
    required=("cmc_market_data", "cmc_market_overview"),
    calls=(GoldCall("cmc_market_data", {"ids": [1]}),),
    assets=(1,),
)


def notes(*parts: PlannedPart) -> str:
    check = grade_plan(ASKED, parts, NOW)
    assert check is not None
    return "; ".join(check.notes)


def test_every_part_taken_for_what_it_is_with_its_calls_is_right() -> None:
    assert notes(PRICE, MOOD) == ""


def test_a_part_that_was_lost_or_read_into_it_is_wrong() -> None:
    assert "took it for quote" in notes(PRICE)
    extra = PlannedPart("gas", (Made("cmc_market_overview", {}),), ())
    assert "saw gas" in notes(PRICE, MOOD, extra)


def test_another_asset_another_tool_and_other_arguments_are_wrong() -> None:
    other = PlannedPart("quote", (Made("cmc_market_data", {"ids": [2]}),), (2,))
    assert "took 2" in notes(other, MOOD)
    silent = PlannedPart("quote", (), (1,))
    assert "lacks cmc_market_data" in notes(silent, MOOD)


def test_sums_come_after_the_first_round_and_need_not_be_planned() -> None:
    asked = question(intents=("worth",), required=("cmc_market_data", "cmc_math_eval"))
    check = grade_plan(asked, [PlannedPart("worth", (Made("cmc_market_data", {"ids": [1]}),), (1,))], NOW)
    assert check is not None
    assert check.passed


def test_ids_that_only_a_lookup_can_tell_need_not_be_planned() -> None:
    asked = question(intents=("nfts",), assets=("simulated:moths",))
    calls = (
        Made("cmc_id_lookup", {"query": "Moths", "asset_type": "nft"}),
        Made("cmc_market_data", {"ids": ["Moths"]}),
    )
    check = grade_plan(asked, [PlannedPart("nfts", calls, ())], NOW)
    assert check is not None
    assert check.passed
    coins = (Made("cmc_id_lookup", {"query": "Moths"}), Made("cmc_market_data", {"ids": ["Moths"]}))
    check = grade_plan(asked, [PlannedPart("nfts", coins, ())], NOW)
    assert check is not None
    assert not check.passed


def test_a_question_without_intents_is_not_judged() -> None:
    assert grade_plan(question(), [PRICE], NOW) is None
