"""What an answer does, read from its words and its calls."""

from __future__ import annotations

import pytest

from cryptodesk.evaluation.wording import behaviour_of
from tests.evaluation.samples import source, trace

MARKET = trace("cmc_market_data")
SEARCH = trace("cmc_content_search", citations=(source("Restaking in three parts"),))


@pytest.mark.parametrize(
    ("text", "behaviour"),
    [
        ("Bitcoin costs $78,264.10.", "answer"),
        ("Bitcoin costs $78,264.10. Its rank is not known.", "partly"),
        ("128,463,290 ETH circulate; it has no maximum.", "answer"),
        ("No: Ethereum has no fixed cap; 128,463,290 ETH circulate.", "answer"),
        ("128,463,290 ETH circulate; I have no volume.", "partly"),
        ("I give no advice. Bitcoin costs $78,264.10.", "partly"),
        ("5,390,820 addresses hold it. No tool here carries what they sold.", "partly"),
        ("There are no figures for Aave: no market data of it is at hand.", "decline"),
        ("Which asset do you mean?", "ask_back"),
        ("", None),
        ("  \n", None),
    ],
)
def test_behaviour_after_a_call_that_brought_something(text: str, behaviour: str | None) -> None:
    assert behaviour_of(text, [MARKET]) == behaviour


@pytest.mark.parametrize(
    ("text", "behaviour"),
    [
        ("I cannot predict prices.", "decline"),
        ("I give no trading advice; name an asset and I show its past.", "decline"),
        ("I found no asset called “flurbonium”. Check the spelling.", "ask_back"),
        ("“etc” may mean several. Which one do you mean?", "ask_back"),
        ("2030-01-01 is in the future.", "decline"),
        ("You are welcome.", "answer"),
    ],
)
def test_behaviour_without_any_call(text: str, behaviour: str) -> None:
    assert behaviour_of(text, []) == behaviour


def test_a_lookup_or_a_sum_alone_brings_nothing() -> None:
    assert behaviour_of("No source covers it.", [trace("cmc_id_lookup"), trace("cmc_math_eval")]) == "decline"


def test_a_failed_call_brings_nothing() -> None:
    failed = trace("cmc_market_data", status="failed", error_message="timed out")
    assert behaviour_of("I could not get 1 figure; no data.", [failed]) == "decline"


def test_a_search_brings_something_only_if_it_is_cited() -> None:
    assert behaviour_of("Restaking pledges stake again [1].", [SEARCH]) == "answer"
    assert behaviour_of("The documents hold no news of the last 7 days, so I report none.", [SEARCH]) == "decline"
