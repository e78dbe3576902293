"""`cmc_signal_list`: what trends, gains, loses or is new, among coins, categories and onchain tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct, field

from cryptodesk.tools._envelope import Gap, Origin, encode_time, mode_notes, source_names
from cryptodesk.tools._screener_origins import age_days, list_as_of, list_origins, null_gaps
from cryptodesk.tools._signal_coins import newcomers, others_list, price_movers
from cryptodesk.tools._signal_narratives import narratives
from cryptodesk.tools._signal_request import ListName, SignalList, SignalListArguments, TimePeriod
from cryptodesk.tools._signal_tokens import token_list
from cryptodesk.tools._tool import HARD_LIMIT, ToolContext, built_in_tool

__all__ = ["TOOL", "SignalListOutput", "SignalListResult", "signal_list"]

_ADVICE = """\
Ready-made lists; for conditions of your own use cmc_asset_screener.
Example: {"list": "top_gainers", "time_period": "7d", "limit": 5}
list is one of trending, most_visited, top_gainers, top_losers, recently_added, narratives, community_trending, \
onchain_trending, onchain_gainers, onchain_losers, onchain_new, onchain_buy_signals. time_period is 1h, 24h, 7d or 30d.
platform (ethereum, solana, bsc, ...) and min_liquidity belong to onchain lists; category_id comes from cmc_id_lookup.
`rule` says how the list was made: tell the user in a few words. A place in a list is no recommendation, and new \
tokens are often scams. percent_change is in percent points over `time_period`.\
"""

_Maker = Callable[[SignalListArguments, ToolContext], Awaitable[SignalList]]

_MAKERS: dict[ListName, _Maker] = {
    "trending": others_list,
    "most_visited": others_list,
    "community_trending": others_list,
    "top_gainers": price_movers,
    "top_losers": price_movers,
    "recently_added": newcomers,
    "narratives": narratives,
    "onchain_trending": token_list,
    "onchain_gainers": token_list,
    "onchain_losers": token_list,
    "onchain_new": token_list,
    "onchain_buy_signals": token_list,
}


class SignalListResult(Struct, frozen=True):
    """`rule` is how the list was made, `considered` of how many assets."""

    list_name: ListName = field(name="list")
    time_period: TimePeriod
    items: list[dict[str, Any]]
    rule: str
    considered: int


class SignalListOutput(Struct, frozen=True, kw_only=True):
    """`as_of` is that of the oldest row and `age_days` how long ago that is."""

    signal_list_result: SignalListResult
    as_of: str
    age_days: float
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]


async def signal_list(arguments: SignalListArguments, context: ToolContext) -> SignalListOutput:
    """Ranked lists of what stands out: trending and most visited coins, top gainers and losers, recently added coins,
    narratives, and trending, moving, new or bought onchain tokens."""
    made = await _MAKERS[arguments.list_name](arguments, context)
    origins, as_of = list_origins(["items"], made.records), list_as_of(made.records, context.now)
    origins += [origin for name, records in made.companions for origin in list_origins([name], records)]
    # A signal or a date that nobody gave is not missing: it does not exist.
    rows = [{name: value for name, value in item.items() if name != "signal"} for item in made.items]
    said = {gap.field for gap in made.gaps}
    return SignalListOutput(
        signal_list_result=SignalListResult(
            arguments.list_name, made.time_period, list(made.items), made.rule, made.considered
        ),
        as_of=encode_time(as_of),
        age_days=age_days(as_of, context.now),
        source=source_names(origins),
        notes=[*made.notes, *mode_notes(origins)],
        provenance=origins,
        unavailable=[*made.gaps, *(gap for gap in null_gaps(rows) if gap.field not in said)],
    )


# Fifty rows are what the caller asked for in so many words, so they may fill the whole allowance.
TOOL = built_in_tool(signal_list, advice=_ADVICE, size_limit=HARD_LIMIT)
