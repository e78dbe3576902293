"""Wordings of other people for the questions of the market's skills: each goes to the skill that answers it."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.parser import parse
from cryptodesk.models.analyst.skills._category_sizes import CategorySize
from tests.models.analyst.desk import TODAY, WORLD
from tests.models.analyst.skills.content_desk import lines
from tests.models.analyst.skills.lists_desk import first_calls, not_taken, stolen

SPOKEN = {
    "category_compare": """
which is bigger, defi or memes?
is the ai sector larger than gaming
memes or ai coins, which has the higher market cap
market cap of defi vs market cap of memes
which category has done better this week, ai or gaming
are meme coins beating defi today
layer 1 against layer 2, which is up more
compare the size of the depin and rwa categories
which sector is worth more: privacy or gaming
how does the market cap of memes stack up against ai
""",
    "concept": """
my stop got hit but the fill was way lower than the trigger. what's that called?
what's it called when you trade with yourself to fake volume
someone sent me a tiny amount of btc i didn't ask for, what is that
do i owe tax when i swap one coin for another
if i lose my 12 words can i get my coins back
what happened with terra luna
how did ftx go under
who hacked the dao and what came of it
what stops someone from spending the same bitcoin twice
whats the catch with 20% yields
why do my pool deposits end up worth less than just holding
in what way is a perp not like a normal future
what makes a stablecoin hold at one dollar
why would funding go negative
explain maker and taker like im new
what do they mean by cold wallet
i keep reading about blobs, what are they
what exactly got drained in the ronin hack
is my money safe if the exchange goes bust
what is a validator being slashed
what's an iceberg order
what's the gist of zk rollups
how come fees rise when the network is busy
does bitcoin ever run out
how are new bitcoins brought into existence
what is meant by open interest
why is self custody such a big deal
how can an exchange prove it has the coins
what does TWAP stand for
why do people wrap bitcoin
what's the difference between isolated and cross
what's an oracle good for
my transaction has been pending for hours, why
how do i read a candlestick
what rules did the EU bring in for crypto
when is a token a security
what is the thing where you get liquidated automatically by other traders' positions
when you provide liquidity and prices diverge you lose out, whats the name for that
can miners reverse a transaction
how does the lightning thing let you pay without waiting
what's the name of the trick where someone buys and sells to himself
why can't i just print more bitcoin
who decides what goes into an ethereum upgrade
what do i have to report to the tax office when i sell crypto
what's the deal with seed phrases
so what exactly is slippage
maker fee vs taker fee, whats the difference
which one is safer, a hot or a cold wallet
what's the thing called where your position gets closed by the exchange
how do stablecoins without dollars behind them work
limit order or stop order, when to use which
what did the ethereum merge change
what brought down terra
how was the ronin bridge robbed
what happened when the dao was hacked
how does a sandwich attack make money
what is meant by impermanent loss
my lp position is worth less than if i had just held. why?
why does the price on the dex differ from what i got
what's the point of proof of reserves
explain like i'm five: rollups
is staking risky
what happens to my staked eth if the validator misbehaves
tell me how the funding payment between longs and shorts works
does it matter which network i send usdt on
what's the purpose of the base fee
what did the SEC decide about ripple
what's a good way to keep my seed words safe
what does "immediate or cancel" do
how can a coin be worth more fully diluted than now
what's mvrv telling me
who keeps usdt at a dollar
what do people mean by "not your keys"
how often is bitcoin's difficulty adjusted
how many confirmations before a payment is final
in trading what is a wick
when i buy an option what can i lose
how come my order filled at a worse price
if an exchange freezes withdrawals what are my rights
is there a way to undo a transfer to the wrong address
difference btw market cap and fdv
how do i know an exchange really has my coins
what are the rules for stablecoins in the us now
someone minted a pile of nothing and borrowed everything, how was that possible in the mango case
what does it cost me when the two tokens i deposited drift apart
is there any way a majority of hash power can rewrite history
what would happen if one pool had over half the hash rate
why do traders pay each other every eight hours on perps
what is a coin that follows the dollar but has no dollars behind it
how does ether get destroyed with every transaction
am i taxed on staking rewards in the us
do airdrops count as income
whats the use of a 24 word phrase
who gets the fees i pay on uniswap
how do you verify an exchange's reserves without trusting them
what's better for a beginner, lump sum or averaging in
rsi above 70 means what
what does a death cross say
if a stable slips to 97 cents what is that called
can usdc be frozen
what is the lightning network for
explain zero knowledge to me
how can ethereum handle more transactions with rollups
blob space, what is it
how do hackers drain wallets with approvals
what's address poisoning
how does a rug pull work
what was the parity wallet bug
why did luna die
what is a liquid staking token good for
restaking explained in two lines
why is tether controversial
what does the genius act say
who has to follow mica
is bitcoin a security
isolated or cross margin?
whats auto deleveraging
what does open interest rising with price falling tell you
how's nvt computed
what is realized cap
how does a hardware wallet protect me
how long until a bitcoin payment can't be undone
what keeps validators honest
what is a nonce
who runs the nodes
when does a limit order not fill
""",
    "fear_greed": """
when was fear at its worst this year
how fearful is the market right now
on a scale of 0 to 100 how scared are people
is the crowd greedy or scared right now
was the index more greedy a week ago than now
where was fear and greed last month
lowest fear greed reading of the past year and its date
is everybody panicking or greedy
how high did greed get in the last year
where's the needle on the fear & greed meter
how much fear is in the market
has greed gone up since last week
what did the greed index say yesterday
peak greed over the last twelve months
most fearful day of the last year
are investors in a greedy mood
""",
    "gainers_losers": """
who's had the worst week
which coin dropped furthest today
name the coin with the largest one-day gain
what's the biggest loser over the last seven days
coins that got crushed the most today
which coin put in the best performance over a month
what went up the most in the last hour
which crypto has done best in the past week
strongest coin of the last 30 days
which coins took the biggest beating this week
which token made the biggest leap today
largest percentage drop in 24h
who is leading the gains today
five worst coins over the last 7 days
what rallied the most this month
which coin has had the roughest month
which coin returned most over 30 days
top three climbers today
what fell hardest in the past hour
best 24h return among all coins
what was the star performer of the week
biggest movers in the last hour, up side only
what's up the most over the past seven days
the winner of the last hour
who lost the most in a day
top 5 by 30 day performance
what's the best performing coin of the past month among large caps
rank the worst performers of the past week
name three coins that exploded today
which large cap fell the most today
what's mooning
biggest decliners over 7 days
which coins had the steepest fall since yesterday
five strongest coins today
""",
    "gas": """
how expensive is it to send eth right now
what are eth network fees like now
what does an ethereum transaction cost at the moment
slow gas eth
cheapest gwei i can get away with right now
is gas high at the moment
current base fee on mainnet
ethereum gas in gwei, standard speed
how many gwei for a fast transaction
how much to move usdt on ethereum currently
how pricey is the ethereum network right now
what would i pay to send eth now
eth fees?
are network fees low right now
cost of an erc20 transfer at this moment
gas on eth, slow normal and fast
transaction fee on ethereum today
what's the going rate for gas
is ethereum cheap to use at the moment
ethereum gas price?
what do i pay for a swap on mainnet
how congested is ethereum, gwei wise
""",
    "market_overview": """
how is crypto doing overall
what's the state of things in crypto today
are we up or down across the board today
give me the big picture of the crypto market
is the overall market red or green
how much money is in crypto altogether
what are all coins together worth
how much did the entire market turn over in the past 24 hours
total turnover of the crypto market last 24h
what's all crypto worth combined
combined value of every coin
how much volume did crypto do today overall
how has the total market cap moved today
is crypto in general up or down today
size of the crypto market in dollars
what is the aggregate market value of cryptocurrencies
quick look at the market please
how did crypto as an asset class do today
how many different coins are being tracked
how many exchanges are active right now
trading activity market wide in the last day
total market cap?
how big is the crypto market
market cap of everything
what's the market doing
did the market go up or down in the past day
crypto market volume 24h
what is the total crypto cap now vs yesterday
give me a market summary
how healthy is the market
how has the market changed over the last 7 days
what's crypto's total value at present
number of cryptocurrencies in existence according to you
trading volume worldwide in crypto
by how many percent did total crypto market cap move in 24h
how much is all crypto worth
""",
    "metadata": """
contract of uniswap token please
what's the official homepage of aave
link me to solana's github
where do i find the source for uniswap
when did cardano go live
shiba inu token address on ethereum
address of USDC on solana
what's the official X account of avalanche
does polygon have a telegram
how old is dogecoin
uni contract address pls
""",
    "narratives": """
which narratives are winning this week
what sector is everyone rotating into
which corner of crypto is doing best right now
hottest category today
what kind of coins are people piling into
which niche is leading the market
best performing sector over 7 days
where is the money flowing, which sectors
which sectors are bleeding
what's the leading narrative of the month
which narratives are hot
how has the ai category done this week
how's defi doing
performance of the gaming sector
what's the market cap of the ai sector
how big is the depin category
volume of the layer 2 category today
is the meme sector up today
how many coins are in the gaming category
top three narratives this week
""",
    "news": """
any hacks this week
what's in the papers about solana
anything important on ethereum this week?
what's new with chainlink
has anything been stolen from a defi protocol lately
recent coverage of xrp
latest stories about bitcoin
which projects were exploited recently
was there a breach at any exchange lately
what are journalists saying about cardano
give me the headlines for polygon
what's making headlines in crypto
top stories today
read anything about aave recently?
""",
    "outlook": """
where do you see eth in december
what's your target for sol
tell me if ada is going to recover
ok to put my savings in doge?
should my next buy be xrp or ada
price of btc in 2030
how high is eth gonna go this cycle
can btc get to 200k
is it smart to go all in on pepe
eth year end price target
what will a bitcoin be worth at christmas
would you rather own sol or eth
sol price next month?
is bitcoin going to zero
how far could xrp run
time to take profits on btc?
is it too late for me to get into solana
""",
    "screener": """
which coins under a dollar have volume over 50 million
anything with a market cap between 1 and 5 billion that's up this week
every coin priced below 10 cents with a cap over 500m
list coins above $100
find me coins worth more than 20 billion that are down today
top 100 coins that lost more than 20% this month
coins from the top 50 which rose more than 5% today
coins cheaper than one dollar, biggest first
coins valued at over $50bn, sorted by 24h change
everything in the top 100 that is down more than 10% over 30 days, worst first
which of the 100 biggest coins are up over 10% in the last 7 days
coins with daily turnover above 500 million dollars ranked by volume
what in the top 30 is in the red over a week
coins with a market value over 5 billion that gained at least 3% in 24 hours
big coins (10 billion plus) that fell this week
assets with more than $2bn in market cap and a weekly loss
who in the top 20 lost money this month
anything that doubled this week?
""",
    "sentiment": """
how do people feel about solana these days
what's the mood around doge
is the crowd bullish on eth this week
are folks positive or negative on xrp
what is social sentiment for cardano over the past week
is twitter bullish on bitcoin
how's the community feeling about avax
do people like pepe right now
overall mood on ethereum in the news
how bullish is the chatter about sol
do people like pepe right now
how bullish is the chatter about sol
what do folks make of cardano
public opinion on xrp at the moment
is the internet positive about dogecoin
vibes around solana?
attitude towards ethereum this month
how is chainlink perceived on social media
sentiment score btc 7 days
is the buzz around sui good or bad
are traders feeling good about avax
is the mood in crypto upbeat
what mood is the market in
""",
    "trending": """
most looked at coins on coinmarketcap
what are people checking out most right now
which coins are getting the most attention
newest coins on the list
what coins are in fashion right now
what's hot in crypto
coins with the most buzz today
which coin pages get visited most
coins everyone is watching
which coins are the talk of the town
what's popular with the community right now
freshly listed tokens
which tokens were listed most recently
latest arrivals on coinmarketcap
coins the crowd is into this week
what are people googling in crypto today
""",
    "why_moved": """
doge is ripping, what's the reason
sol is bleeding today, anyone know why?
eth dumped hard last night what gives
what's behind the xrp move today
any idea what pushed avalanche up this week?
what's dragging cardano lower
ada just tanked, what happened
what set off the bitcoin selloff yesterday
btc fell off a cliff this morning, explanation?
any particular reason ton is sliding
whats up with solana crashing
reason for today's drop in ethereum?
what spooked the market yesterday
bnb spiked an hour ago. what was that about?
polkadot took a beating this week, cause?
who or what is pushing down btc
""",
}

# The same words, asked of something else.
NEAR = {
    "why_moved": """
link up 7 percent overnight?
how much did doge fall today
what gives the best yield on eth
what happened to SOL over the last week
""",
    "market_overview": """
which coins were up across the board today
best 24h return among all coins
how much of all bitcoin is in circulation
what share of all crypto is bitcoin
how is SOL doing overall
""",
    "fear_greed": """
when was SOL at its highest
peak price of BTC this year
most volatile day of the year for BTC
""",
    "category_compare": """
biggest gaming coins
how is the gaming sector doing
coins worth more than 10bn
market cap of SOL and ADA
""",
    "gas": """
how much to buy one ETH
how much is 2 ETH worth
what would i have if i bought ETH a year ago
""",
    "metadata": """
when did SOL peak
which year was best for BTC
what is the price of LINK in the year it launched
""",
    "screener": """
price of everything i own
BTC up more than 5% since monday?
how much is 10 billion in BTC
""",
    "trending": """
is BTC trending up
what is everyone saying about SOL
latest news on coinmarketcap
""",
    "concept": """
what is that coin called that pumped 40% today
how much is a bitcoin worth when it is in euros
can BTC get to 200k
what happened to the BTC price today
can you list the top coins
""",
    "sentiment": """
coins like solana
how positive was the return of SOL this week
what is SOL trading at
""",
}


@pytest.mark.parametrize("skill", sorted(SPOKEN))
def test_other_wordings_of_its_questions_are_its_own(skill: str) -> None:
    assert len(lines(SPOKEN[skill])) >= 10
    assert not_taken(skill, SPOKEN[skill]) == []


@pytest.mark.parametrize("skill", sorted(NEAR))
def test_the_same_words_of_something_else_are_left_alone(skill: str) -> None:
    assert stolen(skill, NEAR[skill]) == []


@pytest.mark.parametrize(
    "question",
    [
        "BTC end of year target?",
        "what is your target for SOL",
        "where do you see ETH in december",
        "can BTC get to 200k",
        "how high is ETH gonna go this cycle",
        "would you rather own SOL or ETH",
        "should my next buy be XRP or ADA",
        "is it too late for me to get into SOL",
        "give me one coin to buy today",
    ],
)
def test_forecasts_and_advice_are_known_in_other_words(question: str) -> None:
    plan = parse(question, WORLD, TODAY)
    assert plan.skill == "outlook" or plan.intent in {"advice", "prediction"}


@pytest.mark.parametrize(
    ("question", "tags"),
    [
        ("what is worth more in total, gaming or layer 2?", ["gaming", "layer-2"]),
        ("memes or ai coins, which has the higher market cap", ["meme", "ai"]),
        ("compare the size of the depin and rwa categories", ["depin", "rwa"]),
    ],
)
def test_categories_are_asked_for_what_they_are_worth(question: str, tags: list[str]) -> None:
    plan = parse(question, WORLD, TODAY)
    assert isinstance(plan.slots, CategorySize)
    (call,) = first_calls(question)
    assert call.arguments == {"asset_type": "category", "ids": tags}
