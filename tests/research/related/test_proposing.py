from __future__ import annotations

import pytest

from cryptodesk.core.research import MAX_RELATED_QUESTIONS
from cryptodesk.evaluation.sets import load_questions
from cryptodesk.research.planning import Missing, asset_ids_of, signature_of
from cryptodesk.research.related import Findings, Peer, related_questions
from cryptodesk.research.related.reach import DataMode
from cryptodesk.research.related.wording import alike, normal
from tests.research.planned import fresh_check

CHECK = fresh_check()
# Every tenth: enough of each family, and quick.
QUESTIONS = [question for question in load_questions(("all",)) if question.part == "dev"][::10]


def propose(
    question: str,
    *earlier: str,
    most: int = MAX_RELATED_QUESTIONS,
    findings: Findings | None = None,
    mode: DataMode = "live",
) -> tuple[str, ...]:
    return related_questions(question, earlier, CHECK.plans(question, earlier), most, CHECK, findings, mode)


@pytest.mark.parametrize("mode", ["live", "snapshot", "simulated"])
@pytest.mark.parametrize("question", QUESTIONS, ids=[question.id for question in QUESTIONS])
def test_proposals_of_the_evaluation_set_are_answerable_and_new(question, mode: DataMode) -> None:  # type: ignore[no-untyped-def]
    found = propose(question.asked, *question.earlier, mode=mode)
    said = (*question.earlier, question.asked)
    assert len(found) == MAX_RELATED_QUESTIONS
    assert all(CHECK.can_answer(text) for text in found)
    assert not [text for text in found if any(alike(text, other) for other in said)]
    assert len({normal(text) for text in found}) == len(found)


@pytest.mark.parametrize("question", QUESTIONS[:12], ids=[question.id for question in QUESTIONS[:12]])
def test_no_proposal_is_planned_like_a_question_of_the_conversation(question) -> None:  # type: ignore[no-untyped-def]
    plans = CHECK.plans(question.asked, question.earlier)
    asked = {signature_of(plan) for plan in plans}
    assert not asked & {
        signature_of(CHECK.planned(text).plans[0]) for text in propose(question.asked, *question.earlier)
    }


def test_the_number_asked_for_is_given_and_never_more_than_five() -> None:
    assert [len(propose("price of SOL", most=most)) for most in (0, 1, 3, 5)] == [0, 1, 3, 5]
    assert len(propose("price of SOL", most=50)) == MAX_RELATED_QUESTIONS
    assert propose("price of SOL", most=-1) == ()


def test_the_same_question_has_the_same_proposals_and_another_has_others() -> None:
    assert propose("price of SOL") == propose("price of SOL")
    sets = {
        propose(text) for text in ("price of SOL", "SOL price", "what does solana cost", "sol in usd", "solana rsi")
    }
    assert len(sets) >= 4


def test_fewer_are_the_first_of_more() -> None:
    assert propose("volatility of ETH", most=2) == propose("volatility of ETH", most=5)[:2]


@pytest.mark.parametrize("symbol", ["BTC", "ETH", "SOL", "UNI", "DOGE", "ARB", "XMR", "LINK"])
def test_each_goes_on_in_a_direction_of_its_own(symbol: str) -> None:
    kinds = [CHECK.planned(text).plans[0] for text in propose(f"price of {symbol}")]
    assert len({(plan.skill or plan.intent) for plan in kinds}) >= 4


def test_every_proposal_of_an_asset_is_about_it() -> None:
    found = propose("price of Chainlink", mode="simulated")
    assert all(1975 in asset_ids_of(CHECK.planned(text).plans[0]) for text in found)


def test_a_comparison_goes_on_with_both() -> None:
    found = propose("compare Aave and Uniswap", mode="simulated")
    both = [text for text in found if {7278, 7083} <= set(asset_ids_of(CHECK.planned(text).plans[0]))]
    assert len(both) >= 4


def test_a_rival_is_of_the_same_kind() -> None:
    found = [text for number in range(12) for text in propose(f"price of Aave {number} days ago", mode="simulated")]
    rivals = {
        asset.name for text in found for asset in CHECK.planned(text).plans[0].all_assets if asset.symbol != "AAVE"
    }
    assert rivals <= {"Compound", "Sky", "Morpho", "Bitcoin"}
    assert len(rivals) >= 3


def test_stablecoins_are_asked_for_their_peg_and_not_for_their_rsi() -> None:
    found = propose("price of USDT", mode="simulated")
    kinds = {CHECK.planned(text).plans[0].skill for text in found}
    assert "stablecoins" in kinds
    assert not kinds & {"technicals", "volatility", "drawdown"}


def test_a_list_goes_on_with_its_first_assets() -> None:
    findings = Findings(assets=(Peer(1437, "Zcash", "ZEC"), Peer(74, "Dogecoin", "DOGE")))
    found = propose("top gainers today", findings=findings)
    named = {name for name in ("Zcash", "Dogecoin") for text in found if name in text}
    assert named == {"Zcash", "Dogecoin"}


def test_a_sector_goes_on_with_the_sector() -> None:
    found = propose("How is the gaming sector doing?")
    assert sum("gaming" in text for text in found) >= 3


def test_a_concept_goes_on_with_the_handbook() -> None:
    found = propose("what is restaking", mode="live")
    assert CHECK.planned(found[0]).plans[0].skill == "concept"
    assert "restaked" in " ".join(found) or "EigenLayer" in " ".join(found)


def test_in_the_simulated_world_nothing_of_the_handbook_is_proposed() -> None:
    found = propose("what is restaking", mode="simulated")
    assert "concept" not in {CHECK.planned(text).plans[0].skill for text in found}


def test_from_the_snapshot_only_what_it_holds_is_proposed() -> None:
    kinds = {
        CHECK.planned(text).plans[0].skill
        for question in ("price of ETH", "fear and greed", "price of Aave", "TVL of Solana")
        for text in propose(question, mode="snapshot")
    }
    assert not kinds & {"news", "sentiment", "tvl", "unlocks", "holders", "market_overview", "fear_greed"}


def test_what_the_run_lacked_is_not_proposed() -> None:
    gone = tuple(map(Missing, ("why_moved", "news", "sentiment", "technicals", "volatility", "drawdown", "supply")))
    found = propose("price of ETH", findings=Findings(missing=gone))
    assert len(found) == MAX_RELATED_QUESTIONS
    assert not {CHECK.planned(text).plans[0].skill for text in found} & {each.field for each in gone}


def test_nothing_of_a_long_conversation_is_proposed_again() -> None:
    said: list[str] = []
    for _ in range(4):
        question = said[-1] if said else "price of Solana"
        found = propose(question, *said[:-1])
        assert not {normal(text) for text in found} & {normal(text) for text in said}
        said += [*([] if said else ["price of Solana"]), found[0]]


def test_questions_are_short_and_end_with_a_question_mark() -> None:
    found = [text for question in QUESTIONS[::3] for text in propose(question.asked, *question.earlier)]
    assert all(text.endswith("?") and len(text) <= 120 and text[0].isupper() for text in found)


@pytest.mark.parametrize("question", ["", "???", "hello", "x" * 5000, "\u202e price", "asdf qwer"])
def test_even_nonsense_is_gone_on_from(question: str) -> None:
    assert len(propose(question)) == MAX_RELATED_QUESTIONS
