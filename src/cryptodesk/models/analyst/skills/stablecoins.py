"""Stablecoins: how much of them there is, which are the largest, and how far each is from its peg."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, number, percent, to_decimal
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word, wants_list
from cryptodesk.models.analyst.skills._overview import (
    Part,
    end_of,
    fact_at,
    fields_of,
    kept_days,
    overview_call,
    part_of,
    refusal,
)
from cryptodesk.models.analyst.skills._pegs import price_text, write_pegs
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, MARKET_DATA, MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "StableSlots"]

Kind = Literal["supply", "peg", "list", "share"]

_SECTION = "stablecoins"
_STABLE = Pattern(
    r"\bstable[ -]?coins?(?:'s)?\b|\bstables\b|\b(?:digital |crypto |tokeni[sz]ed )?dollar[- ](?:coins?|tokens?)\b|\b(?:dollar|usd|fiat|buck)[- ]?(?:pegged|linked|backed|denominated) (?:coins?|tokens?|cryptos?|assets?)\b|\b(?:coins?|tokens?) (?:pegged|linked|tied) to the (?:us )?dollar\b|\b(?:digital|crypto|tokeni[sz]ed|on-?chain) dollars\b"
)
_PEG = Pattern(
    r"\b(?:de|off|un|re)?-?peg(?:s|ged|ging)?\b|\blos(?:t|e|ing) (?:its|the|their) peg\b|(?<!standard )\b(?:price )?deviat\w+\b|\bback (?:at|to) (?:\$1(?![\w.,]*\d)|a dollar|one dollar|parity)\b|\b(?:at|off|from|below|above) (?:parity|\$1(?![\w.,]*\d)|one dollar|a dollar)\b"
)
# Said of a coin that is meant to be worth a dollar; of any other these words are about its price.
_DOLLAR = Pattern(
    r"\b(?:is|are) _+ (?:and _+ )?(?:still |really )?(?:stable\b|\$1(?![\w.,]*\d)|a dollar\b)|\b(?:still |really |exactly )?(?:worth|trading at|at|is|=) (?:still |exactly |about )?(?:\$1|a dollar|one dollar|1 dollar|1 usd|(?:a |one |1 )buck|100 cents|par)(?![\w.,]*\d)\b|\b(?:off|away|far|distant|drift(?:ed|ing)?|slip(?:ped|ping)?|stray(?:ed|ing)?|wander(?:ed|ing)?|mov(?:ed|ing)|differs?|deviat\w+) (?:\w+ )?(?:off |from |below |above |away from )?(?:the|a|one|its) (?:us )?(?:dollar|buck)\b|\b(?:hold|holds|holding|keep|keeps|keeping|track|tracks|tracking|match|matches) (?:the|at a|to the|at the|a|at one|one) (?:us )?(?:dollar|buck)\b|\b(?:below|above|under|over) (?:a|the|one) (?:dollar|buck)\b|\b(?:is|are) _+ (?:still )?(?:at|holding) (?:par|parity)\b"
)
_PEGGED = Pattern(r"usd|dai\b|tether|frax|dollar|euro?c?\b|\bgho\b")
_ABOUT_PEG = Pattern(
    r"\bwhen (?:did|was|has)\b|\bwhat happened\b|\btell me about\b|\bhow (?:do|does|can|could|is|are|did)\b.{1,40}\b(?:hold|keep|maintain|stay|defend|manage)\w*\b.{0,12}\bpeg|\bde-?pegs?\b.{0,20}\b(?:histor\w+|events?|in (?:19|20)\d\d)\b|\bhow .{1,30}\bpegged\b|\bhold(?:s)? (?:its|the) peg\b.{0,10}\bhow\b"
)
_FIGURES = Pattern(
    r"\b(?:market[- ]?caps?|mcap|supply|supplies|circulat\w+|total|volumes?|size|how (?:much|many|big|large)|overview|stats|data|figures|dominance|share|minted|printed|issued|in circulation|inflows?|outflows?|growing|growth|shrinking|list|top|largest|biggest|which|all|rank\w*|price deviations?|table|doing|compare)\b"
)
_OTHER = Pattern(
    r"\b(?:news|regulat\w+|law|act|bill|yields?|apy|apr|interest|rates?|safe\w*|safest|risks?|risky|backed|backing|reserves?|audit\w*|algorithmic|collateral\w*|issuers?|pairs?|buy|earn|stak\w+|bridge\w*|gainers?|losers?|stable coin skill)\b"
)
_SHARE = Pattern(r"\b(?:share|part|portion|percent(?:age)?|dominance|how much of)\b")
_TERM = Pattern(r"(?:stable ?coins?|de-?peg(?:ging|ged)?|pegs?)")
_MOST_WORDS = 16


class StableSlots(Struct, frozen=True):
    kind: Kind = "supply"


def _recognise(reading: Reading) -> Claim | None:
    masked = reading.masked
    has_word, has_peg = _STABLE.search(masked) is not None, _asks_for_peg(reading)
    if reading.words > _MOST_WORDS or not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    if _OTHER.search(masked) or _ABOUT_PEG.search(masked) or not (has_word or (has_peg and reading.is_known)):
        return None
    if reading.is_known and not has_peg and has_word and _SHARE.search(masked):
        return Claim(0.985, StableSlots("share"))
    if reading.is_known and (not has_peg or _is_long_ago(reading)):
        return None
    if not has_peg and not _FIGURES.search(masked) and reading.words > 2:
        return None
    kind: Kind = "peg" if has_peg else "list" if wants_list(reading) else "supply"
    # "Holding its peg" is not about holders, and whether it was lost is asked of today.
    return Claim(0.99 if has_peg else own_word(reading), StableSlots(kind))


def _asks_for_peg(reading: Reading) -> bool:
    if _PEG.search(reading.masked):
        return True
    names = " ".join(f"{asset.symbol} {asset.name}" for asset in reading.found.assets).lower()
    return _DOLLAR.search(reading.masked) is not None and _PEGGED.search(names) is not None


def _is_long_ago(reading: Reading) -> bool:
    """A past of its price is the history's to tell."""
    period = reading.strong_period
    return period is not None and not (period.kind == "hours" or (period.kind == "days" and period.count <= 7))


def _kind(slots: Any) -> Kind:
    return slots.kind if isinstance(slots, StableSlots) else "supply"


def _calls(ask: Ask) -> Sequence[Call]:
    overview = overview_call((_SECTION,))
    if ask.ids and _kind(ask.plan.slots) != "share":
        return (Call(MARKET_DATA, {"asset_type": "coin", "ids": ask.ids, "metrics": ["price", "market_cap"]}), overview)
    return (overview, _LIST_CALL) if _kind(ask.plan.slots) == "list" else (overview,)


_LIST_CALL = Call(
    ASSET_SCREENER,
    {
        "query": "largest stablecoins",
        "asset_type": "coin",
        "filters": [{"field": "tag", "op": "eq", "value": "stablecoin"}],
        "sort": {"field": "market_cap", "order": "desc"},
    },
)


def _write(setting: Setting) -> Draft:
    part, kind = part_of(setting, _SECTION), _kind(setting.plan.slots)
    if setting.plan.assets and kind == "share":
        return _write_share(setting, part)
    if setting.plan.assets:
        return write_pegs(setting, part)
    if kind == "peg":
        return _write_off_peg(setting, part)
    screened = setting.evidence.results_of(ASSET_SCREENER)
    if kind == "list" and screened and screened[-1].rows("results"):
        return _write_list(setting, part, screened[-1])
    return _write_supply(setting, part)


def _write_supply(setting: Setting, part: Part | None) -> Draft:
    period = setting.plan.period
    days = None if period is None or period.is_weak else kept_days(period, setting.today)
    lead, facts = _supply(part, days)
    if part is None or not lead:
        return refusal("The supply of stablecoins is", part, "circulating_usd")
    asked = period is not None and not period.is_weak and days is None
    past = (
        f"The tool keeps the change over 24 hours, 7 and 30 days, nothing {_for(period.label)}."
        if asked and period
        else ""
    )
    body = "" if setting.is_brief else _table(part.rows("top"))
    off = "" if setting.is_brief else _off_peg(part)
    return Draft(join_paragraphs(" ".join(filter(None, (lead, past, off))), body, end_of(setting, part)), tuple(facts))


def _for(label: str) -> str:
    return label if label.startswith("since ") else f"for {label}"


def _write_share(setting: Setting, part: Part | None) -> Draft:
    """Which part of all dollar coins a named one is, where the overview lists it."""
    listed = {shown(row.get("symbol"), 24).lower(): row for row in part.rows("top")} if part else {}
    found = [(asset, listed.get(asset.symbol.lower())) for asset in setting.resolved.assets]
    said, missing, facts = [], [], []
    for asset, row in found:
        share = to_decimal(row.get("share_pct")) if row else None
        if row is None or share is None or part is None:
            missing.append(shown(asset.label, 110))
            continue
        worth = big_money(row.get("circulating_usd"))
        said.append(
            f"{shown(asset.label, 110)} is **{percent(share, signed=False)}** of the supply of dollar stablecoins{f', {worth}' if worth else ''}."
        )
        facts.append(fact_at(part.result, f"{_SECTION}.top", share, "percent", symbol=asset.symbol))
    gap = f"The overview lists no share of {join_names(missing, 'or')}." if missing else ""
    if part is None or not said:
        return refusal("That share of the stablecoins is", part, "top", more=gap)
    whole, _ = _supply(part)
    text = " ".join(filter(None, (*said, gap, "" if setting.is_brief else whole)))
    return Draft(join_paragraphs(text, end_of(setting, part)), tuple(facts))


_CHANGES = {1: ("circulating_change_24h_pct", "24 hours"), 7: ("circulating_change_7d_pct", "7 days"), 30: ("circulating_change_30d_pct", "30 days")}  # fmt: skip


def _supply(part: Part | None, days: int | None = None) -> tuple[str, list[Fact]]:
    """With its change over the days asked for, else over every span that is kept."""
    if part is None:
        return "", []
    whole, cap = part.figure("circulating_usd"), part.figure("market_cap")
    named = (("circulating_usd", whole), ("market_cap", cap))
    facts = [fact_at(part.result, f"{_SECTION}.{name}", value, "USD") for name, value in named if value is not None]
    spans = [_CHANGES[days]] if days in _CHANGES else list(_CHANGES.values())
    changes = [(name, words, value) for name, words in spans if (value := part.figure(name)) is not None]
    facts += [fact_at(part.result, f"{_SECTION}.{name}", value, "percent") for name, _, value in changes]
    said = join_names([f"{percent(value)} over {words}" for _, words, value in changes])
    absent = f" The change over {_CHANGES[days][1]} is not available." if days in _CHANGES and not changes else ""
    first = (
        f"**{big_money(whole)}** of dollar stablecoins circulate{f', {said}' if said else ''}.{absent}"
        if whole is not None
        else ""
    )
    volume = part.figure("volume_24h")
    traded = f" and traded {big_money(volume)} in 24 hours" if volume is not None else ""
    second = f"Those that the market's source counts are worth {big_money(cap)}{traded}." if cap is not None else ""
    return " ".join(filter(None, (first, second))), facts


def _off_peg(part: Part) -> str:
    """What the tool counts: dollar coins of some size, more than one percent away."""
    count, rows = part.figure("off_peg_count"), part.rows("off_peg")
    if count is None:
        return ""
    if count == 0:
        return "No dollar coin of at least $10 million is more than 1% from its peg."
    scope = "of the dollar coins of at least $10 million"
    named = [f"{shown(row.get('symbol'), 24) or 'unnamed'}{_away(row)}" for row in rows]
    return f"{number(count)} {scope} {'is' if count == 1 else 'are'} more than 1% from the peg{': ' + join_names(named) if named else ''}."


def _away(row: Mapping[str, Any]) -> str:
    deviation = percent(row.get("from_peg_pct"))
    return f" ({deviation})" if deviation else ""


def _write_off_peg(setting: Setting, part: Part | None) -> Draft:
    said = _off_peg(part) if part else ""
    rows = part.rows("top") if part else []
    if part is None or (not said and not rows):
        return refusal("Deviations of stablecoins are", part, "off_peg_count", "circulating_usd")
    body = "" if setting.is_brief else _table(rows)
    facts = [
        fact_at(part.result, f"{_SECTION}.off_peg_count", value)
        for value in [part.figure("off_peg_count")]
        if value is not None
    ]
    return Draft(join_paragraphs(said, body, end_of(setting, part)), tuple(facts))


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        [
            shown(row.get("symbol"), 24) or "unnamed",
            big_money(row.get("circulating_usd")),
            percent(row.get("share_pct"), signed=False),
            price_text(to_decimal(row.get("price"))),
            percent(row.get("from_peg_pct")),
        ]
        for row in rows
    ]
    return table(("Largest", "circulating", "share", "price", "from its peg"), cells) if cells else ""


def _write_list(setting: Setting, part: Part | None, result: Result) -> Draft:
    rows = result.rows("results")
    best = to_decimal(rows[0].get("market_cap"))
    worth = f", worth **{big_money(best)}**" if best is not None else ""
    lead = f"The largest stablecoin is {_coin(rows[0])}{worth}."
    supply, facts = _supply(part)
    cells = [
        [
            _coin(row),
            big_money(row.get("market_cap")),
            big_money(row.get("volume_24h")),
            price_text(to_decimal(row.get("price"))),
        ]
        for row in rows
    ]
    body = "" if setting.is_brief else table(("Stablecoin", "market cap", "24h volume", "price"), cells)
    fields = ("market_cap", "price", "results", *(fields_of(part.result, _SECTION) if part else ()))
    end = closing(setting, (result, *((part.result,) if part and supply else ())), fields)
    return Draft(join_paragraphs(" ".join(filter(None, (lead, supply))), body, end), tuple(facts))


def _coin(row: Mapping[str, Any]) -> str:
    name, symbol = shown(row.get("name"), 80), shown(row.get("symbol"), 24)
    return f"{name} ({symbol})" if name and symbol and symbol != name else name or symbol or "unnamed"


SKILL = Skill(
    name="stablecoins",
    title="stablecoins and their pegs",
    examples=("stablecoin supply", "Is USDT depegged?", "top stablecoins", "are any stablecoins off their peg"),
    tools=(MARKET_OVERVIEW, MARKET_DATA, ASSET_SCREENER),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
