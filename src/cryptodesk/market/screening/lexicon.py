"""The phrases of a screening request and what each of them is. Longer phrases win; hyphens count as spaces."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cryptodesk.market.screening.fields import AssetType
from cryptodesk.market.screening.names import CHAINS, CLEAR_CHAINS, TAGS

__all__ = ["MAX_PHRASE_WORDS", "SIZES", "phrases_of"]

MAX_PHRASE_WORDS = 6

Meaning = tuple[str, Any]

# Size words beside "cap": from and up to which market cap, in dollars.
SIZES: dict[str, tuple[float | None, float | None]] = {
    "nano": (None, 1e6), "micro": (None, 1e7), "low": (None, 5e7), "mid": (5e7, 1e9), "large": (1e9, None),
    "mega": (1e10, None),
}  # fmt: skip

_FIELDS: dict[AssetType, dict[str, str]] = {
    "coin": {
        "price": "price|prices|priced|priced at|unit price|token price|coin price|cost|costs|costing|trading at|worth",
        "market_cap": "market cap|market caps|marketcap|marketcaps|mcap|mcaps|mkt cap|mc|m cap|cap|caps|market capitalization|market capitalisation"
        "|capitalization|capitalisation|market value|valuation|valuations|valued at|market_cap",
        "fully_diluted_market_cap": "fdv|fdvs|fully diluted market cap|fully diluted mcap|fully diluted valuation|fully diluted value"
        "|fully diluted marketcap|diluted market cap|diluted valuation|fully_diluted_market_cap|fdmc",
        "volume_24h": "volume|volumes|vol|trading volume|trade volume|traded volume|daily volume|daily trading volume|daily vol|volume_24h",
        "volume_change_24h": "volume_change_24h",
        "market_cap_dominance": "dominance|market share|market dominance|market cap dominance|market_cap_dominance",
        "rank": "rank|ranks|ranking|ranked|cmc rank|market cap rank|rank number",
        "date_added": "date_added|date added|launch date|listing date",
        "age_days": "age|age_days|age in days",
        "circulating_supply": "circulating supply|circ supply|circulating|circulating_supply|supply in circulation|supply",
        "max_supply": "max supply|maximum supply|max_supply|supply cap|hard cap",
        "supply_ratio": "supply ratio|supply_ratio|circulating ratio|circulating supply ratio|circulating to max supply ratio"
        "|circulating to max supply|circulating to max ratio|circulating / max supply|circulating supply / max supply",
        "tvl": "tvl|total value locked|value locked",
        "tvl_ratio": "tvl ratio|tvl_ratio|market cap to tvl|market cap to tvl ratio|mcap to tvl|mcap to tvl ratio|mcap / tvl"
        "|market cap / tvl|mc / tvl|mcap tvl ratio|market cap / tvl ratio|mcap / tvl ratio|mc / tvl ratio",
        "num_market_pairs": "market pairs|trading pairs|pairs|num_market_pairs|number of market pairs|number of pairs",
        "turnover": "turnover|turnover ratio|volume to market cap|volume to market cap ratio|volume to mcap|volume to mcap ratio"
        "|volume / market cap|volume / mcap|vol / mcap|vol / mc|volume / market cap ratio|volume / mcap ratio|vol / mcap ratio",
        **{f"percent_change_{window}": f"percent_change_{window}" for window in ("1h", "24h", "7d", "30d", "60d", "90d")},
    },
    "onchain_token": {
        "price": "price|prices|priced|priced at|unit price|token price|cost|costs|costing|trading at|worth",
        "market_cap": "market cap|market caps|marketcap|mcap|mcaps|mkt cap|mc|m cap|cap|caps|market capitalization|market capitalisation|market_cap|valuation",
        "fdv": "fdv|fdvs|fully diluted valuation|fully diluted market cap|fully diluted value|diluted valuation",
        "volume_24h": "volume|volumes|vol|trading volume|daily volume|daily trading volume|volume_24h",
        "buy_volume_24h": "buy volume|buy_volume_24h|buying volume",
        "sell_volume_24h": "sell volume|sell_volume_24h|selling volume",
        "liquidity": "liquidity|liq|pool liquidity|pooled liquidity",
        "total_supply": "total supply|total_supply|supply",
        "holders": "holders|holder|holder count|number of holders|wallets",
        "buys_24h": "buys|buys_24h|buy transactions",
        "sells_24h": "sells|sells_24h|sell transactions",
        "unique_buyers_24h": "buyers|unique buyers|unique_buyers_24h",
        "unique_sellers_24h": "sellers|unique sellers|unique_sellers_24h",
        "bonding_curve_ratio": "bonding curve|bonding curve ratio|bonding_curve_ratio|bonding curve progress|bonding progress",
        "top_holder_rate": "top holder rate|top_holder_rate|top holders rate|top holders share|top holder share|top 10 holders|top holders",
        "dev_holder_rate": "dev holder rate|dev_holder_rate|dev holdings|dev holding|dev share|developer holdings",
        "age_days": "age|age_days|age in days",
        "turnover": "turnover|turnover ratio|volume to market cap|volume to market cap ratio|volume / market cap|volume / mcap|vol / mcap|vol / mc",
        **{f"percent_change_{window}": f"percent_change_{window}" for window in ("1h", "24h", "7d")},
    },
    "exchange": {
        "spot_volume_24h": "volume|volumes|vol|trading volume|daily volume|spot volume|spot trading volume|daily spot volume|spot_volume_24h|daily trading volume",
        "derivative_volume_24h": "derivative volume|derivatives volume|derivative trading volume|futures volume|derivative_volume_24h|perp volume",
        "open_interest": "open interest|oi|open_interest",
        "effective_liquidity_24h": "effective liquidity|liquidity|effective_liquidity_24h",
        "liquidity_score": "liquidity score|liquidity_score|average liquidity score",
        "exchange_score": "exchange score|exchange_score|score|trust score",
        "rank": "rank|ranks|ranking|ranked|cmc rank|rank number",
        "num_market_pairs": "market pairs|trading pairs|pairs|markets|num_market_pairs|number of pairs",
        "num_coins": "coins|listed coins|num_coins|number of coins|cryptocurrencies|listed tokens|assets|tokens|listings",
        "reserves_usd": "reserves|reserves_usd|proof of reserves|reserve",
        **{f"percent_change_volume_{window}": f"percent_change_volume_{window}" for window in ("24h", "7d", "30d")},
    },
    "category": {
        "market_cap": "market cap|market caps|marketcap|mcap|mcaps|mkt cap|mc|cap|caps|market capitalization|market capitalisation|market_cap|total market cap",
        "volume": "volume|volumes|vol|trading volume|daily volume|daily trading volume",
        "num_tokens": "tokens|coins|num_tokens|number of tokens|number of coins|projects|members|assets",
        "avg_price_change": "avg_price_change",
        "market_cap_change": "market_cap_change",
        "volume_change": "volume_change",
    },
}  # fmt: skip

# What a change is a change of, by the words for it.
_CHANGES = {
    "price": "change|changes|price change|price changes|percent change|percentage change|performance|price performance|return|returns"
    "|price action|change in price|average price change|avg price change",
    "volume": "volume change|volume changes|change in volume|trading volume change|volume growth",
    "market_cap": "market cap change|market cap changes|change in market cap|mcap change|market cap growth",
}

_MOVES: dict[tuple[int, float | None], str] = {
    (
        1,
        None,
    ): "up|gained|gain|gains|gaining|rose|risen|rise|rising|rises|increased|increase|increasing|increases|grew|grown|growing|grow|growth|rallied|rally"
    "|rallying|pumped|pumping|pump|jumped|jump|climbed|climbing|surged|surging|surge|soared|soaring|appreciated|advanced|positive|green|in the green|in green"
    "|positive change|positive return|positive returns|going up|went up|gone up|in profit",
    (
        -1,
        None,
    ): "down|fell|fallen|fall|falling|falls|dropped|drop|drops|dropping|lost|lose|losing|loss|losses|declined|decline|declining|decreased|decrease"
    "|decreasing|dumped|dumping|dump|crashed|crash|crashing|plunged|plunging|plunge|slid|sliding|dipped|dipping|dip|corrected|sank|negative|red|in the red"
    "|in red|negative change|negative return|negative returns|going down|went down|gone down|tanked",
    (1, 100): "doubled|doubling|has doubled|doubled in price|doubled in value",
    (1, 200): "tripled|tripling",
    (1, 300): "quadrupled",
    (-1, 50): "halved|lost half|lost half their value|lost half of their value|lost half its value",
}

_COMPARE = {
    "lt": "below|under|beneath|less than|lower than|smaller than|fewer than|cheaper than|sub|worth less than|<|younger than|newer than|more recent than|better than|lt",
    "lte": "at most|no more than|not more than|not greater than|not higher than|not above|not over|not exceeding|up to|maximum of|a maximum of|max of|max|maximum"
    "|no higher than|no greater than|no larger than|no bigger than|does not exceed|not exceed|capped at|no older than|not older than|<=|=<|≤|lte|no better than",
    "gt": "above|over|more than|greater than|higher than|larger than|bigger than|exceeding|exceeds|exceed|beyond|north of|in excess of|>|older than|more expensive than|worth more than|gt|worse than",
    "gte": "at least|no less than|not less than|no lower than|not lower than|no fewer than|not below|not under|minimum of|a minimum of|min of|min|minimum|starting at"
    "|starting from|upwards of|upward of|no smaller than|no younger than|>=|=>|≥|gte",
    "eq": "equal to|equals|equal|exactly|=|==",
    "ne": "!=|<>|≠|not equal to",
}
_COMPARE_AFTER = {
    "gte": "or more|or higher|or above|or greater|or over|or larger|or bigger|or up|and up|or older|plus",
    "lte": "or less|or lower|or below|or under|or fewer|or smaller|or cheaper|or younger|or newer|or better",
}

_WINDOWS: dict[float | None, str] = {
    1: "hourly|hour|last hour|past hour|this hour|in an hour|previous hour",
    24: "daily|day|today|today's|last day|past day|this day|intraday|on the day|per day|a day|in a day|previous day|since yesterday",
    168: "weekly|this week|last week|past week|on the week|per week|a week|in a week|previous week|wow|week",
    720: "monthly|this month|last month|past month|on the month|per month|a month|in a month|previous month|month",
    1440: "past two months|last two months",
    2160: "quarterly|this quarter|last quarter|past quarter|previous quarter|past three months|last three months|quarter",
    8760: "yearly|annual|this year|last year|past year|year on year|yoy|previous year|year",
    None: "ytd|year to date|month to date|mtd|week to date|all time|alltime|overnight|yesterday|since launch|since inception|lately",
}

_SORTS: dict[tuple[str, str], str] = {
    (
        "gain",
        "desc",
    ): "gainers|gainer|winners|risers|biggest gainers|top gainers|largest gainers|best gainers|biggest winners|top winners",
    ("loss", "asc"): "losers|loser|decliners|laggards|biggest losers|top losers|worst losers|largest losers",
    (
        "change",
        "desc",
    ): "best performing|best performers|best performer|top performing|top performers|strongest performers|outperformers|best performance|hottest performing",
    (
        "change",
        "asc",
    ): "worst performing|worst performers|worst performer|poorest performing|underperformers|worst performance|weakest performers",
    (
        "volume",
        "desc",
    ): "most traded|most active|most actively traded|most heavily traded|highest traded|heavily traded",
    ("volume", "asc"): "least traded|least active",
    ("price", "asc"): "cheapest|cheapest priced|lowest priced|low priced",
    ("price", "desc"): "most expensive|priciest|highest priced",
    (
        "age",
        "asc",
    ): "newest|latest|youngest|most recent|most recently added|most recently launched|most recently listed|recently added|recently launched|recently listed"
    "|newly launched|newly listed|newly added|freshly launched|new listings|recent launches|new launches|just launched|just listed|recent listings",
    ("age", "desc"): "oldest|longest running",
    ("size", "desc"): "largest|biggest|most valuable",
    ("size", "asc"): "smallest|tiniest",
    ("liquidity", "desc"): "most liquid|deepest",
    ("liquidity", "asc"): "least liquid",
}

_SINGLE: dict[Meaning, str] = {
    ("super", "desc"): "highest|most|greatest|high|heavy|strong|strongest|huge|massive|deep",
    ("super", "asc"): "lowest|least|fewest|low|weak|tiny|thin",
    ("order", None): "sorted by|sort by|ordered by|order by|ranked by|rank by|sorted on|sorting by|ordering by|arranged by|sorted|ordered|sort|sort them by|order them by",
    ("by", None): "by|in terms of|according to",
    ("direction", "asc"): "ascending|asc|lowest first|low to high|smallest first|cheapest first|increasing order|from low to high|from lowest to highest|ascending order",
    ("direction", "desc"): "descending|desc|highest first|high to low|largest first|biggest first|decreasing order|from high to low|from highest to lowest|descending order",
    ("top", None): "top",
    ("bottom", None): "bottom",
    ("outside", None): "outside the top|outside of the top|not in the top|beyond the top|excluding the top|not in top|outside top|except the top|below the top|out of the top|not within the top|excluding top",
    ("inside", None): "in the top|within the top|inside the top|among the top|from the top|in top|within top|of the top|inside top|from among the top",
    ("between", None): "between|ranging from|ranging between|in the range of|in the range|in the range between|range of|range|from",
    ("around", None): "around|about|approximately|approx|roughly|circa|~|≈|close to|nearly|almost",
    ("within", None): "within",
    ("to", None): "to|till|until|through",
    ("and", None): "and|&|but|as well as|and also|yet|also|plus",
    ("or", None): "or|and / or|either",
    ("not", None): "not|no|without|excluding|exclude|excludes|except|except for|other than|ex|non|never|isnt|arent|dont|hasnt|havent|didnt|doesnt|wasnt|werent|avoid"
    "|avoiding|but not|minus|omit|omitting|ignore|ignoring|skip|leave out|leaving out|without any|and not|and no|but no|is not|are not|have not|has not|did not|do not"
    "|does not|not on|not in|neither|nor",
    ("vague", None): "not only|not just|not necessarily|no matter|regardless of|with or without|not always|not yet",
    ("launched", None): "launched|listed|added|created|released|born|deployed|minted|started|debuted|introduced|went live|gone live|came out|founded",
    ("old", None): "old|of age|ago",
    ("new", None): "new|fresh|recent|young",
    ("cap size", "nano"): "nano cap|nano caps|nanocap|nanocaps",
    ("cap size", "micro"): "micro cap|micro caps|microcap|microcaps|micro market cap|tiny cap|tiny caps|tiny market cap",
    ("cap size", "low"): "low cap|low caps|lowcap|lowcaps|small cap|small caps|smallcap|smallcaps|low market cap|small market cap|low mcap|low marketcap|small mcap|low market caps",
    ("cap size", "mid"): "mid cap|mid caps|midcap|midcaps|medium cap|medium caps|mid market cap|mid sized cap",
    ("cap size", "large"): "large cap|large caps|largecap|largecaps|big cap|big caps|high cap|high caps|large market cap|big market cap",
    ("cap size", "mega"): "mega cap|mega caps|megacap|megacaps|blue chip|blue chips",
    ("text", "name"): "name contains|name containing|name includes|named|whose name contains|with the name|called|names containing|name like",
    ("text", "symbol"): "symbol contains|ticker contains|symbol containing|ticker containing",
    ("against", None): "vs|versus|against|relative to|compared to|compared with|than|correlated with|correlated to|correlation with|correlation to|similar to|like|unlike"
    "|outperforming|outperformed|outperform|beating|since|per|times",
    ("off", None): "ath|atl|all time high|all time highs|all time low|all time lows|from peak|from its peak|from their peak|from their highs|from highs|from the peak|off their highs"
    "|off its highs|from the top|from its high|from their high|from the high|from the highs|peak",
    ("limit", None): "show me|give me|list|limit|limit to|limited to|find me|return|pick|name me|get me|suggest|show|find|first|the first|show the first|list the first|give me the first",
    ("idiom", None): "up and coming|down to earth|at the top|at the bottom|low risk|high risk|low fees|high fees|low fee|high yield|low volatility|high volatility|most volatile"
    "|least volatile|highest yield|high quality|high potential|best|most promising|most popular|most undervalued|high conviction|high growth|high apy|high apr|high beta"
    "|low inflation|high inflation|low float|high float|growth potential|next big|strong community|strong fundamentals|up only|floor price|total supply|gas price|realized price|target price"
    "|average price|gold price|stock price|average volume|not in usd|high profile|strong buy|strong sell|long term|short term|day traders|day trading|low key|top notch|top tier|top quality|on fire",
}  # fmt: skip

# What is traded no more. "Active" is not "most active", which is an order.
_STATES: dict[AssetType, dict[str, str]] = {
    "coin": {
        "inactive": "inactive|delisted|defunct|dead|discontinued|no longer active|no longer listed|no longer traded|no longer trading"
        "|not active|untracked",
        "active": "active only|still active|currently active|still listed|still traded|still trading",
    },
    "exchange": {
        "inactive": "inactive|closed|defunct|dead|shut down|shut|shuttered|no longer active|no longer operating|no longer open"
        "|no longer trading|not active|ceased|untracked|delisted|out of business",
        "active": "active|active only|still active|currently active|still open|still operating|operating",
    },
}

_FILLERS = (
    "a|an|the|of|is|are|was|were|be|been|being|that|which|who|with|have|has|having|had|its|their|it|they|them|this|these|those|there|where|whose|please|can|could|i|want|need"
    "|looking|look|look for|looking for|would like|id like|what|whats|all|any|every|some|only|just|currently|now|right now|right|as|do|does|did|will|would|should|me|my|you|us|we|so"
    "|then|still|both|market|trading|screen|screener|screen for|search|search for|filter|filter for|results|result|meeting|must|coinmarketcap|cmc|in usd|in dollars|usd|dollars|ones"
    "|etc|hey|hi|hello|thanks|thank you|s|crypto|cryptos|cryptocurrency|cryptocurrencies|sitting|within their|amount|total|value|in value|in price|in total|recently|quickly|sharply"
    "|steadily|heavily|strongly|chain|chains|network|networks|ecosystem|blockchain|blockchains|tag|tagged|category|platform|already|actually|really|each|trade|trades|traded|least"
)  # fmt: skip

_NOUNS: dict[AssetType, str] = {
    "coin": "coins coin token tokens asset assets project projects altcoin altcoins alts alt currencies currency names cryptoassets",
    "onchain_token": "coins coin token tokens asset assets project projects pair pairs pools names contracts",
    "exchange": "exchange exchanges venues venue platforms cex cexes cexs",
    "category": "category categories sector sectors narrative narratives theme themes segments",
}

_PREPOSITIONS = (
    "in|on|during|across|for|at|the last|the past|in the last|in the past|over the last|over the past|during the last|during the past|within the last|within the past|in last"
    "|in past|over last|over past|last|past|previous|in the|over the|on the|for the last|for the past|across the last|this past|over a|in a|trailing|within a|in the previous"
    "|over the previous|during the previous|during the|in the trailing|native to|built on|running on|based on|deployed on|within the|inside|on top of|in under|over a period of|this"
)  # fmt: skip


@cache
def phrases_of(asset_type: AssetType) -> dict[str, Meaning]:
    """Every phrase of a request about such assets; of two meanings the one listed later holds."""
    return {phrase: meaning for meaning, text in _entries(asset_type) for phrase in text.split("|")}


def _entries(asset_type: AssetType) -> Iterator[tuple[Meaning, str]]:
    yield ("fill", None), _FILLERS
    yield ("preposition", None), _PREPOSITIONS
    yield ("noun", None), _NOUNS[asset_type].replace(" ", "|")
    for tag, others in TAGS.items():
        yield ("tag", tag), "|".join((tag.replace("-", " "), *others))
    for chain, others in CHAINS.items():
        for name in (chain, *others):
            yield ("chain", (chain, name in CLEAR_CHAINS)), name
    yield from ((("change", subject), text) for subject, text in _CHANGES.items())
    yield from ((("move", move), text) for move, text in _MOVES.items())
    yield from ((("compare", op), text) for op, text in _COMPARE.items())
    yield from _SINGLE.items()
    yield from ((("window", hours), text) for hours, text in _WINDOWS.items())
    yield from ((("sort", target), text) for target, text in _SORTS.items())
    yield from ((("after", op), text) for op, text in _COMPARE_AFTER.items())
    yield from ((("state", state), text) for state, text in _STATES.get(asset_type, {}).items())
    yield from ((("field", name), text) for name, text in _FIELDS[asset_type].items())
