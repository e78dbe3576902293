"""Exchange-traded funds on Bitcoin and Ether: what they hold, and what flowed in or out on the last trading day."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, percent
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._overview import (
    DAYS_KEPT,
    Part,
    end_of,
    fact_at,
    kept_days,
    overview_call,
    part_of,
    refusal,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_SECTION = "trad_fi_flows"
_NAMES = {"btc": "Bitcoin", "eth": "Ether"}
_ASSETS: dict[int | str | None, str] = {1: "btc", 1027: "eth"}
_FUND = r"(?:etfs?|etps?|exchange[- ]traded (?:funds?|products?)|spot funds?)"
_FUNDS = Pattern(rf"\b{_FUND}\b")
_FIGURE = Pattern(
    r"\b(?:(?:in|out|net)?[- ]?flow(?:s|ed|ing)?|aum|assets? under management|assets|hold(?:s|ings?)?|held|money|bought|buying|sold|selling|own(?:s|ed)?|how much|how are|how did|how were|size|took in|drain\w*|bleed\w*|inflows?|outflows?|redemptions?|data|numbers|figures|stats|total|tradfi)\b"
)
_ALONE = Pattern(rf"^(?:the )?(?:spot )?(?:_+|crypto)?(?: spot)? ?{_FUND}(?: today| now| yesterday| this week)?\W*$")
_TRADFI = Pattern(r"\btrad[- ]?fi flows?\b|\binstitutional (?:in|out)?flows?\b")
_OTHER = Pattern(
    r"\b(?:news|approv\w+|reject\w*|fil(?:e|ed|ing|ings)|deadline|sec|launch\w*|ticker|price of|expense|fees?|which etf|list(?:ed|ing)?|announce\w*|best)\b"
)
_COINS = Pattern(r"\bhow many (?!etfs?|funds?)")
_MOST_WORDS = 25
_TERM = Pattern(rf"(?:spot |crypto |bitcoin )*{_FUND}(?: flows?| aum| inflows?)?")


def _recognise(reading: Reading) -> Claim | None:
    masked = reading.masked
    if (
        reading.words > _MOST_WORDS
        or reading.says(_OTHER)
        or not is_for_figures(reading)
        or is_about_meaning(reading, _TERM)
    ):
        return None
    if _TRADFI.search(masked):
        return Claim(own_word(reading))
    if not _FUNDS.search(masked):
        return None
    return Claim(own_word(reading)) if _FIGURE.search(masked) or _ALONE.match(masked) else None


def _calls(ask: Ask) -> Sequence[Call]:
    return (overview_call((_SECTION,)),)


def _wanted(setting: Setting) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(_ASSETS[one.asset_id] for one in setting.plan.assets if one.asset_id in _ASSETS))
    return named or tuple(_NAMES)


def _write(setting: Setting) -> Draft:
    part, wanted = part_of(setting, _SECTION), _wanted(setting)
    known = [name for name in wanted if part and (_flow(part, name) is not None or _held(part, name) is not None)]
    if part is None or not known:
        return refusal("Figures of crypto funds are", part, *(f"etf_aum.{name}" for name in wanted))
    missing = [f"{_NAMES[name]} funds ({part.why(f'etf_aum.{name}')})" for name in wanted if name not in known]
    lead = [_others(setting), *(_sentence(part, name) for name in known)]
    lead += ["The tool gives holdings in dollars, not in coins."] if _COINS.search(setting.question.lower()) else []
    lead += [f"Nothing is known of {join_names(missing)}."] if missing else []
    body = "" if setting.is_brief else join_paragraphs(_table(part, known), _span_note(setting, part, known))
    reading = (
        "Flows are net: shares created less shares redeemed. Assets also move with the coin's price."
        if setting.is_detailed
        else ""
    )
    paths = [f"{kind}.{name}" for kind in ("etf_aum", "etf_net_flow") for name in known]
    text = join_paragraphs(" ".join(filter(None, lead)), body, reading, end_of(setting, part, *paths))
    return Draft(text, tuple(fact for name in known for fact in _facts(part, name)))


def _held(part: Part, name: str) -> Decimal | None:
    return part.figure("etf_aum", name, "current")


def _flow(part: Part, name: str) -> Decimal | None:
    return part.figure("etf_net_flow", name)


def _sentence(part: Part, name: str) -> str:
    """The flow with the word that fits its sign, and what the funds hold."""
    flow, held = _flow(part, name), _held(part, name)
    holds = f"hold {big_money(held)}" if held is not None else ""
    if flow is None:
        return f"{_NAMES[name]} funds {holds.replace('hold ', 'hold **')}**."
    day = _day_of(part, f"{_SECTION}.etf_net_flow.{name}")
    return f"{_NAMES[name]} funds had {_worded(flow)}{day}{f' and {holds}' if holds else ''}."


def _worded(flow: Decimal) -> str:
    if flow == 0:
        return "no net flow"
    return f"a net {'inflow' if flow > 0 else 'outflow'} of **{big_money(abs(flow))}**"


def _day_of(part: Part, field: str) -> str:
    """The trading day that the figure is of."""
    stamp = next((origin.as_of for origin in part.result.origins if field in origin.fields), "")
    return f" on the last trading day ({shown(stamp[:10], 10)})" if stamp else " on the last trading day"


def _past(part: Part, name: str) -> list[tuple[str, Decimal | None]]:
    return [(when, part.figure("etf_aum", name, "history", when)) for when in DAYS_KEPT.values()]


def _table(part: Part, known: Sequence[str]) -> str:
    rows = []
    for name in known:
        cells = [_flow(part, name), _held(part, name), *(value for _, value in _past(part, name))]
        rows.append([_NAMES[name], *(None if cell is None else big_money(cell) for cell in cells)])
    return table(("Funds on", "net flow, last day", "assets", "assets yesterday", "a week ago", "a month ago"), rows)


def _span_note(setting: Setting, part: Part, known: Sequence[str]) -> str:
    """What can be said of a longer stretch: flows are of one day, and the change of assets is no flow."""
    period = setting.plan.period
    days = kept_days(period, setting.today)
    if period is None or period.is_weak or days == 1:
        return ""
    first = f"The tool gives the flow of the last trading day alone, not over {period.label}."
    changes = [] if days is None else [text for name in known if (text := _change(part, name, DAYS_KEPT[days]))]
    if not changes:
        return first
    return f"{first} Over that time the assets changed by {join_names(changes)} (computed; it holds price moves too)."


def _change(part: Part, name: str, when: str) -> str:
    now, before = _held(part, name), part.figure("etf_aum", name, "history", when)
    if now is None or not before:
        return ""
    return f"{percent((now / before - 1) * 100)} in {_NAMES[name]} funds"


def _others(setting: Setting) -> str:
    names = [shown(one.name, 60) for one in setting.plan.assets if one.asset_id not in _ASSETS]
    return f"The tool carries funds on Bitcoin and Ether alone, none on {join_names(names, 'or')}." if names else ""


def _facts(part: Part, name: str) -> list[Fact]:
    values = {f"etf_net_flow.{name}": _flow(part, name), f"etf_aum.{name}.current": _held(part, name)}
    values |= {f"etf_aum.{name}.history.{when}": value for when, value in _past(part, name)}
    return [
        fact_at(part.result, f"{_SECTION}.{path}", value, "USD") for path, value in values.items() if value is not None
    ]


SKILL = Skill(
    name="etf_flows",
    title="flows and assets of Bitcoin and Ether funds",
    examples=("bitcoin ETF flows", "How much do the spot ETFs hold?", "ETH ETF inflows yesterday", "etf aum"),
    tools=(MARKET_OVERVIEW,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
