"""What a report may have a section on, and what is asked for it."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = [
    "ASPECT_NAMES",
    "ASPECT_WORDS",
    "MARKET",
    "OF_ASSET",
    "OF_SECTOR",
    "OF_SEVERAL",
    "OF_STABLECOIN",
    "Aspect",
    "Question",
]


class Question(Struct, frozen=True):
    """A question with gaps, and the skills or intents that it has to be planned as. `needs` is a trait of the asset;
    with `of_each` it is asked of each of several assets."""

    text: str
    expects: frozenset[str]
    needs: str = ""
    of_each: bool = False


class Aspect(Struct, frozen=True):
    """`key` is what instructions know it by."""

    key: str
    title: str
    questions: tuple[Question, ...]
    search: tuple[str, ...] = ()


def _ask(text: str, expects: str, needs: str = "", *, of_each: bool = False) -> Question:
    return Question(text, frozenset(expects.split()), needs, of_each)


OF_ASSET = (
    Aspect("overview", "Overview", (_ask("What is {name}?", "definition"),), ("{name} overview", "{name} protocol design")),
    Aspect("market", "Market and price history", (
        _ask("How did {name} do {span}?", "change history"),
        _ask("What were the high and low of {name} {span}?", "extremes"),
        _ask("How far is {name} below its all-time high?", "quote"),
    ), ("{name} price",)),
    Aspect("risk", "Risk", (
        _ask("How volatile has {name} been {span}?", "volatility"),
        _ask("What was the maximum drawdown of {name} {span}?", "drawdown"),
        _ask("How closely is {name} correlated with {leader}?", "correlation"),
        _ask("What was the Sharpe ratio of {name} {span}?", "ratios"),
    ), ("{name} risks", "{name} security incident")),
    Aspect("technicals", "Technical picture", (
        _ask("What is the RSI of {name}?", "technicals"),
        _ask("Where are support and resistance for {name}?", "technicals"),
        _ask("Is {name} above its 200-day moving average?", "technicals"),
    )),
    Aspect("supply", "Supply and unlocks", (
        _ask("What are the tokenomics of {name}?", "supply"),
        _ask("When is the next token unlock of {name}?", "unlocks", "has_unlocks"),
        _ask("When is the next Bitcoin halving?", "halving", "is_bitcoin"),
        _ask("How many holders does {name} have?", "holders"),
    ), ("{name} tokenomics supply issuance",)),
    Aspect("onchain", "Use and value locked", (
        _ask("What is the TVL of {name}?", "tvl", "has_tvl"),
        _ask("Which are the top projects on {name}?", "ecosystem", "is_chain"),
    ), ("{name} adoption usage",)),
    Aspect("derivatives", "Derivatives and positioning", (
        _ask("What is the funding rate of {name}?", "derivatives"),
        _ask("How much open interest is there in {name}?", "derivatives"),
        _ask("How have the spot Bitcoin ETF flows been?", "etf_flows", "is_bitcoin"),
    )),
    Aspect("news", "News and sentiment", (
        _ask("What is the latest news on {name}?", "news"),
        _ask("What is the sentiment on {name}?", "sentiment"),
        _ask("Why did {name} move this week?", "why_moved"),
    ), ("{name} news",)),
    Aspect("peers", "Against its peers", (
        _ask("How does {name} compare with {peer} {span}?", "comparison"),
        _ask("How does the market cap of {name} compare with {peer}'s?", "comparison figure_ratio"),
    )),
)  # fmt: skip

OF_STABLECOIN = (
    Aspect("overview", "Overview", (_ask("What is {name}?", "definition"),), ("{name} overview", "{name} reserves")),
    Aspect("peg", "The peg", (_ask("Is {name} on its peg?", "stablecoins"), _ask("Are any stablecoins off their peg?", "stablecoins")), ("{name} peg redemption",)),
    Aspect("supply", "Supply and holders", (_ask("How much of the supply of {name} is in circulation?", "supply"), _ask("How many holders does {name} have?", "holders"))),
    Aspect("market", "Size and place in the market", (_ask("What is the market cap of {name}?", "quote"), _ask("How large is the stablecoin supply?", "stablecoins"))),
    Aspect("peers", "Against its peers", (_ask("How does the market cap of {name} compare with {peer}'s?", "comparison figure_ratio"),)),
    Aspect("news", "News and sentiment", (_ask("What is the latest news on {name}?", "news"),), ("{name} news",)),
)  # fmt: skip

OF_SEVERAL = (
    Aspect("overview", "What they are", (_ask("What is {name}?", "definition", of_each=True),), ("{names}",)),
    Aspect("market", "Performance", (_ask("How do {names} compare {span}?", "comparison"), _ask("How do {names} compare over the last 30 days?", "comparison"))),
    Aspect("risk", "Risk", (
        _ask("How volatile have {names} been {span}?", "volatility"),
        _ask("What was the maximum drawdown of {names} {span}?", "drawdown"),
        _ask("What was the Sharpe ratio of {names} {span}?", "ratios"),
    )),
    Aspect("together", "How they move together", (_ask("How correlated were {names} {span}?", "correlation"),)),
    Aspect("size", "Size", (_ask("How do {names} compare by market cap?", "comparison figure_ratio quote"),)),
    Aspect("technicals", "Technical picture", (_ask("What is the RSI of {name}?", "technicals", of_each=True),)),
    Aspect("supply", "Supply and unlocks", (_ask("What are the tokenomics of {name}?", "supply", of_each=True), _ask("When is the next token unlock of {name}?", "unlocks", "has_unlocks", of_each=True))),
    Aspect("onchain", "Use and value locked", (_ask("What is the TVL of {name}?", "tvl", "has_tvl", of_each=True),)),
    Aspect("derivatives", "Derivatives and positioning", (_ask("What is the funding rate of {name}?", "derivatives", of_each=True),)),
    Aspect("news", "News and sentiment", (_ask("What is the latest news on {name}?", "news", of_each=True),), ("{names} news",)),
)  # fmt: skip

OF_SECTOR = (
    Aspect("overview", "State of the sector", (_ask("How is the {label} sector doing?", "narratives"),), ("{label} sector",)),
    Aspect("size", "Largest assets", (_ask("Which are the largest {label} coins?", "ranking ecosystem"),)),
    Aspect("movers", "Winners and losers", (_ask("Which {label} coins gained most this week?", "gainers_losers"), _ask("Which {label} coins lost most this week?", "gainers_losers"))),
    Aspect("peers", "Against another sector", (_ask("How do {label} coins compare with {other} coins this month?", "category_compare"),)),
    Aspect("sectors", "Sectors around it", (_ask("Which sectors are leading this week?", "narratives"), _ask("Which sectors are lagging this week?", "narratives"))),
    Aspect("news", "News", (_ask("What is the latest crypto news?", "news"),), ("{label} crypto news",)),
)  # fmt: skip

MARKET = (
    Aspect("overview", "State of the market", (_ask("How is the crypto market doing today?", "market_overview"),), ("crypto market outlook",)),
    Aspect("market", "Price history of the leaders", (_ask("How do Bitcoin and Ethereum compare {span}?", "comparison"),)),
    Aspect("leaders", "Who leads", (_ask("What is Bitcoin's dominance now?", "dominance"), _ask("Is it altcoin season?", "altcoin_season"))),
    Aspect("sectors", "Sectors", (_ask("Which sectors are leading this week?", "narratives"), _ask("Which sectors are lagging this week?", "narratives"))),
    Aspect("movers", "Winners and losers", (_ask("Which coins gained most this week?", "gainers_losers"), _ask("Which coins lost most this week?", "gainers_losers"))),
    Aspect("derivatives", "Derivatives and positioning", (_ask("What is the total open interest of the crypto market?", "derivatives"), _ask("How are funding rates across the crypto market?", "derivatives"))),
    Aspect("flows", "Flows of money", (_ask("How have the spot Bitcoin ETF flows been?", "etf_flows"), _ask("How large is the stablecoin supply?", "stablecoins"))),
    Aspect("onchain", "DeFi", (_ask("What is the total value locked in DeFi?", "tvl"),)),
    Aspect("risk", "Risk", (_ask("How volatile has Bitcoin been {span}?", "volatility"), _ask("What was the maximum drawdown of Bitcoin {span}?", "drawdown"))),
    Aspect("technicals", "Technical picture", (_ask("What is the technical picture of the whole crypto market?", "market_technicals"),)),
    Aspect("news", "News and sentiment", (_ask("What is the fear and greed index today?", "fear_greed"), _ask("What is the latest crypto news?", "news"), _ask("When is the next FOMC meeting?", "events")), ("crypto market news",)),
)  # fmt: skip

# How people call the aspects, the more telling first.
ASPECT_WORDS: Mapping[str, Pattern] = MappingProxyType(
    {
        "peg": Pattern(r"\bpegs?\b|\bde-?peg\w*|\bredemptions?\b"),
        "supply": Pattern(r"\btokenomics\b|\bsuppl(?:y|ies)\b|\bunlocks?\b|\bvesting\b|\bissuance\b|\bemissions?\b|\binflation\b|\bhalvings?\b|\bholders?\b|\btoken economics\b|\bdistribution\b|\ballocations?\b"),
        "technicals": Pattern(r"\btechnicals?\b(?! (?:overview|design|architecture))|\bta\b|\bcharts?\b|\bindicators?\b|\brsi\b|\bmacd\b|\bmoving averages?\b|\bsupport and resistance\b|\btechnical (?:analysis|picture|indicators?)\b"),
        "risk": Pattern(r"\brisks?\b|\bvolatil\w+\b|\bdrawdowns?\b|\bdownside\b|\bsharpe\b"),
        "together": Pattern(r"\bcorrelat\w+\b"),
        "derivatives": Pattern(r"\bderivatives?\b|\bfutures\b|\bfunding(?: rates?)?\b(?! rounds?)|\bopen interest\b|\bpositioning\b|\bliquidations?\b|\bleverage\b|\bperp\w*\b"),
        "onchain": Pattern(r"\bon-?chain\b|\btvl\b|\bvalue locked\b|\badoption\b|\busage\b|\becosystem\b|\bdefi\b"),
        "news": Pattern(r"\bnews\b|\bsentiment\b|\bheadlines?\b|\bmood\b|\bevents?\b|\bcatalysts?\b|\bsocial(?: media)?\b|\bmacro\b|\bnarratives?\b"),
        "peers": Pattern(r"\bpeers?\b|\bcompetit\w+\b|\brivals?\b|\balternatives?\b"),
        "flows": Pattern(r"\betfs?\b|\bflows?\b|\bstablecoins?\b"),
        "sectors": Pattern(r"\bsectors?\b|\bcategor(?:y|ies)\b"),
        "movers": Pattern(r"\bmovers\b|\bgainers?\b|\blosers?\b|\bwinners?\b"),
        "leaders": Pattern(r"\bdominance\b|\balt ?season\b"),
        "size": Pattern(r"\bsizes?\b|\bmarket caps?\b"),
        "market": Pattern(r"\bprices?\b|\bperformance\b|\breturns?\b|\bprice history\b|\bmarket data\b"),
        "overview": Pattern(r"\boverview\b|\bbasics\b|\bintroduction\b|\btechnology\b|\bdesign\b|\barchitecture\b|\bwhat (?:it|they) (?:is|are)\b|\bfundamentals?\b|\bbackground\b"),
    }
)  # fmt: skip

# As they stand in a note.
ASPECT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "peg": "a peg", "supply": "supply and unlocks", "technicals": "the technical picture", "risk": "risk",
        "together": "correlations", "derivatives": "derivatives", "onchain": "use and value locked",
        "news": "news and sentiment", "peers": "peers", "flows": "flows", "sectors": "sectors", "movers": "movers",
        "leaders": "dominance", "size": "size", "market": "the market", "overview": "the basics",
    }
)  # fmt: skip
