"""Rankings: the largest, most traded or dearest coins, of the whole list or of a category or chain."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._list_bounds import digits, find_bounds
from cryptodesk.models.analyst.skills._list_follow import asked_count, with_slots
from cryptodesk.models.analyst.skills._list_groups import (
    Chain,
    Group,
    find_chain,
    find_groups,
    group_filters,
    group_words,
    named_beside,
)
from cryptodesk.models.analyst.skills._list_screens import (
    WITHOUT_GROUPS,
    Order,
    gather,
    ordered_draft,
    pages,
    with_nearest,
    write_nearest,
)
from cryptodesk.models.analyst.skills._lists import COINS, count_of, is_barred, screen_call
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER
from cryptodesk.models.analyst.writer.draft import Draft, Setting

__all__ = ["SKILL", "Ranking"]

_USUAL_COUNT, _COUNT_OF_ONE = 10, 5
_NOUN = re.compile(rf"\b(?:{COINS}|memes|stables|l1s|l2s|layer[- ]?[12]s?|blockchains?|chains?)\b")
_RANKS = re.compile(
    r"\btop[ -]?(?:\d+|ten|twenty|five|dozen|fifty|hundred)\b|\btop (?=\w)|\b(?:biggest|largest|most valuable|highest[- ](?:valued|ranked|cap)|leading|number (?:one|1)|no\.? ?1|#1)\b"
    r"|\brank(?:s|ing|ings|ed)?\b|\bby (?:market[- ]?cap|mcap|mc|market value|volume|size|price|fdv|tvl)\b|\bmost traded\b|\bhighest (?:market[- ]?cap|mcap|volume|trading volume|price|fdv|tvl)\b"
    r"|\bmost expensive\b|\bhighest[- ]priced\b|\bcheapest\b|\bsmallest\b|\blowest (?:market[- ]?cap|mcap|price|volume)\b|\bbiggest by\b|\bleaderboard\b|\bmost (?:actively|heavily) traded\b"
)
_METRIC = re.compile(
    r"\b(?:by|market[- ]?caps?|mcap|largest|biggest|rank\w*|most traded|volume|most valuable|expensive|cheapest|smallest|fdv|highest|lowest|number one|#1)\b"
)
_OTHERS = re.compile(
    r"\bgain(?:ers?|ing|ed)?\b|\blos(?:ers?|ing|t)\b|\bmovers?\b|\bperform\w*\b|\bpump\w*\b|\bdump\w*\b|\bgrow\w*\b|\btrend\w*\b|\bhot(?:test)?\b|\bvisited\b|\bnew(?:est|ly)?\b|\blatest\b"
    r"|\bexchanges?\b(?! tokens?)|\bholders?\b|\bwhales?\b|\bnfts?\b|\bwallets?\b|\bunlocks?\b|\braises?\b|\bfund\w*\b|\bliquidat\w+\b|\bopen interest\b|\bfees?\b|\brevenue\b|\bvolatil\w+\b|\bcorrelat\w+\b"
    r"|\bnews\b|\bsentiment\b|\bsectors?\b|\bnarratives?\b|\bcategor(?:y|ies)\b|\bath\b|\ball[- ]time\b|\byield\w*\b|\bapy\b|\bstak(?:e|ed|ers)\b|\bvalidators?\b|\bpools?\b|\bprotocols?\b|\bdapps?\b|\bhacks?\b|\betfs?\b|\bdominance\b"
)
_ORDERS = (
    (re.compile(r"\b(?:most (?:actively |heavily )?traded|volumes?|vol)\b"), Order("volume_24h", "desc", "most traded")),
    (re.compile(r"\bcheapest\b|\blowest (?:unit )?price\b"), Order("price", "asc", "cheapest")),
    (re.compile(r"\bmost expensive\b|\bhighest[- ]priced\b|\b(?:highest|by) (?:unit )?price\b|\bpriciest\b|\bdearest\b"), Order("price", "desc", "most expensive")),
    (re.compile(r"\bfdv\b|\bfully[- ]diluted\b"), Order("fully_diluted_market_cap", "desc", "largest")),
    (re.compile(r"\btvl\b|\bvalue locked\b"), Order("tvl", "desc", "largest")),
    (re.compile(r"\bsmallest\b|\blowest (?:market[- ]?cap|mcap)\b"), Order("market_cap", "asc", "smallest")),
)  # fmt: skip
_VENUE = re.compile(r"\bon (binance|coinbase|kraken|okx|bybit|kucoin|bitget|upbit|mexc|bitfinex|huobi|htx)\b")
_SINGULAR = re.compile(
    r"\b(?:biggest|largest|most valuable|number one|number 1|#1|cheapest|most expensive|smallest|most traded|top|leading) (?:crypto ?(?:currency|coin)?|(?:alt|stable)?coin|token)(?![a-z])"
)


class Ranking(Struct, frozen=True):
    """`count` is how many are wanted; None where none was said."""

    order: Order = Order()
    count: int | None = None
    groups: tuple[Group, ...] = ()
    chain: Chain | None = None


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    if not (
        _RANKS.search(lowered) and (_NOUN.search(reading.masked) or find_groups(lowered) or _METRIC.search(lowered))
    ):
        return None
    groups, chain = find_groups(lowered), find_chain(lowered)
    if named_beside(reading, groups, chain) or (reading.found.doubts and not groups):
        return None
    if (
        _VENUE.search(lowered)
        or _OTHERS.search(_without(lowered, groups))
        or is_barred(reading)
        or find_bounds(digits(lowered))
    ):
        return None
    count = count_of(lowered) or (_COUNT_OF_ONE if _SINGULAR.search(lowered) else None)
    slots = Ranking(_order(lowered), count, groups, chain)
    if _METRIC.search(lowered):
        return Claim(0.97 if not _is_stable(groups) else 0.93, slots)
    return Claim(0.95 if not groups and chain is None else 0.92, slots)


def _without(lowered: str, groups: Sequence[Group]) -> str:
    """A word for a category ("decentralized exchanges") is none of another subject."""
    for group in groups:
        lowered = lowered[: group.start] + "_" * (group.end - group.start) + lowered[group.end :]
    return lowered


def _is_stable(groups: Sequence[Group]) -> bool:
    """Stablecoins have figures of their own (peg, backing) that a ranking does not."""
    return any(group.tag == "stablecoin" for group in groups)


def _order(lowered: str) -> Order:
    return next((order for pattern, order in _ORDERS if pattern.search(lowered)), Order())


def _main(plan: Plan) -> tuple[Call, ...]:
    slots: Ranking = plan.slots
    filters = group_filters(slots.groups, slots.chain)
    query = f"{slots.order.word} {group_words(slots.groups, slots.chain)}"
    return pages(query, filters, slots.order, slots.count or _USUAL_COUNT)


def _nearest(plan: Plan) -> Call:
    return screen_call(
        f"{plan.slots.order.word} coins at hand", sort=plan.slots.order.field, order=plan.slots.order.order
    )


def _calls(ask: Ask) -> Sequence[Call]:
    return with_nearest(ask, _main(ask.plan), _nearest(ask.plan))


def _write(setting: Setting) -> Draft:
    slots: Ranking = setting.plan.slots
    found = gather(setting, _main(setting.plan))
    if found is None:
        return Draft("The screener gave no result for this ranking.")
    what = group_words(slots.groups, slots.chain)
    note = "" if found.rows else write_nearest(setting, _nearest(setting.plan), slots.order, WITHOUT_GROUPS)
    return ordered_draft(setting, found, slots.order, what, slots.count or _USUAL_COUNT, note)


_BY_CAP = re.compile(r"\b(?:market[- ]?cap|mcap|size)\b")
_REORDER = re.compile(
    r"^(?:(?:and|now|ok|but|same|the same|show(?: me)?|list|sort(?:ed)?|order(?:ed)?|rank(?:ed)?|what about|how about|no|i meant?)[ ,]+)*(?:them |those |it |that )?(?:by|in order of|sorted by|ranked by|the)? ?[\w .-]{3,32}?(?: instead| please| pls| first| ones?| coins?)*[ ?.!]*$"
)


def _follow(plan: Plan, text: str) -> Plan | None:
    """Another count, or another order: "by volume instead"."""
    lowered = text.lower().strip()
    count = asked_count(lowered, plan.slots.count or _USUAL_COUNT)
    if count is not None:
        return with_slots(plan, count=count)
    order = next((order for pattern, order in _ORDERS if pattern.search(lowered)), None)
    order = order or (Order() if _BY_CAP.search(lowered) else None)
    return with_slots(plan, order=order) if order is not None and _REORDER.match(lowered) else None


SKILL = Skill(
    name="ranking",
    title="rankings of coins by market cap, volume or price",
    examples=(
        "Give me the top 10 market cap cryptos",
        "largest coins by volume",
        "What is the biggest crypto?",
        "rank of the top L1s",
    ),
    tools=(ASSET_SCREENER,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    follow=_follow,
)
