"""Top gainers and losers: which coins rose or fell most over an hour, a day, a week, a month or a quarter."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_bounds import Bound, as_filters, digits, find_bounds, floor_of
from cryptodesk.models.analyst.skills._list_follow import amended
from cryptodesk.models.analyst.skills._list_groups import (
    Chain,
    Group,
    find_chain,
    find_groups,
    group_filters,
    group_words,
    named_beside,
)
from cryptodesk.models.analyst.skills._list_moves import Side, rank_pool, sides_of
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
    result_of,
    screen_call,
    signal_call,
    spoken_window,
    window_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, SIGNAL_LIST
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL", "Movers"]

_USUAL_COUNT, _COUNT_OF_ONE = 10, 5
_MARKET = r"\b(?:in|of|on|across) (?:the )?(?:crypto\w*|market|whole market)\b"
_NOUN = Pattern(
    rf"\b(?:{COINS}|memes?|stables|l1s|l2s|gainers?|losers?|movers?|performers?|winners?|fallers?|climbers?|sinkers|gains|risers?|(?:steepest|sharpest|biggest|largest) (?:drops|falls|declines|dips|rises|gains|jumps)|(?:highest|best|biggest|largest) (?:\w+ )?(?:returns?|gains?|increases?)|risers?|decliners?|advancers?|(?:percent(?:age)?|%) (?:increases?|decreases?|gains?|loss(?:es)?|changes?|moves?|rises?|drops?))\b|{_MARKET}"
)
_ASKS = Pattern(
    r"\bwhat(?:'s|s| is| are)?\b|\banything\b|\bwhich\b|\bshow\b|\blist\b|\btop\b|\bbiggest\b|\bany\b|\bgive\b|\bfind\b|\btell\b|\bbest\b|\bworst\b|\btoday\b|\bof the (?:day|week|month|hour)\b|\bhighest\b|\blargest\b|\bsteepest\b|\bwho(?:'s|s)?\b"
)
_OTHERS = Pattern(
    r"\b(?:hash ?rate|to (?:mine|buy|hold|own)|tvl|exchanges?|sectors?|narratives?|categor(?:y|ies)|holders?|whales?|nfts?|collections?|wallets?|fees?|protocols?|niches?|corners? of|(?:kinds?|types?|sorts?) of|open interest|funding|dominance|chains|networks?|stocks?|ath|all[- ]time)\b"
)


_CONCEPT = Pattern(r"^(?:what(?:'s| is)|define|explain) an? ")


class Movers(Struct, frozen=True):
    """`window` is meant where the question names no period; floors are in dollars; `pool` is of ranks by market cap."""

    sides: tuple[Side, ...]
    window: str = "24h"
    count: int | None = None
    groups: tuple[Group, ...] = ()
    chain: Chain | None = None
    min_market_cap_usd: float | None = None
    min_volume_24h_usd: float | None = None
    pool: Bound | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.groups or self.chain or self.pool)

    @property
    def what(self) -> str:
        """ "meme coins of the first 100 by market cap"."""
        words = group_words(self.groups, self.chain)
        if self.pool is None:
            return words
        side = "outside" if self.pool.op == "gt" else "of"
        return f"{words} {side} the top {int(self.pool.value)} by market cap"


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    sides = sides_of(reading.masked)
    if not sides or not (_NOUN.search(reading.masked) or _ASKS.search(lowered)):
        return None
    groups, chain = find_groups(lowered), find_chain(lowered)
    if _CONCEPT.match(lowered) or is_barred(reading) or _OTHERS.search(lowered):
        return None
    if named_beside(reading, groups, chain) or reading.found.doubts:
        return None
    pool, rest = rank_pool(digits(lowered))
    bounds = find_bounds(rest)
    if any(bound.field not in {"market_cap", "volume_24h"} or bound.op[0] == "l" for bound in bounds):
        return None
    floors = floor_of(bounds, "market_cap"), floor_of(bounds, "volume_24h")
    if "volume" in lowered and floors[1] is None:  # what gained in volume is another list
        return None
    count = count_of(rest) or (_COUNT_OF_ONE if _SINGULAR.search(lowered) else None)
    slots = Movers(sides, spoken_window(lowered), count, groups, chain, *floors, pool)
    if any(floors) or pool:
        return Claim(0.98, slots)
    return Claim(0.97 if _NOUN.search(reading.masked) else 0.95, slots)


_SINGULAR = Pattern(
    r"\b(?:which|what) (?:crypto(?:currency)?|coin|token|altcoin) (?:is|has|had|was|did|got|gained|lost|rose|fell|dropped|crashed|climbed|pumped|dumped|jumped)\b|\bthe (?:biggest|top|best|worst) (?:gainer|loser|performer|performing \w+)\b(?!s)"
)


def _window(plan: Plan) -> Window:
    slots: Movers = plan.slots
    return window_of(plan.period, slots.window)


def _call(plan: Plan, side: Side) -> Call:
    """The screener keeps to categories and chains, and knows 60 and 90 days; the list is stricter in what it takes."""
    slots: Movers = plan.slots
    window, count = _window(plan), slots.count or _USUAL_COUNT
    if not slots.is_narrowed and window.name not in {"60d", "90d"}:
        floors = {"min_market_cap": slots.min_market_cap_usd, "min_volume_24h": slots.min_volume_24h_usd}
        return signal_call(f"top_{side}", window.name, limit=count, **floors)
    pool = as_filters((slots.pool,)) if slots.pool else ()
    filters = [*group_filters(slots.groups, slots.chain), *_floors(slots), *pool]
    what = "coins by rank" if slots.pool else slots.what
    order = "desc" if side == "gainers" else "asc"
    return screen_call(f"list of {what}", filters=filters, sort=window.field, order=order)


def _floors(slots: Movers) -> list[Row]:
    floors = (("market_cap", slots.min_market_cap_usd), ("volume_24h", slots.min_volume_24h_usd))
    return [{"field": field, "op": "gte", "value": least} for field, least in floors if least is not None]


def _nearest(plan: Plan, side: Side) -> Call:
    known = ("1h", "24h", "7d", "30d")
    name = _window(plan).name
    return signal_call(f"top_{side}", name if name in known else "30d", limit=5)


def _calls(ask: Ask) -> Sequence[Call]:
    calls = []
    for side in ask.plan.slots.sides:
        call = _call(ask.plan, side)
        result = result_of(ask.evidence, call)
        calls += [call] if result is None or _rows(result) else [call, _nearest(ask.plan, side)]
    return calls


def _rows(result: Result) -> list[Row]:
    return [*result.rows("items"), *result.rows("results")]


def _write(setting: Setting) -> Draft:
    plan, window = setting.plan, _window(setting.plan)
    found = [(side, result_of(setting.evidence, _call(plan, side))) for side in plan.slots.sides]
    parts: list[str] = []
    results: list[Result] = []
    facts: list[Fact] = []
    for side, result in found:
        if result is None:
            continue
        rows = _moves(result, window, side, plan.slots.count or _USUAL_COUNT)
        parts.append(_part(setting, side, rows, result))
        results.append(result)
        facts += signal_facts(rows, window, result)
    notes = [] if setting.is_brief else [window.note, rule_of(setting, results[0]) if results else ""]
    end = closing(setting, results, ("items", "results", window.field, "platform"))
    return Draft(join_paragraphs(*parts, *notes, end), tuple(facts))


def _moves(result: Result, window: Window, side: Side, count: int) -> list[Row]:
    """Rows that moved the way the list says, so that words and signs agree."""
    rows = signal_rows(result, window, count) or result.rows("results")[:count]
    wanted = 1 if side == "gainers" else -1
    changes = [(row, row.get(window.field)) for row in rows]
    return [row for row, change in changes if isinstance(change, int | float) and change * wanted > 0]


def _part(setting: Setting, side: Side, rows: Sequence[Row], result: Result) -> str:
    plan = setting.plan
    window, what = _window(plan), plan.slots.what
    verb = "rose" if side == "gainers" else "fell"
    if not rows:
        return _nothing(setting, side, result, what, verb)
    among, change = _among(result, what), value_of(window.field, rows[0].get(window.field))
    lead = setting.pick(
        (
            f"Of {among}, **{name_of(rows[0])}** {verb} most over {window.label}: **{change}**.",
            f"**{name_of(rows[0])}** is the top {side[:-1]} of {window.label} among {among}: **{change}**.",
        )
    )
    then = f" Then {join_names([moved(row, window) for row in rows[1:3]])}." if len(rows) > 1 else ""
    floor = _floor_words(plan.slots)
    body = "" if setting.is_brief else signal_table(rows, window, asset=side.capitalize())
    return join_paragraphs(f"{lead}{then}{floor}", body, _short(plan.slots, rows))


def _short(slots: Movers, rows: Sequence[Row]) -> str:
    """Why there are fewer than were asked for."""
    if len(rows) >= (slots.count or 0):
        return ""
    return f"{slots.count} were asked for; the tool gave {len(rows)} that moved this way."


def _among(result: Result, what: str) -> str:
    if what.startswith("coins of the top "):
        return f"the {what.removeprefix('coins of the ').replace(' by', ' coins by', 1)}"
    count = result.figure("considered") or result.figure("total_matched")
    return f"{int(count):,} {what}" if count else f"the {what} at hand"


def _floor_words(slots: Movers) -> str:
    parts = [
        f"{row['field'].removesuffix('_24h').replace('_', ' ')} of at least ${row['value']:,.0f}"
        for row in _floors(slots)
    ]
    return f" Only coins with a {join_names(parts)} count." if parts else ""


def _nothing(setting: Setting, side: Side, result: Result, what: str, verb: str) -> str:
    window = _window(setting.plan)
    if _rows(result):
        return f"None of the {what} at hand {verb} over {window.label}."
    total = result.figure("considered") or result.figure("total_screened")
    why = f"none of {plural(int(total), 'coin')} at hand fits" if total else gap_of(result)
    nearest = result_of(setting.evidence, _nearest(setting.plan, side))
    lead = f"I have no {side} among {what} for {window.label}: {why}."
    if nearest is None or not nearest.rows("items"):
        return lead
    near_window = Window(str(nearest.arguments.get("time_period", "24h")))
    rows = signal_rows(nearest, near_window, 5)
    names = join_names([moved(row, near_window) for row in rows])
    return f"{lead} Of all coins at hand the {side} over {near_window.label}: {names}."


SKILL = Skill(
    name="gainers_losers",
    title="top gainers and losers",
    examples=(
        "Top gainers today",
        "What coins are pumping right now?",
        "worst performers this week",
        "Which crypto is seeing the fastest growth this week?",
    ),
    tools=(SIGNAL_LIST, ASSET_SCREENER),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    follow=amended,
)
