"""Which of two or three categories of coins is worth more in total."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, number, percent, to_decimal
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_groups import Group, find_groups
from cryptodesk.models.analyst.skills._lists import is_barred, result_of
from cryptodesk.models.analyst.skills._skill import Ask, Claim
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, result_fact_source
from cryptodesk.models.analyst.writer.table import table

__all__ = ["CategorySize", "read_sizes", "size_calls", "write_sizes"]

_MOST_GROUPS = 3
_SIZE = Pattern(
    r"\b(?:worth|market[- ]?cap(?:itali[sz]ation)?s?|mcaps?|caps?|size[ds]?|bigger|larger|smaller|biggest|largest|smallest|valued?|valuation|how (?:big|large|much)|heavier|greater)\b"
)
_OTHERS = Pattern(
    r"\b(?:tvl|locked|volume|fees?|revenue|holders?|dominance|supply|coins? (?:with|by|under|over|above|below)|tokens? (?:with|by|under|over|above|below)|top \d+|list|rank\w*|price|cheap\w*|first|gain\w*|los(?:t|ers?|ing|s)|moves?|moved|movers?|risk\w*|exchanges?|perform\w*|up|down|than (?:\$|\d)|\d+ ?(?:m|b|bn|million|billion)|history|historical)\b"
)
# "The biggest gaming coins" asks for a list.
_LIST = Pattern(
    r"\b(?:biggest|largest|smallest|most valuable|top|best|major|leading) (?:\w+[ -]){0,3}(?:coins?|tokens?|projects?|cryptos?|memes|altcoins?|protocols?|chains?|l[12]s?)\b"
)


class CategorySize(Struct, frozen=True):
    groups: tuple[Group, ...] = ()


def read_sizes(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    groups = tuple({group.tag: group for group in find_groups(lowered)}.values())[:_MOST_GROUPS]
    if len(groups) < 2 or reading.found.assets or not reading.says(_SIZE) or is_barred(reading):
        return None
    if reading.says(_OTHERS) or reading.says(_LIST) or reading.strong_period:
        return None
    return Claim(0.982, CategorySize(groups))


def _call(plan: Plan) -> Call:
    return Call(MARKET_DATA, {"asset_type": "category", "ids": [group.tag for group in plan.slots.groups]})


def size_calls(ask: Ask) -> Sequence[Call]:
    return (_call(ask.plan),)


class _Sized(Struct, frozen=True):
    name: str
    cap: Decimal | None
    row: Mapping[str, Any]


def _sized(result: Result | None, group: Group) -> _Sized:
    rows = result.rows("results") if result is not None else []
    row = next((row for row in rows if str(row.get("asset_id")) == group.tag), {})
    return _Sized(shown(row.get("name"), 60) or group.label, to_decimal(row.get("market_cap")), row)


def write_sizes(setting: Setting) -> Draft:
    result = result_of(setting.evidence, _call(setting.plan))
    sized = [_sized(result, group) for group in setting.plan.slots.groups]
    known = sorted((one for one in sized if one.cap is not None), key=_cap, reverse=True)
    lacking = _lacking(setting, result, [one.name for one in sized if one.cap is None])
    if result is None or not known:
        return Draft(lacking)
    body = "" if setting.is_brief else _table(known)
    text = join_paragraphs(
        " ".join(filter(None, (_lead(setting, known), lacking))), body, closing(setting, (result,), ("market_cap",))
    )
    return Draft(text, tuple(_fact(one, result) for one in known))


def _cap(one: _Sized) -> Decimal:
    return one.cap or Decimal(0)


def _lead(setting: Setting, known: Sequence[_Sized]) -> str:
    first = known[0]
    if len(known) == 1:
        return f"The coins of **{first.name}** are worth **{big_money(first.cap)}** together."
    others = join_names([f"{one.name} at **{big_money(one.cap)}**" for one in known[1:]])
    if first.cap == known[1].cap:
        return f"{first.name} is worth **{big_money(first.cap)}** in total, as much as {others}."
    times = _times(first, known[1])
    return setting.pick(
        (
            f"**{first.name}** is worth more in total: **{big_money(first.cap)}**, against {others}{times}.",
            f"By total market cap **{first.name}** is the larger at **{big_money(first.cap)}**, ahead of {others}{times}.",
        )
    )


def _times(first: _Sized, second: _Sized) -> str:
    if not second.cap:
        return ""
    apart = big_money(_cap(first) - second.cap)
    return f" ({apart} apart, {number(round(_cap(first) / second.cap, 2))} times as much; computed)"


def _table(known: Sequence[_Sized]) -> str:
    rows = [
        [
            one.name,
            big_money(one.cap),
            percent(one.row.get("market_cap_change")),
            big_money(one.row.get("volume")),
            number(coins) if (coins := to_decimal(one.row.get("num_tokens"))) is not None else None,
        ]
        for one in known
    ]
    return table(("Category", "Market cap", "Change 24h", "Volume 24h", "Coins"), rows)


def _lacking(setting: Setting, result: Result | None, names: Sequence[str]) -> str:
    if not names:
        return ""
    failed = setting.evidence.failure(MARKET_DATA) if result is None else result.reason("market_cap", "results")
    why = shown(failed, 200) or "the list of categories does not have it"
    return f"I have no total market cap of {join_names(list(names))}: {why}."


def _fact(one: _Sized, result: Result) -> Fact:
    as_of, source = result_fact_source(result, "market_cap")
    return Fact("market_cap", as_number(_cap(one)), "USD", one.name, as_of=as_of, source=source)
