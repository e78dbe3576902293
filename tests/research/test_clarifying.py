from __future__ import annotations

import pytest

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence, Hit
from cryptodesk.research.clarifying import Clarification, as_text, asked_back, clarification, conversation_of
from tests.research.planned import KNOWLEDGE, TODAY, fresh_check, talk

CHECK = fresh_check()

NAMES = """
terra price
price of terra
how did terra do over the last 30 days
market cap of terra
compare terra and solana
terra rsi
what is the volatility of terra this year
price of core
core market cap
price of core a year ago
price of beam
beam price today
price of bitcorn
how much is bitcorn worth
what is bitcorn
latest news on terra
sentiment on terra
when is the next unlock of terra
max drawdown of core this year
correlation of core and BTC
"""
RANGES = """
price of bitcoin from may 2025 to march 2024
btc between 2025-06-01 and 2025-05-01
how did SOL do from 2025-12-01 to 2025-11-01
volatility of ETH between 2026-03-01 and 2026-01-01
compare BTC and ETH from june 2026 to april 2026
"""
EVENTS = """
how did sol do since the crash
change of BTC since the last crash
how much did ETH lose since the sell-off
how did btc do after the pump
bitcoin performance since the bottom
how did SOL do since the bottom
BTC and ETH since the crash, which gained more
how did solana do since the big dip
volatility of SOL since the crash
how did LINK do since the last rally
max drawdown of ETH since the peak
"""
NOBODY = """
what's the price?
price now
how volatile is it?
trading volume?
market cap?
"""
MUST_ASK = [line for table in (NAMES, RANGES, EVENTS, NOBODY) for line in table.strip().splitlines()]

MUST_NOT = """
price of bitcoin
price of SOL
eth
what is Solana?
how did SOL do over the last 30 days
how did SOL do since 2025-10-10
how did SOL do since the crash of October 2025
how did SOL do since the crash in march 2020
how did BTC do recently
compare BTC and ETH
compare BTC, ETH and SOL this year
etherium price
price of cardno
price of LUNC
price of near
price of the graph
price of link
price of polygon
mkr price
price of matic
RSI of BTC
is SOL overbought?
what is restaking
how does proof of stake work
what happened to terra luna
how did FTX collapse
what is a flash crash
what is the terra collapse
how do funding rates work
what is impermanent loss
explain MEV
how is the crypto market doing
total crypto market cap
fear and greed index
is it altcoin season
bitcoin dominance
which sectors are leading this week
top gainers today
what is trending
top 10 coins by market cap
gaming tokens
how is the AI sector doing
total value locked in DeFi
TVL of Aave
ETH gas
next FOMC meeting
stablecoin supply
is USDT depegged?
latest crypto news
latest news on Solana
sentiment on SOL
why is BTC down today
why did the market crash
why did SOL fall since the crash
next bitcoin halving
btc since the halving
next unlock of ARB
tokenomics of UNI
should I buy BTC now?
will SOL reach 500?
what is 15% of 2300
hello
thanks
what can you do?
what is the weather in Berlin
price of Foobarcoin
how much is 2 ETH in usd
I hold 0.5 BTC and 10 ETH
if I had invested 1000 dollars in BTC a year ago
id of Solana
price of 0xdac17f958d2ee523a2206206994597c13d831ec7
Bored Ape floor price
top exchanges
correlation between BTC and ETH
ETH/BTC ratio over 6 months
price of bitcoin on 31 february 2025
BTC price in 2030
asdf qwer
"""
MUST_NOT_ASK = MUST_NOT.strip().splitlines()


def ask(*turns: str, evidence: Evidence | None = None) -> Clarification | None:
    messages = talk(*turns)
    conversation = conversation_of(messages)
    plans = CHECK.plans(conversation.question, conversation.earlier)
    return clarification(plans, messages, KNOWLEDGE, TODAY, evidence)


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert len(set(MUST_ASK)) >= 30
    assert len(set(MUST_NOT_ASK)) >= 60


@pytest.mark.parametrize("question", MUST_ASK)
def test_what_is_truly_open_is_asked_back_with_choices(question: str) -> None:
    found = ask(question)
    assert found is not None
    assert found.question.endswith("?")
    assert len(found.question) <= 220
    assert 1 <= len(found.choices) <= 4
    assert len(set(found.choices)) == len(found.choices)
    assert asked_back(as_text(found))


@pytest.mark.parametrize("question", MUST_NOT_ASK)
def test_what_has_one_reading_is_not_asked_back(question: str) -> None:
    assert ask(question) is None


@pytest.mark.parametrize("question", MUST_ASK)
def test_nothing_is_asked_twice_in_a_row(question: str) -> None:
    asked = ask(question)
    assert asked is not None
    assert ask(question, as_text(asked), question) is None


def test_after_an_answer_it_may_be_asked_again() -> None:
    asked = ask("terra price")
    assert asked is not None
    assert ask("terra price", as_text(asked), "the first", "Terra costs $0.1.", "price of core") is not None


def test_choices_of_a_name_tell_the_assets_apart() -> None:
    found = ask("terra price")
    assert found == Clarification(
        "“terra” may mean more than one asset. Which one do you mean?",
        ("Terra (LUNA), id 20314", "Terra Classic (LUNC), id 4172"),
    )


def test_a_rank_is_told_where_a_lookup_knows_it() -> None:
    hits = tuple(
        Hit(asset_id, name, symbol, name.lower(), rank, "terra", False, (), {})
        for asset_id, name, symbol, rank in ((20314, "Terra", "LUNA", 250), (4172, "Terra Classic", "LUNC", 90))
    )
    found = ask("terra price", evidence=Evidence(hits=hits))
    assert found is not None
    assert found.choices == ("Terra (LUNA), rank 250", "Terra Classic (LUNC), rank 90")


def test_near_matches_of_an_unknown_name_are_choices_once_it_was_looked_up() -> None:
    assert ask("price of Foobarcoin") is None
    key = Call("cmc_id_lookup", {"query": "Foobarcoin"}).key
    hits = (
        Hit(11, "Foobar", "FOO", "foobar", 812, "Foobarcoin", False, (), {}),
        Hit(12, "Foocoin", "FOOC", "foocoin", None, "Foobarcoin", False, (), {}),
    )
    found = ask("price of Foobarcoin", evidence=Evidence(hits=hits, asked=frozenset({key})))
    assert found is not None
    assert found.choices == ("Foobar (FOO), rank 812", "Foocoin (FOOC), id 12")


def test_a_name_that_was_looked_up_in_vain_is_not_asked_back() -> None:
    key = Call("cmc_id_lookup", {"query": "Foobarcoin"}).key
    assert ask("price of Foobarcoin", evidence=Evidence(asked=frozenset({key}))) is None


def test_a_range_is_offered_the_right_way_round_and_as_a_beginning() -> None:
    found = ask("price of bitcoin from may 2025 to march 2024")
    assert found is not None
    assert found.choices == ("price of bitcoin from 2024-03-31 to 2025-05-01", "price of bitcoin since 2025-05-01")
    assert found.question == "The range 2025-05-01 to 2024-03-31 ends before it begins. Which do you mean?"


@pytest.mark.parametrize("question", [*RANGES.strip().splitlines(), *EVENTS.strip().splitlines()])
def test_choices_of_a_stretch_of_time_are_questions_that_need_no_asking_back(question: str) -> None:
    found = ask(question)
    assert found is not None
    for choice in found.choices:
        (plan,) = CHECK.plans(choice)
        assert plan.period is not None
        assert plan.period.problem is None
        assert ask(choice) is None


def test_the_crash_is_one_of_the_dated_falls_before_today() -> None:
    found = ask("how did sol do since the crash")
    assert found is not None
    assert found.choices == (
        "how did sol do since 10 October 2025",
        "how did sol do since 5 August 2024",
        "how did sol do since 8 November 2022",
        "how did sol do over the last 30 days",
    )


def test_of_several_questions_the_first_open_name_is_asked_for() -> None:
    found = ask("What is the price of Solana? What is the price of terra?")
    assert found is not None
    assert "“terra”" in found.question


def test_a_question_that_leans_on_the_turn_before_is_not_open() -> None:
    assert ask("price of SOL", "SOL costs $100.", "and its market cap?") is None


def test_nothing_is_asked_of_an_empty_conversation() -> None:
    assert clarification((), (), KNOWLEDGE, TODAY) is None


@pytest.mark.parametrize(
    "answer", ["", "Bitcoin costs $100,000.", "Do you want more?", "Which one do you mean? Both rose."]
)
def test_an_answer_is_not_taken_for_a_question_back(answer: str) -> None:
    assert not asked_back(answer)
