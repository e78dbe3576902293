"""Value locked: which questions it takes, and sums that are those of the tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, percent
from cryptodesk.models.analyst.skills._locked_phrases import TvlSlots
from tests.models.analyst.desk import market, quote
from tests.models.analyst.skills.market_desk import answer_of, claim_of, nothing_made_up, only_result, overview, replay
from tests.models.analyst.skills.risk_desk import (
    Desks,
    ask,
    assert_calls_validate,
    bare,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
how much of defi is on ethereum
how much is locked on solana
ethereum's share of tvl
what percent of tvl does ETH have
total value locked
tvl
DeFi TVL
total TVL in DeFi
what is the total value locked in DeFi right now
how much value is locked in defi
TVL of Solana
solana tvl
SOL TVL
what's the TVL on Ethereum
TVL of ETH and SOL
UNI TVL
uniswap tvl today
total value locked in Uniswap
base tvl
arbitrum TVL
tvl on polygon
top chains by TVL
which chain has the highest TVL
biggest blockchains by total value locked
top protocols by TVL
largest defi protocols by tvl
rank protocols by TVL
Are Layer 2 TVL numbers rising today?
L2 TVL
Are liquid staking protocols gaining TVL this week?
liquid staking tvl
restaking TVL please
lending protocols tvl
is DeFi TVL up this week
how much is locked in defi protocols, tvl
value locked in DeFi please
how much money is parked in DeFi
total value in DeFi right now
all the money in defi, total
how much is deposited in defi protocols all together
which chain holds the most value
third biggest chain by tvl
tvl of arbitrum
value locked on solana
biggest defi protocol by money locked
what's locked in lending protocols
which defi protocol has the most deposits
how big is defi
ethereum's share of all value locked
sum of everything locked in DeFi
number two protocol by TVL
how much capital is locked up across all of DeFi
assets held by DeFi protocols in total
which network has the most money locked in it
top 5 chains by deposits
what's the biggest defi app by deposits
money locked on solana
how much of defi's tvl sits on ethereum
Which protocol tops the TVL table?
runner-up among chains by tvl
number 3 defi protocol
did defi tvl change over a week
"""
NOT_OURS = """
what is TVL
what does TVL mean
explain total value locked
how is TVL calculated
why is TVL falling
will SOL TVL grow
should I buy coins with high TVL
coins with TVL above 100 million
top coins by tvl
market cap to TVL ratio of UNI
which tokens have the highest TVL
SOL price
DeFi news
best defi coins to buy
What's happening in Solana DeFi today?
market cap of UNI
is UNI undervalued by TVL
ETH staking tvl
how big is BTC
money market rates
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("tvl")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("tvl", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "tvl"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("tvl", TvlSlots()),
        ("UNI TVL", TvlSlots("named")),
        ("base tvl", TvlSlots("named", chains=("base",))),
        ("top chains by TVL", TvlSlots("chains")),
        ("largest defi protocols by tvl", TvlSlots("protocols")),
        ("Are liquid staking protocols gaining TVL this week?", TvlSlots("group", "liquid-staking", wants_past=True)),
        ("liquid restaking tvl", TvlSlots("group", "restaking")),
    ],
)
async def test_whose_value_is_asked_for_is_read(question: str, slots: TvlSlots) -> None:
    assert read(question).slots == slots


async def test_the_total_comes_with_the_largest_chains_and_protocols(desks: Desks) -> None:
    said = await ask(desks["simulated"], "total value locked in DeFi")
    assert_calls_validate(said)
    defi = only_result(said, "cmc_market_overview")["defi"]
    assert f"Value locked in DeFi is {big_money(defi['total_tvl_usd'])}." in bare(said.answer)
    assert str(big_money(defi["dex_volume_24h_usd"])) in said.answer
    for chain in defi["top_chains"]:
        assert (
            f"| {chain['name']} | {big_money(chain['tvl_usd'])} | {percent(chain['share_pct'], signed=False)} |"
            in said.text
        )
    for row in defi["top_protocols"]:
        assert (
            f"| {row['name']} · {row['category']} | {big_money(row['tvl_usd'])} | {percent(row['change_1d_pct'])}"
            in said.text
        )


@pytest.mark.parametrize(("question", "rows", "noun"), [("top chains by TVL", "top_chains", "chain"), ("top protocols by TVL", "top_protocols", "protocol")])  # fmt: skip  # noqa: E501
async def test_a_ranking_names_the_first(desks: Desks, question: str, rows: str, noun: str) -> None:
    said = await ask(desks["simulated"], question)
    first = only_result(said, "cmc_market_overview")["defi"][rows][0]
    assert bare(said.answer).startswith(
        f"{first['name']} is the {noun} with most value locked: {big_money(first['tvl_usd'])}."
    )


async def test_a_chain_is_found_by_its_coin(desks: Desks) -> None:
    said = await ask(desks["simulated"], "TVL of Solana and BNB")
    chains = {row["name"]: row for row in only_result(said, "cmc_market_overview")["defi"]["top_chains"]}
    for name in ("Solana", "BNB Smart Chain"):
        share = percent(chains[name]["share_pct"], signed=False)
        assert f"On {name} {big_money(chains[name]['tvl_usd'])} is locked, a share of {share}" in bare(said.answer)


async def test_a_protocol_is_found_by_its_coin(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Aave TVL in detail")
    row = only_result(said, "cmc_market_data")["results"][0]
    listed = next(
        one for one in only_result(said, "cmc_market_overview")["defi"]["top_protocols"] if one["name"] == "Aave"
    )
    assert bare(said.answer).startswith(f"Aave (AAVE) has {big_money(row['tvl'])} locked")
    assert f"{percent(listed['change_7d_pct'])} over 7 days" in said.answer
    ratio = Decimal(str(row["market_cap"])) / Decimal(str(row["tvl"]))
    assert f"{ratio:.2f} times that (computed)" in said.answer


async def test_a_kind_of_protocols_is_screened_by_its_tag(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Are liquid staking protocols gaining TVL this week?")
    assert_calls_validate(said)
    rows = only_result(said, "cmc_asset_screener")["results"]
    assert all("liquid-staking" in row["tag"] for row in rows)
    assert str(big_money(rows[0]["tvl"])) in bare(said.answer)
    together = sum(Decimal(str(row["tvl"])) for row in rows)
    assert f"The {len(rows)} shown hold {big_money(together)} together (computed)." in said.answer
    assert "How their value locked changed is not in the tools" in said.answer
    assert [cells[0] for cells in table_rows(said.text).values()] == [big_money(row["tvl"]) for row in rows]


async def test_a_kind_without_figures_is_said_with_the_reason(desks: Desks) -> None:
    said = await ask(desks["simulated"], "L2 TVL")
    assert said.answer.startswith("No coin tagged layer 2 has a known value locked")
    assert "All of DeFi holds" in said.answer


async def test_what_the_tools_do_not_list_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "base tvl")
    assert said.text.startswith("The tools have no value locked of Base: the overview lists the largest chains")


async def test_a_change_that_no_tool_keeps_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "is DeFi TVL up this week")
    assert "keep no past of value locked by chain" in said.answer
    assert "1 day" in said.text


async def test_a_follow_up_asks_for_another_protocol() -> None:
    plan = read("and LINK?", "UNI TVL")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("tvl", ["LINK"])


async def test_a_coin_without_the_figure_is_named_beside_one_that_has_it() -> None:
    body, arguments = market(quote("UNI", tvl=2e9), quote("LINK")), {"ids": [7083, 1975], "metrics": ["liquidity"]}
    text = await replay("TVL of UNI and LINK", [("cmc_market_overview", {}, overview(defi={"total_tvl_usd": 1e11})), ("cmc_market_data", arguments, body)])  # fmt: skip  # noqa: E501
    assert "Uniswap (UNI) has **$2.00 billion** locked." in text
    assert "The tools have no value locked of Chainlink (LINK)" in text


@pytest.mark.parametrize("question", ["tvl", "Aave TVL", "liquid staking TVL"])
async def test_what_no_source_has_is_said_with_the_reason(desks: Desks, question: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert (
        "no source of value locked is at hand" in said.text or "not known of any of the 10 coins at hand" in said.text
    )
    assert "$" not in said.text


async def test_an_empty_overview_is_refused() -> None:
    text = await answer_of("tvl", "cmc_market_overview", overview({"defi": "closed"}))
    assert text == "Value locked in DeFi is not available: closed."


@pytest.mark.parametrize("question", ["tvl in detail", "top protocols by TVL", "TVL of ETH"])
async def test_any_figure_of_the_market_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")


async def test_any_figure_of_a_screen_may_be_missing(desks: Desks) -> None:
    question = "liquid staking TVL"
    await nothing_made_up(question, await ask(desks["simulated"], question), "asset_screener_result")
