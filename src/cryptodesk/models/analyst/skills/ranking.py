"""Rankings: the largest, most traded or dearest coins, of the whole list or of a category or chain."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._list_bounds import Bound, as_filters, digits, find_bounds
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
from cryptodesk.models.analyst.skills._list_moves import rank_pool
from cryptodesk.models.analyst.skills._list_screens import (
    WITHOUT_GROUPS,
    Order,
    Screened,
    gather,
    ordered_draft,
    pages,
    with_nearest,
    write_nearest,
)
from cryptodesk.models.analyst.skills._list_tables import figure_of, label_of, name_of, value_of
from cryptodesk.models.analyst.skills._lists import COINS, MOST_ROWS, count_of, is_barred, screen_call
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER
from cryptodesk.models.analyst.writer.draft import Draft, Setting

__all__ = ["SKILL", "Ranking"]

_USUAL_COUNT, _COUNT_OF_ONE = 10, 5
_NOUN = Pattern(rf"\b(?:{COINS}|memes|stables|l1s|l2s|layer[- ]?[12]s?|blockchains?|chains?)\b")
_RANKS = Pattern(
    r"\b(?:number|no\.?|rank|ranked|position) ?#?\d{1,2}\b|\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,2}(?:nd|rd|th|st)) (?:most|biggest|largest|highest|ranked)\b|\btop[ -]?(?:\d+|ten|twenty|five|dozen|fifty|hundred)\b|\btop (?=\w)|\b(?:biggest|largest|most valuable|highest[- ](?:valued|ranked|cap)|leading|number (?:one|1)|no\.? ?1)\b|(?<!\w)# ?\d{1,2}\b"
    r"|\brank(?:s|ing|ings|ed)?\b|\bby (?:market[- ]?cap|mcap|mc|market value|volume|size|price|fdv|tvl)\b|\bmost traded\b|\bhighest (?:market[- ]?caps?|mcaps?|volumes?|trading volume|price|fdv|tvl)\b"
    r"|\bmost expensive\b|\bhighest[- ]priced\b|\bcheapest\b|\bsmallest\b|\blowest (?:market[- ]?cap|mcap|price|volume)\b|\bbiggest by\b|\bleaderboard\b|\bmost (?:actively|heavily) traded\b"
)
_METRIC = Pattern(
    r"\b(?:by|market[- ]?caps?|mcap|largest|biggest|rank\w*|most traded|volume|most valuable|expensive|cheapest|smallest|fdv|highest|lowest|number one|number \d{1,2})\b|(?<!\w)# ?\d{1,2}\b"
)
_OTHERS = Pattern(
    r"\bgain(?:ers?|ing|ed)?\b|\b(?:in|de)creas\w*\b|\bcomebacks?\b|\bjumps?\b|\bris(?:ers|es)\b|\bfall(?:ers|s)\b|\breturns?\b|\bstories\b|\blos(?:ers?|ing|t)\b|\bmovers?\b|\bperform\w*\b|\bpump\w*\b|\bdump\w*\b|\bgrow\w*\b|\btrend\w*\b|\bhot(?:test)?\b|\bvisited\b|\bnew(?:est|ly)?\b|\blatest\b"
    r"|\bexchanges?\b(?! tokens?)|\bholders?\b|\bwhales?\b|\bnfts?\b|\bwallets?\b|\bunlocks?\b|\braises?\b|\bfund\w*\b|\bliquidat\w+\b|\bopen interest\b|\bfees?\b|\brevenue\b|\bvolatil\w+\b|\bcorrelat\w+\b"
    r"|\bnews\b|\bsentiment\b|\bsectors?\b|\bnarratives?\b|\bcategor(?:y|ies)\b|\bath\b|\ball[- ]time\b|\byield\w*\b|\bapy\b|\bstak(?:e|ed|ers)\b|\bvalidators?\b|\bpools?\b|\bprotocols?\b|\bdapps?\b|\bhacks?\b|\betfs?\b|\bdominance\b"
)
_ORDERS = (
    (Pattern(r"\b(?:most (?:actively |heavily )?traded|volumes?|vol|turnover)\b"), Order("volume_24h", "desc", "most traded")),
    (Pattern(r"\bcheapest\b|\blowest (?:unit )?price\b"), Order("price", "asc", "cheapest")),
    (Pattern(r"\bmost expensive\b|\bhighest[- ]priced\b|\b(?:highest|by) (?:unit )?price\b|\bpriciest\b|\bdearest\b"), Order("price", "desc", "most expensive")),
    (Pattern(r"\bfdv\b|\bfully[- ]diluted\b"), Order("fully_diluted_market_cap", "desc", "largest")),
    (Pattern(r"\btvl\b|\bvalue locked\b"), Order("tvl", "desc", "largest")),
    (Pattern(r"\bsmallest\b|\blowest (?:market[- ]?cap|mcap)\b"), Order("market_cap", "asc", "smallest")),
)  # fmt: skip
_VENUE = Pattern(r"\bon (binance|coinbase|kraken|okx|bybit|kucoin|bitget|upbit|mexc|bitfinex|huobi|htx)\b")
_SINGULAR = Pattern(
    r"\b(?:biggest|largest|most valuable|number one|number 1|cheapest|most expensive|smallest|most traded|top|leading) (?:crypto ?(?:currency|coin)?|(?:alt|stable)?coin|token)(?![a-z])"
    r"|(?<!\w)# ?1\b"
)


class Ranking(Struct, frozen=True):
    """`count` is how many are wanted; None where none was said. `place` is the one that is asked for ("the third
    largest"); `pool` is of ranks by market cap."""

    order: Order = Order()
    count: int | None = None
    groups: tuple[Group, ...] = ()
    chain: Chain | None = None
    place: int | None = None
    pool: Bound | None = None


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
    order, place = _order(lowered), _place(lowered)
    pool, rest = rank_pool(digits(lowered)) if order.order == "asc" or order.field != "market_cap" else (None, lowered)
    count = count_of(rest) or (_COUNT_OF_ONE if _SINGULAR.search(lowered) else None)
    slots = Ranking(order, max(place, _COUNT_OF_ONE) if place else count, groups, chain, place, pool)
    if _METRIC.search(lowered):
        return Claim(0.97 if not _is_stable(groups) else 0.93, slots)
    return Claim(0.95 if not groups and chain is None else 0.92, slots)


def _place(lowered: str) -> int | None:
    """ "The third largest", "number 2", "the 7th biggest"."""
    match = _PLACE.search(lowered)
    if match is None:
        return None
    said = match["word"] or match["nth"] or match["number"]
    place = _ORDINALS.get(said) or int(re.sub(r"\D", "", said))
    return place if 1 < place <= MOST_ROWS else None


_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}  # fmt: skip
_PLACE = Pattern(
    rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<nth>\d{{1,2}}(?:st|nd|rd|th)))[- ](?:most |biggest|largest|highest|ranked|place|cheapest|smallest|top)"
    r"|(?:\b(?:number|no\.?|rank|ranked|position|place) ?#?|(?<!\w)# ?)(?P<number>\d{1,2})\b(?!\d| (?:to|-|–|coins|tokens))"
)


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
    filters = [*filters, *as_filters((slots.pool,))] if slots.pool else filters
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
    if slots.pool is not None:
        among = "of the first" if slots.pool.op == "lte" else "outside the first"
        note = f"{note} Looked for among those {among} {slots.pool.value:.0f} by market cap.".strip()
    draft = ordered_draft(setting, found, slots.order, what, slots.count or _USUAL_COUNT, note)
    return _at_place(draft, found, slots) if slots.place else draft


def _at_place(draft: Draft, found: Screened, slots: Ranking) -> Draft:
    """The one that is asked for, before the list it stands in."""
    known = [row for row in found.rows if figure_of(row, slots.order.field) is not None]
    place = slots.place or 1
    if len(known) < place:
        return draft
    row, by = known[place - 1], label_of(slots.order.field)
    figure = value_of(slots.order.field, row.get(slots.order.field))
    lead = f"Number {place} by {by} is **{name_of(row)}**, at **{figure}**."
    return structs.replace(draft, text=f"{lead} {draft.text}")


_BY_CAP = Pattern(r"\b(?:market[- ]?cap|mcap|size)\b")
_REORDER = Pattern(
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
