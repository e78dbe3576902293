"""How people ask for how a thing works: what the handbook tells of is taken for such a question, however it is put."""

from __future__ import annotations

import pytest

from cryptodesk.documents.handbook import load_articles
from cryptodesk.models.analyst.skills._article_names import ARTICLES
from cryptodesk.models.analyst.skills._subjects import articles_of
from tests.models.analyst.skills.content_desk import claimed, lines, read

OURS = """
explain impermanent loss to me please
what's the point of account abstraction
how do zk rollups differ from optimistic ones?
cold wallet vs hot wallet
is DeFi lending safe?
explain liquid staking like im five
what does tvl stand for
whats a sandwich atack
how do stablecoins keep their peg
difference between coins and tokens
what's a seed phrase and why shouldnt i share it
how does slashing work on ethereum
what is a DAO?
who takes the loss when a leveraged position goes bankrupt
what does it mean when funding is negative
how are perps different from options
limit order vs market order
how do I read a candlestick chart
what is rsi divergence
why is my transaction stuck in the mempool
what is the travel rule
MiCA in a nutshell
tell me how the DAO got hacked
why did UST lose its peg
how did the bybit hack happen
what's the deal with USDC in march 2023
what's proto-danksharding
segwit vs taproot
eli5 merkle tree
What is meant by finality in a blockchain
can u explain mev
what are oracles used for in defi
pls explain fully diluted valuation
how is the fear and greed index calculated
what is contango
is restaking risky
pros and cons of cross margin
what is dollar-cost averaging
do you pay tax when you swap one coin for another
are airdrops taxable in the US
wash sale rule crypto
what is a governance attack
howey test explained simply
how does Uniswap's concentrated liquidity work
ftx what happened
what's a rebase token
how do wallets derive many addresses from one seed
utxo versus account model
private key vs seed phrase
what are validators and how do they earn
proof of work vs proof of stake energy
meaning of open interest
whats adl
what happens to my coins if an exchange goes bankrupt
what is the difference between mark price and last price
how do bridges get hacked
what are gas fees and why do they rise
nonce?
explain blobs
define slippage tolerance
what's a hard fork vs a soft fork
realized cap vs market cap
how do exchanges decide which tokens to list
spot bitcoin etf approval story
how does a lightning payment channel work
what's an erc20 token
how do nfts work technically
What is the GENIUS Act?
how do liquidation engines work
what did the SEC v Ripple ruling say
is leverage trading dangerous
why do people use hardware wallets
what's the use of multisig
how does the difficulty adjustment work
what do active addresses tell you
MVRV meaning
explain bitcoin halving
how is a smart contract upgraded
what's a flashloan attack
how do market makers make money
permit phishing how does it work
what exactly is a synthetic dollar
what is macd and how do traders use it
golden cross explained
what's position sizing
basis trade explained
How do I keep crypto tax records
fifo or hifo for crypto
what is EigenLayer
how does cardano work
what is a stablecoin
what is staking
what is a smart contract?
what is bitcoin mining
whats an amm
what is yield farming
what is a hardware wallet
what is an ERC-721
what is the lightning network
what is proof of history
what is a liquidity pool
what's an oracle
what is open interest
what is funding rate
what is fully diluted value
what is bitcoin dominance
what is hash rate
what is the halving
what is a depeg
what is rsi
what is implied volatility
what is MiCA?
what is an ETF
what is a perp dex
how does bitcoin work
how does ethereum staking work
how does usdc keep its peg
how does monero hide transactions
how does solana reach consensus
why did luna crash
why did terra fail
why did FTX go bankrupt
how did terra collapse
how much was stolen from bybit
what happened in the Wormhole hack
how was the nomad bridge exploited
what was the dao hack
when did mt gox collapse
who hacked ronin
what went wrong at euler finance
how are crypto losses taxed
is swapping crypto a taxable event
do I owe tax on airdrops?
what's the cost basis of crypto
which tax form do brokers send for crypto
How is impermanent loss calculated?
How is funding calculated on perps?
How do liquidations work in defi
How do I protect my seed phrase?
difference between l1 and l2
Difference between market cap and FDV?
difference between coin and token
difference between cex and dex
difference between spot and futures
difference between apr and apy
zk vs optimistic rollups
what's better cex or dex
are bridges safe?
is staking eth risky
is defi safe
can a smart contract be changed after deployment
can bitcoin transactions be reversed
can you lose money in a liquidity pool
how long does it take to unstake eth
who runs a validator
what happens if I lose my seed phrase
what happens when a perp position is liquidated
what happens to fees after eip-1559
what does dca mean
what does a high mvrv mean
what does negative funding mean
what does overbought mean
explain sharding simply
explain the basis trade
explain delta neutral
explain rug pull
explain cold storage
tell me about zero knowledge proofs
tell me about the travel rule
give me a primer on restaking
quick intro to mev please
the basics of order books
a short explanation of segwit
merkle proofs
impermanent loss?
account abstraction
double spend
dao governance
replay attack
usde: how is it stable
How does Hyperliquid's insurance work
How does an exchange match orders
How do stop losses work?
what's a stop limit order
which order type guarantees execution
how are usdc reserves held
how is usdc backed
what are attestations
what is circulating supply
what is market cap
what is an altcoin
what's a whale
what is volatility
what is drawdown
what is slippage in crypto trading
what's a wrapped token
how do wrapped tokens work
how does wrapped bitcoin work
how do atomic swaps work
how does crypto lending work and what are the risks
Please explain in plain English what a zk-SNARK is.
I keep hearing about blobs, what are they?
why do funding rates go negative
why do stablecoins depeg
why do gas fees spike
why does bitcoin halve
why is proof of work secure
how secure is proof of stake
what stops someone from spending a bitcoin twice
how to read the fear and greed index
how to read a depeg
how do I read funding rates
why does the halving exist
how does Hyperliquid work
what is a death cross
difference between RSI and MACD
sma vs ema
how does DCA work
what is dca?
how does a moving average work
explain drawdown
explain realised volatility
what does fdv mean
how is dominance calculated
how is market cap calculated
how is tvl calculated
what is double counting in tvl
what's the difference between open interest and volume
what do high funding rates mean
what does rising open interest mean
what does exchange outflow mean
what do exchange reserves tell us
what does nvt tell
who sets gas fees
why do I get fewer tokens than expected on a swap
how do front runners steal from swaps
can someone steal my tokens with an approval
how to revoke a token approval
how do scammers drain wallets
what's the safest way to store crypto
how to store bitcoin safely
should i use a hardware wallet
does proof of reserves prove solvency
what is self custody
not your keys not your coins meaning
what is the genius act about
is xrp a security
did ripple win against the sec
how did the ripple case end
how did the SEC v. Ripple case end?
when were bitcoin etfs approved
are crypto ads allowed in the uk
uk crypto promotion rules
what does mica say about stablecoins
does the wash sale rule apply to crypto
which records should I keep for crypto taxes
fifo vs specific identification
how are airdrops taxed
form 1099-DA
what is a 1099-da
how do algorithmic stablecoins fail
why did the terra stablecoin break
usdc depeg svb
how do you read a depeg?
what is liquid staking and is it safe
what are the risks of liquid staking
what was the merge
what's the point of proof of authority
solana outages explained
how does ethereum finality work
how long does finality take on ethereum
what is a reorg
what's a chain split
bitcoin cash fork explained
how do light clients verify blocks
sha256 explained
what is keccak
hd wallets explained
bip39
bip44 paths
spl tokens vs erc20
who can freeze a token
what's a mint authority
concentrated liquidity vs normal amm
how do liquidity providers earn
what is bad debt in defi
how does aave liquidation work
is 20% apy sustainable
where does defi yield come from
what are the greeks
call vs put option
how does cash and carry work in crypto
isolated or cross margin, which is safer
how does auto-deleveraging decide who gets closed
what's an insurance fund for
how do exchange withdrawals work
why do exchanges delist coins
post only order meaning
what's fill or kill
order book depth explained
what is price time priority
how is wash trading detected
kelly criterion for crypto
when does a daily candle close
what's the macd histogram
what does slippage tolerance do
what is price impact
I'm new to crypto. What is a wallet?
What is slippage? I don't get it
what is staking and is it risky
what is mev and why does it matter
what's a dao and how does it vote
Hey, could you explain what liquid staking is and what can go wrong?
what is a rollup, in one sentence
Define impermanent loss.
impermanent loss explained with an example
how do i avoid impermanent loss
what are the risks of restaking
what are the main risks in defi lending?
how does a bridge work and why are they hacked so often
what is the difference between a hard fork and a soft fork?
hard fork vs soft fork
how are blocks made final
is proof of stake more secure than proof of work?
how does proof of work stop cheating
who decides on bitcoin upgrades
how are stablecoins backed
what is a CBDC
what is EIP 4844
eip-4844 explained
what is danksharding good for
why did the ethereum dao fork happen
How did the DAO hack lead to Ethereum Classic
tell me the story of mt gox
story of ftx
what was alameda
who is sam bankman-fried
what did do kwon do
Terra's death spiral, how did it work
how was wormhole exploited?
bybit heist
curve hack 2023
poly network hack
parity wallet freeze
beanstalk governance exploit
how do governance attacks work
oracle manipulation
what is TWAP
what is a limit order book
how do matching engines work?
What are maker rebates?
why do makers pay less than takers
how does coinbase make money
what is binance
is binance safe
what is proof of reserves and which exchanges publish it
how to do dollar cost averaging
is dca better than lump sum
how is max drawdown defined
how do traders use moving averages?
how do you calculate rsi?
rsi formula
macd formula
funding rate formula
perpetual vs dated futures
what's a perp
what are inverse contracts
margin call meaning
liquidation price formula
what does 10x leverage mean
how does leverage work in crypto
what is a short squeeze
options greeks explained
whats delta neutral
mica stablecoin rules
travel rule threshold
what is FATF
crypto tax basics
do i have to report crypto to the irs
is staking income taxed
tax on crypto to crypto trades
hodling tax
What's HIFO?
what records does the IRS want
is bitcoin legal
What's a UTXO
whats segwit do
why is taproot important
schnorr signatures
multisig vs mpc
what's an xpub
12 word seed vs 24 word seed
what is a passphrase in a wallet
erc-20 vs erc-721
gas limit vs gas price
what is gwei
how is the base fee burned
what is the mempool
rbf meaning
unconfirmed transaction what to do
"""


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_every_way_of_asking(question: str) -> None:
    assert claimed(question) == "concept"


def test_every_named_article_is_one_of_the_handbook() -> None:
    titles = {row.split(" = ")[0] for row in ARTICLES.strip().splitlines()}
    assert titles - {article.title for article in load_articles()} == set()


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("pow vs pos", ("Proof of work", "Proof of stake")),
        ("whats a sandwich atack", ("Maximal extractable value (MEV)",)),
        ("difference between hot and cold wallets", ("Keys, addresses and wallets",)),
        ("how do perps differ from options", ("Perpetual futures", "Crypto options and implied volatility")),
        ("is liquid staking safe", ("Liquid staking",)),
        ("what is the weather", ()),
    ],
)
def test_what_is_asked_of_is_known_by_its_article(question: str, titles: tuple[str, ...]) -> None:
    assert articles_of(question) == titles


@pytest.mark.parametrize("text", ["is it risky?", "how does it work", "why?", "and the risks?", "explain more"])
def test_a_further_question_is_on_the_subject_before(text: str) -> None:
    plan = read(text, "what is restaking")
    assert plan.skill == "concept"
    assert plan.slots.query.startswith("what is restaking")


@pytest.mark.parametrize("text", ["price of BTC", "thanks", "and its price?", "top gainers today"])
def test_another_question_is_no_further_one(text: str) -> None:
    assert read(text, "what is restaking").skill != "concept"
