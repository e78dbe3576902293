"""Halvings and issuance in words: each figure from the schedule, each derived one said to be computed."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.formats import percent, plural, trimmed
from cryptodesk.models.analyst.series import read_series
from cryptodesk.models.analyst.skills._issuance import BLOCKS_A_DAY, Halving, Schedule
from cryptodesk.models.analyst.text import sentence
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.table import table

__all__ = ["Focus", "said", "said_one", "said_reward_on", "said_supply"]

Focus = Literal["next", "last", "all", "reward", "reward_after", "inflation", "supply", "end", "rule"]


def said(focus: Focus, setting: Setting, one: Schedule) -> str:
    """The answer on everything but the supply of a day."""
    return _SAID[focus](setting, one)


def _btc(value: Decimal, places: int = 8) -> str:
    return f"{trimmed(value, places)} BTC"


def _note(schedule: Schedule, setting: Setting) -> str:
    return "" if setting.is_brief or not schedule.note else sentence(f"How the height was found: {schedule.note}")


def _said_next(setting: Setting, one: Schedule) -> str:
    day = one.next.day
    when = f"around **{day.isoformat()}**" if day else "at a day that the result does not name"
    days = (
        f", {plural((day - setting.today).days, 'day')} from {setting.today.isoformat()}"
        if day and day > setting.today
        else ""
    )
    lead = (
        f"The next Bitcoin halving is expected {when}{days}, at block {one.next.height:,}: {one.blocks_left:,} blocks after the estimated"
        f" height of {one.height:,}. The block reward then goes from {_btc(one.reward)} to {_btc(one.next.reward_after)}."
    )
    return lead if setting.is_brief else f"{lead} {_last_in_words(one)} {_note(one, setting)}".strip()


def _last_in_words(one: Schedule) -> str:
    last = one.last
    if last is None:
        return ""
    when = f" on {last.day.isoformat()}" if last.day else ""
    return f"The last one was at block {last.height:,}{when}, from {_btc(last.reward_after * 2)} to {_btc(last.reward_after)}."


def _said_last(setting: Setting, one: Schedule) -> str:
    last = one.last
    if last is None:
        return "There has been no halving yet."
    when = f"on **{last.day.isoformat()}**, " if last.day else ""
    lead = f"The last Bitcoin halving was {when}at block {last.height:,}: the block reward went from {_btc(last.reward_after * 2)} to {_btc(last.reward_after)}."
    ahead = (
        f"The next is expected around {one.next.day.isoformat()}, at block {one.next.height:,}." if one.next.day else ""
    )
    return lead if setting.is_brief else f"{lead} {ahead}"


def _said_all(setting: Setting, one: Schedule) -> str:
    past = [each for each in one.halvings if not each.is_expected]
    last = past[-1] if past else None
    lead = f"Bitcoin has halved its block reward **{len(past)} times**" + (
        f", last at block {last.height:,}{_on(last)}" if last else ""
    )
    ahead = f"; the next is expected{_on(one.next, around=True)}." if one.next.day else "."
    if setting.is_brief:
        return lead + ahead
    rows = [
        [f"{each.height:,}", _day_cell(each), _btc(each.reward_after * 2), _btc(each.reward_after)]
        for each in one.halvings
    ]
    undated = any(each.day is None for each in past)
    why = "The result names no day for the blanks. " if undated else ""
    how = "Heights and rewards follow from the rule: half as much after every 210,000 blocks."
    return join_paragraphs(lead + ahead, table(["Block", "Day", "Reward before", "Reward after"], rows), why + how)


def said_one(setting: Setting, one: Schedule, which: int) -> str:
    """Of one halving by its number: the first is 1."""
    if which > len(one.halvings):
        return _said_later(one, which)
    found = one.halvings[which - 1] if which > 0 else None
    if found is None or found.is_expected:
        return _said_next(setting, one) if found else _said_all(setting, one)
    when = f"on **{found.day.isoformat()}**, " if found.day else "on a day that the result does not name, "
    lead = (
        f"Bitcoin's {_ORDINALS[which - 1]} halving was {when}at block {found.height:,}: the block reward went from"
        f" {_btc(found.reward_after * 2)} to {_btc(found.reward_after)}."
    )
    others = [f"block {each.height:,}{_on(each)}" for each in one.halvings if not (each is found or each.is_expected)]
    return lead if setting.is_brief or not others else f"{lead} The others so far: {join_names(others)}."


def _said_later(one: Schedule, which: int) -> str:
    """A halving after the next one, by the rule and the aimed number of blocks a day."""
    later = one.later(which - len(one.halvings))
    when = f" around **{later.day.isoformat()}**" if later.day else ""
    return (
        f"Bitcoin's {_ORDINALS[which - 1]} halving is expected{when}, at block {later.height:,}: the block reward then goes from"
        f" {_btc(later.reward_before)} to {_btc(later.reward_after)}. Computed here from the next one{_on(one.next, around=True)}, at the aimed {BLOCKS_A_DAY} blocks a day."
    )


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _on(one: Halving, *, around: bool = False) -> str:
    return f" {'around' if around else 'on'} {one.day.isoformat()}" if one.day else ""


def _day_cell(one: Halving) -> str | None:
    return None if one.day is None else f"around {one.day.isoformat()}" if one.is_expected else one.day.isoformat()


def _said_reward(setting: Setting, one: Schedule) -> str:
    lead = f"A Bitcoin block pays its miner **{_btc(one.reward)}** of new coins, until block {one.next.height:,}{_on(one.next, around=True)}; then {_btc(one.next.reward_after)}."
    daily = f"At the aimed {BLOCKS_A_DAY} blocks a day that makes {_btc(one.coins_a_day)} a day. Fees of the block come on top."
    return lead if setting.is_brief else f"{lead} {daily}"


def _said_reward_after(setting: Setting, one: Schedule) -> str:
    after = one.next.reward_after
    lead = f"After the next halving{_on(one.next, around=True)}, at block {one.next.height:,}, a Bitcoin block pays its miner **{_btc(after)}** of new coins, down from {_btc(one.reward)} now."
    daily = f"At the aimed {BLOCKS_A_DAY} blocks a day that makes {_btc(after * BLOCKS_A_DAY)} a day, against {_btc(one.coins_a_day)} now. Fees of the block come on top."
    return lead if setting.is_brief else f"{lead} {daily}"


def said_reward_on(setting: Setting, one: Schedule, day: date) -> str:
    """Of a day that was: by the last halving before it, where the days of all halvings are known."""
    past = [each for each in one.halvings if not each.is_expected]
    if not past or any(each.day is None for each in past):
        return f"The days of the halvings are not all known, so the reward of {day.isoformat()} is not. {_said_all(setting, one)}"
    before = [each for each in past if each.day is not None and each.day <= day]
    reward = before[-1].reward_after if before else past[0].reward_after * 2
    since = f"since the halving{_on(before[-1])}" if before else "as from the start"
    lead = f"On {day.isoformat()} a Bitcoin block paid its miner **{_btc(reward)}** of new coins, {since}."
    return lead if setting.is_brief else f"{lead} Now it is {_btc(one.reward)}."


def _said_inflation(setting: Setting, one: Schedule) -> str:
    lead = (
        f"Bitcoin's supply grows by about **{percent(one.inflation_pct, signed=False)}** a year: {_btc(one.coins_a_day)} a day,"
        f" {_btc(one.coins_a_day * 365)} in 365 days, on the {_btc(one.supply, 0)} of {one.supply_as_of.isoformat()}."
    )
    how = f"Computed here from the reward of {_btc(one.reward)} and the aimed {BLOCKS_A_DAY} blocks a day."
    after = f"After the next halving{_on(one.next, around=True)} the new coins a day halve to {_btc(one.next.reward_after * BLOCKS_A_DAY)}."
    return lead if setting.is_brief else f"{lead} {how} {after}"


def said_supply(setting: Setting, one: Schedule, day: date | None) -> str:
    """What had or will have been issued by the day, and by the day of the figures."""
    now = (
        f"By the rule {_btc(one.supply, 0)} had been issued by {one.supply_as_of.isoformat()}{_share(one, one.supply)}."
    )
    if day is None:
        return now
    if day > one.as_of:
        ahead = one.supply_on(day) or one.supply
        return f"By the rule about **{_btc(ahead, 0)}** will have been issued by {day.isoformat()}{_share(one, ahead)}, at the aimed {BLOCKS_A_DAY} blocks a day. {now}"
    then = _past_supply(setting.evidence, day)
    if then is None:
        return f"The supply of {day.isoformat()} is not available: no price and market cap of that day are on record to derive it from. {now}"
    return f"About **{_btc(then, 0)}** had been issued by {day.isoformat()}{_share(one, then)}: that day's market cap over its close, to the nearest ten coins. {now}"


def _share(one: Schedule, supply: Decimal) -> str:
    return (
        f", {percent(supply / one.max_supply * 100, signed=False)} of {_btc(one.max_supply, 0)}"
        if one.max_supply
        else ""
    )


def _past_supply(evidence: Evidence, day: date) -> Decimal | None:
    """The day's market cap over its close, where both are on record."""
    values: dict[str, Decimal] = {}
    for result in evidence.results_of(MARKET_DATA):
        for row in result.rows("results"):
            series = read_series(row.get("history"))
            for bar in series.bars if series else ():
                if series is not None and bar.day == day:
                    values[series.value_name] = bar.close
    close, cap = values.get("close"), values.get("market_cap")
    # Both carry eight digits: the quotient is right to within a coin or so.
    return None if not close or cap is None else (cap / close).quantize(Decimal("1E1"))


def _said_end(setting: Setting, one: Schedule) -> str:
    end = one.end
    when = f"around **{end.day.year}**, " if end.day else ""
    lead = f"By the rule the last new bitcoin comes {when}before block {end.height:,}, where the reward would round down to nothing."
    left = f"{_btc(one.supply, 0)} had been issued by {one.supply_as_of.isoformat()}{_share(one, one.supply)}."
    return (
        lead
        if setting.is_brief
        else f"{lead} {left} Computed here from the next halving on, at the aimed {BLOCKS_A_DAY} blocks a day."
    )


def _said_rule(setting: Setting, one: Schedule) -> str:
    return f"{one.rule} {_said_next(setting, one)}".strip()


_SAID: Mapping[Focus, Callable[[Setting, Schedule], str]] = {
    "next": _said_next, "last": _said_last, "all": _said_all, "reward": _said_reward, "reward_after": _said_reward_after,
    "inflation": _said_inflation, "end": _said_end, "rule": _said_rule,
}  # fmt: skip
