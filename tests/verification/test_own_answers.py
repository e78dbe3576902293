"""Answers of the analyst, from the shipped figures and from the simulated world, read by the verifier as a run has it.

What code worked out it hands over, and what it copies stands in a result: so nothing of it may be called false."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest
from msgspec import Struct

from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import ComputedFigure, RunFold
from cryptodesk.evaluation.harness import MOMENTS, market_settings
from cryptodesk.evaluation.records import Market
from cryptodesk.settings import load_settings
from cryptodesk.verification import CheckedFigure, Checker
from cryptodesk.verification.verdicts import BAD
from tests.verification.support import NOW, check, market

pytestmark = pytest.mark.xdist_group("own-answers")

ANALYST = "cryptodesk-analyst"
BOTH = (
    "price of bitcoin", "compare BTC, ETH and SOL", "ETH over the last 30 days", "highest price of SOL in 2025",
    "highest close of BTC in 2025", "lowest close of SOL over the last 90 days", "is BTC's supply capped?",
    "how far is XRP above its all time low", "lowest BTC price in 2022",
    "RSI of BTC", "TA of ETH on the daily", "support and resistance of XRP", "is SOL overbought?",
    "correlation between BTC and ETH over the last 30 days", "what is the beta of SOL",
    "Sharpe ratio of SOL this year", "ETH/BTC ratio over 6 months", "max drawdown of SOL since 2024",
    "realised volatility of BTC over the last 30 days", "How volatile is SOL vs ETH?",
    "DCA $50 a week into ETH over the last 2 years", "I bought 2 ETH at 1800 and 1 BTC at 60k: my PnL",
    "I hold 0.5 BTC and 10 ETH", "When is the next Bitcoin halving?", "bitcoin's inflation rate",
    "Will SOL reach 500 by the end of the year?", "should I buy ETH now?", "convert 2 ETH to BTC",
)  # fmt: skip
SIMULATED = (
    "perp volume vs spot volume of crypto", "stablecoin supply change",
    "meme coins", "tokens in the Solana ecosystem", "memes vs AI sector", "Which sectors are hot right now?",
    "How is the AI sector doing?", "how is the market", "Is the crypto market overbought?",
    "Give me the top 10 market cap cryptos", "top gainers today", "coins under $1 with volume above 100m",
    "bitcoin dominance", "fear and greed index", "gas price on ethereum", "how many holders does UNI have",
    "funding rate of BTC", "open interest of ETH", "total value locked in DeFi", "TVL of Solana", "top stablecoins",
    "top NFT collections", "Bored Ape floor price", "next unlock of ARB", "sentiment on SOL", "is altcoin season here",
    "security check of UNI", "what percentage of ADA is in circulation", "when is the next CPI release",
    "volume to market cap ratio of SOL",
)  # fmt: skip
QUESTIONS: dict[Market, tuple[str, ...]] = {"snapshot": BOTH, "simulated": (*BOTH, *SIMULATED)}


class Told(Struct, frozen=True):
    """A question and what was found in its answer."""

    question: str
    text: str
    figures: tuple[CheckedFigure, ...]

    def bad(self, *verdicts: str) -> list[str]:
        return [
            f"{self.question!r}: {one.text} ({one.reason}) in …{self.text[max(0, one.start - 70) : one.end]}"
            for one in self.figures
            if one.verdict in verdicts
        ]


async def _told(desk: Desk, question: str) -> Told:
    fold = RunFold()
    async for batch in desk.engine.run(desk.question(question)):
        for event in batch:
            fold.add(event)
    assert fold.finished is not None, fold.failed
    found = fold.finished.verification
    return Told(question, fold.text, found.figures if found else ())


async def _answers(where: Market, questions: Sequence[str], home: Path) -> list[Told]:
    settings = market_settings(load_settings(home=home / "own"), where, ANALYST, home / where)
    async with Desk(settings, FixedClock(MOMENTS[where])) as desk:
        return [await _told(desk, question) for question in questions]


@pytest.mark.parametrize("where", get_args(Market))
async def test_no_figure_of_the_analyst_is_called_false_and_few_go_unbound(where: Market, tmp_path: Path) -> None:
    answers = await _answers(where, QUESTIONS[where], tmp_path)
    counts = Counter(one.verdict for told in answers for one in told.figures)
    assert sum(counts.values()) >= 10 * len(answers)
    assert sum(bool(told.figures) for told in answers) >= 0.9 * len(answers)
    contradicted = [text for told in answers for text in told.bad("contradicted")]
    assert not contradicted, "\n".join(contradicted)
    unbound = [text for told in answers for text in told.bad("unbound")]
    assert len(unbound) <= 0.02 * sum(counts.values()), "\n".join(unbound)


DISTANCE = ComputedFigure(-12.5, "distance_pct", "percent", "Bitcoin", "BTC", 1)


def found_in(text: str, *computed: ComputedFigure) -> dict[str, str]:
    figures = Checker((market(),), ["price of bitcoin"], NOW, computed or (DISTANCE,)).check(text).figures
    return {one.text: one.verdict for one in figures}


def test_what_code_hands_over_covers_no_other_figure() -> None:
    assert found_in("Bitcoin trades at $91,350.20.") == {"$91,350.20": "contradicted"}
    assert found_in("Bitcoin is in 41,777 wallets.") == {"41,777": "unbound"}
    assert found_in("Bitcoin lies 12.5% below its mean.") == {"12.5%": "derived"}


def test_of_code_too_the_direction_is_read() -> None:
    assert found_in("Bitcoin rose 0.21% over 24 hours.") == {"0.21%": "contradicted"}
    assert found_in("Bitcoin fell 0.21% over 24 hours.") == {"0.21%": "bound"}
    assert found_in("Bitcoin lies 12.5% above its mean.") == {"12.5%": "unbound"}


@pytest.mark.parametrize(
    "text",
    [
        "An RSI of 70 or more is called overbought here, one of 30 or less oversold.",
        "A correlation from 0.40 up counts as moderate.",
        "The score runs from -1 to 1.",
        "Ask for a day, for example “on 2024-03-14”.",
    ],
)
def test_a_convention_and_an_example_are_no_claims(text: str) -> None:
    assert check(text).figures == ()


@pytest.mark.parametrize(
    "text",
    [
        "Bitcoin, which is called digital gold, is up 43% from here.",
        "A price above $91,350.20 is called high, and it is there.",
        "The market is called strong: 43.71% or more of it rose.",
        "On 2024-03-14 it was bought.",
    ],
)
def test_a_fact_in_the_words_of_a_convention_is_one_still(text: str) -> None:
    found = check(text)
    assert any(one.verdict in BAD for one in found.figures), json.dumps([one.text for one in found.figures])
