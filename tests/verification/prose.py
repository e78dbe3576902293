"""Honest answers written by hand, in the many ways that models put figures, over the recorded outputs.

`<<1.price|usd>>` stands for a field of the asset with that id (or of the one result that has none), written by the
named format; `<<1.percent_change_24h|rose/fell>>` is the first word for a rise, the second for a fall;
`<<=a / b|x1>>` is arithmetic of two fields. So every figure is known to be right, and where it is from.
"""

# ruff: noqa: E501 - an answer reads better on one line

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from tests.verification.model_prose import BLIND, FRESH, MODEL
from tests.verification.recorded import Recorded, Result, recorded_call

__all__ = ["DATES", "FORMATS", "Filled", "Prose", "Slot", "fill", "lookup", "proses", "results_of"]


class Prose(NamedTuple):
    mode: str
    calls: tuple[str, ...]
    question: str
    text: str


class Slot(NamedTuple):
    """Where a figure of a filled answer stands and what it was written from; `is_named`: with words for its field."""

    start: int
    end: int
    path: str
    style: str
    is_named: bool = True


class Turn(NamedTuple):
    """Where a word of direction of a filled answer stands, and the word for the other direction."""

    start: int
    end: int
    path: str
    other: str


class Filled(NamedTuple):
    prose: Prose
    text: str
    slots: tuple[Slot, ...]
    turns: tuple[Turn, ...] = ()


def _grouped(value: float, places: int) -> str:
    return f"{value:,.{places}f}"


def _usd(value: float) -> str:
    size = abs(value)
    sign = "-" if value < 0 else ""
    if size >= 10:
        return f"{sign}${_grouped(size, 2)}"
    return f"{sign}${size:.4f}" if size >= 1 else f"{sign}${float(f'{size:.4g}')!r}"


def _scaled(value: float, places: int, names: tuple[str, ...], gap: str) -> str:
    size, sign = abs(value), "-" if value < 0 else ""
    for power, name in zip((12, 9, 6, 3), names, strict=False):
        if size >= 10**power:
            return f"{sign}{size / 10**power:.{places}f}{gap}{name}"
    return f"{sign}{_grouped(size, places)}"


_WORDS, _LETTERS = ("trillion", "billion", "million"), ("T", "B", "M", "K")


def _signed_money(text: str) -> str:
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def _in_words(value: int) -> str:
    """Up to a hundred."""
    if value < len(_ONES):
        return _ONES[value]
    tens = _TENS[min(value // 10, 9) - 2]
    return f"{tens}-{_ONES[value % 10]}" if value % 10 else tens


FORMATS: dict[str, Callable[[float], str]] = {
    "usd": _usd,
    "usd0": lambda value: f"${_grouped(value, 0)}",
    "usd1": lambda value: f"${_grouped(value, 1)}",
    "usd3": lambda value: f"${float(f'{value:.3g}'):,.0f}",
    "bare": lambda value: _grouped(value, 2),
    "code": lambda value: f"{_grouped(value, 2)} USD",
    "usdw": lambda value: _signed_money(_scaled(value, 2, _WORDS, " ")),
    "usdw1": lambda value: _signed_money(_scaled(value, 1, _WORDS, " ")),
    "usdl": lambda value: _signed_money(_scaled(value, 2, _LETTERS, "")),
    "usdl1": lambda value: _signed_money(_scaled(value, 1, _LETTERS, "")),
    "dollars": lambda value: f"{_scaled(value, 2, _WORDS, ' ')} dollars",
    "k1": lambda value: f"${value / 1000:.1f}K",
    "p0": lambda value: f"{abs(value):.0f}%",
    "p1": lambda value: f"{abs(value):.1f}%",
    "p2": lambda value: f"{abs(value):.2f}%",
    "pw1": lambda value: f"{abs(value):.1f} percent",
    "s1": lambda value: f"{value:+.1f}%",
    "s2": lambda value: f"{value:+.2f}%",
    "m2": lambda value: f"{value:.2f}%",
    "pp1": lambda value: f"{abs(value):.1f} percentage points",
    "pct4": lambda value: f"{value:.4f}%",
    "n0": lambda value: _grouped(value, 0),
    "nw": lambda value: _scaled(value, 2, _WORDS, " "),
    "i": lambda value: f"{value:.0f}",
    "f1": lambda value: f"{value:.1f}",
    "f2": lambda value: f"{value:.2f}",
    "f3": lambda value: f"{value:.3f}",
    "f4": lambda value: f"{value:.4f}",
    "share1": lambda value: f"{value * 100:.1f}%",
    "rank": lambda value: f"#{value:.0f}",
    "usd2": lambda value: f"${_grouped(value, 2)}",
    "x1": lambda value: f"{value:.1f}x",
    "pwords": lambda value: f"{_in_words(round(abs(value)))} percent",
}
DATES: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "long": lambda day: f"{day.day} {day:%B %Y}",
    "us": lambda day: f"{day:%B} {day.day}, {day.year}",
}

_SLOT = re.compile(r"<<([^|>]+)\|([^>]+)>>")

TEMPLATES = """
simulated pair ~ How are BTC and ETH doing? ~ Bitcoin is trading at <<1.price|usd>>, <<1.percent_change_24h|up/down>> <<1.percent_change_24h|p2>> over the past 24 hours, while Ethereum changes hands at <<1027.price|usd>> after <<1027.percent_change_24h|gaining/losing>> <<1027.percent_change_24h|p2>>. Over the week, BTC has <<1.percent_change_7d|gained/lost>> <<1.percent_change_7d|p1>> and ETH has <<1027.percent_change_7d|gained/lost>> <<1027.percent_change_7d|p1>>.
simulated pair ~ Compare bitcoin and ether ~ Here's a quick snapshot:\\n\\n- **Bitcoin (BTC)**: <<1.price|usd>> (24h: <<1.percent_change_24h|s2>>, 7d: <<1.percent_change_7d|s2>>, 30d: <<1.percent_change_30d|s2>>)\\n- **Ethereum (ETH)**: <<1027.price|usd>> (24h: <<1027.percent_change_24h|s2>>, 7d: <<1027.percent_change_7d|s2>>, 30d: <<1027.percent_change_30d|s2>>)\\n\\nBitcoin's market cap of <<1.market_cap|usdl>> is about <<=1.market_cap / 1027.market_cap|f1>>x Ethereum's <<1027.market_cap|usdl>>.
simulated pair ~ market caps? ~ Bitcoin's market capitalization stands at <<1.market_cap|usdw>>, which gives it a dominance of <<1.market_cap_dominance|p1>>. Ethereum follows with <<1027.market_cap|usdw>> and a <<1027.market_cap_dominance|p1>> share of the market.
simulated pair ~ tell me about bitcoin's supply ~ There are currently <<1.circulating_supply|n0>> BTC in circulation out of a maximum supply of <<1.max_supply|n0>> BTC, so <<=1.circulating_supply / 1.max_supply|share1>> of the cap has been mined. At <<1.price|usd>> per coin, the circulating market cap is <<1.market_cap|usdw>> and the fully diluted valuation is <<1.fully_diluted_market_cap|usdw>>.
simulated pair ~ volume of BTC and ETH ~ Trading volume over the last 24 hours came to <<1.volume_24h|usdl1>> for Bitcoin and <<1027.volume_24h|usdl1>> for Ethereum. Those volumes are <<1.volume_change_24h|p0>> and <<1027.volume_change_24h|p0>> higher than the day before, respectively.
simulated pair ~ how did BTC and ETH do this year ~ Year to date, Bitcoin is <<1.percent_change_ytd|up/down>> <<1.percent_change_ytd|p1>>, and Ethereum is <<1027.percent_change_ytd|up/down>> <<1027.percent_change_ytd|p1>>. Over twelve months the picture differs: BTC <<1.percent_change_1y|rose/fell>> <<1.percent_change_1y|p1>> while ETH <<1027.percent_change_1y|rose/fell>> <<1027.percent_change_1y|p2>>.
simulated pair ~ BTC and ETH table ~ | Metric | Bitcoin | Ethereum |\\n|---|---|---|\\n| Price | <<1.price|usd>> | <<1027.price|usd>> |\\n| Market cap | <<1.market_cap|usdl>> | <<1027.market_cap|usdl>> |\\n| 24h volume | <<1.volume_24h|usdl>> | <<1027.volume_24h|usdl>> |\\n| 24h change | <<1.percent_change_24h|s2>> | <<1027.percent_change_24h|s2>> |\\n| 7d change | <<1.percent_change_7d|s2>> | <<1027.percent_change_7d|s2>> |\\n| Rank | <<1.rank|rank>> | <<1027.rank|rank>> |
simulated pair ~ BTC price please ~ BTC: <<1.price|usd0>>. It <<1.percent_change_1h|rose/slipped>> <<1.percent_change_1h|p2>> in the past hour and is <<1.percent_change_90d|up/down>> <<1.percent_change_90d|p1>> over 90 days.
simulated pair ~ is ethereum beating bitcoin over 30 days? ~ Yes. Over the last 30 days ETH <<1027.percent_change_30d|gained/lost>> <<1027.percent_change_30d|p1>>, whereas BTC <<1.percent_change_30d|gained/lost>> <<1.percent_change_30d|p1>>, a gap of <<=1027.percent_change_30d - 1.percent_change_30d|pp1>>.
simulated pair ~ what's the turnover? ~ Bitcoin's 24-hour volume of <<1.volume_24h|usdw1>> equals <<1.turnover|share1>> of its market cap, compared with <<1027.turnover|share1>> for Ethereum.
simulated pair ~ give me both prices ~ Bitcoin and Ethereum trade at <<1.price|usd>> and <<1027.price|usd>>, respectively. One bitcoin therefore buys roughly <<=1.price / 1027.price|f1>> ether.
simulated pair ~ quick btc summary ~ Bitcoin remains the <<1.rank|i>>st-ranked asset by market cap. It is worth <<1.market_cap|dollars>>, and <<1.volume_24h|dollars>> changed hands in the last day.
simulated three ~ how are ETH SOL and XRP ~ **XRP** leads the group with a weekly gain of <<52.percent_change_7d|p1>>, followed by **Solana** at <<5426.percent_change_7d|s1>>; **Ethereum** is at <<1027.percent_change_7d|s1>>.
simulated three ~ ETH, SOL, XRP prices ~ ETH is at <<1027.price|usd>>, SOL at <<5426.price|usd>> and XRP at <<52.price|usd>>. In 24 hours they moved <<1027.percent_change_24h|s2>>, <<5426.percent_change_24h|s2>> and <<52.percent_change_24h|s2>>, respectively.
simulated three ~ which is bigger, SOL or XRP ~ XRP is larger: its market cap is <<52.market_cap|usdw>> against <<5426.market_cap|usdw>> for Solana. That makes XRP about <<=52.market_cap / 5426.market_cap|f1>> times as large. XRP ranks <<52.rank|rank>> and Solana <<5426.rank|rank>>.
simulated three ~ monthly moves ~ Monthly performance:\\n1. XRP: <<52.percent_change_30d|s1>>\\n2. Solana: <<5426.percent_change_30d|s1>>\\n3. Ethereum: <<1027.percent_change_30d|s1>>
simulated three ~ solana? ~ Solana <<5426.percent_change_24h|climbed/dropped>> <<5426.percent_change_24h|p1>> in the last day to <<5426.price|usd>>. Its daily turnover of <<5426.volume_24h|usdl>> is <<5426.volume_change_24h|up/down>> <<5426.volume_change_24h|p0>> from the previous day. Year to date, the token is <<5426.percent_change_ytd|up/down>> <<5426.percent_change_ytd|p1>>.
simulated three ~ performance table ~ | Asset | Price | 24h | 7d | 30d |\\n| --- | ---: | ---: | ---: | ---: |\\n| ETH | <<1027.price|usd>> | <<1027.percent_change_24h|s2>> | <<1027.percent_change_7d|s2>> | <<1027.percent_change_30d|s2>> |\\n| SOL | <<5426.price|usd>> | <<5426.percent_change_24h|s2>> | <<5426.percent_change_7d|s2>> | <<5426.percent_change_30d|s2>> |\\n| XRP | <<52.price|usd>> | <<52.percent_change_24h|s2>> | <<52.percent_change_7d|s2>> | <<52.percent_change_30d|s2>> |
simulated three ~ how dominant are they ~ Ethereum accounts for <<1027.market_cap_dominance|p2>> of the total crypto market, XRP for <<52.market_cap_dominance|p2>> and Solana for <<5426.market_cap_dominance|p2>>.
simulated three ~ three year returns ~ Over three years Ethereum returned <<1027.percent_change_3y|p1>>, Solana <<5426.percent_change_3y|p1>> and XRP <<52.percent_change_3y|p1>>.
simulated sol ~ solana ath ~ Solana's all-time high was <<5426.ath|usd>>, set on <<5426.ath_time|raw>>. At the current price of <<5426.price|usd>> it trades <<5426.percent_from_ath|p1>> below that peak. Its all-time low of <<5426.atl|usd>> dates from <<5426.atl_time|raw>>.
simulated sol ~ SOL day range ~ Over the past 24 hours SOL has ranged between <<5426.low_24h|usd>> and <<5426.high_24h|usd>>, and it now sits at <<5426.price|usd>>.
simulated sol ~ SOL fundamentals ~ - Price: <<5426.price|usd>>\\n- Market cap: <<5426.market_cap|usdl>> (rank <<5426.rank|rank>>)\\n- FDV: <<5426.fully_diluted_market_cap|usdl>>\\n- Circulating supply: <<5426.circulating_supply|nw>> SOL\\n- 24h volume: <<5426.volume_24h|usdl>>\\n- 24h high / low: <<5426.high_24h|usd>> / <<5426.low_24h|usd>>
simulated sol ~ is solana up? ~ It depends on the window. SOL is <<5426.percent_change_24h|up/down>> <<5426.percent_change_24h|p1>> today but <<5426.percent_change_30d|up/down>> <<5426.percent_change_30d|p1>> over the past month and <<5426.percent_change_1y|up/down>> <<5426.percent_change_1y|p0>> over the past year.
simulated sol ~ explain solana valuation ~ At <<5426.price|usd>>, with <<5426.circulating_supply|n0>> SOL outstanding, Solana is valued at <<5426.market_cap|usdw>>. That is <<5426.market_cap_dominance|p1>> of the total crypto market.
simulated month ~ BTC last month ~ Over the last 30 days Bitcoin traded between a low of <<low|usd>> and a high of <<high|usd>>. It opened the period at <<first_open|usd>> and closed the latest full day, <<last_day|raw>>, at <<last_close|usd>>. The spot price now is <<1.price|usd>>, <<1.percent_change_30d|up/down>> <<1.percent_change_30d|p1>> in 30 days.
simulated closes ~ BTC and ETH recent history ~ Bitcoin closed at <<1.last_close|usd>> on <<1.last_day|raw>>, compared with <<1.first_close|usd>> on <<1.first_day|raw>>. Ethereum went from <<1027.first_close|usd>> to <<1027.last_close|usd>> over the same stretch.
simulated everything ~ BTC derivatives ~ Open interest in Bitcoin futures totals <<1.open_interest|usdw1>>, and futures volume reached <<1.futures_volume_24h|usdw1>> in 24 hours. The average funding rate is <<1.funding_rate_pct_8h|pct4>> per 8 hours. Liquidations over the past day came to <<1.liquidations.24h.total|usdl>>, of which <<1.liquidations.24h.long|usdl>> were longs and <<1.liquidations.24h.short|usdl>> were shorts.
simulated everything ~ BTC holders ~ Bitcoin has <<1.holders|n0>> holders. Whales hold <<1.holder_shares.whales_pct|p1>> of the supply, everyone else <<1.holder_shares.others_pct|p1>>.
simulated everything ~ BTC extremes ~ BTC hit its record high of <<1.ath|usd0>> on <<1.ath_time|raw>>; at <<1.price|usd0>> it is <<1.percent_from_ath|p1>> off that mark. In the last 24 hours it moved in a range from <<1.low_24h|usd0>> to <<1.high_24h|usd0>>.
simulated everything ~ BTC spot venues ~ Of Bitcoin's <<1.volume_24h|usdl1>> daily volume, <<1.cex_volume_24h|usdl1>> took place on centralised exchanges and <<1.dex_volume_24h|usdl1>> on decentralised exchanges. The asset trades on <<1.num_market_pairs|n0>> market pairs.
simulated technical ~ BTC TA ~ Bitcoin's 14-day RSI is <<rsi.rsi14|f1>>, which is neutral. The MACD line stands at <<macd.macdLine|f2>> versus a signal line of <<macd.signalLine|f2>>, so the histogram is <<macd.histogram|f2>>. Price closed at <<close|usd>>.
simulated technical ~ BTC moving averages ~ Key moving averages for BTC:\\n- 7-day SMA: <<moving_averages.simple_moving_average_7_day|usd0>>\\n- 30-day SMA: <<moving_averages.simple_moving_average_30_day|usd0>>\\n- 200-day SMA: <<moving_averages.simple_moving_average_200_day|usd0>>\\n- 200-day EMA: <<moving_averages.exponential_moving_average_200_day|usd0>>
simulated technical ~ BTC levels ~ The pivot point is <<pivotPoint|usd>>. The first resistance lies at <<resistances.0|usd>> and the first support at <<supports.0|usd>>. The 61.8% Fibonacci retracement comes in at <<fibonacciLevels.retracementLevels.61.8%|usd>>, measured from a swing high of <<fibonacciLevels.swingHigh|usd>> to a swing low of <<fibonacciLevels.swingLow|usd>>.
simulated technical,technical_eth ~ RSI of both ~ Bitcoin's RSI(14) reads <<@1.rsi.rsi14|f1>> and Ethereum's RSI(14) <<@1027.rsi.rsi14|f1>>. Neither is overbought. ETH closed at <<@1027.close|usd>>, above its 200-day simple moving average of <<@1027.moving_averages.simple_moving_average_200_day|usd>>.
simulated overview ~ market overview ~ The total crypto market cap is <<market_size.total_crypto_market_cap_usd.current|usdw>>, <<market_size.total_crypto_market_cap_usd.percent_change.24h|up/down>> <<market_size.total_crypto_market_cap_usd.percent_change.24h|p1>> over the past 24 hours and <<market_size.total_crypto_market_cap_usd.percent_change.7d|up/down>> <<market_size.total_crypto_market_cap_usd.percent_change.7d|p1>> over the week. Bitcoin dominance is <<dominance.btc.current|p1>> and Ethereum dominance <<dominance.eth.current|p1>>.
simulated overview ~ sentiment now ~ The Fear & Greed Index stands at <<sentiment.fear_greed.current.index|i>> (<<sentiment.fear_greed.current.value|raw>>), compared with <<sentiment.fear_greed.history.yesterday.index|i>> yesterday and <<sentiment.fear_greed.history.last_month.index|i>> a month ago. Its highest reading of the past year was <<sentiment.fear_greed.yearly.max.index|i>>, its lowest <<sentiment.fear_greed.yearly.min.index|i>>.
simulated overview ~ altseason? ~ The altcoin season index is at <<rotation.altcoin_season.current.index|i>>, so it is neither season. A week ago it stood at <<rotation.altcoin_season.history.last_week.index|i>>.
simulated overview ~ leverage in the market ~ Open interest across the market totals <<leverage.open_interest.total|usdl1>>: <<leverage.open_interest.perpetuals|usdl1>> in perpetuals and <<leverage.open_interest.futures|usdl1>> in dated futures. Bitcoin liquidations reached <<leverage.liquidations.btc.total_usd24h|usdl>> in 24 hours and <<leverage.liquidations.btc.total_usd7d|usdl>> over seven days.
simulated overview ~ ETFs ~ Bitcoin ETFs hold <<trad_fi_flows.etf_aum.btc.current|usdl1>> in assets under management, and Ethereum ETFs <<trad_fi_flows.etf_aum.eth.current|usdl1>>. Bitcoin funds saw a net <<trad_fi_flows.etf_net_flow.btc|inflow/outflow>> of <<trad_fi_flows.etf_net_flow.btc|usdl1abs>>.
simulated overview ~ how big is the market compared to last week? ~ Total market capitalisation is <<market_size.total_crypto_market_cap_usd.current|usdl>>, against <<market_size.total_crypto_market_cap_usd.history.last_week|usdl>> a week ago and <<market_size.total_crypto_market_cap_usd.history.last_month|usdl>> a month ago. There are <<market_size.active_cryptocurrencies|n0>> active cryptocurrencies on <<market_size.active_exchanges|n0>> active exchanges.
simulated overview ~ dominance trend ~ Bitcoin's dominance has slipped from <<dominance.btc.history.last_month|p1>> a month ago to <<dominance.btc.current|p1>> today. The yearly high was <<dominance.btc.yearly.max.value|p1>>.
simulated gainers ~ top gainers ~ The biggest gainers of the past 24 hours are <<items.0.name|raw>> (<<items.0.percent_change|s1>> to <<items.0.price|usd>>), <<items.1.name|raw>> (<<items.1.percent_change|s1>>) and <<items.2.name|raw>> (<<items.2.percent_change|s1>>).
simulated gainers ~ what's pumping ~ 1. **<<items.0.name|raw>>** is up <<items.0.percent_change|p1>> in 24 hours, with a market cap of <<items.0.market_cap|usdl1>>.\\n2. **<<items.1.name|raw>>** is up <<items.1.percent_change|p1>>, with a market cap of <<items.1.market_cap|usdl1>>.\\n3. **<<items.2.name|raw>>** is up <<items.2.percent_change|p1>>, with a market cap of <<items.2.market_cap|usdl1>>.
simulated losers ~ top losers ~ <<items.0.name|raw>> fell the most, losing <<items.0.percent_change|p1>> in a day. <<items.1.name|raw>> shed <<items.1.percent_change|p1>>.
snapshot losers ~ losers? ~ OFFICIAL TRUMP was the weakest coin with a 24-hour loss of <<35336.percent_change|p1>>, ahead of Ethena (<<30171.percent_change|s1>>) and Dogecoin (<<74.percent_change|s1>>). TRUMP last traded at <<35336.price|usd>>.
simulated narratives ~ narratives ~ The strongest narrative is <<items.0.categoryName|raw>>, whose market cap of <<items.0.marketCapUsd|usdl>> moved <<items.0.marketCapChangePercentage24h|s1>> in 24 hours and <<items.0.marketCapChangePercentage7d|s1>> over 7 days.
simulated screen ~ coins above 1b up more than 5% this week ~ <<total_matched|n0>> of <<total_screened|n0>> coins match. XRP is the largest of them at <<52.market_cap|usdl>>, up <<52.percent_change_7d|p1>> in seven days. Cardano gained <<2010.percent_change_7d|p1>> and Dogecoin <<74.percent_change_7d|p1>> over the same week.
simulated sentiment ~ bitcoin sentiment ~ Sentiment on Bitcoin scores <<1.score|f2>> over the last 24 hours, from a sample of <<1.sample_size|i>> posts and headlines: <<1.positive_pct|p1>> positive, <<1.neutral_pct|p1>> neutral and <<1.negative_pct|p1>> negative.
simulated category ~ defi ~ The DeFi category has a market cap of <<defi.market_cap|usdl>> across <<defi.num_tokens|i>> tokens; its market cap <<defi.market_cap_change|rose/fell>> <<defi.market_cap_change|p1>> in 24 hours on volume of <<defi.volume|usdl>>. The average price change was <<defi.avg_price_change|s2>>.
simulated metadata ~ next halving ~ The current block reward is <<1.supply_schedule.block_reward|f3>> BTC. At block height <<1.supply_schedule.next_halving.block_height|n0>>, expected on <<1.supply_schedule.next_halving.expected_on|raw>>, it will drop to <<1.supply_schedule.next_halving.block_reward_after|f4>> BTC. About <<1.supply_schedule.next_halving.blocks_left|n0>> blocks remain.
simulated gas ~ gas ~ Ethereum gas is <<gas.eth.standard|f2>> gwei for a standard transaction and <<gas.eth.fast|f2>> gwei for a fast one.
simulated content ~ any bitcoin news? ~ According to Simulated Onchain Observer, the price of Bitcoin stood at $211,709.51 at 12:00 UTC on 2026-11-20, 0.7 % away from the day before [1]. Ethereum was down 1.7 % in that time, the report said.
simulated content,pair ~ news and price ~ Bitcoin now trades at <<1.price|usd>>. A report of Simulated Market Desk put it at $212,993.70 on 20 November [2].
snapshot pair ~ btc price ~ As of <<1.last_updated|day>>, Bitcoin was trading at <<1.price|usd>>, having <<1.percent_change_24h|gained/lost>> <<1.percent_change_24h|p2>> in the preceding 24 hours. It is still <<1.percent_change_1y|up/down>> <<1.percent_change_1y|p1>> year over year.
snapshot pair ~ ETH vs BTC quarter ~ Over the last 90 days ETH has outperformed BTC: a gain of <<1027.percent_change_90d|p1>> against <<1.percent_change_90d|p1>>. The difference is <<=1027.percent_change_90d - 1.percent_change_90d|pp1>>.
snapshot pair ~ is BTC above 75k? ~ Yes, Bitcoin is above $75,000: the latest price is <<1.price|usd>>. Its market value is approximately <<1.market_cap|usdw>>.
snapshot pair ~ I have 2 BTC, what are they worth? ~ Your 2 BTC are worth about <<=1.price * 2|usd0>> at the latest price of <<1.price|usd>>.
snapshot pair ~ What would 5 ETH cost? ~ At <<1027.price|usd>> apiece, 5 ETH would cost <<=1027.price * 5|usd>>.
snapshot three ~ alt majors ~ Among the three, XRP rose <<52.percent_change_30d|p1>> in 30 days, SOL <<5426.percent_change_30d|p1>> and ETH <<1027.percent_change_30d|p1>>. On a one-year view all of them are lower: XRP by <<52.percent_change_1y|p1>>, SOL by <<5426.percent_change_1y|p1>> and ETH by <<1027.percent_change_1y|p1>>.
snapshot sol ~ SOL ATH distance ~ SOL is <<5426.percent_from_ath|p0>> below its record high of <<5426.ath|usd>> (<<5426.ath_time|raw>>), so it has lost almost two-thirds of its peak value.
snapshot month ~ bitcoin august ~ Bitcoin <<1.percent_change_30d|climbed/fell>> <<1.percent_change_30d|pw1>> over thirty days. It peaked at <<high|usd1>> and bottomed at <<low|usd1>>. The last daily close was <<last_close|usd1>>, on <<last_day|raw>>.
snapshot closes ~ BTC and ETH since 11 August ~ Since <<1.first_day|raw>>, Bitcoin has risen from <<1.first_close|usd>> to <<1.last_close|usd>>, and Ethereum from <<1027.first_close|usd>> to <<1027.last_close|usd>>.
snapshot technical ~ btc technicals ~ | Indicator | Value |\\n|---|---|\\n| RSI (7) | <<rsi.rsi7|f1>> |\\n| RSI (14) | <<rsi.rsi14|f1>> |\\n| MACD line | <<macd.macdLine|bare>> |\\n| Signal line | <<macd.signalLine|bare>> |\\n| Histogram | <<macd.histogram|bare>> |\\n| SMA 200 | <<moving_averages.simple_moving_average_200_day|bare>> |
snapshot technical ~ is btc overbought ~ No. The 14-day RSI is <<rsi.rsi14|i>>, well below the overbought threshold. Bitcoin closed at <<close|usd>>, above both its 30-day SMA (<<moving_averages.simple_moving_average_30_day|usd0>>) and its 200-day SMA (<<moving_averages.simple_moving_average_200_day|usd0>>).
snapshot math ~ what is the percent change from 42,000 to 65,000? ~ Going from 42,000 to 65,000 is an increase of <<result|p2>>, or about 55%.
snapshot math_worth ~ if I invested $1,000 in BTC at $63,572 and it is at $78,264.10 now? ~ Your $1,000 would be worth <<result|usd>> today.
simulated lookup,pair ~ which bitcoin do you mean ~ I used Bitcoin (BTC, id 1), ranked <<1.rank|rank>> with a market cap of <<1.market_cap|usdw>>.
snapshot pair ~ short brief ~ ### Bitcoin\\n- Price: <<1.price|usd>>\\n- 7-day change: <<1.percent_change_7d|s2>>\\n- Market cap: <<1.market_cap|usdl>>\\n\\n### Ethereum\\n- Price: <<1027.price|usd>>\\n- 7-day change: <<1027.percent_change_7d|s2>>\\n- 24h volume: <<1027.volume_24h|usdl>>
simulated pair ~ bitcoin supply in words ~ Roughly <<1.circulating_supply|nw>> bitcoins circulate, and no more than 21 million will ever exist.
simulated pair ~ tldr ~ TL;DR: BTC ~<<1.price|k1>>, ETH ~<<1027.price|k1>>; both <<1.percent_change_24h|up/down>> about 1% on the day. BTC's cap is roughly <<1.market_cap|usdl1>>.
"""


# Written when the verifier was finished: how well it does on words it was never tried on.
UNSEEN = """
simulated pair ~ bitcoin now ~ One bitcoin will set you back <<1.price|usd0>> at the moment. That's a <<1.percent_change_24h|gain/drop>> of <<1.percent_change_24h|p1>> since yesterday, though the coin is still <<1.percent_change_1y|up/down>> <<1.percent_change_1y|p0>> on the year.
simulated pair ~ BTC vs ETH returns ~ Looking at the seven-day window, bitcoin managed <<1.percent_change_7d|s1>> while ether came in at <<1027.percent_change_7d|s1>>. Stretch that to a month and the order flips: ether <<1027.percent_change_30d|s1>>, bitcoin <<1.percent_change_30d|s1>>.
simulated pair ~ size of ETH ~ Ethereum, ranked <<1027.rank|rank>>, has a market capitalisation of roughly <<1027.market_cap|usdw1>>; its circulating supply is <<1027.circulating_supply|nw>> ETH.
simulated pair ~ How much was traded? ~ In the past day <<1.volume_24h|usdw>> worth of bitcoin changed hands, versus <<1027.volume_24h|usdw>> for ether. In other words, bitcoin's volume was <<=1.volume_24h / 1027.volume_24h|f1>> times ether's.
simulated pair ~ quick facts ~ **Bitcoin**\\n- Last price: <<1.price|usd>>\\n- Change (1h / 24h / 7d): <<1.percent_change_1h|s2>> / <<1.percent_change_24h|s2>> / <<1.percent_change_7d|s2>>\\n- Dominance: <<1.market_cap_dominance|p2>>\\n\\n**Ethereum**\\n- Last price: <<1027.price|usd>>\\n- Change (1h / 24h / 7d): <<1027.percent_change_1h|s2>> / <<1027.percent_change_24h|s2>> / <<1027.percent_change_7d|s2>>\\n- Dominance: <<1027.market_cap_dominance|p2>>
simulated three ~ who won the week ~ The week's winner is XRP, which added <<52.percent_change_7d|p1>> and now costs <<52.price|usd>>. Solana was little changed (<<5426.percent_change_7d|s1>>) at <<5426.price|usd>>; Ethereum slipped by <<1027.percent_change_7d|p1>> to <<1027.price|usd>>.
simulated three ~ caps ranked ~ By market value: Ethereum (<<1027.market_cap|usdl>>), XRP (<<52.market_cap|usdl>>), Solana (<<5426.market_cap|usdl>>).
simulated three ~ quarterly ~ | Coin | 60 days | 90 days | 1 year |\\n|:--|--:|--:|--:|\\n| Ethereum | <<1027.percent_change_60d|s1>> | <<1027.percent_change_90d|s1>> | <<1027.percent_change_1y|s1>> |\\n| Solana | <<5426.percent_change_60d|s1>> | <<5426.percent_change_90d|s1>> | <<5426.percent_change_1y|s1>> |\\n| XRP | <<52.percent_change_60d|s1>> | <<52.percent_change_90d|s1>> | <<52.percent_change_1y|s1>> |
simulated sol ~ is SOL near its peak ~ Not really. Solana peaked at <<5426.ath|usd>> back on <<5426.ath_time|raw>>, and today's <<5426.price|usd>> is some <<5426.percent_from_ath|p0>> lower.
simulated sol ~ sol intraday ~ Today's session high is <<5426.high_24h|usd>> and the low <<5426.low_24h|usd>>. Volume stands at <<5426.volume_24h|usdl1>>, a <<5426.volume_change_24h|p0>> jump from the day before.
simulated month ~ btc range ~ Bitcoin's 30-day high is <<high|usd>> and its 30-day low <<low|usd>>. The most recent daily close was <<last_close|usd>>.
simulated closes ~ ETH recent ~ On <<1027.first_day|raw>> ether closed at <<1027.first_close|usd>>; by <<1027.last_day|raw>> the close was <<1027.last_close|usd>>.
simulated everything ~ futures ~ Futures traders hold <<1.open_interest|usdl1>> of open interest in BTC, while funding sits at <<1.funding_rate_pct_8h|pct4>>. Over the last 24 hours, <<1.liquidations.24h.long|usdl>> in long positions and <<1.liquidations.24h.short|usdl>> in short positions were liquidated.
simulated technical ~ trend ~ BTC's daily close of <<close|usd0>> sits above the 200-day SMA (<<moving_averages.simple_moving_average_200_day|usd0>>) and just below the 30-day SMA (<<moving_averages.simple_moving_average_30_day|usd0>>). RSI-14 is at <<rsi.rsi14|f1>>; the MACD histogram is positive at <<macd.histogram|f1>>.
simulated overview ~ state of the market ~ Crypto as a whole is worth <<market_size.total_crypto_market_cap_usd.current|usdl>>. Bitcoin makes up <<dominance.btc.current|p1>> of that and Ethereum <<dominance.eth.current|p1>>. Sentiment is neutral: the Fear and Greed Index reads <<sentiment.fear_greed.current.index|i>>.
simulated overview ~ funding and OI ~ Total open interest: <<leverage.open_interest.total|usdl1>>. Bitcoin's funding rate: <<leverage.funding_rate.btc|pct4>>. 30-day BTC liquidations: <<leverage.liquidations.btc.total_usd30d|usdl1>>.
simulated overview ~ was the market bigger? ~ A month ago the whole market was worth <<market_size.total_crypto_market_cap_usd.history.last_month|usdl>>; now it is <<market_size.total_crypto_market_cap_usd.current|usdl>>.
simulated gainers ~ best coins today ~ | # | Coin | Price | 24h |\\n|---|---|---|---|\\n| 1 | <<items.0.name|raw>> | <<items.0.price|usd>> | <<items.0.percent_change|s2>> |\\n| 2 | <<items.1.name|raw>> | <<items.1.price|usd>> | <<items.1.percent_change|s2>> |\\n| 3 | <<items.2.name|raw>> | <<items.2.price|usd>> | <<items.2.percent_change|s2>> |
simulated sentiment ~ mood ~ The mood around Bitcoin is slightly bearish, with a score of <<1.score|f2>>: <<1.negative_pct|p1>> of posts were negative against <<1.positive_pct|p1>> positive.
simulated screen ~ big movers ~ The screen returned <<total_matched|i>> coins. Among them Cardano (<<2010.market_cap|usdl1?>>) rose <<2010.percent_change_7d|p1>> and Stellar (<<512.market_cap|usdl1?>>) <<512.percent_change_7d|p1>> this week.
snapshot pair ~ btc in one line ~ BTC <<1.price|usd>> (<<1.percent_change_24h|s2>> 24h, <<1.percent_change_7d|s2>> 7d, <<1.percent_change_ytd|s2>> YTD).
snapshot three ~ solana losses ~ Solana has more than halved within a year: it is down <<5426.percent_change_1y|p1>>. Since January, the loss is <<5426.percent_change_ytd|p1>>. The past 90 days were kinder, bringing a <<5426.percent_change_90d|p1>> rebound.
snapshot sol ~ sol high ~ The highest price Solana ever reached in this record is <<5426.ath|usd>>, on <<5426.ath_time|raw>>; the lowest is <<5426.atl|usd>>.
snapshot technical ~ levels ~ Watch <<resistances.0|usd0>> as the nearest resistance and <<supports.0|usd0>> as the nearest support; the pivot sits at <<pivotPoint|usd0>>.
snapshot losers ~ worst coins ~ Worst of the day: TRUMP <<35336.percent_change|s1>>, ENA <<30171.percent_change|s1>>, DOGE <<74.percent_change|s1>>, BNB <<1839.percent_change|s1>>.
snapshot metadata ~ halving ~ Bitcoin's next halving is expected on <<1.supply_schedule.next_halving.expected_on|raw>>, when the reward falls from <<1.supply_schedule.block_reward|f3>> BTC to <<1.supply_schedule.next_halving.block_reward_after|f4>> BTC per block. So far <<1.circulating_supply|n0>> of the <<1.max_supply|n0>> coins exist.
"""

# Written after the verifier had been corrected on the ones above.
LATER = """
simulated pair ~ morning update ~ Good morning! Bitcoin opened the day under pressure and now stands at <<1.price|usd>>, having shed <<1.percent_change_24h|p2>> in the last 24 hours. Ether isn't faring much better: <<1027.price|usd>>, a daily loss of <<1027.percent_change_24h|p2>>.
simulated pair ~ volume spike ~ Turnover exploded. Bitcoin's 24h volume rose <<1.volume_change_24h|p1>> to <<1.volume_24h|usdl1>>; Ethereum's rose <<1027.volume_change_24h|p1>> to <<1027.volume_24h|usdl1>>.
simulated pair ~ flippening ~ Ethereum would need to grow more than fourfold to overtake Bitcoin: <<1027.market_cap|usdl>> against <<1.market_cap|usdl>>.
simulated pair ~ BTC scorecard ~ Price <<1.price|usd>>, market cap <<1.market_cap|usdl>>, 24h volume <<1.volume_24h|usdl>>, dominance <<1.market_cap_dominance|p1>>, rank <<1.rank|rank>>.
simulated pair ~ how scarce is bitcoin ~ Of the 21 million bitcoins that can ever exist, <<1.circulating_supply|nw>> are already in circulation.
simulated three ~ summary ~ - ETH: <<1027.price|usd>>, <<1027.percent_change_24h|s1>> on the day\\n- SOL: <<5426.price|usd>>, <<5426.percent_change_24h|s1>> on the day\\n- XRP: <<52.price|usd>>, <<52.percent_change_24h|s1>> on the day
simulated three ~ biggest loser today ~ Solana is today's laggard with a <<5426.percent_change_24h|p1>> decline, whereas XRP barely moved (<<52.percent_change_24h|s2>>).
simulated three ~ year winners ~ Twelve months ago, few would have picked Solana, yet it has returned <<5426.percent_change_1y|p0>> since; XRP returned <<52.percent_change_1y|p0>>, and Ethereum is roughly flat at <<1027.percent_change_1y|s1>>.
simulated sol ~ solana supply ~ Solana has <<5426.circulating_supply|n0>> tokens in circulation and no maximum supply. Multiply by <<5426.price|usd>> and you get a market cap of <<5426.market_cap|usdw1>>.
simulated sol ~ day trade ~ SOL's 24h low was <<5426.low_24h|usd>>, its 24h high <<5426.high_24h|usd>>, and it trades near the bottom of that range at <<5426.price|usd>>.
simulated month ~ where was btc a month ago ~ Thirty days back, on <<first_day|raw>>, Bitcoin opened at <<first_open|usd>>; the last completed day (<<last_day|raw>>) closed at <<last_close|usd>>.
simulated closes ~ pair history ~ | Asset | <<1.first_day|raw>> | <<1.last_day|raw>> |\\n|---|---|---|\\n| Bitcoin | <<1.first_close|usd>> | <<1.last_close|usd>> |\\n| Ethereum | <<1027.first_close|usd>> | <<1027.last_close|usd>> |
simulated everything ~ leverage ~ Leverage on BTC looks stretched: open interest is <<1.open_interest|usdl1>>, futures volume <<1.futures_volume_24h|usdl1>> a day, and <<1.liquidations.24h.total|usdl1>> was liquidated over 24 hours.
simulated technical ~ macd ~ Momentum: MACD <<macd.macdLine|f2>>, signal <<macd.signalLine|f2>>, histogram <<macd.histogram|f2>>. The 7-day RSI (<<rsi.rsi7|f1>>) is higher than the 14-day RSI (<<rsi.rsi14|f1>>).
simulated technical ~ supports ~ Support levels to watch are <<supports.0|usd0>>, <<supports.1|usd0>> and <<supports.2|usd0>>. Resistance waits at <<resistances.0|usd0>>.
simulated overview ~ market ~ Total market cap stands at <<market_size.total_crypto_market_cap_usd.current|usdl>> (24h <<market_size.total_crypto_market_cap_usd.percent_change.24h|s1>>, 30d <<market_size.total_crypto_market_cap_usd.percent_change.30d|s1>>). BTC dominance: <<dominance.btc.current|p1>>, ETH dominance: <<dominance.eth.current|p1>>, others: <<dominance.others.current|p1>>.
simulated overview ~ fear ~ Fear & Greed is at <<sentiment.fear_greed.current.index|i>> today. Yesterday it was <<sentiment.fear_greed.history.yesterday.index|i>>, last week <<sentiment.fear_greed.history.last_week.index|i>>.
simulated overview ~ etf ~ Spot ETFs: BTC AUM <<trad_fi_flows.etf_aum.btc.current|usdl1>> (a week ago: <<trad_fi_flows.etf_aum.btc.history.last_week|usdl1>>), ETH AUM <<trad_fi_flows.etf_aum.eth.current|usdl1>>.
simulated gainers ~ moonshots ~ Leading the pack is <<items.0.name|raw>>, which soared <<items.0.percent_change|p1>> in a day and trades at <<items.0.price|usd>>. Runner-up <<items.1.name|raw>> added <<items.1.percent_change|p1>>.
simulated category ~ defi sector ~ DeFi tokens are worth <<defi.market_cap|usdl1>> in total; <<defi.volume|usdl1>> of them was traded in 24 hours. The sector counts <<defi.num_tokens|i>> tokens.
simulated sentiment ~ bullish? ~ Only <<1.positive_pct|p1>> of the <<1.sample_size|i>> items are positive, so no.
simulated gas ~ fees ~ Right now you pay about <<gas.eth.slow|f2>> gwei (slow), <<gas.eth.standard|f2>> gwei (standard) or <<gas.eth.fast|f2>> gwei (fast).
snapshot pair ~ compare ytd ~ Neither has had a good year so far: Bitcoin has dropped <<1.percent_change_ytd|p1>> and Ethereum <<1027.percent_change_ytd|p1>> since January.
snapshot three ~ rebound ~ The last month was strong across the board, with gains of <<1027.percent_change_30d|p1>> (ETH), <<5426.percent_change_30d|p1>> (SOL) and <<52.percent_change_30d|p1>> (XRP).
snapshot sol ~ sol drawdown ~ From its January 2025 record of <<5426.ath|usd>>, Solana has fallen <<5426.percent_from_ath|p1>>, to <<5426.price|usd>>.
snapshot month ~ btc summer ~ After bottoming at <<low|usd0>> Bitcoin rallied as high as <<high|usd0>>.
snapshot technical ~ one-liner ~ BTC closed at <<close|usd0>>; RSI(14) <<rsi.rsi14|f1>>; 200-day SMA <<moving_averages.simple_moving_average_200_day|usd0>>.
snapshot losers ~ trump coin ~ OFFICIAL TRUMP lost <<35336.percent_change|p1>> in 24 hours, more than any other coin in the list; it now costs <<35336.price|usd>>.
"""

# And after those: the last, which nothing was corrected on.
LAST = """
simulated pair ~ btc check ~ Bitcoin is holding at <<1.price|usd>> right now; in the last hour it <<1.percent_change_1h|added/gave up>> <<1.percent_change_1h|p2>>, and over the last three months it <<1.percent_change_90d|added/gave up>> <<1.percent_change_90d|p1>>.
simulated pair ~ ETH vs BTC value ~ All ether in existence is valued at <<1027.market_cap|usdw>>, less than a quarter of bitcoin's <<1.market_cap|usdw>>.
simulated pair ~ is volume up ~ Yes: ETH volume is up <<1027.volume_change_24h|p0>> to <<1027.volume_24h|usdl1>>, and BTC volume is up <<1.volume_change_24h|p0>> to <<1.volume_24h|usdl1>>.
simulated pair ~ returns overview ~ Returns by horizon\\n\\n| Horizon | BTC | ETH |\\n|---|---|---|\\n| 24 hours | <<1.percent_change_24h|s2>> | <<1027.percent_change_24h|s2>> |\\n| 7 days | <<1.percent_change_7d|s2>> | <<1027.percent_change_7d|s2>> |\\n| 30 days | <<1.percent_change_30d|s2>> | <<1027.percent_change_30d|s2>> |\\n| 1 year | <<1.percent_change_1y|s2>> | <<1027.percent_change_1y|s2>> |
simulated pair ~ share of market ~ Together, Bitcoin (<<1.market_cap_dominance|p1>>) and Ethereum (<<1027.market_cap_dominance|p1>>) dominate the market.
simulated three ~ XRP news ~ XRP jumped <<52.percent_change_7d|p1>> this week and is worth <<52.price|usd?>>. Its market cap of <<52.market_cap|usdl1>> puts it in <<52.rank|i>>rd place, while its fully diluted value is <<52.fully_diluted_market_cap|usdl1>>.
simulated three ~ solana momentum ~ Momentum favours Solana. It climbed <<5426.percent_change_30d|p1>> in a month, <<5426.percent_change_60d|p1>> in two months and <<5426.percent_change_1y|p1>> in a year.
simulated three ~ liquidity ~ The most heavily traded of the three is Ethereum with <<1027.volume_24h|usdl1>> in 24 hours; XRP saw <<52.volume_24h|usdl1>> and Solana <<5426.volume_24h|usdl1>>.
simulated sol ~ recovery ~ To get back to its all-time high of <<5426.ath|usd>>, Solana, now at <<5426.price|usd>>, has a long way to go: it sits <<5426.percent_from_ath|p1>> under that level.
simulated sol ~ sol one-liner ~ SOL/USD <<5426.price|usd>> | 24h <<5426.percent_change_24h|s2>> | Vol <<5426.volume_24h|usdl>> | MCap <<5426.market_cap|usdl>>
simulated month ~ btc month ~ In the past 30 days the top was <<high|usd>> and the bottom <<low|usd>>; Bitcoin last closed at <<last_close|usd>>.
simulated everything ~ btc derivatives brief ~ - Open interest: <<1.open_interest|usdl>>\\n- Funding (8h): <<1.funding_rate_pct_8h|pct4>>\\n- Liquidations 24h: <<1.liquidations.24h.total|usdl>> (longs <<1.liquidations.24h.long|usdl>>, shorts <<1.liquidations.24h.short|usdl>>)\\n- Liquidations 1h: <<1.liquidations.1h.total|usdl>>
simulated technical ~ fib ~ Between the swing low at <<fibonacciLevels.swingLow|usd0>> and the swing high at <<fibonacciLevels.swingHigh|usd0>>, the 38.2% retracement lies at <<fibonacciLevels.retracementLevels.38.2%|usd0>>.
simulated technical ~ averages ~ The 7-day EMA is <<moving_averages.exponential_moving_average_7_day|usd0>>, the 30-day EMA <<moving_averages.exponential_moving_average_30_day|usd0>> and the 200-day EMA <<moving_averages.exponential_moving_average_200_day|usd0>>.
simulated overview ~ yesterday ~ The crypto market was worth <<market_size.total_crypto_market_cap_usd.history.yesterday|usdl>> yesterday and is worth <<market_size.total_crypto_market_cap_usd.current|usdl>> today.
simulated overview ~ mood swing ~ Greed has cooled: the index slid from <<sentiment.fear_greed.history.last_month.index|i>> last month to <<sentiment.fear_greed.current.index|i>>.
simulated gainers ~ winner ~ Today's top gainer, <<items.0.name|raw>>, rallied <<items.0.percent_change|p1>> and ranks <<items.0.rank|rank>> by market cap.
simulated metadata ~ blocks ~ Bitcoin's chain is at block height <<1.supply_schedule.block_height|n0>>; the next halving comes in <<1.supply_schedule.next_halving.blocks_left|n0>> blocks.
snapshot pair ~ eth slump ~ A year ago ether was far more expensive: it has lost <<1027.percent_change_1y|p1>> since, and <<1027.percent_change_ytd|p1>> of that came this year. Yesterday's move was <<1027.percent_change_24h|s2>>.
snapshot three ~ coins today ~ All three slipped in the last 24 hours: ETH by <<1027.percent_change_24h|p2>>, SOL by <<5426.percent_change_24h|p2>>, XRP by <<52.percent_change_24h|p2>>.
snapshot closes ~ eth month ~ Ethereum's close of <<1027.last_close|usd>> compares with <<1027.first_close|usd>> at the start of the period.
snapshot technical ~ rsi check ~ With an RSI of <<rsi.rsi14|f1>> (14 days) and <<rsi.rsi7|f1>> (7 days), Bitcoin is neither overbought nor oversold.
"""


@cache
def proses(kind: str = "known") -> tuple[Prose, ...]:
    """`known`: those the verifier was tried on; `unseen` and `later`: those it met first when it was measured; `model`, `fresh` and `blind`: those in a
    language model's free prose."""
    found = []
    for line in _SETS[kind].strip().splitlines():
        where, question, text = line.split(" ~ ", 2)
        modes, calls = where.split(" ")
        for mode in ("simulated", "snapshot") if modes == "both" else (modes,):
            found.append(Prose(mode, tuple(calls.split(",")), question, text.replace("\\n", "\n")))
    return tuple(found)


_SETS = {
    "known": TEMPLATES,
    "unseen": UNSEEN,
    "later": LATER,
    "last": LAST,
    "model": MODEL,
    "fresh": FRESH,
    "blind": BLIND,
}


def results_of(prose: Prose) -> tuple[Result, ...]:
    return tuple(result for name in prose.calls for result in recorded_call(prose.mode, name).results)


def recording_of(prose: Prose) -> Recorded:
    return recorded_call(prose.mode, prose.calls[0])


def fill(prose: Prose) -> Filled:
    """The answer with its figures, and where each stands."""
    text, slots, turns, place = "", [], [], 0
    for match in _SLOT.finditer(prose.text):
        text += prose.text[place : match.start()]
        written = write(prose, match[1], match[2])
        if "/" in match[2]:
            other = next(word for word in match[2].split("/") if word != written)
            turns.append(Turn(len(text), len(text) + len(written), match[1], other))
        elif match[2] != "raw":
            style = match[2].removesuffix("?")
            slots.append(Slot(len(text), len(text) + len(written), match[1], style, style == match[2]))
        text += written
        place = match.end()
    return Filled(prose, text + prose.text[place:], tuple(slots), tuple(turns))


def write(prose: Prose, path: str, style: str) -> str:
    value = lookup(prose, path)
    if style == "raw":
        return str(value)
    if style == "day":
        return str(value)[:10]
    style = style.removesuffix("?")
    if style in DATES:
        return DATES[style](date.fromisoformat(str(value)[:10]))
    if "/" in style:
        return style.split("/")[0 if value >= 0 else 1]
    if style.endswith("abs"):
        return FORMATS[style.removesuffix("abs")](abs(value))
    return FORMATS[style](value)


def lookup(prose: Prose, path: str) -> Any:
    """The field's value, or the result of "= a / b", "= a - b", "= a * b"."""
    if path.startswith("="):
        first, operation, second = path[1:].split()
        a, b = (float(one) if re.fullmatch(r"\d+", one) else lookup(prose, one) for one in (first, second))
        return {"/": a / b, "-": a - b, "*": a * b, "+": a + b}[operation]
    bodies = [json.loads(result.output) for result in results_of(prose)]
    for body in bodies:
        found = next(
            (one for root in _roots(body, path) for one in [_descend(root[0], root[1])] if one is not None), None
        )
        if found is not None:
            return found
    raise KeyError(path)


def _roots(body: dict[str, Any], path: str) -> Iterator[tuple[Any, list[str]]]:
    keys = path.split(".") if "%" not in path else [*path.split(".")[:-2], ".".join(path.split(".")[-2:])]
    inner = next((value for key, value in body.items() if key.endswith("_result")), body)
    owner = keys[0].lstrip("@")
    for node in _objects(inner):
        if str(node.get("asset_id", node.get("id"))) == owner:
            yield {**node, **_history(node)}, keys[1:]
    yield inner, keys
    for node in _objects(inner):
        if "history" in node and len(keys) == 1:
            yield _history(node), keys


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _descend(node: Any, keys: list[str]) -> Any:
    for key in keys:
        if isinstance(node, list):
            node = node[int(key)] if key.isdigit() and int(key) < len(node) else None
        else:
            node = node.get(key) if isinstance(node, dict) else None
    return float(node) if isinstance(node, str) and re.fullmatch(r"-?\d+\.\d+", node) else node


def _history(node: dict[str, Any]) -> dict[str, Any]:
    """The ends and extremes of a history, as answers name them."""
    history = node.get("history")
    if not isinstance(history, dict) or not history.get("rows"):
        return {}
    rows, names = history["rows"], history["headers"]
    close = names.index("close")
    found = {
        "first_day": rows[0][0],
        "last_day": rows[-1][0],
        "first_close": rows[0][close],
        "last_close": rows[-1][close],
    }
    if "high" in names:
        high, low, opened = (names.index(name) for name in ("high", "low", "open"))
        found |= {
            "high": max(row[high] for row in rows), "low": min(row[low] for row in rows), "first_open": rows[0][opened],
        }  # fmt: skip
    return found
