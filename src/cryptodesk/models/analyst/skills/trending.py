"""What is looked at and talked about: trending, most visited and newly added coins, and trending onchain tokens."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_follow import amended
from cryptodesk.models.analyst.skills._list_groups import (
    Chain,
    Group,
    find_chain,
    find_groups,
    group_words,
    named_beside,
)
from cryptodesk.models.analyst.skills._list_signals import (
    gap_of,
    moved,
    rule_of,
    signal_facts,
    signal_rows,
    signal_table,
)
from cryptodesk.models.analyst.skills._list_tables import Row, name_of, value_of
from cryptodesk.models.analyst.skills._lists import (
    COINS,
    Window,
    count_of,
    is_barred,
    is_empty,
    result_of,
    signal_call,
    window_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import SIGNAL_LIST
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL", "Trend"]

ListName = Literal[
    "trending", "most_visited", "community_trending", "recently_added", "onchain_trending", "onchain_new"
]

_USUAL_COUNT = 10
_WINDOWS = ("1h", "24h", "7d", "30d")
_LATELY = r"recently|lately|just now|newly|today|yesterday|this (?:week|month)|in the (?:last|past) \w+(?: \w+)?|(?:last|past) (?:24 ?h(?:ours)?|day|week|month)|since yesterday"
_NEW = Pattern(
    rf"\b(?:{COINS}|what|which|anything|any)\b.{{0,24}}\b(?:added|listed|launched|released|came out|come out|debuted)\b.{{0,24}}\b(?:{_LATELY})\b|\b(?:{COINS}) (?:added|listed|launched|released) (?:{_LATELY})\b|\b(?:most recent|freshest|newest) (?:{COINS}|listings?|additions|launches)\b|\blatest (?:{COINS}|listings?) (?:added|listed)\b"
    rf"|\b(?:recently|newly|just|freshly) (?:added|listed|launched|released)\b|\b(?:new(?:est|ly)?|latest|recent) (?:listings?|additions|launches|releases|arrivals|entrants|entries|{COINS}|meme ?coins?)\b|\blatest (?:listings?|additions|launches|{COINS})\b"
)
_ONLOOKERS = r"(?:people|everyone|everybody|users|traders|investors|folks|visitors|the crowd|the world|the masses|the market|y'?all|every ?one(?:'s|s)?|everybody(?:'s|s)?)"
_VISITED = Pattern(
    rf"\b{_ONLOOKERS}(?: (?:is|are|'re|do|mostly|most|all))* (?:search\w*(?: for)?|look\w* (?:at|up|for|into)|googl\w*|view\w*|visit\w*|watch\w*|brows\w*|check\w* out|click\w*)\b|\b{_ONLOOKERS}(?: (?:is|are|has|have|'ve|got|most|all|now|their|its))* (?:eyes? on|eyeing|(?:got |paying )?attention (?:on|to)|interested in|into|obsess\w* (?:with|over)|glued to|curious about)\b|\b(?:visited|viewed|searched(?: for)?|looked at|looked up|clicked|googled|watched|opened)(?: the)? most\b|\b(?:all|the) eyes (?:are )?on\b|\b(?:top|popular|hot|common)[- ]search(?:es|ed)\b|\b(?:top|most) search(?:es|ed)\b|\bsearch(?:es|ed) (?:for )?(?:the )?most\b|\b(?:get|gets|getting|has|have|with) (?:the )?most (?:searches|views|visits|traffic|eyeballs|clicks)\b|\bmost (?:searches|views|visits|clicks)\b"
    r"|\bmost[- ](?:visited|viewed|searched|googled|watched|looked[- ](?:at|up)|popular)\b|\bsearch(?:es)? (?:interest|volume|trends?|traffic)\b|\brising (?:search|interest)\b|\bmost (?:page ?)?views\b|\bpopular (?:coins?|cryptos?|tokens?)\b"
)
_TALKED = Pattern(
    r"\bcommunity[- ]trending\b|\btrending (?:in|on|among|across|with) (?:the )?(?:\w+ ){0,2}(?:community|communities|twitter|x|reddit|telegram|discord|social(?: media)?|groups?|debates?|discussions?|forums?|ct)\b|\bmost (?:talked[- ]about|discussed|mentioned)\b|\b(?:dominat\w+|leading|buzzing on|trending on) (?:the )?(?:reddit|twitter|telegram|social|discussions?|ct)\b|\btalk of the town\b|\btrending (?:socially|topics?)\b|\bbuzz(?:ing)?\b|\b(?:people|everyone(?:'s|s)?|everybody(?:'s|s)?|traders|investors|folks|the crowd|the community)(?: (?:is|are|been|all|mostly))* (?:talking|discussing|chatting|buzzing|raving)\b"
)
# What all talk about, asked of no coin: the list, not the mood.
_WHAT_IS_TALKED_OF = Pattern(
    r"^\W*(?:(?:so|hey|ok|tell me|show me)[, ]+)*(?:what|which)\b.{0,20}\b(?:coins?|tokens?|cryptos|alts|altcoins?)\b.{0,12}\b(?:people|everyone(?:'s|s)?|everybody(?:'s|s)?|traders|investors|folks|the crowd|the community)(?: (?:is|are|been|all|mostly))* (?:talking|discussing|chatting|buzzing|raving)\b"
)
_TREND = Pattern(
    r"\btrend(?:ing|y|s)\b|\btredning\b|\btrendign\b|\bhot(?:test)?\b(?! wallet)|\bhyped\b|\bpopular\b|\bviral\b|\bin the spotlight\b|\b(?:getting|drawing|grabbing|attracting|receiving) (?:\w+ )?attention\b|\bmost attention\b|\b(?:all )?the rage\b|\bin (?:fashion|vogue|demand)\b|\ball the (?:hype|buzz)\b|\bfashionable\b|\ben vogue\b|\bhype(?:d)?\b"
)
_NOUN = Pattern(
    rf"^what(?:'?s| is) (?:trending|hot)\W*$|\b(?:{COINS}|memes?|alts?|right now|today|now|this week|on cmc|coinmarketcap|on (?:twitter|reddit|telegram)|lists?|pages?|crypto|(?:at|of) the moment|at present|currently|rn|atm|these days|lately)\b"
)
_NETWORK = Pattern(r"\b(reddit|telegram|twitter|discord|tiktok|youtube|google|x(?= today|$|\?))\b")
_DEX = Pattern(r"\bon[- ]?chain\b|\bdex(?:es|screener)?\b|\bpools?\b|\bnew pairs?\b")
_OTHERS = Pattern(
    r"\b(?:narratives?|sectors?|categor(?:y|ies)|nfts?|collections?|mint\w*|exchanges|news|headlines?|gainers?|losers?|pump\w*|perform\w*|holders?|trend ?lines?|uptrends?|downtrends?|trends? (?:of|for|in) (?:price|volume|the price)|market trends?|mainnet|partnerships?|fees?|gas|airdrops?|protocols?|tvl|funding|raises?|debates?)\b"
)
_EXCHANGE_LISTINGS = Pattern(
    r"\bexchange listings?\b|\blisted on (?:binance|coinbase|kraken|okx|bybit)\b|\b(?:binance|coinbase|kraken|okx|bybit)\b.{0,40}\blist(?:s|ed|ings?)?\b|\btrading pairs?\b|\b(?:add|added) (?:\w+ ){0,3}(?:to )?(?:my|your|our)\b|\b(?:did|have|had) (?:i|we) add\w*\b|\blistings? on (?:binance|coinbase|kraken|okx|bybit|upbit|kucoin|bitget|exchanges?)\b|\bprice added\b"
)


class Trend(Struct, frozen=True):
    """`list_name` is the tool's. `caveat` is what must be said of how far the list answers."""

    list_name: ListName
    count: int | None = None
    groups: tuple[Group, ...] = ()
    chain: Chain | None = None
    caveat: str = ""


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    name = _list_of(reading.masked) or _list_of(lowered)
    if name is None or is_barred(reading) or _EXCHANGE_LISTINGS.search(lowered):
        return None
    groups, chain = find_groups(lowered), find_chain(lowered)
    named = [asset for asset in named_beside(reading, groups, chain) if asset.text.lower() != "hot"]
    if named or (reading.found.doubts and "hot" not in lowered):
        return None
    is_talk = name == "community_trending"
    if _OTHERS.search(lowered) and not is_talk:
        return None
    if name == "trending" and not (_NOUN.search(reading.masked) or groups):
        return None
    on_chain = bool(_DEX.search(lowered))
    if on_chain and name in {"trending", "recently_added"}:
        name = "onchain_new" if name == "recently_added" else "onchain_trending"
    groups = tuple(group for group in groups if not (on_chain and group.tag == "dex"))
    is_sure = name != "trending" or "trending" in lowered or "trendy" in lowered
    if is_talk and not groups and _WHAT_IS_TALKED_OF.search(lowered):
        return Claim(0.975, Trend(name, count_of(lowered), groups, chain, _caveat(lowered, name)))
    # What came out is a list, of which news tell a few.
    sure = 0.975 if name == "recently_added" else 0.97
    return Claim(
        sure if is_sure and not is_talk else 0.93, Trend(name, count_of(lowered), groups, chain, _caveat(lowered, name))
    )


def _list_of(masked: str) -> ListName | None:
    for name, pattern in (("recently_added", _NEW), ("most_visited", _VISITED), ("community_trending", _TALKED)):
        if pattern.search(masked):
            return name  # type: ignore[return-value]
    return "trending" if _TREND.search(masked) else None


def _caveat(lowered: str, name: ListName) -> str:
    if re.search(r"\bsearch", lowered):
        return "Search counts are not recorded; the nearest is which pages are visited most."
    network = _NETWORK.search(lowered)
    if network and name == "community_trending":
        return f"No list is kept for {network[1].capitalize()} alone; this is the community list of the data's source."
    if re.search(r"\b(?:debates?|groups?|discussions?)\b", lowered):
        return "I do not follow single debates; this is the community list of the data's source."
    return ""


def _window(plan: Plan) -> Window:
    return window_of(plan.period, "24h", _WINDOWS)


def _main(plan: Plan) -> Call:
    slots: Trend = plan.slots
    count, window = slots.count or _USUAL_COUNT, _window(plan).name
    if slots.list_name.startswith("onchain"):
        return signal_call(slots.list_name, window, limit=count, platform=slots.chain.slug if slots.chain else None)
    group = slots.groups[0].tag if slots.groups else None
    chain = slots.chain.slug if slots.chain else None
    return signal_call(slots.list_name, window, limit=count, category_id=group, platform=chain)


def _nearest(plan: Plan, evidence: Evidence) -> Call:
    """Where a group has none on the list, the list itself; where nothing is known of attention, what rose most."""
    result = result_of(evidence, _main(plan))
    name = plan.slots.list_name if result is not None and result.figure("considered") else "top_gainers"
    return signal_call(name, _window(plan).name, limit=5)


def _calls(ask: Ask) -> Sequence[Call]:
    main = _main(ask.plan)
    failed = result_of(ask.evidence, main) is None and ask.evidence.failure(SIGNAL_LIST) is not None
    return (main, _nearest(ask.plan, ask.evidence)) if failed or is_empty(ask.evidence, main) else (main,)


def _write(setting: Setting) -> Draft:
    plan, window = setting.plan, _window(setting.plan)
    slots: Trend = plan.slots
    result = result_of(setting.evidence, _main(plan))
    rows = signal_rows(result, window, slots.count or _USUAL_COUNT) if result else []
    if result is None or not rows:
        return _without(setting, result)
    dated = ("date_added",) if slots.list_name in {"recently_added", "onchain_new"} else ()
    parts = (
        []
        if setting.is_brief
        else [signal_table(rows, window, *dated), _note(setting, result, rows), rule_of(setting, result)]
    )
    end = closing(setting, (result,), ("items",))
    return Draft(join_paragraphs(slots.caveat, _lead(setting, rows), *parts, end), signal_facts(rows, window, result))


_LEADS: dict[ListName, tuple[str, str]] = {
    "trending": ("Trending now", "At the top of the trending list"),
    "most_visited": ("Most visited now", "The most visited"),
    "community_trending": ("Most talked about now", "Trending in the community"),
    "recently_added": ("Added last", "The newest on the list"),
    "onchain_trending": ("Trending onchain", "At the top of the onchain trending list"),
    "onchain_new": ("The newest tokens onchain", "Onchain, new"),
}


def _lead(setting: Setting, rows: Sequence[Row]) -> str:
    slots, window = setting.plan.slots, _window(setting.plan)
    is_dated = slots.list_name == "recently_added"
    names = [_dated(row) if is_dated else moved(row, window) for row in rows[:3]]
    beside = "" if is_dated else f" (with their price change over {window.label})"
    lead = setting.pick(_LEADS[slots.list_name])
    return f"{lead}{_scope(slots)}{beside}: {'; '.join([f'**{names[0]}**', *names[1:]])}."


def _scope(slots: Trend) -> str:
    return f" among {group_words(slots.groups[:1], slots.chain)}" if slots.groups or slots.chain else ""


def _dated(row: Row) -> str:
    day = value_of("date_added", row.get("date_added"))
    return f"{name_of(row)}, {day}" if day else name_of(row)


def _note(setting: Setting, result: Result, rows: Sequence[Row]) -> str:
    slots: Trend = setting.plan.slots
    considered = result.figure("considered")
    parts = [_window(setting.plan).note]
    if (slots.groups or slots.chain) and considered and slots.list_name != "recently_added":
        parts.append(f"{len(rows)} of the {int(considered):,} on the list.")
    if slots.list_name in {"recently_added", "onchain_new", "onchain_trending"}:
        parts.append("A place here says nothing of quality: new tokens are often scams.")
    return " ".join(filter(None, parts))


def _without(setting: Setting, result: Result | None) -> Draft:
    slots: Trend = setting.plan.slots
    nearest = result_of(setting.evidence, _nearest(setting.plan, setting.evidence))
    window = _window(setting.plan)
    what = slots.list_name.replace("_", " ")
    kinds = group_words(slots.groups[:1], slots.chain)
    if result is not None and (considered := result.figure("considered")) and _scope(slots):
        lead = f"None of the {int(considered):,} on the {what} list is among {kinds}."
    else:
        why = gap_of(result) if result else setting.evidence.failure(SIGNAL_LIST) or "the list was not given"
        lead = f"I have no {what} list{_scope(slots)}: {why}."
    results = [one for one in (result, nearest) if one is not None and one.sources]
    rows = signal_rows(nearest, window, 5) if nearest else []
    body = (
        []
        if setting.is_brief or not rows or nearest is None
        else [_beside(slots, nearest, rows, window), signal_table(rows, window)]
    )
    facts = signal_facts(rows, window, nearest) if nearest else ()
    return Draft(join_paragraphs(f"{slots.caveat} {lead}".strip(), *body, closing(setting, results, ("-",))), facts)


def _beside(slots: Trend, nearest: Result, rows: Sequence[Row], window: Window) -> str:
    names = join_names([moved(row, window) for row in rows[:3]])
    if nearest.at("list") == slots.list_name:
        return f"At the top of the whole list: {names}."
    return f"What I can tell is which coins rose most over {window.label}, which is not the same: {names}."


SKILL = Skill(
    name="trending",
    title="what is trending, most visited or newly added",
    examples=(
        "Identify today's most trending cryptocurrency tokens",
        "Which gaming tokens are trending now?",
        "most visited coins",
        "new listings",
    ),
    tools=(SIGNAL_LIST,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    follow=amended,
)
