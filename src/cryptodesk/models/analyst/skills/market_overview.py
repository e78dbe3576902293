"""The whole market: what all coins are worth together, what is traded, how many coins and exchanges there are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, number, percent, plural
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._market_phrases import FocusName, find_focus
from cryptodesk.models.analyst.skills._overview import (
    Part,
    earlier,
    end_of,
    extremes,
    fact_at,
    fields_of,
    kept_days,
    lacks_past,
    moved,
    overview_call,
    part_of,
    past_value,
    refusal,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "MarketSlots"]

_CAP = "total_crypto_market_cap_"
_SECTIONS: dict[FocusName, tuple[str, ...]] = {
    "all": ("market_size", "liquidity", "dominance", "sentiment", "rotation"),
    "size": ("market_size",),
    "volume": ("liquidity",),
    "counts": ("market_size",),
}


class MarketSlots(Struct, frozen=True):
    """Which side of the market is asked for."""

    focus: FocusName = "all"


def _recognise(reading: Reading) -> Claim | None:
    focus = None if reading.found.assets else find_focus(reading)
    return None if focus is None else Claim(focus.confidence, MarketSlots(focus.name))


def _focus(slots: Any) -> FocusName:
    return slots.focus if isinstance(slots, MarketSlots) else "all"


def _calls(ask: Ask) -> Sequence[Call]:
    """Volumes do not say their currency, so that only the size is asked in another."""
    focus = _focus(ask.plan.slots)
    return (overview_call(_SECTIONS[focus], ask.plan.currency if focus == "size" else "USD"),)


def _write(setting: Setting) -> Draft:
    focus = _focus(setting.plan.slots)
    writer = {"all": _write_all, "size": _write_size, "volume": _write_volume, "counts": _write_counts}[focus]
    return writer(setting)


def _cap_name(part: Part) -> tuple[str, str]:
    """The field of the total, and the currency its name ends in."""
    held = part.at()
    names = [name for name in held if name.startswith(_CAP)] if isinstance(held, dict) else []
    name = names[0] if names else f"{_CAP}usd"
    return name, name.removeprefix(_CAP).upper()


def _change(part: Part, name: str, span: str) -> Decimal | None:
    return part.figure(name, "percent_change", span)


def _size_lead(setting: Setting, part: Part) -> tuple[str, list[Fact]]:
    """The total with its change; empty where there is no total."""
    name, currency = _cap_name(part)
    total = part.figure(name, "current")
    if total is None:
        return "", []
    days = None if setting.plan.period is None else kept_days(setting.plan.period, setting.today)
    span = {7: "7d", 30: "30d"}.get(days or 1, "24h")
    change = _change(part, name, span)
    value = f"**{big_money(total, currency)}**"
    tail = f", {moved(change)} over {_SPANS[span]}" if change is not None else ""
    opening = ("All coins together are worth {}{}.", "The crypto market is worth {}{}.", "Total market cap: {}{}.")
    facts = [fact_at(part.result, f"market_size.{name}.current", total, currency)]
    if change is not None:
        facts.append(fact_at(part.result, f"market_size.{name}.percent_change.{span}", change, "percent"))
    return setting.pick(opening).format(value, tail), facts


_SPANS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}


def _write_size(setting: Setting) -> Draft:
    part = part_of(setting, "market_size")
    lead, facts = ("", []) if part is None else _size_lead(setting, part)
    if part is None or not lead:
        return refusal("The total market cap is", part)
    name, currency = _cap_name(part)
    more = [] if setting.is_brief else [_size_past(part, name, currency), _altcoin_cap(part, currency)]
    text = " ".join(
        filter(
            None,
            (lacks_past(setting, "the total"), _on_a_day(setting, part), lead, *more, _in_dollars(setting, currency)),
        )
    )
    return Draft(join_paragraphs(text, end_of(setting, part, name, "altcoin_market_cap")), tuple(facts))


def _on_a_day(setting: Setting, part: Part) -> str:
    name, currency = _cap_name(part)
    found = past_value(setting, part, name, "history")
    return f"It was **{big_money(found[1], currency)}** {found[0]}." if found else ""


def _in_dollars(setting: Setting, currency: str) -> str:
    asked = setting.plan.currency
    return f"The sources at hand give it in {currency}, not in {asked}." if asked != currency else ""


def _size_past(part: Part, name: str, currency: str) -> str:
    was = [f"{big_money(value, currency)} {words}" for words, value in earlier(part, name, "history")]
    ends = [f"the {word} {big_money(value, currency)} on {day}" for word, value, day in extremes(part, name, "yearly")]
    spans = [
        f"{percent(change)} over {words}"
        for span, words in _SPANS.items()
        if (change := _change(part, name, span)) is not None
    ]
    return " ".join(
        sentence
        for sentence in (
            f"Change: {join_names(spans)}." if spans else "",
            f"It was {join_names(was)}." if was else "",
            f"Of the past year {join_names(ends)}." if ends else "",
        )
        if sentence
    )


def _altcoin_cap(part: Part, currency: str) -> str:
    value = part.figure("altcoin_market_cap")
    return f"Without Bitcoin it is {big_money(value, currency)}." if value is not None else ""


def _write_volume(setting: Setting) -> Draft:
    part = part_of(setting, "liquidity")
    said, facts = ("", []) if part is None else _volume(setting, part)
    if part is None or not said:
        return refusal("The volume of the whole market is", part, "volume24h.spot")
    span = setting.plan.period
    longer = span is not None and not span.is_weak and kept_days(span, setting.today) != 1
    note = f"The tool gives volume over 24 hours alone, not over {span.label}." if longer and span else ""
    return Draft(join_paragraphs(" ".join(filter(None, (said, note))), end_of(setting, part)), tuple(facts))


def _volume(setting: Setting, part: Part) -> tuple[str, list[Fact]]:
    spot, change = part.figure("volume24h", "spot"), part.figure("volume24h", "spot_change_pct_24h")
    derivatives = part.figure("volume24h", "derivatives", "total")
    if spot is None and derivatives is None:
        return "", []
    against = f" ({percent(change)} against the 24 hours before)" if change is not None else ""
    parts = [f"**{big_money(spot)}** of spot trading{against}" if spot is not None else ""]
    parts.append(f"{big_money(derivatives)} of derivatives" if derivatives is not None else "")
    named = (
        (f"liquidity.volume24h.{path}", value) for path, value in (("spot", spot), ("derivatives.total", derivatives))
    )
    facts = [fact_at(part.result, path, value, "USD") for path, value in named if value is not None]
    ratio = part.figure("volume24h", "spot_vs_perp_ratio")
    more = (
        f" Spot volume is {number(round(ratio, 2))} times that of perpetuals."
        if ratio is not None and not setting.is_brief
        else ""
    )
    return f"The market's volume over 24 hours: {join_names(list(filter(None, parts)))}.{more}", facts


def _write_counts(setting: Setting) -> Draft:
    part = part_of(setting, "market_size")
    names = (("active_cryptocurrencies", "active cryptocurrencies"), ("active_exchanges", "active exchanges"))
    known = [(name, words, value) for name, words in names if part and (value := part.figure(name)) is not None]
    if part is None or not known:
        return refusal("The number of coins and exchanges is", part, "active_cryptocurrencies")
    said = join_names([f"**{number(value)}** {words}" for _, words, value in known])
    facts = [fact_at(part.result, f"market_size.{name}", value) for name, _, value in known]
    text = f"The source counts {said}."
    return Draft(join_paragraphs(text, end_of(setting, part, *(name for name, _, _ in known))), tuple(facts))


def _write_all(setting: Setting) -> Draft:
    size, liquidity = part_of(setting, "market_size"), part_of(setting, "liquidity")
    lead, facts = ("", []) if size is None else _size_lead(setting, size)
    if size is None or not lead:
        return refusal("Figures of the whole market are", size)
    if setting.is_brief:
        return Draft(join_paragraphs(lead, end_of(setting, size)), tuple(facts))
    volume, traded = ("", []) if liquidity is None else _volume(setting, liquidity)
    first = " ".join(filter(None, (lead, volume, _counts(size), lacks_past(setting, "the total"))))
    past = _size_past(size, *_cap_name(size)) if setting.is_detailed else ""
    end = closing(setting, (size.result,), fields_of(size.result, *_SECTIONS["all"]))
    return Draft(join_paragraphs(first, _table(setting, size), past, end), (*facts, *traded))


def _counts(size: Part) -> str:
    coins, venues = size.figure("active_cryptocurrencies"), size.figure("active_exchanges")
    if coins is None or venues is None:
        return ""
    return f"The source counts {plural(int(coins), 'active coin')} and {plural(int(venues), 'exchange')}."


def _table(setting: Setting, size: Part) -> str:
    name, currency = _cap_name(size)
    lines = (
        ("Total market cap", size, (name,), (), lambda value: big_money(value, currency)),
        ("BTC dominance", part_of(setting, "dominance"), ("btc",), (), _share),
        ("ETH dominance", part_of(setting, "dominance"), ("eth",), (), _share),
        ("Fear and greed (0-100)", part_of(setting, "sentiment"), ("fear_greed",), ("index",), number),
        ("Altcoin season (0-100)", part_of(setting, "rotation"), ("altcoin_season",), ("index",), number),
    )
    rows = []
    for label, part, path, last, write in lines:
        cells = [part.figure(*path, *when, *last) if part else None for when in _COLUMNS]
        rows.append([label, *(None if cell is None else write(cell) for cell in cells)])
    known = [row for row in rows if any(row[1:])]
    return table(("", "now", "yesterday", "a week ago", "a month ago"), known) if known else ""


_COLUMNS = (("current",), ("history", "yesterday"), ("history", "last_week"), ("history", "last_month"))


def _share(value: Decimal) -> str | None:
    return percent(value, signed=False)


SKILL = Skill(
    name="market_overview",
    title="the whole crypto market",
    examples=(
        "How is the crypto market doing?",
        "total crypto market cap",
        "What is the trading volume of the crypto market?",
        "how many cryptocurrencies are there",
    ),
    tools=(MARKET_OVERVIEW,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
