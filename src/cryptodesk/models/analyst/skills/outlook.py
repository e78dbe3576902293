"""Forecasts and advice that are asked for: neither is given; what the record says of such moves is, without promise."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._ahead import Horizon, Slots, horizon_of, read_ahead
from cryptodesk.models.analyst.skills._closes import Closes, Gathered, Span, close_calls, figure_fact, gather
from cryptodesk.models.analyst.skills._outlook_text import (
    caution,
    said_of_one,
    said_of_quote,
    said_of_several,
    technical_facts_of,
    technicals_of,
)
from cryptodesk.models.analyst.skills._scenarios import SHARES, View, Windows, range_of, recent_volatility_pct, view_of
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._technical_asked import Slots as TechnicalSlots
from cryptodesk.models.analyst.skills._wording import asks_for_action
from cryptodesk.models.analyst.skills.technicals import technical_calls
from cryptodesk.models.analyst.tool_names import MARKET_DATA, TECHNICAL_ANALYSIS
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL"]

# Four and six results of closes: with the day before the first and the last day itself they are full.
_RECORD_DAYS, _LONG_RECORD_DAYS = 4 * 365 - 2, 6 * 365 - 2
_LONG_HORIZON_DAYS = 365
_PLAIN_WORDS = Pattern(
    r"\bprice (?:prediction|forecast|target)s?\b|\bshould (?:i|we)\b|\bpredict(?:ion|ions)?\b|\bforecasts?\b|\bworth (?:buying|investing|holding)\b"
)
# The crowd's or the analysts' view is news, and what a fork or a law will bring is no price.
_OTHERS = Pattern(
    r"\banalysts? (?:predict|expect|say|think)\b|\bairdrops?\b|\bregulat\w+\b|\bhow (?:will|might|could|can) .{1,60}\b(?:impact|affect|change|influence)\b|\blayer[- ]?2\b|\bmarket attention\b|\bunlocks?\b"
)
_MULTIPLE = Pattern(r"\b(?:will|can|could|might|would)\b.{0,40}\b\d{1,4}x\b")
_CASHTAG = Pattern(r"\$([A-Za-z][A-Za-z0-9]{1,11})\b")
# What one may buy or expect that is no asset of this desk.
_NO_NAMES_WORDS = """
    dip dips house home car gold silver property estate bonds options leverage presale presales memecoins memes index
    fund funds rumor rumour nothing recession war inflation rates pump dump moon explode crash rally drop skyrocket
    double triple outperform surge recover flip break breakout soar bounce survive
"""
_NO_NAMES = frozenset(_NO_NAMES_WORDS.split())
_POINTS_BACK = Pattern(
    r"\b(?:it|its|it's|they|them|these|those)\b|\b(?:this|that) (?:coin|token|one|asset|project|crypto|price|level)\b|\bthe (?:price|coin|token)\b(?! of)"
)
_OF_MANY = Pattern(
    r"\b(?:coins|tokens|cryptos?|cryptocurrenc\w+|alt(?:coin)?s?|market|everything|portfolio)\b|\b(?:which|what|best|any|a|next) (?:\w+ )?(?:coin|token|one)\b"
)
_WHEN = r"(?: (?:now|today|tomorrow|then|here|yet|soon|more|some|again|in|the dip|this (?:week|month|year)|right now))*"
_ALONE = Pattern(
    r"^(?:(?:so|and|ok|okay|then|but|now|well|also|hmm),? )*(?:should (?:i|we|one) (?:buy|sell|hold|wait|invest|short|long|exit|enter|accumulate)"
    rf"(?: or (?:sell|hold|wait|buy|not|short))?{_WHEN}|(?:is (?:now|this|today|it) an? )?(?:good|right|bad|best) (?:time|moment|price|entry|buy|investment)(?: (?:to|for) (?:an? )?(?:buy|sell|enter|exit|invest|entry|long|short))?{_WHEN}"
    rf"|buy or sell{_WHEN}|worth (?:buying|holding|investing){_WHEN}|(?:what(?:'s| is) (?:the|your) |any )?(?:price )?(?:prediction|forecast|outlook|target)s?(?: (?:for|in|by|until) (?:the )?[\w ]{{1,30}})?)[\s?!.]*$"
)
# Above the refusal of the rules, below what lies outside the field.
_UNKNOWN = 0.903
_NAME_ONE = "I can show you what happened: name an asset, and I give its price, its moves, highs and lows."
_NO_FORECAST = (
    "I make no price forecasts: nothing in the data tells what a price will be.",
    "I cannot tell where a price will go, and I do not guess.",
)
_NO_ADVICE = (
    "I give no trading or investment advice; that decision is yours.",
    "Whether to trade is not something I advise on; that decision is yours.",
)


def _recognise(reading: Reading) -> Claim | None:
    assets = _assets(reading)
    if assets is None or reading.says(intents.WORTH) or reading.says(_OTHERS):
        return None
    if set(reading.measures) - {"price"}:
        return None  # a figure that is asked along with advice stands beside the refusal of the rules of named assets
    advice = intents.wants_advice(reading.lowered) or asks_for_action(reading)
    forecast = intents.wants_prediction(reading.lowered) or reading.ahead is not None or reading.says(_MULTIPLE)
    if not (advice or forecast):
        return None
    is_plain = reading.says(_PLAIN_WORDS) or asks_for_action(reading)
    slots = read_ahead(reading, "forecast" if forecast and not advice else "advice")
    return Claim(_UNKNOWN if not reading.is_known else 0.97 if is_plain else 0.92, slots, assets)


def _assets(reading: Reading) -> tuple[AssetRef, ...] | None:
    """Those named, also by a name nobody knows; none where a word or the form of the question points at those of the
    question before, and None where the question is of something else."""
    if reading.is_known:
        return (*reading.found.assets, *_unknown_beside(reading))
    of_many = reading.says(_OF_MANY)
    names = tuple(asset for asset in reading.assets if _may_name(asset.name, of_many=of_many))
    if names:
        return names
    points_back = reading.says(_POINTS_BACK) or _ALONE.match(reading.lowered)
    return () if points_back and not of_many else None


def _may_name(name: str, *, of_many: bool) -> bool:
    """In a question about coins at large a word in small letters is a word."""
    return not (_NO_NAMES & set(name.lower().split()) or (of_many and name.islower()))


def _unknown_beside(reading: Reading) -> tuple[AssetRef, ...]:
    """Tickers written as such beside assets that are known."""
    known = {asset.start for asset in reading.found.assets}
    found = (match for match in _CASHTAG.finditer(reading.text) if not _is_taken(match, reading))
    return tuple(
        AssetRef(None, "", match[1], match[1], match.start(1), 0.0) for match in found if match.start(1) not in known
    )


def _is_taken(match: re.Match[str], reading: Reading) -> bool:
    return any(start < match.end() and match.start() < end for start, end in reading.found.spans)


def _slots(plan: Plan) -> Slots:
    return plan.slots if isinstance(plan.slots, Slots) else Slots("forecast")


def _span(horizon: Horizon, today: date) -> Span:
    days = _LONG_RECORD_DAYS if horizon.days > _LONG_HORIZON_DAYS else _RECORD_DAYS
    return Span("the record", None, today - timedelta(days=days), today)


def _close_calls(plan: Plan, ids: Sequence[int | str], today: date) -> tuple[Call, ...]:
    slots = _slots(plan)
    horizon = horizon_of(slots, today, plan.period)
    return close_calls(ids, _span(horizon, today), today, _currency(plan))


def _currency(plan: Plan) -> str:
    return plan.currency if plan.currency != "USD" else _slots(plan).currency or "USD"


def _calls(ask: Ask) -> Sequence[Call]:
    if not ask.ids:
        return ()
    currency = _currency(ask.plan)
    quote = {"asset_type": "coin", "ids": ask.ids, "metrics": ["price", "returns"]}
    calls = [*_close_calls(ask.plan, ask.ids, ask.today)]
    # Of a coin without candles the quote is all there is.
    calls.append(Call(MARKET_DATA, quote if currency == "USD" else {**quote, "convert": currency}))
    return [*calls, *(technical_calls(ask.ids, _TECHNICALS) if _slots(ask.plan).levels else ())]


_TECHNICALS = TechnicalSlots()


def _write(setting: Setting) -> Draft:
    slots, assets = _slots(setting.plan), setting.resolved.assets
    horizon = horizon_of(slots, setting.today, setting.plan.period)
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, _close_calls(setting.plan, ids, setting.today), assets)
    views = [view_of(one, horizon.days, slots.target, slots.factor) for one in gathered.closes]
    parts = [setting.pick(_NO_FORECAST if slots.kind == "forecast" else _NO_ADVICE)]
    if not setting.plan.all_assets and not setting.plan.doubts and not setting.is_brief:
        parts.append(_NAME_ONE)
    if len(views) == 1:
        parts += said_of_one(setting, views[0], slots, horizon)
    elif views:
        parts += said_of_several(views, slots, horizon)
    if views and not setting.is_brief:
        parts += [technicals_of(setting, slots), caution(setting, views)]
    with_closes = {str(one.asset.asset_id) for one in gathered.closes}
    quoted = [said_of_quote(setting, asset) for asset in assets if str(asset.asset_id) not in with_closes]
    text = join_paragraphs(
        *parts, " ".join(filter(None, quoted)), " ".join(gathered.absent), _sources(setting, gathered)
    )
    levels = technical_facts_of(setting, slots)
    return Draft(text, (*(fact for one in views for fact in _facts(one)), *levels))


def _sources(setting: Setting, gathered: Gathered) -> str:
    quotes = [
        result
        for result in setting.evidence.results_of(MARKET_DATA)
        if any("price" in row for row in result.rows("results"))
    ]
    return closing(setting, gathered.results or quotes[:1], ("history", "price"))


def _facts(view: View) -> tuple[Fact, ...]:
    closes, windows = view.closes, view.windows
    facts = [figure_fact(closes, "last_close", as_number(closes.last), closes.currency), *_range_facts(closes)]
    if windows is not None:
        facts.append(figure_fact(closes, "past_windows", windows.count))
        facts.append(figure_fact(closes, "past_windows_higher", windows.higher))
        facts += _window_facts(closes, windows)
    if view.needed_pct is not None:
        facts.append(figure_fact(closes, "needed_move_pct", as_number(view.needed_pct), "percent"))
        facts.append(figure_fact(closes, "past_windows_as_far", view.reached))
        if windows is not None:
            facts.append(figure_fact(closes, "past_windows_ended_as_far", windows.at_least(view.needed_pct)))
    return tuple(facts)


def _range_facts(closes: Closes) -> list[Fact]:
    found, yearly = range_of(closes), recent_volatility_pct(closes)
    facts = [
        figure_fact(closes, "low_52w", as_number(found.low), closes.currency),
        figure_fact(closes, "high_52w", as_number(found.high), closes.currency),
    ]
    if found.place_pct is not None:
        facts.append(figure_fact(closes, "place_in_52w_range_pct", as_number(found.place_pct), "percent"))
    if yearly is not None:
        facts.append(figure_fact(closes, "volatility_90d_annualised_pct", yearly, "percent"))
    return facts


def _window_facts(closes: Closes, windows: Windows) -> list[Fact]:
    """The shares of the windows with the moves that they stayed below, and what such moves make of the last close."""
    facts = [
        figure_fact(closes, "past_windows_higher_pct", windows.higher / windows.count * 100, "percent"),
        figure_fact(closes, "past_window_worst_pct", windows.moves_pct[0], "percent"),
        figure_fact(closes, "past_window_best_pct", windows.moves_pct[-1], "percent"),
    ]
    for share in SHARES:
        move, name = windows.below(share), f"past_window_percentile_{share}"
        facts.append(figure_fact(closes, f"{name}.windows_of_100", share))
        facts.append(figure_fact(closes, f"{name}_pct", move, "percent"))
        facts.append(figure_fact(closes, name, as_number(closes.last * Decimal(1 + move / 100)), closes.currency))
    return facts


SKILL = Skill(
    name="outlook",
    title="past moves where a forecast or advice is asked for (I make no price forecasts and give no trading advice)",
    examples=(
        "Will SOL reach 500 by the end of the year?",
        "should I buy ETH now?",
        "price prediction for XRP 2030",
        "best entry for ADA with TP and SL",
    ),
    tools=(MARKET_DATA, TECHNICAL_ANALYSIS),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="wanted",
)
