"""Two groups of assets side by side: named coins against named coins ("memes like DOGE, SHIB vs LINK, DOT"), one
category against another, or a coin against a category."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._category_sizes import CategorySize, read_sizes, size_calls, write_sizes
from cryptodesk.models.analyst.skills._list_groups import Group, group_filters
from cryptodesk.models.analyst.skills._list_sides import Side, read_versus
from cryptodesk.models.analyst.skills._list_stats import Stats, stats_of
from cryptodesk.models.analyst.skills._list_tables import Row, figure_of, list_facts, list_table, name_of
from cryptodesk.models.analyst.skills._lists import Window, result_of, screen_call, window_of
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, result_fact_source
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]


def _recognise(reading: Reading) -> Claim | None:
    """By what they are worth in total, else by how they moved."""
    return read_sizes(reading) or read_versus(reading)


def _window(plan: Plan) -> Window:
    return window_of(plan.period, plan.slots.window)


def _coins(ids: Sequence[int | str]) -> Call:
    return Call(MARKET_DATA, {"asset_type": "coin", "ids": list(ids), "metrics": ["price", "returns", "market_cap"]})


def _members(group: Group, window: Window) -> Call:
    """The largest of a category; the condition brings the figure of the window into the rows."""
    filters = [*group_filters((group,), None), {"field": window.field, "op": "gte", "value": -100}]
    return screen_call(f"largest {group.label} coins", filters=filters, sort="market_cap")


def _sides(plan: Plan) -> tuple[Side, Side]:
    return plan.slots.first, plan.slots.second


def _calls(ask: Ask) -> Sequence[Call]:
    if isinstance(ask.plan.slots, CategorySize):
        return size_calls(ask)
    window = _window(ask.plan)
    calls = [_members(side.group, window) for side in _sides(ask.plan) if side.group is not None]
    return [_coins(ask.ids), *calls] if ask.ids and any(side.places for side in _sides(ask.plan)) else calls


class _Told(Struct, frozen=True):
    """A side with its rows; `matched` is the size of its category. `lacking` are assets without figures."""

    side: Side
    rows: tuple[Row, ...]
    stats: Stats | None
    result: Result | None
    matched: int = 0
    lacking: tuple[str, ...] = ()


def _tell(setting: Setting, side: Side) -> _Told:
    window = _window(setting.plan)
    if side.group is not None:
        result = result_of(setting.evidence, _members(side.group, window))
        rows = tuple(result.rows("results")) if result else ()
        return _Told(
            side,
            rows,
            stats_of(rows, window.field),
            result,
            int((result.figure("total_matched") if result else 0) or 0),
        )
    asked = [setting.plan.assets[at] for at in side.places if at < len(setting.plan.assets)]
    known = {str(asset.asset_id): asset for asset in setting.resolved.assets}
    result = next((one for one in setting.evidence.results_of(MARKET_DATA) if one.rows("results")), None)
    by_id = {str(row.get("asset_id")): row for row in (result.rows("results") if result else [])}
    rows = tuple(row for asset in asked if (row := by_id.get(_id_of(asset, known))) is not None)
    lacking = tuple(
        shown(asset.name, 40) for asset in asked if figure_of(by_id.get(_id_of(asset, known), {}), window.field) is None
    )
    return _Told(side, rows, stats_of(rows, window.field), result, 0, lacking)


def _id_of(asset: AssetRef, known: dict[str, AssetRef]) -> str:
    """The id that the lookup settled on for the words of the question."""
    if str(asset.asset_id) in known:
        return str(asset.asset_id)
    return next(
        (key for key, one in known.items() if one.text == asset.text or one.symbol == asset.symbol), str(asset.asset_id)
    )


def _write(setting: Setting) -> Draft:
    if isinstance(setting.plan.slots, CategorySize):
        return write_sizes(setting)
    window = _window(setting.plan)
    told = [_tell(setting, side) for side in _sides(setting.plan)]
    results = list(dict.fromkeys(id(one.result) for one in told if one.result is not None))
    kept = [next(one.result for one in told if id(one.result) == key) for key in results]
    used = [result for result in kept if result is not None]
    parts = (
        [] if setting.is_brief else [_summary(told, window), _details(told, window), window.note, _how(setting, told)]
    )
    lacking = _lacking(told, window)
    text = join_paragraphs(
        _lead(setting, told, window), lacking, *parts, closing(setting, used, ("price", "results", window.field))
    )
    facts = [fact for one in told if one.result for fact in _facts(one, window)]
    known = [one.stats.average for one in told if one.stats is not None]
    if len(known) == 2:
        facts.append(Fact(f"apart_{window.field}", as_number(abs(known[0] - known[1])), "percentage points"))
    return Draft(text, tuple(facts))


def _lead(setting: Setting, told: Sequence[_Told], window: Window) -> str:
    first, second = told
    if first.stats is None or second.stats is None:
        return _incomparable(told, window)
    averages = {id(first): first.stats.average, id(second): second.stats.average}
    ahead, behind = (first, second) if averages[id(first)] >= averages[id(second)] else (second, first)
    gap = averages[id(ahead)] - averages[id(behind)]
    word = "ahead of" if gap > 0 else "level with"
    return setting.pick(
        (
            f"Over {window.label} **{ahead.side.label}** did {'better than' if gap > 0 else 'as well as'} {behind.side.label}: **{percent(averages[id(ahead)])}** against **{percent(averages[id(behind)])}** on average, {percent(gap, signed=False)} points apart (computed).",
            f"**{ahead.side.label[0].upper()}{ahead.side.label[1:]}** came out {word} {behind.side.label} over {window.label}: **{percent(averages[id(ahead)])}** against **{percent(averages[id(behind)])}** on average (computed, {percent(gap, signed=False)} points apart).",
        )
    ).replace("% points", " points")


def _incomparable(told: Sequence[_Told], window: Window) -> str:
    names = join_names([one.side.label for one in told if one.stats is None])
    lead = f"I cannot compare the two: the change of {names} over {window.label} is not known."
    reasons = [_why(one) for one in told if one.stats is None]
    return " ".join(filter(None, [lead, *reasons, *(_alone(one, window) for one in told)]))


def _why(one: _Told) -> str:
    total = one.result.figure("total_screened") if one.result else None
    return f"None of the {int(total):,} coins at hand is listed among {one.side.label}." if total is not None else ""


def _alone(one: _Told, window: Window) -> str:
    if one.stats is None:
        return ""
    label, on_average = one.side.label, " on average (computed)" if one.stats.count > 1 else ""
    return f"{label[0].upper()}{label[1:]}: {percent(one.stats.average)}{on_average} over {window.label}."


def _lacking(told: Sequence[_Told], window: Window) -> str:
    names = [name for one in told for name in one.lacking]
    return f"Without a known change over {window.label}, and so not counted: {join_names(names)}." if names else ""


def _summary(told: Sequence[_Told], window: Window) -> str:
    lines = [
        [
            f"{one.side.label}{f', the {len(one.rows)} largest of {one.matched:,}' if one.matched > len(one.rows) else ''}",
            percent(stats.average), percent(stats.median), percent(stats.weighted), f"{stats.risen} of {stats.count}",
            f"{name_of(stats.best)} {percent(stats.best.get(window.field))}",
            f"{name_of(stats.worst)} {percent(stats.worst.get(window.field))}",
        ]
        for one in told
        if (stats := one.stats) is not None
    ]  # fmt: skip
    titles = [f"Change {window.name}", "Average", "Median", "By market cap", "Up", "Best", "Worst"]
    return table(titles, lines) if len(lines) > 1 else ""


def _details(told: Sequence[_Told], window: Window) -> str:
    fields = list(
        dict.fromkeys(
            (window.field, "percent_change_24h", "percent_change_7d", "percent_change_30d", "price", "market_cap")
        )
    )
    rows = [row for one in told if one.side.group is None for row in one.rows]
    return list_table(rows, fields) if rows else ""


def _how(setting: Setting, told: Sequence[_Told]) -> str:
    if not setting.is_detailed:
        return ""
    of_groups = (
        " Of a category only the largest that the screener gives are counted."
        if any(one.side.group for one in told)
        else ""
    )
    return f"How to read it: in the average and median every coin weighs the same; “by market cap” weighs each by its value at the start.{of_groups}"


def _facts(told: _Told, window: Window) -> tuple[Fact, ...]:
    result = told.result
    if result is None or told.stats is None:
        return ()
    as_of, source = result_fact_source(result, window.field)
    average = Fact(
        f"average_{window.field}", as_number(told.stats.average), "percent", told.side.label, as_of=as_of, source=source
    )
    others = (("median", told.stats.median), ("weighted_average", told.stats.weighted))
    beside = (
        Fact(f"{name}_{window.field}", as_number(value), "percent", told.side.label, as_of=as_of, source=source)
        for name, value in others
        if value is not None
    )
    return (average, *beside, *list_facts(told.rows, (window.field, "price"), result, window.field))


SKILL = Skill(
    name="category_compare",
    title="two groups of coins or two categories side by side",
    examples=(
        "How do meme coins like DOGE or SHIB compare to utility coins like LINK or DOT?",
        "memes vs AI sector",
        "Compare HYPE with other DEX projects",
        "did layer 2 coins outperform layer 1 this month",
        "Which is worth more in total, gaming or AI?",
    ),
    tools=(ASSET_SCREENER, MARKET_DATA),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
