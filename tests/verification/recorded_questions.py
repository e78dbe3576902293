"""The questions whose answers are recorded."""

from __future__ import annotations

__all__ = ["QUESTIONS"]

QUESTIONS = tuple(
    line.strip()
    for line in """
price of BTC
price of ETH
what is the price of Solana?
price of BTC, ETH and SOL
how is bitcoin doing
how is ethereum doing?
how is XRP doing today
how much did SOL gain this week
how much did DOGE move in the last 30 days
how has BNB changed over the last year
BTC change over 90 days
ETH year to date
market cap of ETH
market cap, circulating supply and max supply of BTC
market cap of BTC and ETH
circulating supply of XRP
max supply of BTC
volume of BTC
24h volume of ETH and SOL
rank of Solana
BTC dominance
fully diluted valuation of SOL
ETH all-time high
BTC all-time high and low
all-time high of DOGE
highest price of SOL
lowest price of BNB in the last 90 days
high and low of BTC in the last 7 days
BTC in March 2024
ETH in 2024
BTC in 2025
SOL in January 2025
BTC on 2024-03-02
ETH on 2025-01-01
SOL on 1 June 2025
BTC in the last 30 days
ETH in the last 7 days
XRP over the last 90 days
BTC since 2026-06-01
ETH since January 2026
DOGE from 2026-01-01 to 2026-06-30
HYPE in the last 60 days
TRUMP since launch
ENA in the last 30 days
ZEC in the last 90 days
price of BTC and XRP
price of BTC in euros
volume of BTC in the last 3 days
volume of ETH in August 2026
how much is 2.5 BTC in USD
how much is 10 ETH in USD
convert 1000 USD to ETH
convert 500 USD to SOL
how many ETH is one BTC
3 ETH in BTC
what is 15% of 2300
percent change from 42,000 to 65,000
1,000 * 1.05^10
square root of 144
cagr from 100 to 250 over 3 years
average of 3, 4 and 8
100 divided by 7
what percentage of 21 million is 19900000
CMC id of Solana
CMC id of Bitcoin
What is Bitcoin?
What is Ethereum?
what is Solana
compare BTC and ETH
compare BTC, ETH and SOL
compare BTC, ETH, SOL, XRP and DOGE in the last 7 days
compare BTC and ETH in 2024
compare SOL and BNB over the last 90 days
compare market cap of BTC and ETH
ETH vs SOL this month
BTC vs ETH year to date
which did better this year, BTC or ETH?
which has the larger market cap, SOL or XRP?
if I had put 1000 dollars into BTC on 2025-01-01
if I had invested $500 in ETH on 1 January 2024, what would it be worth
$1000 of SOL bought in March 2025
10000 USD in BTC at the start of 2026
should I buy SOL?
will bitcoin reach 200k?
market cap of SOL, is it undervalued?
BTC price yesterday
ETH price a week ago
how much did BTC fall in June 2026
biggest drop of ETH in 2025
best day of BTC in 2026
history of BNB in Q1 2025
weekly prices of BTC over the last year
BTC over the last 365 days
ETH over the last 3 years
SOL over the whole record
whole history of XRP
price, market cap and volume of BNB
price and 24h change of ADA
price of Dogecoin
price of Chainlink
price of UNI and AAVE
price of Foobarcoin
volume and rank of XRP
supply of SOL
total supply of ETH
BTC open interest
funding rate of BTC
number of holders of ETH
BTC 24h high and low
turnover of BTC
RSI of BTC
MACD of ETH
technical analysis of BTC
moving averages of SOL
fear and greed index
bitcoin dominance
total crypto market cap
gas price
top gainers
top losers today
trending coins
hottest narratives
coins below $50m market cap up more than 5% this week
sentiment on bitcoin
news about ethereum
latest bitcoin news
when is the next bitcoin halving
bitcoin issuance
compare BTC and SOL since 2026-01-01
ETH price in June 2025
price of SOL and its change over 7 days
price of BTC on 2026-09-01
lowest price of ETH in 2025
highest price of XRP in 2025
how did BTC do in 2022
how did ETH do in 2023
BNB price last month
HYPE price
price of TRUMP
ZEC vs BTC in the last 90 days
ENA and HYPE over the last 30 days
BTC between 2025-10-01 and 2025-12-31
ETH between May and July 2026
SOL last week
XRP last year
DOGE change since the start of the year
what was BTC worth on 14 February 2026
what was ETH worth on 2025-08-24
how much is 0.5 BTC
how much is 100 SOL in dollars
convert 250 EUR to BTC
BTC in BNB
how many SOL is one ETH
worth of 2 BTC
price of BTC now and its market cap
rank and market cap of DOGE
what is 2+2
12 times 12
2300 plus 15%
hi
what can you do?
thanks
what's the weather in Paris?
what is my balance?
compare ETH, BNB and XRP market caps
is ETH up this year?
did SOL rise or fall this week?
how far is BTC from its all-time high
how far below its ATH is ETH
BTC and ETH in the last 14 days
ETH price 2026-08-15
DOGE in November 2024
TA of ETH on the daily
correlation between BTC and ETH over the last 30 days
beta of SOL
Sharpe ratio of SOL this year
ETH/BTC ratio over 6 months
max drawdown of SOL since 2024
realised volatility of BTC over the last 30 days
DCA $50 a week into ETH over the last 2 years
I bought 2 ETH at 1800 and 1 BTC at 60k: my PnL
I hold 0.5 BTC and 10 ETH
will bitcoin reach 200k?
$1000 of SOL bought in March 2025
50 and 200 day moving averages of BTC
what percentage of ADA is in circulation
how many holders does UNI have
open interest of ETH
memes vs AI sector
how many times bigger is BTC than ETH by market cap
total value locked in DeFi
BTC price in 2021
SOL in 2023
""".strip().splitlines()
)
