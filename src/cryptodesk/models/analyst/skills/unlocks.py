"""Unlocks: which coins become transferable when, how many, and to whom; of one asset, or what news tell of others."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import coins, percent, plural, to_decimal
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import (
    EMPTY_REMEDY,
    Passage,
    item_line,
    passage_fact,
    passages_closing,
    read_passages,
)
from cryptodesk.models.analyst.skills._profile import Profile, metadata_calls, profiles, unanswered
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "UnlockSlots"]

_FIELDS = ("supply_schedule", "supply_schedule.next_unlocks", "supply_schedule.unlocks_ahead")
_NAMED = Pattern(
    r"\bunlock(?:s|ed|ing)?\b|\bvest(?:s|ed|ing)\b|\bblock-?up\b|\block-?ups?\b|\bcliffs?\b.{0,20}\b(?:date|unlock|vest\w*)\b|\b(?:release|emission) schedule\b|\btokens? (?:get |be |being |are )?released\b|\b(?:token|coin|supply|vesting|scheduled|upcoming|next|coming|tranche) (?:\w+ )?releases?\b(?! (?:notes?|candidate|date of|version))|\b(?:batch|tranche|slug|wave|lot) of (?:\w+ )?(?:_+|tokens?|coins?)\b|\b(?:tokens?|coins?) (?:\w+ ){0,2}?(?:come|comes|coming|become|becomes|go|going|set|get|gets) (?:\w+ )?(?:free|unfrozen|liquid|tradable|tradeable|transferable|released|loose)\b|\b(?:next|coming|upcoming) (?:token )?(?:cliff|tranche)\b|\bvest\b|\b(?:come|comes|coming|become|becomes|set|go|goes) (?:\w+ )?(?:free|unfrozen|tradable|tradeable|transferable)\b|\bstill (?:be )?locked\b|\b(?:is|are|remains?|stays?) (?:still |currently |yet )?locked\b(?! (?:in|up in|into)\b)|\blocked (?:_+ )?(?:supply|tokens?|coins?|amount)\b|\b(?:supply|tokens?|coins?|%|percent|share|part|portion|_+) (?:\w+ )?(?:that )?(?:is |are )?(?:still |currently )?locked\b(?! (?:in|up in|into)\b)|\bnot (?:yet )?(?:been )?(?:released|unlocked|vested)\b"
)
_NOT_OURS = Pattern(
    r"\b(?:gdp|cpi|ppi|pce|payrolls?|nfp|inflation|fomc|jobs (?:report|data)|retail sales) (?:\w+ )?releases?\b|\bunlock (?:my|the|a|your) (?:wallet|account|phone|funds)\b|\bwhat (?:is|are) (?:a |an )?(?:token )?(?:unlocks?|vesting|lock-?ups?|cliffs?)\b|\bhow (?:do|does) .{0,30}\b(?:unlocks?|vesting|lock-?ups?)\b|\bexplain\b|\bmean\b|\bunlocked tvl\b|\b(?:defi|decentrali[sz]ed finance)\b|\bvalue locked\b"
)
_RECIPIENTS = Pattern(r"\b(?:investors?|team|insiders?|creators?|founders?|advisors?|treasury|ecosystem|community)\b")
_MOST_ROWS = 8
_AHEAD_DAYS, _NEWS_DAYS = 90, 45


class UnlockSlots(Struct, frozen=True):
    """`recipient` is whose coins are asked about ("investors"); `count` how many unlocks."""

    recipient: str = ""
    count: int = 5


def _recognise(reading: Reading) -> Claim | None:
    if not _NAMED.search(reading.masked) or reading.says(_NOT_OURS) or intents.wants_advice(reading.lowered):
        return None
    found = _RECIPIENTS.search(reading.masked)
    is_next = re.search(r"\bnext unlock\b|\bnext (?:token|vesting) unlock\b", reading.masked) is not None
    return Claim(0.98, UnlockSlots(found[0] if found else "", 3 if is_next else 5))


def _calls(ask: Ask) -> Sequence[Call]:
    if ask.ids:
        return metadata_calls(ask, "supply_schedule")
    if ask.plan.assets:
        return ()
    start = (ask.today - timedelta(days=_NEWS_DAYS)).isoformat()
    arguments: dict[str, Any] = {
        "query": "token unlock ahead, supply becomes transferable",
        "content_types": ["news", "exchange_announcement"],
    }
    return (Call(CONTENT_SEARCH, {**arguments, "published_after": start, "limit": 15}),)


def _write(setting: Setting) -> Draft:
    if not setting.resolved.assets:
        return _of_news(setting)
    found = profiles(setting, _calls)
    drafts = [_one(setting, profile) for profile in found]
    results = [profile.result for profile in found[:1]]
    has_any = any(draft.facts for draft in drafts)
    text = join_paragraphs(
        *(draft.text for draft in drafts),
        unanswered(setting, found, setting.evidence),
        closing(setting, results, _FIELDS[1:]) if has_any else "",
    )
    return Draft(text, tuple(fact for draft in drafts for fact in draft.facts))


def _one(setting: Setting, profile: Profile) -> Draft:
    rows = profile.rows("supply_schedule", "next_unlocks")
    if profile.at("supply_schedule", "next_unlocks") is None:
        return Draft(_no_schedule(profile))
    if not rows:
        done = profile.figure("supply_schedule", "unlocked_so_far", "pct_of_supply")
        so_far = f" {percent(done, signed=False)} of the supply was unlocked before." if done is not None else ""
        return Draft(
            f"The schedule at hand has no unlock of {profile.name} ahead.{so_far}",
            (profile.fact("unlocks_ahead", "0"),),
        )
    slots = setting.plan.slots if isinstance(setting.plan.slots, UnlockSlots) else UnlockSlots()
    within = _within(setting, rows)
    lead = _next(profile, rows[0], setting.today)
    scope = _scope(setting, profile, within)
    shown_rows = within or rows
    few = 0 if setting.is_brief else _MOST_ROWS if setting.is_detailed else slots.count
    listed = _table(profile, shown_rows[:few]) if few and len(rows) > 1 else ""
    totals = "" if setting.is_brief else _totals(profile)
    text = join_paragraphs(" ".join(filter(None, (lead, scope))), _whose(slots, rows), listed, totals)
    return Draft(text, _facts(profile, rows[0]))


def _no_schedule(profile: Profile) -> str:
    if profile.at("supply_schedule", "issuance_rule"):
        return (
            f"{profile.name} has no unlocks: no coin of it was locked in advance, new ones are issued block by block."
        )
    return f"There is no unlock schedule of {profile.name} at hand: {profile.reason('supply_schedule')}."


def _next(profile: Profile, row: Mapping[str, Any], today: date) -> str:
    amount, share = to_decimal(row.get("amount")), percent(row.get("pct_of_supply"), signed=False)
    day = shown(row.get("unlock_at"), 40)[:10]
    to = shown(row.get("recipients"), 60)
    said = f"**{coins(amount, profile.symbol)}**" if amount is not None else "an unstated amount"
    part = f" ({share} of the supply)" if share else ""
    linear = ", released step by step" if row.get("is_linear") is True else ""
    return f"The next unlock of {profile.name} is on **{day}**{_distance(day, today)}: {said}{part}{f', to {to}' if to else ''}{linear}."


def _distance(day: str, today: date) -> str:
    try:
        days = (date.fromisoformat(day) - today).days
    except ValueError:
        return ""
    return f" (in {plural(days, 'day')})" if days > 0 else " (today)" if days == 0 else ""


def _within(setting: Setting, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the month or week that is asked about; the periods of the analyst end today, an unlock lies ahead."""
    end = _horizon(setting)
    return [row for row in rows if end is None or shown(row.get("unlock_at"), 40)[:10] <= end.isoformat()]


def _horizon(setting: Setting) -> date | None:
    asked = setting.question.lower()
    today = setting.today
    if "month" in asked:
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1) if "next month" in asked else first
        return last - timedelta(days=1)
    if "week" in asked:
        return today + timedelta(days=13 - today.weekday() if "next week" in asked else 6 - today.weekday())
    if "today" in asked:
        return today
    return date(today.year, 12, 31) if "this year" in asked else None


def _scope(setting: Setting, profile: Profile, within: Sequence[Mapping[str, Any]]) -> str:
    end = _horizon(setting)
    if end is None:
        return ""
    amounts = [to_decimal(row.get("amount")) for row in within]
    known = [amount for amount in amounts if amount is not None]
    if not within:
        return f"None is scheduled up to {end}."
    total = f", {coins(sum(known), profile.symbol)} together (computed)" if len(known) == len(amounts) > 1 else ""
    return f"Up to {end} there {'is' if len(within) == 1 else 'are'} {len(within)} on the schedule{total}."


def _whose(slots: UnlockSlots, rows: Sequence[Mapping[str, Any]]) -> str:
    if not slots.recipient:
        return ""
    named = list(dict.fromkeys(text for row in rows if (text := shown(row.get("recipients"), 60))))
    if not named:
        return f"The schedule does not say to whom, so not which of it is for {slots.recipient}."
    return f"Recipients of the unlocks ahead, as the schedule names them: {join_names(named[:6])}."


def _table(profile: Profile, rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        [
            shown(row.get("unlock_at"), 40)[:10],
            coins(row.get("amount"), profile.symbol),
            percent(row.get("pct_of_supply"), signed=False),
            percent(row.get("pct_of_circulating"), signed=False),
            shown(row.get("recipients"), 40) or None,
        ]
        for row in rows
    ]
    return table(["Date", "Amount", "Of supply", "Of circulating", "To"], cells)


def _totals(profile: Profile) -> str:
    count, amount = (profile.figure("supply_schedule", "unlocks_ahead", name) for name in ("count", "amount"))
    if count is None or amount is None:
        return ""
    share = percent(profile.figure("supply_schedule", "unlocks_ahead", "pct_of_supply"), signed=False)
    last = profile.words("supply_schedule", "last_unlock_at")[:10]
    part = f" ({share} of the supply)" if share else ""
    return f"In all {plural(int(count), 'unlock')} lie ahead{f', the last on {last}' if last else ''}: {coins(amount, profile.symbol)}{part}."


def _facts(profile: Profile, row: Mapping[str, Any]) -> tuple[Fact, ...]:
    amount, day = to_decimal(row.get("amount")), shown(row.get("unlock_at"), 40)
    field = "supply_schedule.next_unlocks"
    facts = [profile.fact(f"{field}.unlock_at", day)]
    return tuple([*facts, profile.fact(f"{field}.amount", amount, profile.symbol)] if amount is not None else facts)


def _of_news(setting: Setting) -> Draft:
    """Without an asset no tool lists unlocks; news tell of some."""
    results = own_results(setting, _calls, CONTENT_SEARCH)
    told = [p for p in read_passages(results) if re.search(r"unlock", f"{p.title} {p.text}", re.IGNORECASE)]
    end = _horizon(setting) or setting.today + timedelta(days=_AHEAD_DAYS)
    ahead = [p for p in told if setting.today.isoformat() <= p.event_at[:10] <= end.isoformat()]
    used = _distinct(
        sorted(ahead, key=lambda p: p.event_at) or sorted(told, key=lambda p: p.published_at, reverse=True)
    )
    used = used[: 1 if setting.is_brief else 8]
    limit = "No tool here lists the unlocks of all tokens; name an asset and I give its schedule."
    if not used:
        return Draft(f"{limit} News at hand tell of none. {EMPTY_REMEDY}.")
    lead = f"{limit} News tell of {'these ahead' if ahead else 'these, none of them ahead'}:"
    items = "\n".join(item_line(p, setting.today, with_text=True, longest=180) for p in used)
    facts = tuple(passage_fact("unlock", p, p.title) for p in used)
    return Draft(join_paragraphs(lead, items, passages_closing(setting, results, used)), facts)


def _distinct(found: Sequence[Passage]) -> list[Passage]:
    return list({(p.event_at or p.published_at, p.title[:24]): p for p in reversed(found)}.values())[::-1]


SKILL = Skill(
    name="unlocks",
    title="token unlocks and vesting",
    examples=("next unlock of ARB", "token unlocks this month", "vesting schedule of SUI"),
    tools=(ASSET_METADATA, CONTENT_SEARCH),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
