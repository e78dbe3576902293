"""One question to one `Plan`, without regard to the rest of the conversation. Never raises.

What was decided of close calls is given as data: the same question and decision give the same plan."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.amounts import find_currency, find_formula, find_phrase
from cryptodesk.models.analyst.assets import strangers
from cryptodesk.models.analyst.language import is_english
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import MARKET_INTENTS, Amount, AssetRef, Intent, Plan
from cryptodesk.models.analyst.reading import Reading, clean, in_whole_coins, read
from cryptodesk.models.analyst.skills import Named, claims_of, load_skills
from cryptodesk.models.analyst.ties import NO_BREAKS, Tie, TieBreak, TieBreaks, close_calls, masked_question

__all__ = ["MAX_ASSETS", "find_tie", "parse"]

MAX_ASSETS = 5
# A longer text that holds a formula is about something else.
_MOST_WORDS_OF_A_SUM = 25
_MOST_WORDS_OF_A_NAME = 8


def parse(question: str, knowledge: AssetKnowledge, today: date, breaks: TieBreaks = NO_BREAKS) -> Plan:
    """The plan of the question alone: what it leaves open stays empty."""
    text = in_whole_coins(clean(question))
    return _parse(text, knowledge, today, breaks.get(text) if breaks else None)


def find_tie(question: str, knowledge: AssetKnowledge, today: date) -> Tie | None:
    """What the question may as well mean; None where one reading is clearly the first."""
    text = in_whole_coins(clean(question))
    candidates = close_calls(_parse(text, knowledge, today, None))
    return Tie(text, masked_question(read(text, knowledge, today)), candidates) if len(candidates) > 1 else None


# A run reads the same few messages again in each of its rounds.
@lru_cache(maxsize=128)
def _parse(text: str, knowledge: AssetKnowledge, today: date, tie_break: TieBreak | None) -> Plan:
    if not any(character.isalnum() for character in text):
        return Plan("empty", 1.0)
    reading = _of_windows(read(text, knowledge, today))
    plan = _small_talk(reading) or _claimed(reading, _settle(reading), tie_break)
    return _complete(plan, reading)


def _of_windows(reading: Reading) -> Reading:
    """ "1h, 24h and 7d change": the changes of several usual windows stand beside each other, no period is meant."""
    if reading.second_period is None or reading.measures or reading.period is None or reading.says(_RHYTHM):
        return reading
    if {reading.period.period.label, reading.second_period} <= _WINDOWS and not reading.says(intents.EXTREMES):
        return msgspec.structs.replace(reading, period=None, second_period=None) if reading.says(_MOVES) else reading
    return reading


_RHYTHM = Pattern(r"\b(?:daily|weekly|monthly|volatil\w*|deviation|correlat\w*|draw ?down\w*|hourly)\b")
_WINDOWS = frozenset({"the last hour", "the last 24 hours", "the last 7 days", "the last 30 days"})
_MOVES = Pattern(r"\bchanges?\b|\breturns?\b|\bperform\w*\b|\bmoves?\b|\bgains?\b|%|\b\d+ ?[hd]\b.{1,12}\b\d+ ?[hd]\b")


def _claimed(reading: Reading, plan: Plan, tie_break: TieBreak | None) -> Plan:
    """The plan, unless a skill is surer of the question or was chosen; what else it may mean is kept beside it."""
    claims = sorted(claims_of(reading), key=lambda claim: -claim.confidence)
    best = next((claim for claim in claims if claim.confidence > plan.confidence), None)
    weighed: tuple[tuple[str, float], ...] = ()
    if tie_break is not None:
        weighed = tie_break.weighed
        by_name = {claim.skill: claim for claim in claims}
        best = by_name.get(tie_break.chosen, None if tie_break.chosen == plan.intent else best)
    rivals = tuple((claim.skill, claim.confidence) for claim in claims if claim is not best)
    if best is None:
        return msgspec.structs.replace(plan, rivals=rivals, weighed=weighed)
    rivals = (*rivals, (plan.intent, plan.confidence))
    assets = _assets_for(best, reading)
    return Plan("skill", best.confidence, assets, skill=best.skill, slots=best.slots, rivals=rivals, weighed=weighed)


def _small_talk(reading: Reading) -> Plan | None:
    if reading.found.assets:
        return None
    for intent, pattern in intents.SMALL_TALK:
        if reading.says(pattern):
            return Plan(intent, 0.95)  # type: ignore[arg-type]
    return None


def _settle(reading: Reading) -> Plan:
    """The first rule that fits decides. Refusals come first: a forecast is a forecast whatever else is asked."""
    counted = _conversion(reading) if reading.says(_WOULD_BE) and reading.period is None and not reading.ahead else None
    if counted is not None and counted.confidence >= _SURE_OF_BOTH:
        return counted
    if intents.wants_prediction(reading.lowered) and not reading.says(intents.WORTH):
        return Plan("prediction", 0.9)
    if intents.wants_advice(reading.lowered) and not reading.says(intents.WORTH):
        return Plan("advice", 0.9)
    if reading.says(intents.WORTH) and _money(reading):
        return Plan("worth", 0.9, amount=_money(reading))
    expression = _expression(reading)
    return Plan("arithmetic", 0.95, expression=expression) if expression else _about_assets(reading)


_WOULD_BE = Pattern(
    r"^(?:\w+ ){0,4}?(?:how (?:much|many)|what)\b.{0,20}\b(?:would|could|might|'d)\b(?!.{0,80}\b(?:if|when|reach|hit)\b)"
)


def _expression(reading: Reading) -> str | None:
    """Beside an asset only a phrase about numbers counts ("from 42000 to 65000, what percent is that")."""
    if reading.words > _MOST_WORDS_OF_A_SUM or _held(reading) or (reading.is_known and reading.strong_period):
        return None
    phrase = find_phrase(reading.lowered)
    return phrase if phrase or reading.is_known else find_formula(reading.lowered)


def _about_assets(reading: Reading) -> Plan:
    if intents.LOOKUP.search(reading.masked):  # not the id by which an asset is told
        return Plan("lookup", 0.95)
    conversion = _conversion(reading)
    if conversion:
        return conversion
    topic = intents.find_topic(reading.masked)  # not what a name says, as The Graph does
    specific = (
        bool(reading.measures)
        and topic is not None
        and topic.name in {"ranking", "fundamentals", "news", "overview", "causes"}
    )
    several = len(reading.assets) > 1
    if topic and not (specific and reading.is_known) and not (topic.name == "ranking" and several):
        return Plan("declined", 0.9, topic=topic.name)
    if several and reading.says(intents.COMPARISON) and len(reading.measures) <= 1:
        return Plan("comparison", 0.92 if len(reading.found.assets) > 1 and reading.period else 0.9)
    if len(reading.found.assets) > _MOST_IN_SENTENCES and _is_of_moves(reading):
        return Plan("comparison", 0.9)
    if not reading.has_asset and reading.says(intents.AMONG_THEM) and len(reading.measures) <= 1:
        return Plan("comparison", 0.96 if reading.says(intents.OF_FEW) else 0.8)
    if len(reading.assets) == 1 and reading.says(_WITH_IT):
        return Plan("comparison", 0.7)
    return _figures(reading)


def _is_of_moves(reading: Reading) -> bool:
    """How several fared over a time: a table tells many better than sentences."""
    moved = reading.strong_period is not None and intents.CHANGE.search(reading.masked) is not None
    return moved and set(reading.measures) <= {"price"} and not reading.says(intents.EXTREMES)


_MOST_IN_SENTENCES = 2
_WITH_IT = Pattern(
    r"\b(?:compare|vs\.?|versus) (?:it|that|them|those|this)\b"
    r"|\b(?:it|that|them) (?:compare|vs\.?|versus|stack up|measure up|hold up)\b"
    r"|^(?:(?:and|so|ok|but|now|then|how about|what about|how(?:'s| is| does) (?:it|that)(?: look)?)[ ,]+)*"
    r"(?:vs\.?|versus|against|next to|beside|alongside|relative to|compared? (?:with|to|against)|stacked up (?:to|against|with))\b"
)


def _figures(reading: Reading) -> Plan:
    period = reading.strong_period
    if {"ath", "atl", "percent_from_ath", "percent_from_atl"} & set(reading.measures):
        return Plan("quote", 0.9)
    leans = reading.has_asset or reading.says(intents.FOLLOW_UP)
    if period and period.kind == "day" and reading.has_asset and reading.says(_FOUR_PRICES):
        return Plan("history", 0.9)
    if intents.EXTREMES.search(reading.masked) and (period or "price" in reading.measures or leans):
        return Plan("extremes", 0.9 if period else 0.7)
    if (
        intents.CHANGE.search(reading.masked)
        and (reading.period or reading.has_asset or reading.says(intents.FOLLOW_UP))
        and set(reading.measures) <= {"price"}
    ):
        is_day = period is not None and period.kind == "day"
        return Plan("history" if is_day else "change", 0.9)
    if set(reading.measures) & {"volume_24h", "volume_change_24h"} and period and period.kind == "hours":
        return Plan("quote", 0.9)
    if period and (reading.has_asset or reading.measures or intents.HISTORY.search(reading.masked)):
        is_hour = period.kind == "hours" and period.count == 1 and reading.has_asset and not reading.measures
        return Plan("change", 0.88) if is_hour else Plan("history", 0.85)
    if intents.HISTORY.search(reading.masked) and reading.has_asset and set(reading.measures) <= {"price"}:
        return Plan("history", 0.8)
    if reading.found.assets and not reading.measures and reading.period and reading.says(_IS_NOW):
        return Plan("quote", 0.85)
    if reading.says(intents.DEFINITION) and reading.has_asset and not reading.measures:
        return Plan("definition", 0.9 if reading.found.assets else 0.5)
    if reading.measures:
        return Plan("quote", 0.9 if reading.has_asset else 0.6)
    if reading.words > _MOST_WORDS_OF_A_NAME:
        return Plan("unclear", 0.3)
    held = _held(reading)
    if reading.has_asset:
        return Plan("bare", 0.6, amount=held[0] if held else None)
    return Plan("unclear", 0.3, amount=_money(reading))


# A day's bar holds its high and its low as well.
_FOUR_PRICES = Pattern(r"\b(?:open(?:s|ed|ing)?|clos(?:e|es|ed|ing)|ohlcv?)\b")


def _money(reading: Reading) -> Amount | None:
    """The sum that is put in: one with a currency before any bare number."""
    sums = [amount for amount in reading.amounts if amount.unit not in {"%", ""}]
    bare = [amount for amount in reading.amounts if amount.unit == "" and amount.value > 0]
    return next(iter(sums or bare), None)


def _conversion(reading: Reading) -> Plan | None:
    """An amount of an asset in a currency or another asset, or an amount of a currency in an asset."""
    assets = reading.found.assets
    if not assets:
        return None
    if not reading.says(intents.CONVERSION):
        return _paid(reading)
    if reading.strong_period:
        counted = len(assets) == 2 and _is_pair(reading)
        return Plan("history", 0.85, assets[:1], currency=assets[1].symbol.upper()) if counted else None
    held = _held(reading)
    if held is not None:
        amount, asset = held
        others = [other for other in assets if other is not asset]
        target: AssetRef | str = others[0] if others else find_currency(reading.lowered) or "USD"
        currency = target if isinstance(target, str) else "USD"
        sure = _SURE_OF_BOTH if others or find_currency(reading.lowered) else 0.9
        return Plan("conversion", sure, (asset,), amount=amount, currency=currency, target=target)
    money = _spent(reading)
    if money is not None and len(assets) == 1 and not reading.says(_THRESHOLD):
        return Plan("conversion", 0.9, (), amount=money, currency=money.unit, target=assets[0])
    if len(assets) == 2 and _is_pair(reading):
        one = Amount(Decimal(1), "", 0, 0)
        return Plan("conversion", 0.85, (assets[0],), amount=one, target=assets[1])
    return None


# Both ends are named: "how much would 15 AVAX be in BNB" asks for no forecast.
_SURE_OF_BOTH = 0.93


def _spent(reading: Reading) -> Amount | None:
    sums = [amount for amount in reading.amounts if amount.unit not in {"%", ""}]
    worth = [amount for amount in reading.amounts if not amount.unit and _WORTH_OF.match(reading.lowered, amount.end)]
    if not sums and not worth and reading.says(_BUYS):
        bare = [
            amount for amount in reading.amounts if not amount.unit and _FOR.search(reading.lowered, 0, amount.start)
        ]
        return msgspec.structs.replace(bare[0], unit="USD") if bare else None
    return next(iter(sums or [msgspec.structs.replace(amount, unit="USD") for amount in worth]), None)


# "How much BTC do I get for 10k": what is given for a coin without saying what it is, is money.
_BUYS = Pattern(r"\bhow (?:much|many)\b.{0,50}\b(?:buy|get|afford|have)\b")
_FOR = Pattern(r"\b(?:for|with) (?:a |my )?$")


def _paid(reading: Reading) -> Plan | None:
    """ "XRP needed for 5000 dollars": money and an asset, without a word for turning one into the other."""
    money, assets = _spent(reading), reading.found.assets
    is_other = reading.says(_THRESHOLD) or reading.says(intents.CHANGE) or reading.period is not None
    if money is None or len(assets) != 1 or is_other or set(reading.measures) - {"price"}:
        return None
    beside = _BETWEEN.match(reading.lowered, money.end)
    is_beside = beside is not None and any(asset.start == beside.end() for asset in assets)
    if not reading.says(intents.PAID) and not is_beside:
        return None
    return Plan("conversion", 0.85, (), amount=money, currency=money.unit, target=assets[0])


def _is_pair(reading: Reading) -> bool:
    """One asset counted in another: "price of ETH in BTC"."""
    second = reading.found.assets[1]
    return bool(_PAIR.search(reading.masked) and _INTO.search(reading.lowered[: second.start]))


# "What's btc at the moment" asks for no definition.
_IS_NOW = Pattern(
    r"\b(?:what|where|how)(?:'s|s| is| are)?\b[^?.!]{1,40}\b(?:now|today|rn|at the moment|currently|atm|right now)\b"
)
_THRESHOLD = Pattern(r"\b(?:above|below|over|under|reach|hit|pass)\b")
_PAIR = Pattern(
    r"\b(?:convert|exchange rate|conversion|denominated|priced|how many|how much .{1,30} (?:is|are) (?:one|a|1))\b"
    r"|\b(?:price|value|worth|rate|cost) of .{1,30} in\b|\bin terms of _"
)
_INTO = Pattern(r"(?:\b(?:in|to|into|per|of|for)|/)\s*$")
_BETWEEN = Pattern(r"\s*(?:of\s+)?")
_WORTH_OF = Pattern(r"\s+worth of\b")  # "2k worth of ETH" is money


def _held(reading: Reading) -> tuple[Amount, AssetRef] | None:
    """A bare number right before an asset: "2.5 BTC"."""
    for amount in reading.amounts:
        gap = _BETWEEN.match(reading.lowered, amount.end)
        after = gap.end() if gap else amount.end
        asset = next((known for known in reading.found.assets if known.start == after), None)
        if asset is not None and amount.unit == "":
            return amount, asset
    return None


def _assets_for(claim: Named, reading: Reading) -> tuple[AssetRef, ...]:
    """Words that only seem to name an asset are believed where a question cannot do without one."""
    if claim.assets is not None:
        return claim.assets
    takes = load_skills()[claim.skill].assets
    return () if takes == "none" else reading.found.assets if takes == "optional" else reading.assets


def _complete(plan: Plan, reading: Reading) -> Plan:
    """The slots that every plan carries, whatever its intent."""
    if plan.intent in {"greeting", "thanks", "capabilities", "arithmetic"}:
        return plan
    is_settled = plan.intent in {"conversion", "skill"} or bool(plan.assets)
    assets = plan.assets if is_settled else (*reading.assets, *_strangers(plan, reading))
    if plan.intent in {"advice", "prediction", "declined"}:  # only assets known for sure are looked at beside a refusal
        assets = reading.found.assets
    return Plan(
        plan.intent,
        plan.confidence,
        assets[:MAX_ASSETS],
        _measures(plan.intent, reading),
        reading.period.period if reading.period else None,
        plan.amount,
        _currency(plan, reading) if plan.intent == "skill" or not is_settled else plan.currency,
        plan.target,
        None,
        () if plan.skill and load_skills()[plan.skill].assets == "none" else reading.found.doubts,
        plan.topic,
        reading.says(intents.FOLLOW_UP),
        is_english(reading.text, known=bool(reading.found.assets)),
        max(0, len(assets) - MAX_ASSETS),
        reading.second_period,
        plan.skill,
        plan.slots,
        plan.rivals,
        plan.weighed,
    )


def _strangers(plan: Plan, reading: Reading) -> tuple[AssetRef, ...]:
    """Names in a list with known assets that nobody knows: passed over in silence, the answer would seem whole."""
    if not reading.found.assets or plan.intent not in _OF_ASSETS:
        return ()
    names = strangers(reading.text, reading.found.spans)
    return tuple(AssetRef(None, "", name, name, reading.text.find(name), 0.0) for name in names)


_OF_ASSETS = frozenset({"quote", "change", "history", "extremes", "comparison", "bare"})


def _currency(plan: Plan, reading: Reading) -> str:
    if plan.intent == "worth" and plan.amount is not None and plan.amount.unit:
        return plan.amount.unit
    return find_currency(reading.lowered) or "USD"


_WITH_MEASURES = (MARKET_INTENTS - {"conversion", "worth"}) | {"advice", "prediction", "declined"}


def _measures(intent: Intent, reading: Reading) -> tuple[str, ...]:
    if intent == "skill":
        return reading.measures
    if intent in _WITH_MEASURES:
        return reading.measures or (("price",) if intent == "quote" else ())
    return ()
