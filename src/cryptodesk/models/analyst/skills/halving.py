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
from cryptodesk.models.analyst.skills._halving_text import Focus, said, said_one, said_supply
from cryptodesk.models.analyst.skills._issuance import BLOCKS_A_DAY, Schedule, read_schedule
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import asks_for_action
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, result_fact_source

__all__ = ["SKILL", "Slots"]

_HALVING = Pattern(r"\bhal(?:v|ft)(?:en)?ings?\b|\bhalvenings?\b|\bhalvings?\b")
_REWARD = Pattern(
    r"\bblock (?:reward|subsidy|rewards)\b|\b(?:mining|miner|miners') (?:rewards?|subsidy)\b|\breward per block\b"
)
_ISSUANCE = Pattern(
    r"\binflation(?: rate)?\b|\b(?:annual |daily |yearly )?issuance\b|\bemission rate\b|\b(?:mined|issued|created|minted|produced) (?:per|every|each|a|in a|daily|today) ?(?:day|year|month|block|week)?\b"
)
_END = Pattern(
    r"\b(?:last|final) (?:_+|bitcoins?|coins?)\b.{0,20}\b(?:mined|issued|created)\b|\ball (?:the )?(?:_+|bitcoins?|coins?|21 million)\b.{0,30}\b(?:mined|issued|created)\b|\brun out of (?:_+|bitcoins?|coins?)\b"
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
    """`ahead` is the stretch of the future whose supply is asked; `which` the number of a halving that was."""

    focus: Focus
    ahead: Period | None = None
    which: int | None = None


def _recognise(reading: Reading) -> Claim | None:
    focus = _focus(reading)
    if focus is None or asks_for_action(reading) or (reading.says(_NOT_OURS) and focus not in {"next", "last", "all"}):
        return None
    if reading.says(_NOT_OURS) and not re.search(r"\bwhen\b|\bdates?\b", reading.lowered):
        return None
    is_bitcoin = any(map(_is_bitcoin, reading.found.assets))
    if focus in {"next", "last", "all", "rule"}:
        if focus == "rule" and not reading.is_known:
            return None
        which = _which(reading) if focus == "all" else None
        return Claim(0.985, Slots(focus, which=which), reading.found.assets or (BITCOIN,))
    if focus == "supply" and (not is_bitcoin or not (_is_dated(reading.strong_period) or reading.ahead)):
        return None
    spoken = re.search(r"\bbitcoins?\b|\bbtc\b", reading.lowered) is not None
    return (
        Claim(0.985, Slots(focus, reading.ahead), reading.found.assets[:1] or (BITCOIN,))
        if is_bitcoin or spoken
        else None
    )


def _is_bitcoin(asset: AssetRef) -> bool:
    return str(asset.asset_id) == str(BITCOIN.asset_id)


def _is_dated(period: Period | None) -> bool:
    return period is not None and period.kind in {"day", "span"} and not period.is_weak and period.start is not None


def _focus(reading: Reading) -> Focus | None:
    text = reading.masked
    if reading.says(_HALVING):
        if _DEFINED.search(text):
            return "rule"
        if reading.says(_PAST):
            return "last"
        return "all" if reading.says(_LIST) and not re.search(r"\bnext\b", text) else "next"
    for focus, pattern in _FOCI:
        if pattern.search(text) or pattern.search(reading.lowered):
            return focus
    return None


_FOCI: tuple[tuple[Focus, Pattern], ...] = (
    ("end", _END),
    ("reward", _REWARD),
    ("inflation", _ISSUANCE),
    ("supply", _SUPPLY),
)


_NUMBERED = Pattern(
    r"\b(?:(?P<word>first|second|third|fourth)|(?P<digit>[1-4])(?:st|nd|rd|th)|(?P<year>20(?:12|16|20|24)))\b"
)
_WORDS = ("first", "second", "third", "fourth")
_YEARS = ("2012", "2016", "2020", "2024")


def _which(reading: Reading) -> int | None:
    """The number of the only halving that is asked for; the years are those of blocks 210,000 to 840,000."""
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
