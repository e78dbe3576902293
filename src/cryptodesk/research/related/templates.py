"""Questions that one may go on with, as texts with gaps, and what the analyst must take each of them for."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from msgspec import Struct

__all__ = ["COMPARED", "LISTED", "MARKET", "OF_ASSET", "OF_SECTOR", "OF_STABLECOIN", "Template"]


class Template(Struct, frozen=True):
    """`kind` is the direction it goes on in; `expects` are the skills or intents that it has to be planned as.

    `texts` say the same in other words, or of another stretch of time; `needs` is a trait of the asset."""

    kind: str
    expects: frozenset[str]
    texts: tuple[str, ...]
    needs: str = ""


def _of(kind: str, expects: str, *texts: str, needs: str = "") -> Template:
    return Template(kind, frozenset(expects.split()), texts, needs)


OF_ASSET = (
    _of("time", "change history", "How has {name} performed over the last 90 days?", "How did {name} do over the last 30 days?", "How did {name} do over the last year?"),
    _of("time", "extremes", "What were the high and low of {name} over the last 90 days?", "What were the high and low of {name} over the last year?"),
    _of("time", "quote", "How far is {name} below its all-time high?"),
    _of("risk", "volatility", "How volatile has {name} been over the last 90 days?", "How volatile has {name} been over the last 30 days?"),
    _of("risk", "drawdown", "What was the maximum drawdown of {name} over the last year?", "What was the maximum drawdown of {name} over the last 90 days?"),
    _of("risk", "ratios", "What was the Sharpe ratio of {name} over the last year?"),
    _of("technicals", "technicals", "What is the RSI of {name}?", "Where are support and resistance for {name}?", "Is {name} above its 200-day moving average?"),
    _of("sideways", "comparison", "How does {name} compare with {peer} over the last 30 days?", "How does {name} compare with {peer} over the last 90 days?"),
    _of("sideways", "volatility", "Which was more volatile over the last 90 days, {name} or {peer}?"),
    _of("sideways", "figure_ratio comparison", "How does the market cap of {name} compare with {peer}'s?", needs="has_peers"),
    _of("sideways", "ratios", "How has the {symbol}/{peer_symbol} ratio moved over the last 90 days?"),
    _of("together", "correlation", "How closely is {name} correlated with {leader}?", "How correlated were {name} and {leader} over the last 90 days?"),
    _of("why", "why_moved", "Why did {name} move this week?", "What moved {name} this week?", "Why did {name} move today?"),
    _of("why", "news", "What is the latest news on {name}?", needs="is_talked_about"),
    _of("mood", "sentiment", "What is the sentiment on {name}?", "What are people saying about {name}?", needs="is_talked_about"),
    _of("positioning", "derivatives", "What is the funding rate of {name}?", "How much open interest is there in {name}?", needs="has_futures"),
    _of("supply", "supply", "How much of the supply of {name} is in circulation?", "What are the tokenomics of {name}?"),
    _of("supply", "unlocks", "When is the next token unlock of {name}?", needs="has_unlocks"),
    _of("use", "tvl", "What is the TVL of {name}?", needs="has_tvl"),
    _of("use", "ecosystem", "Which are the top projects on {name}?", needs="is_chain"),
    _of("holders", "holders", "How many holders does {name} have?"),
    _of("back", "dca", "What would $100 a month in {name} over the last year have come to?", "What would $1,000 put into {name} a year ago be worth today?"),
    _of("what", "definition", "What is {name}?"),
    _of("size", "quote", "What is the market cap of {name}?", "What is the trading volume of {name}?"),
)  # fmt: skip

OF_STABLECOIN = (
    _of("peg", "stablecoins", "Is {name} on its peg?"),
    _of("group", "stablecoins", "How large is the stablecoin supply?", "Are any stablecoins off their peg?", "What are the top stablecoins?"),
    _of("holders", "holders", "How many holders does {name} have?"),
    _of("sideways", "figure_ratio comparison", "How does the market cap of {name} compare with {peer}'s?"),
    _of("size", "quote", "What is the market cap of {name}?", "What is the trading volume of {name}?"),
    _of("supply", "supply", "How much of the supply of {name} is in circulation?"),
    _of("what", "definition", "What is {name}?"),
)  # fmt: skip

# Of two assets that were asked about together.
COMPARED = (
    _of("together", "correlation", "How correlated were {name} and {peer} over the last 90 days?", "How closely do {name} and {peer} move together?"),
    _of("risk", "volatility", "Which was more volatile over the last 90 days, {name} or {peer}?"),
    _of("risk", "drawdown", "What was the maximum drawdown of {name} and {peer} over the last year?"),
    _of("time", "comparison", "How does {name} compare with {peer} over the last year?", "How does {name} compare with {peer} over the last 90 days?", "How does {name} compare with {peer} over the last 7 days?"),
    _of("size", "figure_ratio comparison", "How does the market cap of {name} compare with {peer}'s?"),
    _of("ratio", "ratios", "How has the {symbol}/{peer_symbol} ratio moved over the last 90 days?", "How has the {symbol}/{peer_symbol} ratio moved over the last year?"),
    _of("reward", "ratios", "What was the Sharpe ratio of {name} and {peer} over the last year?"),
)  # fmt: skip

MARKET = (
    _of("overview", "market_overview", "How is the crypto market doing today?", "What is the total crypto market cap?"),
    _of("mood", "fear_greed", "What is the fear and greed index today?"),
    _of("leaders", "dominance", "What is Bitcoin's dominance now?"),
    _of("leaders", "altcoin_season", "Is it altcoin season?"),
    _of("sectors", "narratives", "Which sectors are leading this week?", "Which sectors are lagging this week?"),
    _of("movers", "gainers_losers", "Which coins gained most this week?", "Which coins lost most this week?", "Which coins lost most today?"),
    _of("movers", "trending", "Which coins are trending today?"),
    _of("positioning", "derivatives", "What is the total open interest of the crypto market?", "How are funding rates across the crypto market?"),
    _of("flows", "etf_flows", "How have the spot Bitcoin ETF flows been?"),
    _of("flows", "stablecoins", "How large is the stablecoin supply?", "Are any stablecoins off their peg?"),
    _of("use", "tvl", "What is the total value locked in DeFi?"),
    _of("why", "why_moved", "Why did the crypto market move this week?"),
    _of("why", "news", "What is the latest crypto news?"),
    _of("technicals", "market_technicals", "What is the technical picture of the whole crypto market?", "Is the crypto market overbought?"),
    _of("calendar", "events", "When is the next FOMC meeting?"),
    _of("size", "ranking", "What are the top 10 coins by market cap?"),
    _of("raises", "raises", "What are the recent raises?"),
    _of("venues", "exchanges", "Which are the top exchanges by volume?"),
    _of("fees", "gas", "What are ETH gas fees now?"),
)  # fmt: skip

OF_SECTOR = (
    _of("overview", "narratives", "How is the {label} sector doing?"),
    _of("size", "ranking", "Which are the largest {label} coins?"),
    _of("movers", "gainers_losers", "Which {label} coins gained most this week?", "Which {label} coins lost most this week?"),
    _of("sideways", "category_compare", "How do {label} coins compare with {other} coins this month?"),
    _of("sectors", "narratives", "Which sectors are leading this week?", "Which sectors are lagging this week?"),
)  # fmt: skip

# Of the first asset of a list.
LISTED = (
    _of("why", "why_moved", "Why did {name} move this week?", "Why did {name} move today?"),
    _of("what", "definition", "What is {name}?"),
    _of("risk", "volatility", "How volatile has {name} been over the last 30 days?"),
    _of("time", "change history", "How did {name} do over the last 30 days?", "How has {name} performed over the last 90 days?"),
    _of("technicals", "technicals", "What is the RSI of {name}?"),
    _of("sideways", "comparison", "How does {name} compare with {peer} over the last 30 days?"),
    _of("holders", "holders", "How many holders does {name} have?"),
)  # fmt: skip
