"""Forecasts and advice that are asked for: neither is given; what the record says of such moves is, without promise."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._ahead import Horizon, Slots, horizon_of, read_ahead
from cryptodesk.models.analyst.skills._closes import Gathered, Span, close_calls, figure_fact, gather
from cryptodesk.models.analyst.skills._outlook_text import (
    caution,
    said_of_one,
    said_of_quote,
    said_of_several,
    technicals_of,
)
from cryptodesk.models.analyst.skills._scenarios import View, view_of
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
_PLAIN_WORDS = re.compile(
    r"\bprice (?:prediction|forecast|target)s?\b|\bshould (?:i|we)\b|\bpredict(?:ion|ions)?\b|\bforecasts?\b|\bworth (?:buying|investing|holding)\b"
)
# The crowd's or the analysts' view is news, and what a fork or a law will bring is no price.
_OTHERS = re.compile(
    r"\banalysts? (?:predict|expect|say|think)\b|\bairdrops?\b|\bregulat\w+\b|\bhow (?:will|might|could|can) .{1,60}\b(?:impact|affect|change|influence)\b|\blayer[- ]?2\b|\bmarket attention\b|\bunlocks?\b"
)
_MULTIPLE = re.compile(r"\b(?:will|can|could|might|would)\b.{0,40}\b\d{1,4}x\b")
_NO_FORECAST = (
    "I make no price forecasts: nothing in the data tells what a price will be.",
    "I cannot tell where a price will go, and I do not guess.",
)
_NO_ADVICE = (
    "I give no trading or investment advice; that decision is yours.",
    "Whether to trade is not something I advise on; that decision is yours.",
)


def _recognise(reading: Reading) -> Claim | None:
    if not reading.is_known or reading.says(intents.WORTH) or reading.says(_OTHERS):
        return None
    if set(reading.measures) - {"price"}:
        return None  # a figure that is asked along with advice stands beside the refusal of the rules of named assets
    advice = intents.wants_advice(reading.lowered) or asks_for_action(reading)
    forecast = intents.wants_prediction(reading.lowered) or reading.ahead is not None or reading.says(_MULTIPLE)
    if not (advice or forecast):
        return None
    is_plain = reading.says(_PLAIN_WORDS) or asks_for_action(reading)
    return Claim(0.97 if is_plain else 0.92, read_ahead(reading, "forecast" if forecast and not advice else "advice"))


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
    return Draft(text, tuple(fact for one in views for fact in _facts(one)))


def _sources(setting: Setting, gathered: Gathered) -> str:
    quotes = [
        result
        for result in setting.evidence.results_of(MARKET_DATA)
        if any("price" in row for row in result.rows("results"))
    ]
    return closing(setting, gathered.results or quotes[:1], ("history", "price"))


def _facts(view: View) -> tuple[Fact, ...]:
    closes, windows = view.closes, view.windows
    facts = [figure_fact(closes, "last_close", as_number(closes.last), closes.currency)]
    if windows is not None:
        facts.append(figure_fact(closes, "past_windows", windows.count))
        facts.append(figure_fact(closes, "past_windows_higher", windows.higher))
    if view.needed_pct is not None:
        facts.append(figure_fact(closes, "needed_move_pct", as_number(view.needed_pct), "percent"))
        facts.append(figure_fact(closes, "past_windows_as_far", view.reached))
    return tuple(facts)


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
    assets="needed",
)
