"""Screens in words: coins by any mix of figures, changes, categories and chains; and those near their all-time high."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills import _list_peaks
from cryptodesk.models.analyst.skills._list_bounds import (
    Bound,
    as_filters,
    digits,
    find_bounds,
    find_clash,
    take_unknown,
)
from cryptodesk.models.analyst.skills._list_follow import amended
from cryptodesk.models.analyst.skills._list_groups import (
    Chain,
    Group,
    find_chain,
    find_groups,
    group_filters,
    named_beside,
)
from cryptodesk.models.analyst.skills._list_moves import rank_pool, sides_of
from cryptodesk.models.analyst.skills._list_screens import Screened, gather
from cryptodesk.models.analyst.skills._list_tables import Row, list_facts, list_table, name_of, noun_of, said_filters
from cryptodesk.models.analyst.skills._lists import (
    COINS,
    PAGE,
    count_of,
    is_barred,
    screen_call,
    signal_call,
    window_of,
    without_courtesy,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import plain, shown
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, MARKET_DATA, SIGNAL_LIST
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL", "Screen"]

AssetType = Literal["coin", "exchange", "category"]
Special = Literal["", "peak", "indicator"]

_MOST_QUERY = 300
_NOUN = Pattern(
    rf"\b(?:{COINS}|memes?|stables|l1s|l2s|(?:low|small|micro|mid|large|big|mega|nano)[- ]?caps|exchanges|categories|sectors|screen(?:er)?|filter|penny|everything|(?:top|first|biggest|largest) \d{{2,4}}|\d{{2,4}} (?:biggest|largest))\b|\banything (?:with|under|over|above|below|in|between|that|priced|worth|trading)\b"
)
# Which way coins moved, said as a condition on them without a figure.
_WAY = (
    ("lt", Pattern(r"\b(?:(?:that|which|who|and|are|is|have|has|'s|still|but|all|those|ones|currently|now) (?:\w+ ){0,2}(?:down|fell|fallen|falling|dropp\w+|declin\w+|lost (?:ground|money|value|any)|losing (?:ground|money|value)|in the red|red|negative|slid|slipped|weaker|lower)|in the red|(?:with|and|on) (?:an? )?(?:\w+ )?(?:loss|losses|negative (?:return|change)s?))\b")),
    ("gt", Pattern(r"\b(?:(?:that|which|who|and|are|is|have|has|'s|still|but|all|those|ones|currently|now) (?:\w+ ){0,2}(?:up|rose|risen|rising|climb\w+|gain(?:ed|ing)|made (?:money|gains|ground)|gained ground|in the green|green|positive|stronger|higher|grew|grown)|in the green|(?:with|and|on) (?:an? )?(?:\w+ )?(?:gains?|positive (?:return|change)s?))\b")),
)  # fmt: skip
_SIZE = Pattern(r"\b(?:low|small|micro|mid|large|big|mega|nano)[- ]?caps?\b")
_MOVE = Pattern(
    r"\b(?:that|which|are|is|have|has|who)\b.{0,24}\b(?:up|down|green|red|positive|negative|doubled|tripled|halved|fell|fallen|rose|risen|dropped|gained|lost)\b|\b(?:positive|negative) (?:1|24|7|30|60|90)"
)
_AMONG = Pattern(r"\b(?:with|having|whose|where|that|under|below|above|over|between|filter|screen)\b|[<>]")
_ATH = Pattern(r"\b(?:aths?|all[- ]time[- ]highs?|price discovery)\b")
_NEAR = Pattern(
    r"\b(?:break\w*|broke|new|near|close to|at|hit(?:ting)?|reach\w*|within|approach\w*|making|made|setting|set|recently|in|far|down|below|from|off|biggest)\b"
)
_INDICATOR = Pattern(
    r"\b(?:rsi|over-?sold|over-?bought|macd|golden cross|death cross|bollinger|broke(?:n)? (?:through )?(?:resistance|support)|break(?:ing)? ?outs?|moving averages?|[se]ma)\b"
)
_SEVERAL = Pattern(
    r"\b(?:(?:alt|meme)?-?coins|tokens|altcoins|alts|cryptos|cryptocurrencies|assets|projects|memes|(?:which|what|any) (?:crypto|coin|token|altcoin)|caps|screen\w*)\b"
)
_OTHERS = Pattern(
    r"\b(?:nfts?|collections?|wallets?|whales|airdrops?|unlocks?|pools?|my (?:portfolio|holdings|bags?)|liquidat\w+|candles?|options?|funding rates?|open interest|proposals?|rais(?:e|ed|es|ing)|why)\b"
)
# Words that set an order: without one, coins that moved are wanted by how far.
_ORDERED = Pattern(
    r"\b(?:sort\w*|order\w*|ranked|by (?:market|mcap|volume|price|size|cap)|largest|biggest|smallest|highest|lowest|top|most|least|newest|cheapest)\b"
)
_ASIDE = Pattern(
    r",?\s*\b(?:in (?:full )?detail|in (?:one|a) sentence|briefly|in brief|in short|(?:in|as) a table|please|pls|thanks|thank you|thx)\b"
)
_ANYTHING = Pattern(r"\b(?:everything|anything|whatever)\b ?")
_EXCHANGES = Pattern(r"\bexchanges\b(?! tokens?)")
_CATEGORIES = Pattern(r"\b(?:categories|sectors|narratives)\b")


class Screen(Struct, frozen=True):
    """`query` is what the screener is told in words; `bounds` are the conditions that were read here, `left_out` those
    on figures that no list holds, `special` what the screener cannot sift by at all."""

    query: str
    asset_type: AssetType = "coin"
    bounds: tuple[Bound, ...] = ()
    groups: tuple[Group, ...] = ()
    chain: Chain | None = None
    count: int | None = None
    left_out: tuple[str, ...] = ()
    special: Special = ""
    window: str = ""
    is_of_ranks: bool = False


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    if not _NOUN.search(lowered) or _OTHERS.search(lowered):
        return None
    special = _special(lowered)
    groups, chain = find_groups(lowered), find_chain(lowered)
    if (named_beside(reading, groups, chain) and not special) or (is_barred(reading) and special != "indicator"):
        return None
    plainly = _ANYTHING.sub("coins ", _ASIDE.sub("", digits(without_courtesy(lowered))))
    query, left_out = take_unknown(plainly.strip(" ?.!"))
    window = window_of(reading.period.period).name if reading.period else ""
    bounds = find_bounds(query, window or None)
    slots = Screen(
        query[:_MOST_QUERY], _asset_type(lowered), bounds, find_groups(lowered), find_chain(lowered), count_of(lowered),
        left_out, special, window,
    )  # fmt: skip
    if not special and not left_out and (among := _among_ranks(reading, slots, query)):
        return Claim(0.985, among)
    if not special and not left_out and (moved := _with_way(reading, slots)):
        return Claim(0.985, moved)
    if special or bounds or left_out:
        return Claim(0.985 if len(bounds) > 1 else 0.975, slots)
    if _SIZE.search(lowered) or (_MOVE.search(lowered) and _AMONG.search(lowered)):
        return Claim(0.965, slots)
    return None


_PERFORMERS = Pattern(r"\b(?:gainers?|losers?|movers?|winners?|perform\w*|most)\b")


def _among_ranks(reading: Reading, slots: Screen, query: str) -> Screen | None:
    """Coins that rose or fell among the ranks that are named: "the top 100 that are down this month"."""
    pool, rest = rank_pool(query)
    sides = sides_of(reading.masked)
    if pool is None or len(sides) != 1 or _PERFORMERS.search(reading.lowered) or slots.asset_type != "coin":
        return None
    bounds = find_bounds(rest, slots.window or None)
    if not any(one.field.startswith("percent_change") for one in bounds):
        move = Bound(f"percent_change_{slots.window or '24h'}", "gt" if sides == ("gainers",) else "lt", 0.0)
        bounds = (move, *bounds)
    return structs.replace(slots, bounds=(pool, *bounds), count=count_of(rest), is_of_ranks=True)


def _with_way(reading: Reading, slots: Screen) -> Screen | None:
    """Figures and a direction without one: "worth at least 10bn that lost ground over 30 days"."""
    ways = [op for op, pattern in _WAY if reading.says(pattern)]
    has_change = any(one.field.startswith("percent_change") for one in slots.bounds)
    if not slots.bounds or has_change or len(ways) != 1 or slots.asset_type != "coin" or reading.says(_SIZE):
        return None
    if _ORDERED.search(_BY_WAY.sub("", slots.query)):
        return None
    move = Bound(f"percent_change_{slots.window or '24h'}", ways[0], 0.0)
    return structs.replace(slots, bounds=(*slots.bounds, move), is_of_ranks=True)


# An order by the very change that is screened for.
_BY_WAY = Pattern(
    r"\b(?:sort\w*|order\w*|ranked)? ?(?:by )?(?:the )?(?:worst|weakest|strongest|best|hardest hit|biggest (?:loss\w*|gain\w*|drop\w*|fall\w*|loser\w*|winner\w*)) (?:first|on top|at the top)\b|\bat least\b|\b(?:in|inside|of|among|from) the top\b"
)


def _special(lowered: str) -> Special:
    if not _SEVERAL.search(lowered):
        return ""
    if _ATH.search(lowered) and _NEAR.search(lowered):
        return "peak"
    return "indicator" if _INDICATOR.search(lowered) else ""


def _asset_type(lowered: str) -> AssetType:
    if _EXCHANGES.search(lowered):
        return "exchange"
    return "category" if _CATEGORIES.search(lowered) else "coin"


def _main(plan: Plan) -> Call:
    slots: Screen = plan.slots
    clash = find_clash(slots.bounds)
    if slots.special == "peak":
        return _list_peaks.call()
    if slots.special == "indicator":
        return _nearest(plan)
    if clash is not None:
        filters = [*as_filters(clash.turned), *group_filters(slots.groups, slots.chain)]
        return screen_call("the range between the two figures", filters=filters, asset_type=slots.asset_type)
    window = window_of(plan.period).name if plan.period else ""
    if slots.is_of_ranks or (
        window != slots.window and any(bound.field.startswith("percent_change") for bound in slots.bounds)
    ):
        return _moved_window(slots, window)
    moved = next((one for one in slots.bounds if one.field.startswith("percent_change")), None)
    if moved is None or _ORDERED.search(_BY_WAY.sub("", slots.query)):
        return screen_call(slots.query, asset_type=slots.asset_type)
    order = "asc" if moved.value < 0 else "desc"
    return screen_call(slots.query, sort=moved.field, order=order, asset_type=slots.asset_type)


def _moved_window(slots: Screen, window: str) -> Call:
    """The same screen over the period of a later question: "and this month?"."""
    field = f"percent_change_{window or '24h'}"
    bounds = [
        structs.replace(one, field=field) if one.field.startswith("percent_change") else one for one in slots.bounds
    ]
    filters = [*as_filters(bounds), *group_filters(slots.groups, slots.chain)]
    moved = next(one for one in bounds if one.field == field)
    order = "asc" if moved.op[0] == "l" else "desc"
    return screen_call(
        f"these filters over {window or '24h'}", filters=filters, sort=field, order=order, asset_type=slots.asset_type
    )


def _nearest(plan: Plan) -> Call:
    """For an indicator, which the screener does not hold: what moved most in the direction that it speaks of."""
    name = "top_gainers" if re.search(r"over-?bought|above|golden", plan.slots.query) else "top_losers"
    return signal_call(name, "7d", limit=5)


def _calls(ask: Ask) -> Sequence[Call]:
    return (_main(ask.plan),)


def _write(setting: Setting) -> Draft:
    slots: Screen = setting.plan.slots
    if slots.special == "peak":
        return _list_peaks.write(setting, slots.count or PAGE)
    if slots.special == "indicator":
        return _list_peaks.write_without_indicator(setting)
    found = gather(setting, (_main(setting.plan),))
    if found is None:
        return Draft("The screener gave no result for this request.")
    result = found.results[0]
    conditions = _conditions(result)
    fields = [plain(one.get("field"), 40) for one in conditions]
    rows = list(found.rows)[: slots.count or PAGE]
    end = closing(setting, found.results, ("results", *fields, _sorted_by(result)))
    parts = _parts(setting, found, rows, fields)
    text = join_paragraphs(_clash_said(slots), _lead(setting, found, rows, conditions), *parts, end)
    return Draft(text, list_facts(rows, (*fields, _sorted_by(result)), result, "results"))


def _conditions(result: Result) -> list[Mapping[str, Any]]:
    return result.rows("interpreted", "filters")


def _sorted_by(result: Result) -> str:
    return result.words("interpreted", "sort", "field") or "market_cap"


def _lead(setting: Setting, found: Screened, rows: Sequence[Row], conditions: Sequence[Mapping[str, Any]]) -> str:
    kind = setting.plan.slots.asset_type
    met = f"{found.matched:,} of {found.total:,} {noun_of(kind, found.total)} at hand"
    said = said_filters(conditions) or "no condition that could be applied"
    if not rows:
        return f"None of the {found.total:,} {noun_of(kind, found.total)} at hand fits: {said}."
    first = f"**{name_of(rows[0])}** leads the list" if len(rows) > 1 else f"It is **{name_of(rows[0])}**"
    return setting.pick((f"{met} fit: {said}. {first}.", f"I found {met} with these conditions: {said}. {first}."))


def _parts(setting: Setting, found: Screened, rows: Sequence[Row], fields: Sequence[str]) -> list[str]:
    left_out = _not_applied(setting.plan.slots, found.results[0])
    if setting.is_brief:
        return [left_out]
    kind = setting.plan.slots.asset_type
    columns = [
        name for name in (*fields, _sorted_by(found.results[0]), *_COLUMNS[kind]) if name not in {"tag", "platform"}
    ]
    order = found.results[0].words("interpreted", "sort", "order")
    more = (
        f"The first {len(rows)} of {found.matched:,}, the {'lowest' if order == 'asc' else 'highest'} {_sorted_by(found.results[0]).replace('_', ' ')} first."
        if found.matched > len(rows)
        else ""
    )
    body = list_table(rows, columns, first=noun_of(kind, 1).capitalize()) if rows else ""
    return [left_out, body, more, _readings(found.results[0], setting)]


_COLUMNS: dict[AssetType, tuple[str, ...]] = {
    "coin": ("price", "market_cap", "volume_24h", "percent_change_24h", "percent_change_7d"),
    "exchange": ("spot_volume_24h", "derivative_volume_24h"),
    "category": ("market_cap", "market_cap_change", "volume", "num_tokens"),
}


def _not_applied(slots: Screen, result: Result) -> str:
    """What was asked for and had no effect, in the words of the question."""
    ignored = result.at("interpreted", "ignored")
    parts = [*slots.left_out, *(shown(part, 80) for part in (ignored if isinstance(ignored, list) else []))]
    named = join_names([f"“{part}”" for part in parts if part])
    return f"Not applied, because no list holds it: {named}." if named else ""


def _readings(result: Result, setting: Setting) -> str:
    """How vague words were read ("low cap"); all of the notes in a detailed answer."""
    notes = result.at("interpreted", "notes")
    said = [shown(note, 200) for note in (notes if isinstance(notes, list) else [])]
    kept = [
        note
        for note in said
        if setting.is_detailed
        or "read as" in note
        or "were taken" in note
        or "cannot be screened" in note
        or "'or'" in note
    ]
    return f"How I read it: {'; '.join(kept)}." if kept else ""


def _clash_said(slots: Screen) -> str:
    clash = find_clash(slots.bounds)
    if clash is None:
        return ""
    both = [said_filters(as_filters((one,))) for one in (clash.low, clash.high)]
    return f"“{both[0]}” and “{both[1]}” exclude each other, so I did not run that screen. If you meant the range between the two:"


def _follow(plan: Plan, text: str) -> Plan | None:
    """Another stretch of time says something only where a change is screened for."""
    changed = amended(plan, text)
    has_change = any(bound.field.startswith("percent_change") for bound in plan.slots.bounds)
    return changed if changed is None or has_change or changed.period == plan.period else None


SKILL = Skill(
    name="screener",
    title="screens by market cap, volume, price changes, category and chain",
    examples=(
        "coins with market cap over 1 billion that fell more than 10% in a week",
        "low cap gaming tokens on Solana with volume over 5m",
        "coins under $1 with volume above 100m",
        "Which altcoins are breaking ATH this week?",
    ),
    tools=(ASSET_SCREENER, MARKET_DATA, SIGNAL_LIST),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    follow=_follow,
)
