"""Security: which questions it takes, and that it says what the check found and nothing more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from tests.models.analyst.skills.content_desk import Desks, ask, claimed, lines, metadata, open_desks, read, written

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
is UNI a honeypot
is UNI a honeypot?
honeypot check LINK
Does $UNI have any honeypot flags on TokenSniffer?
rug pull risk of HYPE
can UNI rug
is SUI a rug pull
is HYPE a scam?
is cardano a scam
is LINK legit
is Hyperliquid legit?
has UNI been audited
audit of Uniswap
security check of UNI
security score LINK
contract risks of UNI
token security report for LINK
buy tax of UNI
what is the sell tax on LINK
is UNI mintable
does LINK have freeze authority
is the UNI contract verified, verified contract?
red flags of HYPE
any red flags with SUI
What are the main risks of Solana (e.g., rug pull potential, pump-and-dump volatility, fading hype)?
is UNI safe?
how safe is Chainlink
could you check LINK for scams please
"""
NOT_OURS = """
what is a honeypot
what is a rug pull
how to spot a rug pull
how can I keep a seed phrase safe
is UNI safe to buy
is SOL a good investment?
is bitcoin a safe haven
should I buy LINK, is it safe
which token got hacked recently?
was Uniswap hacked
price of UNI
contract address of UNI
volatility of BTC
risk-adjusted return of BTC, sharpe
latest news on UNI audit
explain honeypots
compare BTC and ETH
is staking taxable
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("security")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_safety(question: str) -> None:
    assert claimed(question) == "security"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "security"


async def test_a_follow_up_changes_the_asset() -> None:
    assert read("and for LINK?", "is UNI a honeypot").assets[0].symbol == "LINK"


@pytest.mark.xdist_group("analyst-skills")
async def test_the_verdict_is_the_checks_own_word(desks: Desks) -> None:
    said = await ask(desks["simulated"], "is UNI a honeypot?")
    report = said.row()["security"][0]
    assert f"the check for “honeypot” says **{report['evmDisplay']['honeypotStatus']}**" in said.text
    assert f"risk level is {report['securityLevel']}" in said.text
    assert report["contract_address"] in said.text
    assert f"buy tax {percent(report['extra']['buyTax'], signed=False)}" in said.text
    assert "finding nothing is no guarantee" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_general_question_counts_the_checks(desks: Desks) -> None:
    said = await ask(desks["simulated"], "security check of LINK")
    report = said.row()["security"][0]
    assert f"**{report['checks_hit']} of {report['checks_made']}** automatic checks" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_checker_that_was_named_and_not_used_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Does UNI have any honeypot flags on TokenSniffer?")
    assert ", not by tokensniffer." in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_a_check_the_reason_is_said_and_no_verdict(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "is UNI a honeypot?")
    assert said.text.startswith("No security check of Uniswap (UNI) is at hand: no vendor has checked its contract")
    assert "not detected" not in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_coin_without_a_contract_has_nothing_to_check(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "is BTC a honeypot?")
    assert "has no token contract on record, so there is nothing for a honeypot or contract check to read" in said.text


def report(**fields: Any) -> tuple[str, dict[str, Any]]:
    row = {"platform": "ethereum", "contract_address": "0xabc", "checks_made": 6, "checks_hit": 1, **fields}
    return metadata(
        {
            "id": 7083,
            "name": "Uniswap",
            "symbol": "UNI",
            "security": [row],
            "contract_address": [{"platform": "ethereum", "contract_address": "0xabc"}],
        }
    )


async def test_each_missing_part_is_left_out_or_said() -> None:
    text = await written("is UNI a honeypot?", report())
    assert "the check at hand does not say whether it is one of that kind" in text
    assert "risk level" not in text
    assert "tax" not in text
    bare = await written("security check of UNI", report(checks_made=None))
    assert "Uniswap (UNI) was checked." in bare
    assert "an unnamed vendor" in bare


async def test_what_was_found_is_named() -> None:
    hit = {"code": "mintable", "isHit": True, "des": "owner can <b>mint</b>"}
    text = await written("security check of UNI", report(securityItems=[hit, {"code": "honeypot", "isHit": False}]))
    assert "- found: owner can b mint /b" in text
    assert "found: honeypot" not in text
