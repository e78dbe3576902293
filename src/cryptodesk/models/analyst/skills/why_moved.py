"""Why a price moved: the move itself with its figures, and dated, cited reports around it; never a cause of our own."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import to_decimal
from cryptodesk.models.analyst.history_calls import history_arguments, return_field
from cryptodesk.models.analyst.questions import AssetRef, Period
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._news import asset_words
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import (
    EMPTY_REMEDY,
    Passage,
    item_line,
    passage_fact,
    passages_closing,
    read_passages,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._subjects import is_of_incident
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH, MARKET_DATA
from cryptodesk.models.analyst.writer.change import change_text, write_change
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs

__all__ = ["SKILL", "WhySlots"]

_BENCHMARKS = (AssetRef(1, "BTC", "Bitcoin", "the market"), AssetRef(1027, "ETH", "Ethereum", "the market"))
_TODAY = Period("hours", "the last 24 hours", 24)
_DAY, _LONG_DAYS = timedelta(days=1), 100
_REPORTS = frozenset({"news", "exchange_announcement", "rss_item"})
_DOWN = r"down|drop\w*|f[ae]ll(?:en|ing|s)?|crash\w*|dump\w*|declin\w+|tank\w*|bleed\w*|red|plung\w+|collaps\w+|slid\w*|sell[- ]?off|dip\w*|low(?:er)?|sink\w*|los\w+|nosediv\w+|retrac\w+|correct\w+|hammer\w*|crater\w*|wreck\w*|rekt|smash\w*|crush\w*|pummel\w*|batter\w*|slump\w*|tumbl\w+|wobbl\w+|weak\w*|beating|bloodbath|off a cliff|melt\w*|puk\w+"
_UP = r"up|pump\w*|rall(?:y|ied|ying|ies)|r[io]s(?:e|en|ing|es)|surg\w+|soar\w*|moon\w*|green|jump\w*|climb\w*|gain\w*|spik\w+|high(?:er)?|explod\w*|skyrocket\w*|recover\w*|outperform\w*|ripp?(?:ed|ing|s)|fl(?:ew|ying)|rocket\w*|boom\w*|bounc\w+|on (?:a tear|fire|a run)|parabolic|strong\w*|leap\w*|leapt"
_MOVE = Pattern(
    rf"\b(?:{_DOWN}|{_UP}|mov(?:e[ds]?|ing|ement)|drove|driv(?:en|ing|e)|swings?|pullback|rebound\w*|volatil\w+|price action|price change)\b"
)
_FALLS, _RISES = Pattern(rf"\b(?:{_DOWN})\b"), Pattern(rf"\b(?:{_UP})\b")
_WHY = Pattern(
    r"\bwhy(?:'s|s)?\b|\bhow come\b|\bwhat(?:'s|s| is| was| has| have)? (?:caus\w+|driv\w+|drove|trigger\w*|behind|pushing|pushed|mov(?:ed|ing)|led to|made|sent|sparked|fuel\w+|lift\w+|dragg\w+|sank|sunk|boost\w+)\b|\bwhat(?:'s|s| is) (?:going on|up|happening) with .{1,30}(?:price|drop|rise|dump|pump|crash|tank|bleed|rall|slid|fall)|\bexplain\w* (?:me )?(?:the|this|that|today'?s|yesterday'?s|why|.{1,30}'s)\b|\bexplanations?\b|\bhow so\b|\bwtf\b.{0,20}\bhappen\w*|\breasons?\b.{0,20}\b(?:for|behind|why|of)\b|\bbecause of what\b|\bdue to what\b|\bwhat(?:'s|s| is| was) the (?:reason|cause|story)\b|\bcauses? of\b|\bcaused\b|\bwhat happened (?:to|with|on)\b"
)
# Said behind a move that the question states: "doge is ripping, what gives".
_SOUGHT = Pattern(
    r"\bwhat gives\b|\b(?:any|some|the|a|is there an?|what) (?:particular |known |obvious |clear |specific |good |real |good |apparent )?(?:reasons?|causes?|catalysts?|triggers?|explanations?|idea why)\b|\b(?:reasons?|causes?|catalysts?|triggers?|explanations?)(?: for (?:it|that|this))?(?: (?:known|given|reported|please|pls|out there))?\W*$"
    r"|\bwhat(?: the hell| on earth)? (?:just )?happened\W*$|\bwhat(?:'s|s| is) (?:going on|happening|up)(?: (?:there|here))?\W*$|\bwhat(?:'s|s| is| was)? (?:all )?(?:that|this|it) (?:all )?(?:about|due to|because of|down to)\b|\bwhat(?:'s|s| is| was)? (?:it|that|this) about\b|,? on what(?: news)?\W*$|\bnews behind\b|\b(?:is|was) there (?:any )?(?:news|something|anything) behind\b|\bwhat(?:'s|s| is) (?:up|going on|happening) with _+ (?:crash|tank|dump|bleed|fall|drop|sink|slid|pump|rall|ris|surg|moon|ripp|fly|soar|jump)\w*|\bbehind (?:it|that|this)\b|\bwhat set off\b|\bset off by what\b"
    r"|\bwhat(?:'s| is| has| was)? (?:spook|scar|rattl|shook|shak|hurt|help|hit|hammer|sank|crash|tank|kill|weigh|push|pull|knock|drag|send|sent|propp|bring|brought|drag)\w* (?:on |up |down )?(?:the )?(?:market|crypto|traders|investors|coins|prices|alts|price|_+)|\bblam\w+\b|\bto blame\b|\bresponsible for\b|\battribut\w+\b"
)
_SHAKEN = Pattern(
    r"\b(?:spook|scar|rattl|shook|shak|hurt|weigh|knock)\w* (?:on )?(?:the )?(?:market|crypto|traders|investors|coins|prices|alts|_+)"
)
_MARKET = Pattern(
    r"\b(?:the market|crypto(?: market| prices?)?|cryptos|alt ?coins?|alts|everything|(?:the )?coins|prices|all (?:coins|cryptos))\b"
)
_GENERAL = Pattern(r"\bwhy (?:do|does|would|can|should)\b|\b(?:often|usually|always|typically|generally)\b")
_AHEAD = Pattern(r"\b(?:will|going to|gonna|predict\w*|forecast\w*|may(?! 20| \d)|might|could)\b")
_NOT_PRICE = Pattern(r"\b(?:sentiment|mood|fees?|gas|tvl|volume|open interest|funding|hash ?rate|dominance)\b")


class WhySlots(Struct, frozen=True):
    """`said` is the direction the question takes for granted; `is_market` that no asset was named."""

    said: Literal["down", "up", ""] = ""
    is_market: bool = False


def _recognise(reading: Reading) -> Claim | None:
    sought = _SOUGHT.search(reading.masked) is not None
    if not (sought or _WHY.search(reading.masked)) or _AHEAD.search(reading.masked):
        return None
    if not (_MOVE.search(reading.masked) or _SHAKEN.search(reading.masked)):
        return None
    if intents.wants_advice(reading.lowered) or _NOT_PRICE.search(reading.masked) or _GENERAL.search(reading.masked):
        return None
    if is_of_incident(reading) and reading.strong_period is None:
        return None
    said: Literal["down", "up", ""] = ""
    if _FALLS.search(reading.masked) is not None:
        said = "down"
    elif _RISES.search(reading.masked) is not None:
        said = "up"
    if reading.has_asset:
        return Claim(0.98 if sought else 0.97, WhySlots(said))
    is_market = _MARKET.search(reading.masked) is not None or reading.strong_period is not None
    return Claim(0.96, WhySlots(said, True), _BENCHMARKS) if is_market else None


def _calls(ask: Ask) -> Sequence[Call]:
    period = ask.plan.period or _TODAY
    arguments: dict[str, Any] = {"asset_type": "coin", "ids": list(ask.ids)[:2], "metrics": ["price", "returns"]}
    if return_field(period) is None:
        arguments |= {"metrics": [*arguments["metrics"], "history"], "history": history_arguments(period, ask.today)}
    start, end = _window(period, ask.today)
    dates = {"published_after": start.isoformat(), "published_before": end.isoformat()}
    slots = ask.plan.slots if isinstance(ask.plan.slots, WhySlots) else WhySlots()
    words = f"{asset_words(ask.assets)} price {'falls' if slots.said == 'down' else 'rises' if slots.said else 'moves'}"
    reports: dict[str, Any] = {"query": words, "content_types": ["news", "exchange_announcement"], **dates, "limit": 6}
    if not slots.is_market:
        reports["ids"] = list(ask.ids)[:2]
    calendar = {"query": "macro calendar events", "content_types": ["macro_event"], **dates, "limit": 4}
    calls = [Call(MARKET_DATA, arguments), Call(CONTENT_SEARCH, reports), Call(CONTENT_SEARCH, calendar)]
    # What is long past may have an article; of this week none can.
    if end < ask.today - 14 * _DAY:
        history = f"collapse and crash of the crypto market in {' '.join(_months(start + _DAY, end)[:2])}"
        calls.append(Call(CONTENT_SEARCH, {"query": history, "content_types": ["cmc_editorial"], "limit": 3}))
    return calls if ask.ids else ()


def _window(period: Period, today: date) -> tuple[date, date]:
    """The days in which something may have been reported on the move: the period and a day on either side."""
    if period.start is not None and period.end is not None:
        return period.start - _DAY, min(period.end + _DAY, today)
    if period.kind == "all":
        return today - 30 * _DAY, today
    days = -(-period.count // 24) + 1 if period.kind == "hours" else period.count
    return today - days * _DAY, today


def _months(start: date, end: date) -> list[str]:
    """ "November 2022", as an article writes it; of a long stretch the years."""
    if (end - start).days > _LONG_DAYS:
        return [str(year) for year in range(start.year, end.year + 1)]
    days = (start + _DAY * step for step in range((end - start).days + 1))
    return list(dict.fromkeys(f"{day:%B %Y}" for day in days))


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots if isinstance(setting.plan.slots, WhySlots) else WhySlots()
    dated = structs.replace(setting, plan=structs.replace(setting.plan, period=setting.plan.period or _TODAY))
    holdings = [held for asset in setting.resolved.assets if (held := setting.evidence.holding(asset)) is not None]
    move = write_change(dated, holdings[:2]) if holdings else Draft(_no_figures(setting))
    paragraphs = move.text.split("\n\n")
    sources = [each for each in paragraphs if each.startswith("_")]
    lead = join_paragraphs(
        " ".join(filter(None, (_stand_ins(slots, holdings), _premise(slots, holdings, dated.plan.period)))),
        *(each for each in paragraphs if each not in sources),
    )
    results = own_results(setting, _calls, CONTENT_SEARCH)
    used = _chosen(dated, _numbered([read_passages([result]) for result in results]), holdings)
    why = f"Price data show the move, not its cause. {_reported(setting, used)}"
    text = join_paragraphs(lead, why, *sources, passages_closing(setting, results, used))
    return Draft(text, (*move.facts, *(passage_fact("reported", item, item.title) for item in used)))


def _no_figures(setting: Setting) -> str:
    names = join_names([shown(asset.label, 80) for asset in setting.resolved.assets])
    reason = setting.evidence.failure(MARKET_DATA)
    return f"I have no figures of the move of {names}{f' ({shown(reason, 160)})' if reason else ''}."


def _stand_ins(slots: WhySlots, holdings: Sequence[Holding]) -> str:
    names = join_names([shown(held.asset.name, 60) for held in holdings])
    return f"{names} stand for the market here." if slots.is_market and len(holdings) > 1 else ""


def _premise(slots: WhySlots, holdings: Sequence[Holding], period: Period | None) -> str:
    """What the question takes for granted is checked against the figure."""
    if not slots.said or len(holdings) != 1:
        return ""
    _, fact = change_text(holdings[0], period)
    change = to_decimal(fact.value) if fact is not None else None
    if not change or (change < 0) == (slots.said == "down"):
        return ""
    return f"By the figures at hand the price went {'down' if change < 0 else 'up'}, not {slots.said}."


def _numbered(groups: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Numbers that are distinct over several searches, in their order."""
    everything = [passage for group in groups for passage in group]
    return [structs.replace(passage, n=place) for place, passage in enumerate(everything, 1)]


def _chosen(setting: Setting, found: Sequence[Passage], holdings: Sequence[Holding]) -> list[Passage]:
    """Reports and calendar entries of the days of the move, and articles that name its month. Where the figures are
    older than the question's window, no report of that window is about them."""
    start, end = _window(setting.plan.period or _TODAY, setting.today)
    newest = _data_day(holdings)
    if newest is not None and newest < start:
        return []
    dated = [p for p in map(_on_its_day, found) if start.isoformat() <= p.day <= end.isoformat()]
    calendar = [item for item in dated if item.kind == "macro_event"]
    reports = [item for item in dated if item.kind in _REPORTS]
    names = Pattern("|".join(_months(start, end)))
    articles = [one for one in found if one.kind == "handbook" and names.search(one.text)]
    if setting.is_brief:
        return [*reports, *calendar, *articles][:1]
    return [*reports[: 6 if setting.is_detailed else 4], *calendar[:2], *(_cut_to(one, names) for one in articles[:1])]


def _cut_to(article: Passage, names: Pattern) -> Passage:
    """The article's sentences that name the time, unchanged."""
    sentences = [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z])", article.text) if names.search(part)]
    return structs.replace(article, text=" ".join(sentences[:2]))


def _data_day(holdings: Sequence[Holding]) -> date | None:
    days = [held.block.as_of[:10] for held in holdings]
    try:
        return max(map(date.fromisoformat, days), default=None)
    except ValueError:
        return None


def _reported(setting: Setting, used: Sequence[Passage]) -> str:
    if not used:
        return f"The desk's documents hold no dated report around it, so I name no reason. {EMPTY_REMEDY}."
    items = "\n".join(item_line(item, setting.today, with_text=True, longest=220) for item in used)
    return f"Reported at that time, which does not make it the cause:\n\n{items}"


def _on_its_day(item: Passage) -> Passage:
    return item if item.published_at or not item.event_at else structs.replace(item, published_at=item.event_at)


SKILL = Skill(
    name="why_moved",
    title="what was reported when a price moved",
    examples=("why is BTC down today?", "what caused the crash on 2024-08-05", "why did SOL pump this week"),
    tools=(MARKET_DATA, CONTENT_SEARCH),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
