"""Bitcoin's halvings and issuance: when they were and will be, the reward, the coins a year, the supply of a day."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.questions import AssetRef, Period, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._closes import BITCOIN
from cryptodesk.models.analyst.skills._halving_text import Focus, said, said_one, said_reward_on, said_supply
from cryptodesk.models.analyst.skills._issuance import BLOCKS_A_DAY, Schedule, read_schedule
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import asks_for_action, is_of_a_day
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, result_fact_source

__all__ = ["SKILL", "Slots"]

_REWARD_WORDS = r"(?:(?:block|mining|miners?'?s?|miner) )?(?:rewards?|subsid(?:y|ies)|issuance|emissions?|payouts?|pay)"
_HALVING = Pattern(
    r"\bhal(?:v|ft)(?:en)?ings?\b|\bhalvenings?\b|\bhalvings?\b|\bhalves\b|\bhalve\b|\bhalved\b"
    rf"|\b{_REWARD_WORDS}\b.{{0,30}}\b(?:cuts?|slashed|chopped|drops?|dropped|falls?|reduced|shrinks?|goes down|go down|lowered|cut)\b(?=.{{0,24}}\b(?:half|next|again|when|date|in 20[234]\d|to [\d.]+|due)\b|[ ?.!]*$)|\b(?:next|last|previous|upcoming|coming|20[234]\d|first|second|third|fourth|fifth) (?:\w+ )?(?:cut|reduction|drop|step[- ]?down)s? (?:in|of|to) (?:the |_+(?:'s)? |bitcoin(?:'s)? |btc )*{_REWARD_WORDS}"
    rf"|\b(?:when|next time|date|until|till)\b.{{0,40}}\b{_REWARD_WORDS}\b.{{0,24}}\b(?:cut|half|drops?|falls?|reduced|less)\b|\b(?:when|until|till|before)\b.{{0,30}}\b(?:min(?:ers|ing)|blocks?)\b.{{0,20}}\b(?:half|less|only)\b|\b{_REWARD_WORDS} (?:cut|reduction)s?\b"
)
_REWARD = Pattern(
    r"\bblock (?:reward|subsidy|rewards)\b|\b(?:mining|miner|miners|miner's|miners') (?:rewards?|subsidy)\b|\brewards? (?:per|for (?:a|one|each|every)|of (?:a|one|each)) (?:\w+ )?block\b|\b(?:coins?|_+|btc|bitcoins?|new coins) per block\b"
    r"|\b(?:miners?|mining|pools?)\b.{0,40}\b(?:per|a|each|every|for (?:a|one|each|every)(?: \w+)?|of a) (?:single |new |mined |found )*block\b|\b(?:per|each|every|a|one|new|single) block\b.{0,30}\b(?:pays?|paid|yields?|earns?|brings?|rewards?|mints?|creates?|miners? (?:get|earn|receive|make))\b|\bsubsid(?:y|ies)\b|\b(?:coins?|_+|btc|bitcoins?)\b.{0,24}\b(?:come|comes|coming|created|paid|mined|minted|issued) (?:\w+ )?(?:out of|from|with|in|by|per) (?:each|every|a|one|the latest) (?:new )?block\b|\bhow (?:much|many)\b.{0,20}\b(?:each|every|a|one) block (?:pay|pays|yield|mint|create|bring)\w*"
)
_AFTER_NEXT = Pattern(
    r"\b(?:after|once|following|post|beyond|when|from|as of|past|since)\b.{0,30}\b(?:halv\w+|halvening|cut|reduction|drop|2028)\b|\bpost[- ]halving\b|\b(?:new|next|future|coming|upcoming) (?:block )?(?:reward|subsidy)\b|\b(?:will|going to|gonna|expected)\b.{0,40}\b(?:reward|subsidy|miners?|per block)\b|\b(?:reward|subsidy|miners?|per block)\b.{0,40}\b(?:will|going to|after|once|from) "
)
_BEFORE = Pattern(
    r"\b(?:before|prior to|until|ahead of)\b.{0,24}\b(?:halv\w+|halvening|cut|reduction|drop|20[012]\d)\b"
)
_MINERS = Pattern(
    r"\b(?:each|every|a|one|per) (?:new )?block\b|\bminers?\b|\bmining\b|\bsubsid\w+|\bblock rewards?\b|\bhalv\w+"
)
_ISSUANCE = Pattern(
    r"\binflation(?: rate)?\b|\b(?:annual |daily |yearly )?issuance\b|\bemission rate\b|\b(?:mined|issued|created|minted|produced|made|generated|released|added|come into (?:existence|being|circulation)|(?:new|fresh|extra|more) (?:_+|bitcoins?|btc|coins?)|enter(?:s|ing)? (?:circulation|the market)|hit the market) (?:\w+ ){0,3}?(?:(?:per|every|each|a|in a) (?:day|year|month|week|24 hours)|daily|today)\b"
    r"|\b(?:new|fresh|newly (?:mined|minted|issued)) (?:_+|bitcoins?|btc|coins?)\b.{0,40}\b(?:(?:per|every|each|a) (?:day|year|month|week)|daily)\b|\bdaily (?:production|output|emission|creation|mint) of (?:new )?(?:_|bitcoins?|btc)"
)
_END = Pattern(
    r"\b(?:last|final) (?:_+|bitcoins?|coins?|sats?|satoshis?)\b.{0,20}\b(?:mined|issued|created)\b|\ball (?:the )?(?:_+|bitcoins?|coins?|21 million)\b.{0,30}\b(?:mined|issued|created)\b|\brun out of (?:_+|bitcoins?|coins?)\b|\b(?:_+|bitcoins?|coins?)\b.{0,20}\b(?:fully|completely|entirely) (?:mined|issued)\b|\bno more (?:_+|bitcoins?|coins?|rewards?|subsidy)\b.{0,20}\b(?:left|mined|to mine|issued)?"
)
_HEIGHT = Pattern(
    r"\bblock (?:height|number|count)\b|\bchain height\b|\b(?:what|which|at what|on which|current|latest) block (?:is|are|was) (?:_+|bitcoin|btc|we|it) (?:at|on|now)\b|\bhow many blocks (?:have been|are there|has|were|does|until|till|to go|left|remain)"
)
_SUPPLY = Pattern(
    r"\bsuppl(?:y|ies)\b|\bhow many\b.{0,40}\b(?:exist|existed|there|mined|issued|circulat\w+)\b|\bcoins? (?:mined|issued)\b|\bin circulation\b"
)
_NOT_OURS = Pattern(
    r"\bprice\b|\bperform\w*\b|\breturns?\b|\brally\b|\bpump\b|\bworth\b|\bstaking\b|\bhash ?rate\b|\bwhy\b|\bus inflation\b|\bcpi\b|\bhedge\b|\bmax(?:imum)? supply\b"
)
_PAST = Pattern(r"\b(?:last|previous|latest|most recent|past)\b(?! _| bitcoins?\b)")
_LIST = Pattern(
    r"\bhalv(?:en)?ings\b|\bdates\b|\ball (?:the )?halv\w+|\bhistory\b|\bschedule\b|\b(?:first|second|third|fourth|[1-4](?:st|nd|rd|th)|20(?:12|16|20|24))\b"
)
_DEFINED = Pattern(
    r"^(?:so |ok |please |hey )?(?:what(?:'s| is| are)|explain|define|describe|how (?:does|do))\b(?!.{0,40}\b(?:next|last|date|when|block|days?)\b)"
)


class Slots(Struct, frozen=True):
    """`ahead` is the stretch of the future whose supply is asked; `which` the number of a halving; `at` the day whose
    block reward is asked."""

    focus: Focus
    ahead: Period | None = None
    which: int | None = None
    at: date | None = None


def _recognise(reading: Reading) -> Claim | None:
    focus = _focus(reading)
    if is_of_a_day(reading, "halving"):
        return None
    if focus is None or asks_for_action(reading) or (reading.says(_NOT_OURS) and focus not in {"next", "last", "all"}):
        return None
    if reading.says(_NOT_OURS) and not re.search(r"\bwhen\b|\bdates?\b", reading.lowered):
        return None
    is_bitcoin = _is_bitcoin_named(reading)
    if focus in {"next", "last", "all", "rule"}:
        if focus == "rule" and not reading.is_known:
            return None
        which = _which(reading) if focus in {"all", "next"} else None
        return Claim(0.985, Slots("all" if which else focus, which=which), reading.found.assets or (BITCOIN,))
    if focus == "supply" and (not is_bitcoin or not (_is_dated(reading.strong_period) or reading.ahead)):
        return None
    spoken = re.search(r"\bbitcoins?\b|\bbtc\b", reading.lowered) is not None
    # Whose miners are paid by the block in a question that names no asset: those of the only rule there is.
    spoken = spoken or (focus in {"reward", "reward_after"} and not reading.is_known and reading.says(_MINERS))
    at = _day_of_reward(reading) if focus == "reward" else None
    slots = Slots(focus, reading.ahead, at=at)
    return Claim(0.985, slots, reading.found.assets[:1] or (BITCOIN,)) if is_bitcoin or spoken else None


def _day_of_reward(reading: Reading) -> date | None:
    """The last day of the past that the question names; the last one of the year before "before the 2024 halving"."""
    period = reading.strong_period
    return period.end or period.start if period is not None and _is_dated(period) else None


def _is_bitcoin_named(reading: Reading) -> bool:
    return any(map(_is_bitcoin, reading.found.assets))


def _is_bitcoin(asset: AssetRef) -> bool:
    return str(asset.asset_id) == str(BITCOIN.asset_id)


def _is_dated(period: Period | None) -> bool:
    return period is not None and period.kind in {"day", "span"} and not period.is_weak and period.start is not None


def _focus(reading: Reading) -> Focus | None:
    text = reading.masked
    if _REWARD.search(text) and not re.search(
        r"\bwhen\b|\bdates?\b|\bhow long\b|\bhow many (?:days|blocks)\b|\buntil\b|\bcountdown\b", text
    ):
        if _BEFORE.search(text):
            return "all"
        if _AFTER_NEXT.search(text):
            return "reward_after"
        return "reward" if not reading.says(_HALVING) else "next"
    if _HEIGHT.search(text) and (_is_bitcoin_named(reading) or reading.says(_HALVING)):
        return "next"
    if reading.says(_HALVING):
        if _DEFINED.search(text):
            return "rule"
        if reading.says(_PAST):
            return "last"
        return "all" if reading.says(_LIST) and not re.search(r"\bnext\b", text) else "next"
    for focus, pattern in _FOCI:
        if focus == "end" and _PART.search(text):
            continue
        if pattern.search(text) or pattern.search(reading.lowered):
            return focus
    return None


_FOCI: tuple[tuple[Focus, Pattern], ...] = (
    ("end", _END),
    ("reward", _REWARD),
    ("inflation", _ISSUANCE),
    ("supply", _SUPPLY),
)


# How much of the whole is mined is the supply's to tell, not when all of it is.
_PART = Pattern(r"\b(?:share|percent\w*|fraction|portion|part|proportion|how (?:much|many))\b|%")
_NUMBERED = Pattern(
    r"\b(?:(?P<word>first|second|third|fourth|fifth|sixth|seventh)|(?P<digit>[1-7])(?:st|nd|rd|th)|(?P<year>20(?:12|16|20|24|28|32|36)))\b"
)
_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_YEARS = ("2012", "2016", "2020", "2024", "2028", "2032", "2036")


def _which(reading: Reading) -> int | None:
    """The number of the only halving that is asked for; the years are those of blocks 210,000 to 1,470,000."""
    found = list(_NUMBERED.finditer(reading.lowered))
    if len(found) != 1:
        return None
    word, digit, year = found[0]["word"], found[0]["digit"], found[0]["year"]
    return int(digit) if digit else (_WORDS.index(word) if word else _YEARS.index(year)) + 1


def _slots(plan: Plan) -> Slots:
    return plan.slots if isinstance(plan.slots, Slots) else Slots("next")


def _day_asked(plan: Plan, today: date) -> date | None:
    """The day whose supply is asked: the last one of the period, and of no period none."""
    slots = _slots(plan)
    period = slots.ahead or plan.period
    if slots.focus != "supply" or not _is_dated(period) or period is None:
        return None
    return period.end or period.start


def _calls(ask: Ask) -> Sequence[Call]:
    ids = ask.ids or [1]
    calls = [Call(ASSET_METADATA, {"asset_type": "coin", "ids": ids, "fields": ["supply_schedule"]})]
    day = _day_asked(ask.plan, ask.today)
    if day is not None and day <= ask.today:
        for series in ("close", "market_cap"):
            history = {"interval": "1d", "time_start": day.isoformat(), "time_end": day.isoformat(), "series": series}
            calls.append(
                Call(MARKET_DATA, {"asset_type": "coin", "ids": ids, "metrics": ["history"], "history": history})
            )
    return calls


def _write(setting: Setting) -> Draft:
    result = setting.evidence.results_of(ASSET_METADATA)[-1]
    assets = setting.resolved.assets or (BITCOIN,)
    # The only rule there is; another asset's schedule would be told in Bitcoin's words.
    found = [(asset, read_schedule(result, 1) if _is_bitcoin(asset) else None) for asset in assets]
    known = [(asset, schedule) for asset, schedule in found if schedule is not None]
    absent = " ".join(_absent(asset, setting.evidence) for asset, schedule in found if schedule is None)
    if not known:
        return Draft(absent)
    day = _day_asked(setting.plan, setting.today)
    texts = [_text(setting, one, day) for _, one in known]
    text = join_paragraphs(*texts, absent, closing(setting, (result,), _FIELDS))
    return Draft(text, tuple(fact for asset, schedule in known for fact in _facts(asset, schedule, setting)))


def _text(setting: Setting, one: Schedule, day: date | None) -> str:
    slots = _slots(setting.plan)
    if slots.focus == "supply":
        return said_supply(setting, one, day)
    if slots.focus == "reward" and slots.at is not None and slots.at < one.as_of:
        return said_reward_on(setting, one, slots.at)
    return said(slots.focus, setting, one) if slots.which is None else said_one(setting, one, slots.which)


_FIELDS = ("supply_schedule.block_height", "supply_schedule.next_halving", "supply_schedule.block_reward")


def _absent(asset: AssetRef, evidence: Evidence) -> str:
    reasons = [
        gap.reason
        for result in evidence.results_of(ASSET_METADATA)
        for gap in result.unavailable
        if gap.asset_id in {None, str(asset.asset_id)}
    ]
    why = shown("; ".join(dict.fromkeys(reasons)), 200) or "no issuance rule of it is at hand"
    return f"Halvings and issuance of {shown(asset.label, 110)} are not available: {why}."


def _facts(asset: AssetRef, one: Schedule, setting: Setting) -> tuple[Fact, ...]:
    as_of, source = result_fact_source(setting.evidence.results_of(ASSET_METADATA)[-1], "supply_schedule.block_height")
    figures: list[tuple[str, float | int | str, str]] = [
        ("block_reward", as_number(one.reward), "BTC"),
        ("block_height", one.height, ""),
        ("next_halving_block", one.next.height, ""),
        ("circulating_supply", as_number(one.supply), "BTC"),
        ("inflation_pct", as_number(one.inflation_pct), "percent"),
    ]
    daily = one.coins_a_day
    figures += [
        ("coins_a_day", as_number(daily), "BTC"),
        ("coins_in_365_days", as_number(daily * 365), "BTC"),
        ("coins_a_day_after_next_halving", as_number(_daily_after(one)), "BTC"),
        ("aimed_blocks_a_day", BLOCKS_A_DAY, ""),
    ]
    if one.halvings:
        figures.append(("first_block_reward", as_number(one.halvings[0].reward_after * 2), "BTC"))
    for past in one.halvings:
        figures += [
            ("block_height_of_halving", past.height, ""),
            ("block_reward_before_halving", as_number(past.reward_after * 2), "BTC"),
            ("block_reward_after_halving", as_number(past.reward_after), "BTC"),
        ]
    if one.max_supply:
        figures.append(("issued_pct", as_number(one.supply / one.max_supply * 100), "percent"))
    figures += [("next_halving", one.next.day.isoformat(), "")] if one.next.day else []
    return tuple(
        Fact(field, value, unit, asset.name, asset.symbol, asset.asset_id, as_of, source)
        for field, value, unit in figures
    )


def _daily_after(one: Schedule) -> Decimal:
    return one.next.reward_after * BLOCKS_A_DAY


SKILL = Skill(
    name="halving",
    title="Bitcoin's halvings and issuance",
    examples=(
        "When is the next Bitcoin halving?",
        "what is the block reward of bitcoin",
        "bitcoin's inflation rate",
        "bitcoin supply on 2020-01-01",
    ),
    tools=(ASSET_METADATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
