"""NFT collections: which questions it takes, and figures that are those of the tool."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, money, to_decimal
from cryptodesk.models.analyst.skills._overview import moved
from cryptodesk.models.analyst.skills.nfts import NftSlots
from tests.models.analyst.desk import TOOLS
from tests.models.analyst.desk import ask as say
from tests.models.analyst.skills.market_desk import claim_of, nothing_made_up, only_result, replay
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
is the silent gecko tribe floor up or down today? it's an nft
how did the Rusty Wombat Relics floor move today
did the bored ape floor drop
silent gecko tribe is an nft, what's its floor
Silent Gecko Tribe (NFT) floor please
how is the Silent Gecko Tribe nft doing
Bored Ape floor price
bored ape yacht club floor
BAYC floor
bayc
cryptopunks floor price
CryptoPunks
what is the floor price of CryptoPunks
whats the floor of Azuki
pudgy penguins floor price
price of a Bored Ape
how much is a cryptopunk
cryptopunks volume today
BAYC market cap
how many owners does Azuki have
azuki holders
doodles nft
mad lads floor
Mutant Ape Yacht Club floor price please
floor price of Lucky Mantis Punks of the Loom
Lucky Mantis nft
lucky mantis nft floor
compare BAYC and MAYC floor prices
Which new NFT projects are minting right now?
top NFT collections
biggest nft collections by market cap
trending NFTs
nft market
nft sales today
which nfts are popular
what is the floor of Pixel Badger Club
Royal Newt Tribe floor price
how much is the cheapest Giga Badger Heads
Midnight Yak Genesis nft price
floor Sleepy Panda Relics
number of holders of Golden Crab Tribe
Dizzy Marmot Heads market cap
trading volume Soggy Marmot Club nft
how many items are in the Sleepy Goat Society collection
supply of the Turbo Yak Cards nfts
Solar Moth Cards 24h change
has the floor of Lazy Puffin Club gone up?
compare the floors of Grumpy Mole Tribe and Turbo Ibis Tribe
brave newt genesis stats
what chain is Dizzy Mantis Tribe on
nft: royal ferret tribe
tell me the floor price for the collection Silent Mantis Club
price of a Golden Heron Heads NFT in eth
angry mantis society nft owners count
whats solar llama heads floor rn
silent gecko tribe nft market value
Pixel Mole Punks of the Loom floor
volume, owners and floor of Royal Newt Tribe nft
top nfts
bored ape floor
who owns the most Giga Badger Heads
floor price of pixel badger club nft collection please
nft collection Lazy Puffin Club: how many unique owners
show nft Turbo Ibis Tribe
Sleepy Goat Society sales volume 24 hours
What does one Solar Moth Cards go for
did the pixel badger club floor rise in the last 24h
how many Golden Crab Tribe NFTs exist
floor of Dizzy Koi Cards
how much for the cheapest Golden Heron Heads
top nft collections by volume
how many owners does Dizzy Koi Cards have
priciest nft collection
what would a Dizzy Koi Cards set me back
which nft collection sold the most today
Golden Heron Heads 24h sales
is the Golden Heron Heads floor rising
how many items are in Dizzy Koi Cards
nft market total volume today
most traded nft collection
biggest nft collection by market cap
how many holders has Golden Heron Heads
volume of Dizzy Koi Cards, 24h
how many Golden Heron Heads were minted
how many Dizzy Koi Cards changed hands today
on which chain do the Dizzy Koi Cards live
"""
NOT_OURS = """
what is an NFT
what does floor price mean
how do NFTs work
explain NFTs
why did NFT prices crash
will BAYC floor recover
should I buy a cryptopunk
nft news
how to create an NFT
nft tax rules
nft tokens by market cap
BTC price
top coins
price of UNI
what is the lowest price of SOL
is my nft safe
market overview
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("nfts")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("nfts", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "nfts"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("BAYC floor", ("BAYC",)),
        ("compare BAYC and MAYC floor prices", ("BAYC", "MAYC")),
        ("floor price of Lucky Mantis Punks of the Loom", ("Lucky Mantis Punks of the Loom",)),
        ("what is the Lucky Mantis nft floor", ("Lucky Mantis",)),
        ("top NFT collections", ()),
    ],
)
async def test_the_names_are_read(question: str, names: tuple[str, ...]) -> None:
    assert read(question).slots == NftSlots(names)


async def test_a_collection_is_looked_up_then_its_figures_asked(desks: Desks) -> None:
    said = await ask(desks["simulated"], "floor price of Lucky Mantis Punks of the Loom")
    assert_calls_validate(said)
    row = only_result(said, "cmc_market_data")["results"][0]
    assert f"the floor price is {money(row['floor_price'])}" in bare(said.answer)
    change = to_decimal(row["percent_change_24h"])
    assert change is not None
    assert f"{moved(change)} over 24 hours" in said.answer
    assert f"{row['floor_price_native']:.4f}".rstrip("0") + f" {row['native_currency']}" in said.answer
    assert str(big_money(row["volume_24h"])) in said.answer
    assert f"{row['owners']:,} owners" in said.answer
    assert f"{row['total_supply']:,} pieces" in said.answer


async def test_a_guessed_name_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Lucky Mantis nft floor")
    assert said.answer.startswith('I took "Lucky Mantis" for Lucky Mantis Punks of the Loom.')


async def test_a_name_of_several_is_asked_back(desks: Desks) -> None:
    said = await ask(desks["simulated"], "punks nft floor")
    assert said.answer.endswith("which NFT collection do you mean?")
    assert "$" not in said.text


async def test_a_name_nobody_bears_gets_no_figures(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Bored Ape floor price")
    assert said.text == 'No NFT collection called "Bored Ape" is at hand.'


async def test_a_ranking_is_declined_with_what_there_is(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Which new NFT projects are minting right now?")
    assert_calls_validate(said)
    assert said.answer.startswith("No tool ranks NFT collections or lists new ones; I can give the floor price")


async def test_several_collections_make_a_table() -> None:
    rows = [
        {"asset_id": "s:bayc", "name": "BAYC", "floor_price": 20000.0, "owners": 5600},
        {"asset_id": "s:mayc", "name": "MAYC", "floor_price": 3000.0},
    ]
    body = {"market_data_result": {"results": rows}, "as_of": "2026-11-21", "unavailable": []}
    arguments = {"asset_type": "nft", "ids": ["s:bayc", "s:mayc"]}
    text = await replay("compare BAYC and MAYC floor prices", [("cmc_market_data", arguments, body)])
    assert table_rows(text) == {
        "BAYC": ["$20,000.00", "n/a", "n/a", "n/a", "5,600"],
        "MAYC": ["$3,000.00", "n/a", "n/a", "n/a", "n/a"],
    }


async def test_without_a_lookup_the_names_are_asked_for() -> None:
    answer = await say("BAYC floor", tools=[tool for tool in TOOLS if tool.name != "cmc_id_lookup"])
    assert answer.arguments == [{"asset_type": "nft", "ids": ["BAYC"]}]


@pytest.mark.parametrize("question", ["Bored Ape floor price", "top NFT collections"])
async def test_what_no_source_has_is_said_with_the_reason(desks: Desks, question: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert "no source of nft ids is at hand" in said.text
    assert "$" not in said.text


async def test_any_figure_may_be_missing(desks: Desks) -> None:
    question = "Lucky Mantis Punks of the Loom floor in detail"
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_data_result")
