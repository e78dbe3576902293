from __future__ import annotations

import pytest

from cryptodesk.research.clarified import answered, read_asked
from cryptodesk.research.clarifying import Clarification, as_text, clarification
from tests.research.planned import KNOWLEDGE, TODAY, fresh_check, talk

CHECK = fresh_check()


def reply(question: str, said: str) -> str | None:
    found = clarification(CHECK.plans(question), talk(question), KNOWLEDGE, TODAY)
    assert found is not None
    return answered(talk(question, as_text(found), said), CHECK)


def symbols(text: str | None) -> list[str]:
    assert text is not None
    (plan,) = CHECK.plans(text)
    assert not plan.doubts
    return [asset.symbol for asset in plan.all_assets]


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("Terra Classic (LUNC), id 4172", "LUNC"),
        ("Terra (LUNA), id 20314", "LUNA"),
        ("Terra Classic", "LUNC"),
        ("lunc", "LUNC"),
        ("LUNA", "LUNA"),
        ("terra", "LUNA"),
        ("$LUNC", "LUNC"),
        ("1", "LUNA"),
        ("2.", "LUNC"),
        ("the second one", "LUNC"),
        ("the first", "LUNA"),
        ("option 2", "LUNC"),
        ("the latter", "LUNC"),
        ("I mean the classic one", "LUNC"),
        ("id 4172", "LUNC"),
    ],
)
def test_a_choice_is_put_into_the_question(said: str, symbol: str) -> None:
    assert symbols(reply("terra price", said)) == [symbol]


def test_the_rest_of_the_question_stays() -> None:
    found = reply("how did terra do over the last 30 days", "2")
    assert found is not None
    (plan,) = CHECK.plans(found)
    assert (plan.intent, plan.period.count if plan.period else 0) == ("change", 30)
    assert symbols(reply("compare terra and solana", "1")) == ["LUNA", "SOL"]


def test_a_stretch_of_time_is_chosen_as_a_whole_question() -> None:
    assert reply("how did sol do since the crash", "2") == "how did sol do since 5 August 2024"
    assert reply("how did sol do since the crash", "august 2024") == "how did sol do since 5 August 2024"


def test_an_asset_is_added_to_a_question_without_any() -> None:
    assert symbols(reply("market cap?", "Solana")) == ["SOL"]
    assert symbols(reply("price now", "2")) == ["ETH"]


@pytest.mark.parametrize(
    "said",
    ["3", "0", "99", "neither", "What is restaking?", "price of bitcoin", "", "x" * 500, "the fifth element"],
)
def test_a_reply_about_something_else_is_a_question_of_its_own(said: str) -> None:
    assert reply("terra price", said) is None


def test_yes_takes_the_only_choice() -> None:
    asked = Clarification("I am not sure what “bitcorn” means. Did you mean this?", ("Bitcoin (BTC), rank 1",))
    assert answered(talk("price of bitcorn", as_text(asked), "yes"), CHECK) == "price of Bitcoin"
    assert answered(talk("price of bitcorn", as_text(asked), "no"), CHECK) is None


def test_without_a_question_back_nothing_was_chosen() -> None:
    assert answered(talk("price of SOL", "SOL costs $100.", "1"), CHECK) is None
    assert answered(talk("1"), CHECK) is None
    assert answered((), CHECK) is None


def test_what_was_asked_is_read_back_from_its_text() -> None:
    asked = Clarification(
        "“terra” may mean more than one asset. Which one do you mean?", ("Terra (LUNA)", "B (C), id 2")
    )
    assert read_asked(as_text(asked)) == asked
    assert read_asked("1. Terra") is None
