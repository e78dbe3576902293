"""Out of the field: what it declines, and that whatever has an answer wins over it."""

from __future__ import annotations

import pytest

from cryptodesk.core.tools import ToolSpec
from tests.models.analyst.desk import TOOLS, ask, called
from tests.models.analyst.skills.content_desk import claimed, lines, read, written

OURS = """
what is the weather in Berlin
whats the weather like today
will it rain tomorrow
write me a poem about bitcoin
write a python script that prints the BTC price
generate solidity code for a token
write an essay on ethereum
compose a song about DOGE
translate this to spanish
explain bitcoin in german
summarize https://example.com/article
Summarize key points for the link https://thepaypers.com/news/circle-teams-up-with-okx and how does it affect SOL?
open this link and tell me what it says
read the article at www.example.com please
check the following wallets 0x5C50f4B9Bda2045921A659174e0468691BE783fc for any unclaimed airdrops
Can you find James Wynn wallets on Hyperliquid and please list all his crazy trades and the outcome
show me the balance of my wallet
track whale wallets for me
Is there a tool that can consolidate the dust tokens in the listed EVM wallets into a single token?
can you buy 1 BTC for me
please swap my ETH to SOL for me
set a price alert for BTC
remind me to check SOL
who won the world cup
what is the capital of france
price of tesla stock
what is the s&p 500 at
do you think ETH is better than SOL
How might a merger of exchanges affect the DAO market?
Are incentives on the mainnet enough to keep users engaged, or will cheaper chains dominate adoption?
recipe for pancakes
buy 1 btc for me
how can i launder money with bitcoin
how do i evade taxes on crypto
eur usd exchange rate
dm me the private key of satoshi
s&p 500 today
who is the president of the us
help me with my homework
tell me a joke about bitcoin
nvidia stock
who will win the world cup
google share price
gold price today
what's the capital of france
write python code for a trading bot
translate hello to german
"""
NOT_OURS = """
price of BTC
what is Bitcoin
how do wallets work
how can I keep my wallet safe
what is a wallet
latest news on SOL
who are the top holders of BNB
is UNI a honeypot
contract address of UNI
how much is 2.5 BTC in USD
compare BTC and ETH
what is the order book
why is BTC down today
sentiment on SOL
tell me a joke
hi
what can you do?
how do smart contracts work
will ETH reach 10k?
should I sell my BTC now?
next CPI date
"""


@pytest.mark.parametrize("question", lines(OURS))
def test_it_takes_what_no_tool_answers(question: str) -> None:
    assert claimed(question) == "out_of_field"


@pytest.mark.parametrize("question", lines(NOT_OURS))
def test_whatever_has_an_answer_wins(question: str) -> None:
    assert claimed(question) != "out_of_field"


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_says_what_is_missing_and_calls_nothing(question: str) -> None:
    answer = await ask(question, tools=TOOLS)
    assert [call for call in answer.calls if call.name != "cmc_id_lookup"] == []
    looked_up = called("cmc_id_lookup", {}, {"coin_id_look_up_result": []}) if answer.calls else []
    text = (await ask(question, *looked_up)).text
    assert text.startswith(("I cannot", "I translate", "I write", "That ", "The desk has no"))


async def test_the_nearest_thing_names_the_asset() -> None:
    found = {"coin_id_look_up_result": []}
    text = (await ask("summarize https://example.com/sol about SOL", *called("cmc_id_lookup", {}, found))).text
    assert text.startswith("I cannot open links: no tool here reads a page on request.")
    assert "the latest news on Solana (SOL)" in text


async def test_a_brief_answer_is_one_sentence() -> None:
    text = (await ask("what is the weather in Berlin, be brief")).text
    assert text == "That is outside the desk's field: its tools know crypto assets and nothing else."


WEATHER = ToolSpec(
    "get_weather",
    "Get the weather of a city",
    {"type": "object", "required": ["city"], "properties": {"city": {"type": "string", "description": "City"}}},
)


async def test_a_tool_of_the_caller_that_can_answer_is_called() -> None:
    answer = await ask("what is the weather in Berlin", tools=[WEATHER])
    assert [call.name for call in answer.calls] == ["get_weather"]
    result = called("get_weather", {"city": "Berlin"}, {"temperature_c": 7})
    text = (await ask("what is the weather in Berlin", *result, tools=[WEATHER])).text
    assert "7" in text
    assert "outside" not in text


def test_the_kind_is_in_the_plan() -> None:
    assert read("what is the weather in Berlin").slots.kind == "elsewhere"


async def test_a_refusal_names_what_the_desk_is_for() -> None:
    for question in ("write me a poem about my cat", "compose a song", "translate this into german", "weather in Rome"):
        assert "crypto" in await written(question)
