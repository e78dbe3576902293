"""Slots a question leaves open are taken from the questions before it."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.amounts import find_currency
from cryptodesk.models.analyst.parser import MAX_ASSETS, find_tie, parse
from cryptodesk.models.analyst.pointing import listed_assets, pointed
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import MARKET_INTENTS, Amount, AssetRef, Intent, Period, Plan
from cryptodesk.models.analyst.repeating import repeated
from cryptodesk.models.analyst.several import split_questions
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.models.analyst.skills._holdings import Slots
from cryptodesk.models.analyst.ties import NO_BREAKS, Tie, TieBreaks

__all__ = ["find_ties", "understand"]

_TURNS_LOOKED_BACK = 6
_SHORT_OF_ASSETS = MARKET_INTENTS | {
    "lookup", "bare", "unclear", "definition", "declined", "skill",
}  # fmt: skip


def understand(
    question: str,
    earlier: Sequence[str],
    knowledge: AssetKnowledge,
    today: date,
    breaks: TieBreaks = NO_BREAKS,
    answers: Sequence[str] = (),
) -> tuple[Plan, ...]:
    """The plan of each question of the message in its conversation; `earlier` holds the user's turns before it,
    oldest first, and `answers` what was answered to each of them, as far as that is known."""
    before: Plan | None = None
    met: dict[str, AssetRef] = {}
    plans: list[Plan] = []
    known = dict(enumerate(answers, start=len(earlier) - len(answers)))
    first = max(0, len(earlier) - _TURNS_LOOKED_BACK)
    for turn, said in enumerate((*earlier[first:], question), start=first):
        plans.clear()
        text = _pointed(said, before, met, known.get(turn - 1, ""), knowledge)
        for part in split_questions(text, knowledge, today):
            read = parse(part, knowledge, today, breaks)
            more = _added(before, part, knowledge, today) if before is not None else None
            if more is None and before is not None:
                more = _further(before, read, part, knowledge, today)
            plan = _among_all(more or _joined(before, read, part), met)
            plan = _leaning(plan, part, plans[-1]) if plans else plan
            if _leaves_a_trace(plan):
                before = plan
                met |= {str(asset.asset_id): asset for asset in plan.all_assets}
            plans.append(_settled(plan))
    return tuple(plans)


_LONGEST_POINTING = 400


def _pointed(
    text: str, before: Plan | None, met: Mapping[str, AssetRef], answer: str, knowledge: AssetKnowledge
) -> str:
    """ "How is the third one doing": with the name in place of what points at it."""
    if before is None or len(text) > _LONGEST_POINTING:
        return text
    lists = before.intent == "skill" and load_skills()[before.skill].assets in {"none", "wanted", "optional"}
    listed = listed_assets(answer, knowledge) if answer and lists and not before.assets else ()
    return pointed(text, listed, met, before.all_assets, knowledge)


# "Shorter please", "say that again": the same once more, and how it is told is read elsewhere.
_SAID_AGAIN = Pattern(
    r"^\W*(?:(?:ok(?:ay)?|and|but|please|pls|can you|could you|make it|make that|a bit|bit|a little|much|give me|say|tell me|explain|put|i want|i need|the|that|it|this|answer|even|in)[ ,]+)*"
    r"(?:(?:shorter|briefer|brief|simpler|simply|again|once more|tl;?dr|concise(?:ly)?|short(?: version| answer)?|in short|longer|(?:more|further|full|greater|some) details?|more detailed|in detail|detailed|more depth|deeper|repeat|rephrase|differently|other words|one sentence|plain text|simple (?:terms|words|english)|plain english)(?: (?:please|pls|that|it|this|again|version|answer|thanks))*[ ?.!]*)+$",
    re.IGNORECASE,
)
# "And restaking?", after a question of how something works.
_AND_WHAT = Pattern(
    r"^\W*(?:(?:and|also|ok|so|but|then)[ ,]+)*(?:(?:and|what about|how about|what of|same for|what is|what's|whats)[ ,]+)+(?P<what>[\w' -]{2,40}?)(?: then| too| please| pls)*[ ?.!]*$",
    re.IGNORECASE,
)


def _further(before: Plan, read: Plan, part: str, knowledge: AssetKnowledge, today: date) -> Plan | None:
    """What continues the question before by its form alone."""
    if _SAID_AGAIN.match(part):
        return before
    if before.intent != "skill":
        return repeated(before, part, today)
    what = _AND_WHAT.match(part) if before.skill == "concept" and read.skill != "concept" else None
    if what is None or any(asset.asset_id is not None and not asset.note for asset in read.all_assets):
        return None
    further = parse(f"what is {what['what']}", knowledge, today)
    return further if further.skill == "concept" else None


# Something is held besides what was named before.
_ADDS = Pattern(
    r"\b(?:on top|add(?:ed|ing)?|plus|as well|also|another|more|extra|additional(?:ly)?|too|with|include|including|throw"
    r"|besides|and then|if i (?:also )?(?:had|bought|got|held|own(?:ed)?))\b|\+|^(?:and|&)\b",
    re.IGNORECASE,
)


def _added(before: Plan, part: str, knowledge: AssetKnowledge, today: date) -> Plan | None:
    """ "What would it be with 400 SOL on top", after holdings: the same of both."""
    if before.skill != "portfolio" or not isinstance(before.slots, Slots) or not _ADDS.search(part):
        return None
    more = parse(f"i hold {part}", knowledge, today)
    if more.skill != "portfolio" or not isinstance(more.slots, Slots) or parse(part, knowledge, today).skill:
        return None
    known = {str(asset.asset_id): asset for asset in (*before.assets, *more.assets)}
    assets = tuple(known.values())[:MAX_ASSETS]
    return msgspec.structs.replace(before, assets=assets, slots=before.slots.plus(more.slots.holdings))


# What these tell of is never one asset's.
_OF_MANY = frozenset({"stablecoins", "category_compare", "out_of_field"})
_MOST_WORDS_LEANING = 3


def _leaning(plan: Plan, part: str, ahead: Plan) -> Plan:
    """ "ARB price and next unlock": in one breath the second is of the first one's asset."""
    if plan.intent != "skill" or plan.skill in _OF_MANY or load_skills()[plan.skill].assets != "optional":
        return plan
    is_alone = not plan.assets and not plan.doubts and len(part.split()) <= _MOST_WORDS_LEANING
    return msgspec.structs.replace(plan, assets=ahead.assets) if is_alone and len(ahead.assets) == 1 else plan


def _among_all(plan: Plan, met: Mapping[str, AssetRef]) -> Plan:
    """ "which one gained more?": a comparison of one asset is one of those that were asked about before it."""
    if plan.intent != "comparison" or len(plan.assets) != 1:
        return plan
    known = {asset_id: asset for asset_id, asset in met.items() if asset_id != str(plan.assets[0].asset_id)}
    assets = (*known.values(), plan.assets[0])[-MAX_ASSETS:]
    return msgspec.structs.replace(plan, intent="comparison" if len(assets) > 1 else "change", assets=assets)


def find_ties(question: str, earlier: Sequence[str], knowledge: AssetKnowledge, today: date) -> tuple[Tie, ...]:
    """The close calls of the conversation as far as it is looked at, oldest first."""
    texts = (*earlier[-_TURNS_LOOKED_BACK:], question)
    parts = (part for text in texts for part in split_questions(text, knowledge, today))
    return tuple(tie for part in parts if (tie := find_tie(part, knowledge, today)) is not None)


def _settled(plan: Plan) -> Plan:
    if plan.intent == "bare":
        return msgspec.structs.replace(plan, intent="quote", measures=("price",))
    return msgspec.structs.replace(plan, period=_DEFAULTS[plan.intent]) if _lacks_period(plan) else plan


# What a question that names no stretch of time means: an extreme is one of all that is known.
_DEFAULTS: dict[Intent, Period] = {
    "history": Period("days", "the last 30 days", 30),
    "extremes": Period("all", "the whole record"),
}


def _lacks_period(plan: Plan) -> bool:
    return plan.intent in _DEFAULTS and plan.period is None


def _leaves_a_trace(plan: Plan) -> bool:
    return plan.intent == "skill" or (bool(plan.all_assets or plan.doubts) and plan.intent not in {"unclear", "empty"})


_FAINT, _WITH_IT = 0.6, 0.7
# A text that is no question by itself may change the list before it.
_AMENDS = frozenset({"unclear", "bare", "declined", "definition", "quote", "history"})


# "In BTC?" after "convert 2 ETH to dollars" asks for the same amount in another coin.
_INTO = Pattern(r"^(?:(?:and|now|ok|or|what about|how about|how much)[ ,]+)*(?:in|to|into) ", re.IGNORECASE)


# "How far below it are we" after an all-time high.
_FROM_THERE = Pattern(
    r"^(?:(?:and|so|ok|but|then|now|hm+)[ ,]+)*(?:how (?:far|much|many percent)|by how much|(?:what|which) percent\w*"
    r"|what(?:'s|s| is) the (?:drawdown|distance|gap|drop|fall|percent\w*|difference)|distance|percent\w*|drawdown|gap"
    r"|down|up|%)(?: \S+){0,4}? ?\b(?:below|under|above|over|off|from|away|down|up|short|since)\b"
    r"(?: (?:it|that|there|this|of|the|all[- ]time|high|low|top|peak|bottom|ath|atl|then|are|is|we|now|price|currently"
    r"|today|at|right|from|since|level))*[ ?.!]*$",
    re.IGNORECASE,
)
_ENDS = {"ath": "percent_from_ath", "atl": "percent_from_atl"}


def _from_there(before: Plan, plan: Plan, text: str) -> Plan | None:
    """The distance from the high or low that was asked for before."""
    if not _is_thin(plan) or not _FROM_THERE.match(text.strip()):
        return None
    if before.intent == "extremes" and before.assets:
        return msgspec.structs.replace(before, is_english=plan.is_english)
    ends = [_ENDS.get(name, name) for name in before.measures if name in _ENDS or name in _ENDS.values()]
    if before.intent != "quote" or not ends:
        return None
    return msgspec.structs.replace(before, measures=tuple(dict.fromkeys(ends)), period=None, is_english=plan.is_english)


# "When was that", of a high or low.
_WHEN = Pattern(
    r"^(?:(?:and|so|ok|but|then)[ ,]+)*(?:when (?:was|did|is|were|exactly was) (?:that|it|this|they|those)|when(?: exactly)?|what (?:day|date|year)(?: was (?:that|it))?"
    r"|on (?:what|which) (?:day|date)(?: was that)?|how long ago(?: was (?:that|it))?|since when|date)(?: happen(?:ed)?| set| reached| hit)?[ ?.!]*$",
    re.IGNORECASE,
)


def _when(before: Plan, plan: Plan, text: str) -> Plan | None:
    """The answer that holds the date: the one before, once more."""
    is_extreme = before.intent == "extremes" or bool({"ath", "atl"} & set(before.measures))
    return before if is_extreme and _is_thin(plan) and _WHEN.match(text.strip()) else None


# "Drop ETH", "without ETH", of assets side by side; "use XRP" and the like name what comes in.
_DROPS = Pattern(
    r"\b(?:drop|without|remove|leave out|leave|minus|forget|lose|swap|swap out|replace|take out|ditch|scrap|exclude|excluding|except|not)\s+(?:the )?$",
    re.IGNORECASE,
)


def _changed_list(before: Plan, plan: Plan, text: str) -> Plan | None:
    """ "Drop ETH, use XRP instead", after a comparison."""
    if before.intent != "comparison" or len(before.assets) < 2 or not plan.assets or plan.doubts:
        return None
    known = {asset.asset_id for asset in before.assets}
    out = {a.asset_id for a in plan.assets if a.asset_id in known and _DROPS.search(text[: a.start])}
    if not out:
        return None
    come = tuple(asset for asset in plan.assets if asset.asset_id not in known)
    assets = (*(asset for asset in before.assets if asset.asset_id not in out), *come)[:MAX_ASSETS]
    intent: Intent = "comparison" if len(assets) > 1 else "change"
    period = plan.period or before.period
    return msgspec.structs.replace(before, intent=intent, assets=assets, period=period, is_english=plan.is_english)


# "And in euros?", and nothing else.
_IN_CURRENCY = Pattern(
    r"^(?:(?:and|so|ok|but|or|now|then|same|only|just|also|what about|how about|wh?at(?:'?s| is| would|'d) (?:it|that|this|all that|the total|the sum|they)(?: be| come to| make| worth)?|how much is (?:it|that|this)"
    r"|give (?:me|it to me)|show (?:me )?|can i have|make|put|do|it|that|this|the same)[ ,]+)*"
    r"(?:in|to|into|as) [a-z $€£¥]{1,24}(?: (?:please|pls|instead|terms|though|then|too|as well))*[ ?.!]*$"
)


def _in_currency(before: Plan, plan: Plan, text: str) -> Plan | None:
    """ "And in euros?" after a price, a sum or holdings."""
    lowered = text.strip().lower()
    currency = find_currency(lowered) if _is_thin(plan) and _IN_CURRENCY.match(lowered) else None
    if currency is None or not (before.intent in _QUOTED or before.skill in _IN_MONEY):
        return None
    if before.intent == "conversion":
        if not before.assets:
            return None
        return msgspec.structs.replace(before, target=currency, currency=currency, is_english=plan.is_english)
    return msgspec.structs.replace(before, currency=currency, is_english=plan.is_english)


_IN_MONEY = frozenset({"portfolio", "gas", "price_level", "best_stretch", "record_close", "market_overview"})
_QUOTED = frozenset({"quote", "history", "extremes", "worth", "conversion"})
_TIMES = Pattern(
    r"\b(?:(?P<half>half (?:of )?(?:that|it|as much|the amount)|halve (?:it|that))|(?P<two>double|twice|two times|2x)|(?P<three>triple|treble|thrice|three times)"
    r"|(?P<many>\d{1,4}) ?(?:x|times)|(?P<ten>ten times|tenfold))\b",
    re.IGNORECASE,
)
_REVERSES = Pattern(
    r"\b(?:revers\w*|the other way(?: a?round)?|other direction|vice versa|flip (?:it|that)|invert\w*|opposite|swap (?:it|them|that)|conversely)\b",
    re.IGNORECASE,
)


def _turned(before: Plan, plan: Plan, text: str) -> Plan | None:
    """ "Double it", "the other way round", after a conversion."""
    if before.intent != "conversion" or before.amount is None or not _is_thin(plan) or plan.period is not None:
        return None
    if _REVERSES.search(text):
        return _reversed(before, before.amount)
    times = _TIMES.search(text)
    if times is None:
        return None
    said = next(name for name, group in times.groupdict().items() if group)
    factor = Decimal(times["many"]) if said == "many" else _FACTORS[said]
    return msgspec.structs.replace(
        before, amount=msgspec.structs.replace(before.amount, value=before.amount.value * factor)
    )


_FACTORS = {"half": Decimal("0.5"), "two": Decimal(2), "three": Decimal(3), "ten": Decimal(10)}


def _reversed(before: Plan, amount: Amount) -> Plan:
    if isinstance(before.target, AssetRef) and not before.assets:  # money into coins: as many coins into that money
        coins = msgspec.structs.replace(amount, unit="")
        return msgspec.structs.replace(before, assets=(before.target,), amount=coins, target=before.currency)
    if isinstance(before.target, AssetRef):
        return msgspec.structs.replace(before, assets=(before.target,), target=before.assets[0])
    money = msgspec.structs.replace(amount, unit=before.currency)
    return msgspec.structs.replace(before, assets=(), amount=money, target=before.assets[0])


def _is_thin(plan: Plan) -> bool:
    return all(asset.asset_id is None for asset in plan.all_assets)


def _again(before: Plan, plan: Plan, text: str) -> Plan | None:
    return (
        _from_there(before, plan, text)
        or _when(before, plan, text)
        or _changed_list(before, plan, text)
        or _in_currency(before, plan, text)
        or _turned(before, plan, text)
    )


def _joined(before: Plan | None, plan: Plan, text: str) -> Plan:
    again = _again(before, plan, text) if before is not None else None
    if again is not None:
        return again
    if before is not None and before.intent == "conversion" and before.assets and _INTO.match(text):
        other = plan.all_assets[:1]
        if other and plan.intent in {"bare", "conversion", "quote", "unclear"} and plan.amount is None:
            return msgspec.structs.replace(before, target=other[0], currency="USD", is_english=plan.is_english)
    return (_amended(before, plan, text) if before is not None else None) or _join(before, plan)


def _amended(before: Plan, plan: Plan, text: str) -> Plan | None:
    """ "top 20 instead": the plan before as its skill changes it by this text. Assets that the text names are those of
    the new plan, where the skill's questions are about any."""
    skill = load_skills()[before.skill] if before.intent == "skill" else None
    is_faint = plan.skill == before.skill and plan.confidence < _FAINT  # "how does it work"
    if skill is None or skill.follow is None or not (plan.intent in _AMENDS or is_faint) or plan.doubts:
        return None
    named = tuple(asset for asset in plan.assets if asset.asset_id is not None)
    changed = skill.follow(before, text) if not named or skill.assets != "none" else None
    if changed is None:
        return None
    return msgspec.structs.replace(changed, assets=named or changed.assets, is_english=plan.is_english)


def _join(before: Plan | None, plan: Plan) -> Plan:
    if before is None or plan.intent not in _SHORT_OF_ASSETS:
        return plan
    if before.intent == "skill" or plan.intent == "skill":
        return _join_skill(before, plan)
    named = bool(plan.all_assets or plan.doubts)
    if before.intent == "conversion" and plan.intent == "unclear" and not plan.period:
        return _other_amount(before, plan)
    if plan.intent == "bare" and named:
        return _same_question(before, plan)
    if plan.intent == "comparison" and plan.is_follow_up and len(plan.assets) == 1:
        return _widened(before, plan)
    if (
        not named
        and plan.intent in {"unclear", "bare", "history", "definition"}
        and plan.period is not None
        and not plan.measures
    ):
        return _other_period(before, plan)
    if not named and (plan.intent != "unclear" or plan.is_follow_up):
        return _other_figure(before, plan)
    return plan


def _join_skill(before: Plan, plan: Plan) -> Plan:
    """A skill's question about another asset or period, or another skill's about the assets of the question before."""
    takes = load_skills()[plan.skill or before.skill].assets
    named = bool(plan.all_assets or plan.doubts)
    if plan.intent == "skill":
        is_same = plan.skill == before.skill and plan.is_follow_up and takes == "optional"
        lacks = (takes in {"wanted", "needed"} or is_same) and not named
        return msgspec.structs.replace(plan, assets=before.all_assets, doubts=before.doubts) if lacks else plan
    is_beside = plan.intent == "comparison" and len(plan.assets) == 1 and plan.confidence <= _WITH_IT
    if is_beside and before.assets and takes in {"needed", "wanted"}:  # "compared to ETH?", of what was asked of BTC
        return msgspec.structs.replace(before, assets=(*before.assets, *plan.assets), is_english=plan.is_english)
    if plan.intent == "bare" and named and takes != "none":
        period = plan.period or before.period
        # "And SOL?" of two that were set against each other is a third beside them.
        is_of_pairs = before.skill == "correlation" and len(before.assets) > 1 and not plan.doubts
        known = {str(asset.asset_id): asset for asset in (*(before.assets if is_of_pairs else ()), *plan.assets)}
        return msgspec.structs.replace(
            before,
            assets=tuple(known.values())[:MAX_ASSETS],
            doubts=plan.doubts,
            period=period,
            is_english=plan.is_english,
        )
    if not named and plan.period is not None and plan.intent in {"unclear", "bare", "history"} and not plan.measures:
        return msgspec.structs.replace(before, period=plan.period, is_english=plan.is_english)
    if not named and before.assets and plan.intent in MARKET_INTENTS:
        return msgspec.structs.replace(plan, assets=before.assets, doubts=before.doubts)
    return plan


def _same_question(before: Plan, plan: Plan) -> Plan:
    """ "and ethereum?": the earlier question about another asset."""
    if before.intent not in MARKET_INTENTS | {"lookup", "definition"}:
        return plan
    if before.intent == "comparison":
        return _widened(before, plan)
    if before.intent == "conversion":
        moved = {"target": plan.assets[0]} if not before.assets else {"assets": plan.assets[:1]}
        return msgspec.structs.replace(before, **moved, doubts=plan.doubts, amount=plan.amount or before.amount)
    return msgspec.structs.replace(
        before,
        assets=plan.assets,
        doubts=plan.doubts,
        period=plan.period or before.period,
        dropped_assets=plan.dropped_assets,
        is_english=plan.is_english,
    )


def _other_amount(before: Plan, plan: Plan) -> Plan:
    """ "and 5?", "and in euros?": the same conversion of another amount, or into another currency."""
    said, now = before.amount, plan.amount
    if now is None or said is None:
        other = plan.currency if plan.currency != "USD" and before.assets else None
        return msgspec.structs.replace(before, target=other, currency=other) if other else plan
    if now.unit and not said.unit and before.assets:  # money after coins: it goes the other way round
        target = before.assets[0]
        return msgspec.structs.replace(before, assets=(), amount=now, currency=now.unit, target=target)
    amount = msgspec.structs.replace(now, unit=now.unit or said.unit)
    return msgspec.structs.replace(before, amount=amount, currency=amount.unit or before.currency)


def _widened(before: Plan, plan: Plan) -> Plan:
    """ "compare it with ETH": the earlier assets and the new ones."""
    known = {str(asset.asset_id): asset for asset in (*before.assets, *plan.assets)}
    assets = tuple(known.values())
    return msgspec.structs.replace(
        plan, intent="comparison", assets=assets[:MAX_ASSETS], period=plan.period or before.period,
        dropped_assets=max(0, len(assets) - MAX_ASSETS),
    )  # fmt: skip


def _other_period(before: Plan, plan: Plan) -> Plan:
    """ "what about last year?": the earlier question over another stretch of time."""
    intent = before.intent if before.intent in {"change", "comparison", "extremes", "worth"} else "history"
    measures = () if before.measures == ("price",) else before.measures
    return msgspec.structs.replace(
        before, intent=intent, period=plan.period, measures=measures, is_english=plan.is_english
    )


def _other_figure(before: Plan, plan: Plan) -> Plan:
    """ "and its volume?": another question about the earlier assets."""
    if plan.intent == "unclear":
        return plan
    assets = before.all_assets if plan.intent != "conversion" else before.assets
    keeps_period = plan.intent in {"change", "history", "extremes", "comparison"} and plan.period is None
    return msgspec.structs.replace(
        plan, assets=assets, doubts=before.doubts, period=before.period if keeps_period else plan.period
    )
