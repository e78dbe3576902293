"""Raises: who put money into a project, when and how much, as news and announcements tell it."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._news import asset_words, date_range, mentions, proper_names, window_start
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import (
    EMPTY_REMEDY,
    Passage,
    cite,
    item_line,
    passage_fact,
    passages_closing,
    read_passages,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs

__all__ = ["SKILL", "RaiseSlots"]

_LIMIT, _RECENT_DAYS = 12, 90
_NAMED = Pattern(
    r"\bfund(?:ing|ed|raise|raises)?\b(?! rates?| fees?| interval| payment| history| of _)|\bfund-?raising\b|\braise[ds]?\b|\braising\b|\bback(?:s|ed|ers?|ing)\b|\binvestors? (?:in|of|behind)\b|\bwho (?:has |have )?invest(?:s|ed)?\b|\bvcs?\b|\bventure capital\b|\bseed round\b|\bseries [abc]\b|\b(?:private|seed|pre-seed|funding|investment) rounds?\b|\binvested in\b|_(?:'s)? investors\b|\bvaluation round\b"
    r"|\b(?:put|puts|putting|pour(?:s|ed|ing)?|pump(?:s|ed|ing)?|inject(?:s|ed|ing)?|sunk|sank|threw|plough(?:s|ed)?|plow(?:s|ed)?|stuck|placed) (?:\w+ ){0,2}?(?:money|cash|capital|funds|millions?|dollars|\$[\d.]+ ?m\w*) (?:in|into|behind|towards?|to work in)\b|\b(?:put|puts) up (?:the |some )?(?:money|cash|capital|funds)\b|\bwho (?:gave|lent|handed|wired|paid) \S.{0,40}\b(?:money|cash|capital|funds)\b|\b(?:wrote|writes?|signed|cut) (?:\w+ ){0,2}?(?:cheques?|checks?)\b"
    r"|\b(?:how much|what|whom?|from whom)\b.{0,50}\b(?:collect(?:ed)?|raise|(?:get|got|receive|take in|took in) (?:its |their )?(?:latest |last |new |fresh )?(?:cash|money|capital|funding)(?: from)?)\b|\b(?:round|valuation) \S.{0,30}\b(?:closed|raised?|raise at)\b|\bbehind \S.{0,30}\bfinancially\b|\b(?:biggest|largest|latest|last|newest|recent|new|fresh|any) (?:\w+ )?(?:start-?ups? (?:funding|rounds?|deals?|money)|rounds?)\b(?! (?:of|number|trip))|\b(?:money|capital|cash) (?:going|flowing|pouring|poured|went) (?:in)?to (?:\w+ )?(?:start-?ups?|projects?)\b|\bportfolio (?:companies|of)\b(?=.{0,40}\b(?:ventures?|capital|fund|labs|partners)\b)|\bfinanc(?:ed|es|ing|iers?)\b|\bchipp?(?:ed|s) in\b|\bcap table\b|\b(?:pull|pulled|bring|brought|take|took|rake|raked|scoop|scooped)(?: \w+){0,2} in\b(?=[ ?.!]*$| from)|\b(?:seed|early|lead|angel|venture) investors?\b|\bfunded last\b|\binvesting in (?!_*(?:bitcoin|btc|crypto)\b)|\bmoney (?:did|has|have|was|were) .{1,40}\b(?:get|got|receive|received|given|raise|raised)\b|\bbankroll(?:ed|s|ing)?\b|\b(?:get|got|gets|receive[ds]?|secure[ds]?|land(?:ed|s)?|attract(?:ed|s)?|obtain(?:ed|s)?|close[ds]?|took|taken|in) (?:\w+ ){0,3}?(?:money from|funding|new money|fresh (?:money|capital|cash)|venture money|investment|capital from|seed money)\b|\b(?:its|their|the) (?:money|capital|cash|funding) (?:came|comes?) from\b|\bget (?:its|their) (?:money|funding|capital|cash)\b"
    r"|\b(?:start-?ups?|projects?|teams?|compan(?:y|ies)|firms?|anyone|someone|anybody|who)\b.{0,20}\b(?:got|getting|received|landed|secured|closed|took in) (?:\w+ ){0,2}?(?:money|cash|capital|investments?|cheques?|rounds?)\b|\b(?:venture|vc|seed|series [a-e]|private equity|angel) (?:\w+ )?(?:deals?|money|bets?|cash|cheques?|checks?|news|activity|investments?|backing)\b|\b(?:capital|equity|money|cash) raises?\b|\bled (?:_+|the|its|their|[\w' ]{2,30})'?s? ?(?:\w+ )?round\b|\b(?:recent|latest|last|new|newest|biggest|largest) (?:\w+ )?investments? (?:in|into|rounds?)\b(?! (?:bitcoin|_))|\bdeals? (?:in|of|by|among) (?:the )?(?:venture|vcs?|crypto (?:venture|start-?ups?))\b"
)
_TOPIC = Pattern(
    r"\b(?:financ\w+|money|cash|capital|cheques?|deals?|investments?|start-?ups?|rais\w+|fund(?:ing|raising)|investors?|invest(?:ed|s)|back(?:ed|ers?)|back|backing|vcs?|venture|seed|series|round)\b"
)
_NOT_OURS = Pattern(
    r"\bfunding rates?\b|\bopen interest\b|\braise[ds]? (?:the |its )?(?:rates?|gas|price|fee|limit|questions?|concerns?|block)\b|\b(?:i|we) (?:had |have )?(?:invest(?:ed)?|put)\b|\bif .{0,30}invest\w*\b|\betfs?\b|\bfund flows?\b|\bhedge fund\b|\b(?:asset|gold|dollar|fiat|crypto)[- ]backed\b|\bbacked by\b.{0,20}\b(?:gold|dollars?|reserves?|collateral|assets)\b|\bwhat backs\b|\b(?:is|are|was) .{1,40}\bbacked\b(?! by)|\bget my .{0,20}back\b|\bback (?:up|to|in)\b|\b(?:bounce|come|came|buy) back\b|\bexplain\b|\bwhat is (?:a |an )?(?:funding|seed|series|vc)\b|\blost funds\b|\bmy funds\b|\bfunds (?:safe|stolen|lost)\b|\bunlock\w*\b|\block-?ups?\b|\bvest(?:ing|ed)\b|\bsentiment\b|\bbuyback\w*\b|\b(?:i|we|my|you) (?:\w+ )?(?:put|get|got|pour|invest)\b|\bmarket cap\b|\bdecentrali[sz]ed financ\w+|\bpulling back\b|\bpull ?back\b|\binvestors? (?:reassess|should)\b"
)
_TOLD = Pattern(
    r"\b(?:raise[sd]?|raising|funding|fundrais\w+|seed|series [a-e]|venture|investors?|invest(?:ed|s|ment)|back(?:ed|ers?|ing) by|led by|valuation)\b",
    re.IGNORECASE,
)
_HEADLINE = Pattern(
    r"\b(?:raise[sd]?|raising|funding(?! rates?)|fundrais\w+|rounds?|secures?|invest\w*|back(?:s|ed|ers)|in new money)\b",
    re.IGNORECASE,
)
_OWN = Pattern(
    r"\bfundraises?\b|\bclose (?:a|its|their) round\b|\bstart-?ups?\b|\brounds?\b|\bfinancially\b|\bvcs?\b|\bventure\b|\b(?:funding|seed|series [a-e]) (?:rounds?|deals?)\b|\bfund-?rais\w+|\bcapital raises?\b"
)
_SURE = Pattern(
    r"\bround\b|\bventure\b|\bfinanc\w+|\bcheques?\b|\bcapital raise|\bfund-?rais\w+|\bmoney\b|\binvest\w+|\bback(?:s|ed|ers?|ing)\b"
)


class RaiseSlots(Struct, frozen=True):
    """`names` are projects or investors that are no assets ("Paradigm")."""

    names: tuple[str, ...] = ()


def _recognise(reading: Reading) -> Claim | None:
    if not _NAMED.search(reading.masked) or reading.says(_NOT_OURS) or intents.wants_advice(reading.lowered):
        return None
    names = proper_names(reading.text, reading.found.spans)
    if reading.has_asset or names or _TOPIC.search(reading.masked):
        return Claim(
            0.98
            if _OWN.search(reading.masked)
            else 0.97
            if not reading.measures or _SURE.search(reading.masked)
            else 0.9,
            RaiseSlots(names),
        )
    return None


def _calls(ask: Ask) -> Sequence[Call]:
    slots = ask.plan.slots if isinstance(ask.plan.slots, RaiseSlots) else RaiseSlots()
    subject = " ".join(filter(None, (asset_words(ask.assets), *slots.names)))
    arguments: dict[str, Any] = {"query": f"{subject} raises money, closes funding round from investors".strip()[:380]}
    arguments["content_types"] = ["news", "exchange_announcement"]
    dates = date_range(ask.plan.period, ask.today)
    if ask.ids:
        arguments |= {
            "ids": list(ask.ids)[:5],
            "content_types": [*arguments["content_types"], "cmc_editorial", "project_website"],
        }
    elif not dates and not slots.names:
        dates = {"published_after": (ask.today - timedelta(days=_RECENT_DAYS)).isoformat()}
    return (Call(CONTENT_SEARCH, {**arguments, **dates, "limit": _LIMIT}),)


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots if isinstance(setting.plan.slots, RaiseSlots) else RaiseSlots()
    results = own_results(setting, _calls, CONTENT_SEARCH)
    found = _on_raises(read_passages(results), slots)
    articles = [one for one in found if one.kind not in {"news", "exchange_announcement"}]
    start = window_start(setting.plan.period, setting.today)
    news = [one for one in found if one not in articles and _is_since(one, start)]
    if not news and not articles:
        return Draft(_nothing(setting, slots))
    used = sorted(news, key=lambda one: one.published_at, reverse=True)[
        : 1 if setting.is_brief else 10 if setting.is_detailed else 5
    ]
    quotes = [] if setting.is_brief and used else articles[:2]
    items = "\n".join(item_line(one, setting.today, with_text=True, longest=240) for one in used)
    told = "\n\n".join(f"> “{_sentences(one)}”\n>\n> {cite(one)}" for one in quotes)
    text = join_paragraphs(
        _lead(setting, slots, used), items, told, passages_closing(setting, results, [*used, *quotes])
    )
    return Draft(text, tuple(passage_fact("raise", one, one.title) for one in [*used, *quotes]))


def _is_since(passage: Passage, start: date) -> bool:
    return passage.day >= start.isoformat()


def _on_raises(passages: Sequence[Passage], slots: RaiseSlots) -> list[Passage]:
    """News by their titles, articles by a sentence; of a named investor or project only those that name it."""
    kept = []
    for passage in passages:
        is_news = passage.kind in {"news", "exchange_announcement"}
        if (_HEADLINE.search(passage.title) if is_news else _sentences(passage)) and (
            not slots.names or mentions(passage, slots.names)
        ):
            kept.append(passage)
    return kept


def _sentences(passage: Passage) -> str:
    parts = re.split(r"(?<=[.!?])\s+(?=[A-Z])", passage.text)
    kept = [part for part in parts if _TOLD.search(part) and not part.endswith("…") and "---" not in part]
    return " … ".join(kept[:2])


def _about(setting: Setting, slots: RaiseSlots) -> str:
    names = [shown(asset.label, 80) for asset in setting.resolved.assets] or [shown(name, 40) for name in slots.names]
    return f" around {join_names(names)}" if names else ""


def _lead(setting: Setting, slots: RaiseSlots, used: Sequence[Passage]) -> str:
    limit = "No tool here has a register of investors; this is what was reported."
    count = (
        f"{plural(len(used), 'report')} on money raised{_about(setting, slots)}, newest first"
        if used
        else f"Articles tell this of who backs it{_about(setting, slots)}"
    )
    return f"{count}. {limit}"


def _nothing(setting: Setting, slots: RaiseSlots) -> str:
    period = setting.plan.period
    span = f" in {period.label}" if period and not period.is_weak and period.kind != "all" else ""
    return (
        f"The desk's documents tell of no money raised{_about(setting, slots)}{span}, and no tool here has a register of "
        f"investors, so I name none. {EMPTY_REMEDY}."
    )


SKILL = Skill(
    name="raises",
    title="funding rounds and backers, as reported",
    examples=("who backs Hyperliquid?", "recent raises", "investors in SUI"),
    tools=(CONTENT_SEARCH,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
