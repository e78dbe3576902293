"""What the record says of one or several assets where a forecast or advice was asked for, in words."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.models.analyst.formats import money, percent, to_decimal
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.skills._ahead import Horizon, Slots
from cryptodesk.models.analyst.skills._closes import Closes
from cryptodesk.models.analyst.skills._scenarios import SHARES, View, daily_falls, range_of, recent_volatility_pct
from cryptodesk.models.analyst.skills._technical_text import RSI_RULE, distance_facts, levels_table, summary
from cryptodesk.models.analyst.skills._technical_text import Reading as Technical
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import TECHNICAL_ANALYSIS
from cryptodesk.models.analyst.writer.closing import when
from cryptodesk.models.analyst.writer.draft import Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import moved
from cryptodesk.models.analyst.writer.table import table

__all__ = ["caution", "said_of_one", "said_of_quote", "said_of_several", "technical_facts_of", "technicals_of"]

_FEW_APART = 10
_MOVES = (("24 hours", "percent_change_24h"), ("7 days", "percent_change_7d"), ("30 days", "percent_change_30d"))


def said_of_one(setting: Setting, view: View, slots: Slots, horizon: Horizon) -> list[str]:
    lead = f"{_standing(view.closes)} {_target_sentence(view)}".strip()
    if setting.is_brief:
        return [lead]
    after = [_past(view, horizon), _volatility(view.closes), _leverage(view.closes, slots)]
    return [lead, " ".join(filter(None, after)), _scenario_table(view)]


def said_of_quote(setting: Setting, asset: AssetRef) -> str:
    """Price and moves of an asset whose closes are not known; empty where its price is not known either."""
    found = setting.evidence.holding(asset)
    price = money(found.values.get("price"), found.block.currency) if found else None
    if found is None or price is None:
        return ""
    changes = [(label, to_decimal(found.values.get(field))) for label, field in _MOVES]
    moves = join_names([f"{moved(change)} over {label}" for label, change in changes if change is not None])
    return f"{shown(asset.label, 110)} was at **{price}** as of {when(found)}{f'; it {moves}' if moves else ''}."


def _standing(closes: Closes) -> str:
    """Where the last close lies in the range of its year."""
    found, last = range_of(closes), closes.last
    place = "" if found.place_pct is None else f", {percent(found.place_pct, signed=False)} of the way up"
    return (
        f"What the record shows: {closes.label} closed at **{_say(closes, last)}** on {closes.days[-1].isoformat()}; the closes of"
        f" the 52 weeks before lie between {_say(closes, found.low)} and {_say(closes, found.high)}{place}."
    )


def _say(closes: Closes, value: Decimal) -> str:
    return money(value, closes.currency) or "n/a"


def _target_sentence(view: View) -> str:
    """What the target takes, and how often past windows came as far, at any of their closes and at their last."""
    needed, windows = view.needed_pct, view.windows
    if needed is None or view.target is None:
        return ""
    noun, verb = ("rise", "rose") if needed >= 0 else ("fall", "fell")
    text = f"{_say(view.closes, view.target)} would take a {noun} of {percent(abs(needed), signed=False)} from there."
    if windows is None:
        return text
    edge = windows.edge(needed)
    most = (
        f"the largest {noun} of a window was {percent(abs(edge), signed=False)}"
        if (edge > 0) == (needed >= 0)
        else f"no window {verb}"
    )
    return (
        f"{text} It came that far at some close in **{view.reached:,} of {windows.count:,}** past windows of {_days(windows.days)},"
        f" and stood there at the end of {windows.at_least(needed):,}; {most}."
    )


def _days(count: int) -> str:
    return f"{count:,} days" if count != 1 else "1 day"


def _past(view: View, horizon: Horizon) -> str:
    closes, windows = view.closes, view.windows
    if windows is None:
        return f"The record, {len(closes.days):,} days, is too short to hold one window of {horizon.label}."
    asked = "" if horizon.is_said else "No time was named, so I took 30 days. "
    share = percent(Decimal(windows.higher) / windows.count * 100, signed=False)
    return (
        f"{asked}Of {windows.count:,} past windows of {_days(windows.days)} ({closes.dates}), {windows.higher:,} ended higher ({share});"
        f" the middle half moved between {percent(windows.below(25))} and {percent(windows.below(75))}, the worst {percent(windows.moves_pct[0])}"
        f" and the best {percent(windows.moves_pct[-1])}."
    )


def _volatility(closes: Closes) -> str:
    yearly = recent_volatility_pct(closes)
    return (
        ""
        if yearly is None
        else f"Its realised volatility over the last 90 days was {percent(yearly, signed=False)} a year."
    )


def _leverage(closes: Closes, slots: Slots) -> str:
    """What a leveraged position does not survive, and how often a single day moved that far."""
    if slots.leverage is None or slots.leverage < 2:
        return ""
    limit = Decimal(100) / slots.leverage
    falls, days = daily_falls(closes, limit)
    return (
        f"At {slots.leverage}x a move of {percent(limit, signed=False)} against a position uses up its whole margin; on {falls:,} of {days:,} days"
        f" the close fell by at least that much, and within days it went further."
    )


def _scenario_table(view: View) -> str:
    closes, windows = view.closes, view.windows
    if windows is None:
        return ""
    last = closes.last
    rows = [
        [f"{share} of 100 ended below", percent(move), _say(closes, last * Decimal(1 + move / 100))]
        for share in SHARES
        for move in (windows.below(share),)
    ]
    return table([f"Past windows of {_days(windows.days)}", "Move", "From the last close"], rows)


def said_of_several(views: Sequence[View], slots: Slots, horizon: Horizon) -> list[str]:
    rows = [_row(one, slots) for one in views]
    heads = [
        "Asset",
        "Last close",
        "In its 52-week range",
        f"Higher after {_days(horizon.days)}",
        "Middle half of the moves",
        "Volatility, annualised",
    ]
    if slots.leverage is not None and slots.leverage > 1:
        heads.append(f"Days of {percent(-Decimal(100) / slots.leverage)} or worse")
    lead = f"What the record shows of each, over past windows of {_days(horizon.days)}:"
    return [lead, table(heads, [row[: len(heads)] for row in rows])]


def _row(view: View, slots: Slots) -> list[str | None]:
    closes, windows, place = view.closes, view.windows, range_of(view.closes).place_pct
    share = None if windows is None else f"{windows.higher:,} of {windows.count:,}"
    middle = None if windows is None else f"{percent(windows.below(25))} to {percent(windows.below(75))}"
    falls, days = daily_falls(closes, Decimal(100) / (slots.leverage or 1))
    cells = [
        closes.label,
        f"{_say(closes, closes.last)} ({closes.days[-1].isoformat()})",
        percent(place, signed=False),
        share,
        middle,
    ]
    return [*cells, percent(recent_volatility_pct(closes), signed=False), f"{falls:,} of {days:,}"]


def technicals_of(setting: Setting, slots: Slots) -> str:
    if not slots.levels:
        return ""
    parts: list[str] = []
    for result in setting.evidence.results_of(TECHNICAL_ANALYSIS):
        name = result.words("name") or "the asset"
        reading = Technical(result, shown(name, 80), "1d")
        rows = [] if len(setting.resolved.assets) > 1 else levels_table(reading)
        parts += [summary(reading), table(["Level", "Price", "From the close"], rows) if rows else ""]
    ending = f"{RSI_RULE} Levels are arithmetic on the last bar, not orders to place." if any(parts) else ""
    return join_paragraphs(*parts, ending)


def technical_facts_of(setting: Setting, slots: Slots) -> tuple[Fact, ...]:
    """The figures behind `technicals_of`."""
    found = setting.evidence.results_of(TECHNICAL_ANALYSIS) if slots.levels else ()
    readings = [Technical(each, shown(each.words("name") or "the asset", 80), "1d") for each in found]
    return tuple(fact for one in readings for fact in distance_facts(one))


def caution(setting: Setting, views: Sequence[View]) -> str:
    text = "Counted here on daily closes; the windows overlap, and what was does not bind what comes."
    windows = next((view.windows for view in views if view.windows is not None), None)
    apart = 0 if windows is None else (windows.count + windows.days) // windows.days
    if windows is not None and apart < _FEW_APART:
        text += f" Laid end to end, the record holds only {apart} of them: that is little to go by."
    if setting.is_detailed:
        text += " “The middle half” leaves out the lowest and the highest quarter of the windows; a share of past windows is no probability."
    return text
