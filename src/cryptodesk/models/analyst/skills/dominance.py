"""Dominance: which share of the whole market Bitcoin, Ether and the others have, had, and had at most and least."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent, trimmed
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._overview import (
    Part,
    earlier,
    end_of,
    extremes,
    fact_at,
    lacks_past,
    overview_call,
    part_of,
    past_value,
    refusal,
    toward,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "DominanceSlots"]

Share = Literal["btc", "eth", "others"]

_SECTION = "dominance"
_NAMES: dict[Share, str] = {"btc": "Bitcoin", "eth": "Ether", "others": "coins but Bitcoin and Ether"}
_LABELS: dict[Share, str] = {**_NAMES, "others": "All other coins"}
_ASSETS: dict[int | str, Share] = {1: "btc", 1027: "eth"}
_ALTS = r"(?:the )?(?:(?:alt(?:coin)?s?|others?|other coins?|rest|everything else)\b(?:'s?)?)"
_MARKET = r"(?:the )?(?:whole |total |entire |overall |global |crypto(?:currency)? |(?:crypto )?market )*(?:crypto(?:currency|currencies)?|markets?|market[- ]?cap(?:itali[sz]ation)?|mcap|cap)\b"
# Which part of the whole somebody has, in the words of those who do not say dominance.
_SHARE = Pattern(
    rf"\b(?:share|part|portion|slice|fraction|percent(?:age)?|%|pct|chunk|cut|piece|weight|proportion|half|third|quarter|majority)(?: \w+){{0,2}}? (?:of|in) (?:all (?:of )?|every(?:thing in)? )?{_MARKET}|\b(?:share|part|portion|slice|fraction|percent(?:age)?|%|chunk|cut) of (?:all |the )?(?:crypto|market)(?:'s)? (?:money|value|wealth|capital|pie|cake)\b|\b(?:every|each|a) (?:dollar|buck|100 dollars|\$100) (?:in|of|held in|invested in) {_MARKET}.{{0,40}}(?:_|alt)|_+(?:'s)? (?:weight|cut|slice|chunk|piece|portion|part) (?:in|of) {_MARKET}|\b(?:share|portion|percent(?:age)?|%) (?:do|does|is|are|has|have)\b.{{0,30}}\bof {_MARKET}"
    rf"|\bmarket[- ]?share of (?:_|{_ALTS}|everything)|(?:_|\balt(?:coin)?s?)(?:'s)? market[- ]?share\b|\bhow much of {_MARKET} (?:is|are|do|does|belongs to)\b|\bshare of (?:{_ALTS}|_+ (?:in|of) {_MARKET}|everything)"
    rf"|\b(?:alt(?:coin)?s?)(?:'s?)? (?:market )?share\b|\bhow (?:big|large) is _+ (?:compared to|relative to|against|vs\.?) {_MARKET}|_+(?:'s)? share (?:of|in) {_MARKET}"
)
_ALTCOINS = Pattern(
    r"\b(?:alt(?:coin)?s?|others?|other coins?)\b|\b(?:everything|anything|all|rest|neither|coins|excluding|without|except|outside|besides)\b.{0,25}(?:\b(?:but|except|excluding|besides|outside|other than|without|nor|apart from)\b|_+ (?:and|or|nor) _+)"
)
_WORD = Pattern(
    r"\bdominan(?:ce|t)s?\b|\bdom\b|\bmarket[- ]?cap(?:italization)? share\b|\bshare of the (?:whole |total |crypto )*market\b"
)
_TICKER = Pattern(r"\b(?:btc|eth|others)\.?d\b")
_OTHERS = Pattern(
    r"\balt(?:coin)?s?(?:'s|')?(?: market)? dominan|\bothers?(?: coins?)?(?:'s)? dominan|\bdominance of (?:the )?(?:alt(?:coin)?s?|others?|other coins?|rest)\b"
)
_MOST_WORDS = 16
# Dominance of something else: trading venues, narratives, talk, chains.
_ELSEWHERE = Pattern(
    r"\b(?:exchange|exchanges|binance|coinbase|reddit|twitter|narrative|sector|stablecoins?|defi|dex|volume|social|nft|miner|mining|hash ?rate|perp\w*|tvl|trading|dominating|strategy)\b"
)
_TERM = Pattern(r"(?:bitcoin|btc|market|crypto|altcoin)? ?(?:market )?dominance")


class DominanceSlots(Struct, frozen=True):
    """Whose share is asked for; all of them where none is named."""

    shares: tuple[Share, ...]


def _recognise(reading: Reading) -> Claim | None:
    named = tuple(asset.asset_id for asset in reading.found.assets)
    is_share = _SHARE.search(reading.masked) is not None
    if not (is_share or reading.says(_WORD) or reading.says(_TICKER)) or reading.words > _MOST_WORDS:
        return None
    if any(asset_id not in _ASSETS for asset_id in named) or reading.found.doubts or reading.says(_ELSEWHERE):
        return None
    if not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    wanted = {_ASSETS[asset_id] for asset_id in named if asset_id is not None}
    others = reading.says(_OTHERS) or (is_share and _ALTCOINS.search(reading.masked) is not None)
    if is_share and not (wanted or others):
        return None
    # "Altcoins outside of Bitcoin and Ether": these two are named to be left out.
    wanted = {"others"} if others and len(wanted) != 1 else wanted | ({"others"} if others else set())
    shares = tuple(name for name in _NAMES if name in wanted) or tuple(_NAMES)
    return Claim(own_word(reading), DominanceSlots(shares))


def _shares(setting: Setting) -> tuple[Share, ...]:
    """The assets of a follow-up ("and ETH?") stand over what the question before it named."""
    slots = setting.plan.slots
    named = tuple(_ASSETS[asset.asset_id] for asset in setting.plan.assets if asset.asset_id in _ASSETS)
    read = slots.shares if isinstance(slots, DominanceSlots) else tuple(_NAMES)
    return read if "others" in read or not named else named


def _calls(ask: Ask) -> Sequence[Call]:
    return (overview_call((_SECTION,)),)


def _write(setting: Setting) -> Draft:
    part, wanted = part_of(setting, _SECTION), _shares(setting)
    known = [(name, value) for name in wanted if part and (value := part.figure(name, "current")) is not None]
    if part is None or not known:
        return refusal("Dominance is", part, *(f"{name}.current" for name in wanted))
    lead = _lead(setting, part, known)
    missing = [_NAMES[name] for name in wanted if name not in dict(known)]
    gaps = f"No share is known of {join_names(missing)}." if missing else ""
    body = _body(setting, part, known) if not setting.is_brief else ""
    asked = [part_name for name in wanted for part_name in _paths(name, is_brief=setting.is_brief)]
    text = join_paragraphs(lead, body, gaps, end_of(setting, part, *asked))
    return Draft(text, tuple(_facts(part, known)))


def _paths(name: Share, *, is_brief: bool) -> tuple[str, ...]:
    return (f"{name}.current",) if is_brief else (name,)


def _lead(setting: Setting, part: Part, known: Sequence[tuple[Share, Decimal]]) -> str:
    """The share that is asked for; what it was on the one day asked for comes before."""
    said = join_names([f"{_NAMES[name]} **{_share(value)}**" for name, value in known])
    now = f"Share of the total crypto market cap: {said}."
    if len(known) == 1:
        now = _one(setting, part, *known[0])
    before = [
        f"It was **{_share(past[1])}** {past[0]}."
        for name, _ in known[:1]
        if len(known) == 1 and (past := past_value(setting, part, name, "history"))
    ]
    return " ".join(filter(None, (lacks_past(setting, "shares"), *before, now)))


def _one(setting: Setting, part: Part, name: Share, value: Decimal) -> str:
    since = _since_yesterday(part, name, value)
    if name == "others":
        return (
            f"All coins but Bitcoin and Ether together are **{_share(value)}** of the total crypto market cap{since}."
        )
    forms = (
        "{}'s dominance is **{}** of the total crypto market cap{}.",
        "{} has **{}** of the total crypto market cap{}.",
    )
    return setting.pick(forms).format(_NAMES[name], _share(value), since)


def _since_yesterday(part: Part, name: Share, value: Decimal) -> str:
    past = part.figure(name, "history", "yesterday")
    return f", {toward(value, past)} {_share(past)} yesterday" if past is not None else ""


def _body(setting: Setting, part: Part, known: Sequence[tuple[Share, Decimal]]) -> str:
    if len(known) > 1:
        return join_paragraphs(_table(part, known), _reading(setting))
    name, value = known[0]
    # The sentence before has said yesterday's.
    past = [(words, was) for words, was in earlier(part, name, "history") if words != "yesterday"]
    ends = [f"the {word} {_share(ends)} on {day}" for word, ends, day in extremes(part, name, "yearly")]
    month, bitcoin = part.figure(name, "history", "last_month"), part.figure("btc", "current")
    sentences = (
        f"It was {join_names([f'{_share(was)} {words}' for words, was in past])}." if past else "",
        f"Of the past year {join_names(ends)}." if ends else "",
        f"Against a month ago that is {_points(value - month)} (computed)." if month is not None else "",
        f"All coins but Bitcoin are {_share(100 - bitcoin)} (computed)." if name == "others" and bitcoin else "",
    )
    return join_paragraphs(" ".join(filter(None, sentences)), _reading(setting))


def _points(change: Decimal) -> str:
    """A difference of shares is in percentage points, and is computed."""
    sign = "+" if change > 0 else ""
    return f"{sign}{trimmed(change, 2)} percentage points"


def _table(part: Part, known: Sequence[tuple[Share, Decimal]]) -> str:
    rows = []
    for name, value in known:
        past = [part.figure(name, "history", when) for when in ("yesterday", "last_week", "last_month")]
        ends = {word: f"{_share(end)} ({day})" for word, end, day in extremes(part, name, "yearly")}
        cells = [_share(value), *(None if was is None else _share(was) for was in past)]
        rows.append([_LABELS[name], *cells, ends.get("highest"), ends.get("lowest")])
    return table(
        ("", "now", "yesterday", "a week ago", "a month ago", "highest of the year", "lowest of the year"), rows
    )


def _reading(setting: Setting) -> str:
    if not setting.is_detailed:
        return ""
    return "Dominance is a coin's market cap over that of all coins; it moves with either of the two."


def _share(value: Decimal) -> str:
    return percent(value, signed=False) or ""


def _facts(part: Part, known: Sequence[tuple[Share, Decimal]]) -> list[Fact]:
    facts = []
    bitcoin = part.figure("btc", "current")
    if bitcoin is not None and any(name == "others" for name, _ in known):
        facts.append(fact_at(part.result, f"{_SECTION}.all_but_btc.current", 100 - bitcoin, "percent"))
    for name, value in known:
        facts.append(fact_at(part.result, f"{_SECTION}.{name}.current", value, "percent"))
        for when in ("yesterday", "last_week", "last_month"):
            past = part.figure(name, "history", when)
            if past is not None:
                facts.append(fact_at(part.result, f"{_SECTION}.{name}.history.{when}", past, "percent"))
    return facts


_OF_IT = Pattern(r"\b(?:share|part|portion|percent(?:age)?)\b")


def _follow(plan: Plan, text: str) -> Plan | None:
    """ "And what is Ethereum's share?": of what was asked before; whose it is, the text's assets say."""
    return plan if len(text.split()) <= 8 and _OF_IT.search(text.lower()) else None


SKILL = Skill(
    name="dominance",
    title="the dominance of Bitcoin, Ether and the other coins",
    examples=("What is Bitcoin's dominance now?", "altcoin dominance", "BTC.D", "eth dominance a month ago"),
    tools=(MARKET_OVERVIEW,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
    follow=_follow,
)
