"""Names in questions of risk that nobody knows: looked up, said not to be found, and never replaced in silence."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, lines, open_desks, read

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

# question | skill | assets, a name nobody knows after a question mark
NAMED = """
correlation bnb hype 30d | correlation | BNB ?hype
corr btc pepito | correlation | BTC ?pepito
correlation between SOL and pepito last 60 days | correlation | SOL ?pepito
how correlated are pepito and SOL | correlation | SOL ?pepito
pepito vs sol correlation | correlation | SOL ?pepito
pepito sol correlation this year | correlation | SOL ?pepito
Correlation of PEPITO with BTC please | correlation | BTC ?PEPITO
does pepito move together with bitcoin | correlation | BTC ?pepito
Do BNB and Pepito move together? | correlation | BNB ?Pepito
correlation hype link | correlation | ?hype ?link
beta of pepito | correlation | ?pepito
link drawdown last 30d | drawdown | ?link
pepito's max drawdown | drawdown | ?pepito
show me drawdown for pepito in 2024 | drawdown | ?pepito
max drawdown pepito | drawdown | ?pepito
sol vs pepito drawdown this year | drawdown | SOL ?pepito
volatility link 30d | volatility | ?link
pepito volatility | volatility | ?pepito
realised vol of $PEPITO 30d | volatility | ?PEPITO
is SOL more volatile than pepito? | volatility | SOL ?pepito
which is more volatile, ADA or pepito | volatility | ADA ?pepito
bitcoin volatility vs pepito | volatility | BTC ?pepito
"""
# Words beside the skill's own that name nothing.
PLAIN = """
correlation of sol | SOL
what is the beta of SOL | SOL
SOL correlation last month | SOL
how strongly does ada correlate | ADA
how tightly is sol correlated to the majors | SOL
how correlated is sol with the rest of the market | SOL
is SOL still correlated with bitcoin | SOL BTC
correlation of SOL to gold | SOL
correlation btc eth 30d | BTC ETH
has ADA decoupled | ADA
max drawdown of SOL this year | SOL
how volatile has bitcoin been this year | BTC
annualised volatility of ETH, 30d | ETH
realised volatility of BTC over the last 30 days | BTC
"""
OF_NO_ASSET = """
how volatile has crypto been this year
market volatility today
volatility of the total market
max drawdown in a bear market
typical drawdown
how correlated are altcoins
correlation please
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("unfound")) as found:
        yield found


@pytest.mark.parametrize("row", lines(NAMED))
async def test_a_name_nobody_knows_is_one_of_the_assets(row: str) -> None:
    question, skill, assets = (cell.strip() for cell in row.split("|"))
    plan = read(question)
    assert (plan.skill, " ".join(asset.symbol or f"?{asset.name}" for asset in plan.assets)) == (skill, assets)


@pytest.mark.parametrize("row", lines(PLAIN))
async def test_words_beside_an_asset_are_no_names(row: str) -> None:
    question, assets = (cell.strip() for cell in row.split("|"))
    assert " ".join(asset.symbol or f"?{asset.name}" for asset in read(question).assets) == assets


@pytest.mark.parametrize("question", lines(OF_NO_ASSET))
async def test_questions_of_no_asset_name_none(question: str) -> None:
    assert read(question).assets == ()


@pytest.mark.xdist_group("analyst-skills")
async def test_bitcoin_never_stands_in_for_another_asset_in_silence(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "correlation between SOL and qqzzxk over 30 days")
    assert_calls_validate(said)
    assert said.text.startswith("I do not know “qqzzxk”, so this is Solana beside Bitcoin instead.")
    assert "I found no asset called “qqzzxk”" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_beside_bitcoin_an_unknown_name_leaves_nothing_to_compare(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "correlation btc qqzzxk")
    assert "A correlation takes two assets" in said.text
    assert "I found no asset called “qqzzxk”" in said.text


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("question", ["qqzzxk drawdown last 30d", "qqzzxk volatility"])
async def test_one_unknown_name_alone_is_said_not_to_be_found(desks: Desks, question: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert said.text.startswith("I found no asset called “qqzzxk”.")
