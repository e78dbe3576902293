"""Several questions in one message: where one ends and the next begins."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from datetime import date

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.moments import Moment, moment_at
from cryptodesk.models.analyst.parser import parse
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import clean
from cryptodesk.models.analyst.skills import load_skills

__all__ = ["split_questions"]

MOST_QUESTIONS = 4
# The end of a sentence, or a joint after which a new question word follows.
_ENDS = Pattern(
    r"(?<=[?!])\s+(?=\S)|(?<=[.;])(?<!\bvs\.)(?<!\bv\.)\s+(?=[A-Z$])|;\s+"
    r"|,?\s+and\s+(?=\$?\d[\d.,]*[km]? \w+ (?:in|to|into) \w+)"
    r"|,?\s+(?:and also|and then|also|and)\s+"
    r"(?=(?:what|how|which|who|when|where|why|is|are|show|give|tell|compare|list)\b)",
    re.IGNORECASE,
)
# Between two things that are asked for in one breath: "ARB price and next unlock".
_JOINTS = Pattern(
    r"\s*,?\s+(?:and|plus|&|as well as|along with)\s+(?:then |also )?(?:the |its |their |some )?|\s*,\s+", re.IGNORECASE
)
_RELATED = Pattern(
    r"\b(?:between|compar\w*|(?:rank|sort|order|arrange|list|line)\b.{1,60}\bby|vs\.?|versus|differen\w*|correlat\w*|relat\w*|impact\w*|affect\w*|effects?|against|if|than|both"
    r"|which of|(?:any|one|best|worst) of|(?:which|what) (?:\w+ )?(?:is|was|has|are|did|one)\b.{1,50}\bor)\b",
    re.IGNORECASE,
)
_LEANS = Pattern(r"\b(?:it|they|them|its|their|this|that|the (?:index|gauge|reading|level|score))\b", re.IGNORECASE)
_FAINT = 0.5
_MOST_WORDS_OF_A_REST = 6
_MOST_JOINTS = 4
_SURE_OF_LIST, _SURE_OF_SUBJECT, _SURE_OF_WORD = 0.9, 0.96, 0.97
_OF_ONE_WORD = frozenset({"gas", "dominance", "trending", "fear_greed", "gainers_losers", "stablecoins"})
# A word of these is rather a part of the other question: "actual and forecast".
_REFUSED = frozenset(
    {"advice", "prediction", "arithmetic", "worth", "conversion", "outlook", "out_of_field", "concept"}
)
_UNSURE = frozenset({"unclear", "bare", "empty", "greeting", "thanks", "declined"})
_FEWEST_WORDS = 2


def split_questions(text: str, knowledge: AssetKnowledge, today: date) -> tuple[str, ...]:
    """The parts of a message that are questions of their own; the whole where any part is none."""
    whole = clean(text)
    parts = [part for part in map(str.strip, _ENDS.split(whole)) if part]
    if len(parts) == 1:
        return _split_dates(whole, knowledge, today) or _split_list(whole, knowledge, today) or (text,)
    if not 1 < len(parts) <= 3 * MOST_QUESTIONS:
        return (text,)
    plans = [parse(part, knowledge, today) for part in parts]
    asked = [part for part, plan in zip(parts, plans, strict=True) if _is_question(part, plan)]
    if len(asked) < 2:
        return (text,)
    # What is no question by itself belongs to the one before: an aside, a condition.
    joined: list[str] = []
    for part in parts:
        if part in asked or not joined:
            joined.append(part)
        else:
            joined[-1] = f"{joined[-1]} {part}"
    if joined[0] not in asked and len(joined) > 1:
        joined[:2] = [f"{joined[0]} {joined[1]}"]
    joined = _with_leaning(joined, knowledge, today)
    listed = [one for part in joined for one in _split_list(part, knowledge, today) or (part,)]
    return tuple(listed[:MOST_QUESTIONS]) if len(listed) > 1 else (text,)


def _with_leaning(parts: list[str], knowledge: AssetKnowledge, today: date) -> list[str]:
    """ "Which narrative leads, and how much did its market cap change": what is asked of a thing that is no asset, and
    that only the question before names, is a part of that question."""
    kept = parts[:1]
    for part in parts[1:]:
        plan, before = parse(part, knowledge, today), parse(kept[-1], knowledge, today)
        is_of_no_asset = before.intent == "skill" and load_skills()[before.skill].assets == "none"
        is_named = any(asset.asset_id is not None for asset in plan.all_assets)
        leans = plan.intent in _OF_AN_ASSET - {"skill"} and not is_named and not plan.doubts
        whole = f"{kept[-1].rstrip(' ?!.,')} and {part}"
        is_of_held = before.skill == "portfolio" and plan.intent in _OF_AN_ASSET and not plan.all_assets
        leans = (is_of_no_asset and leans and _LEANS.search(part) is not None) or (is_of_held and not plan.doubts)
        if leans and parse(whole, knowledge, today).skill == before.skill:
            kept[-1] = whole
        else:
            kept.append(part)
    return kept


# Two days, months or years that are asked for beside each other, no stretch between them.
_DATES = Pattern(
    r",? (?:and|or|vs\.?|v|versus|&|as well as|and also|and then|against|compared (?:to|with)|than) (?:on |at |for |in |how it did in )?(?:the )?(?=\S)"
)
_OF_A_STRETCH = Pattern(r"\b(?:between|from|since|chang\w*|gain\w*|mov\w*|return\w*|perform\w*)\b")
_BOUNDED = Pattern(r"\b(?:between|from|since)\b")
_LONGEST_DATE = 26
_OF_A_TIME = frozenset({"history", "change", "extremes"})


def _split_dates(whole: str, knowledge: AssetKnowledge, today: date) -> tuple[str, ...]:
    """ "ETH price on 1 Jan 2023 and on 1 Jan 2024", "BTC 2024 vs 2025": the same question of each time."""
    lowered = whole.lower()
    if len(lowered) != len(whole) or _BOUNDED.search(lowered):
        return ()
    for joint in _DATES.finditer(lowered):
        second = moment_at(lowered, joint.end(), today)
        if second is None or second.problem or lowered.startswith(("now", "today"), joint.end()):
            continue
        first = _time_until(lowered, joint.start(), today)
        if first is None or _is_day(first[1]) != _is_day(second) or (_is_day(second) and _OF_A_STRETCH.search(lowered)):
            continue
        parts = whole[: joint.start()] + whole[second.stop :], whole[: first[0]] + whole[joint.end() :]
        plans = [parse(part, knowledge, today) for part in parts]
        if all(plan.intent in _OF_A_TIME and plan.period is not None for plan in plans):
            return parts
    return ()


def _time_until(lowered: str, stop: int, today: date) -> tuple[int, Moment] | None:
    """The date that is said right before `stop`, and where it begins."""
    for start in range(max(0, stop - _LONGEST_DATE), stop):
        if start == 0 or lowered[start - 1] == " ":
            found = moment_at(lowered, start, today)
            if found is not None and found.stop == stop and not found.problem:
                return start, found
    return None


def _is_day(moment: Moment) -> bool:
    return moment.start == moment.end


def _split_list(whole: str, knowledge: AssetKnowledge, today: date) -> tuple[str, ...]:
    """The two parts of a list whose members are of different kinds; empty where it is one question."""
    joints = list(_JOINTS.finditer(whole))
    if not 0 < len(joints) <= _MOST_JOINTS or _RELATED.search(whole) or _is_one_subject(whole, knowledge, today):
        return ()
    for joint in joints:
        parts = whole[: joint.start()], whole[joint.end() :]
        plans = [parse(part, knowledge, today) for part in parts]
        parts, plans = _with_asset(parts, plans, knowledge, today)
        if _are_apart(plans[0], plans[1]) and all(map(_is_question, parts, plans)):
            rest = _split_list(parts[1], knowledge, today) or parts[1:]
            return (parts[0], *rest)[:MOST_QUESTIONS]
    return ()


def _with_asset(
    parts: tuple[str, str], plans: list[Plan], knowledge: AssetKnowledge, today: date
) -> tuple[tuple[str, str], list[Plan]]:
    """ "Price of XRP and its volatility": the second part is asked of the first one's asset, by its name."""
    first, second = plans
    lacks = not second.all_assets and not second.doubts and len(parts[1].split()) <= _MOST_WORDS_OF_A_REST
    if len(first.assets) != 1 or first.assets[0].asset_id is None or not lacks or _are_apart(first, second):
        return parts, plans
    whole = f"{parts[1].rstrip(' ?!.,')} {first.assets[0].text}"
    plan = parse(whole, knowledge, today)
    is_own = plan.intent in _OF_AN_ASSET and _MINE.search(parts[1]) is None
    return ((parts[0], whole), [first, plan]) if is_own and _are_apart(first, plan) else (parts, plans)


_OF_AN_ASSET = frozenset({"skill", "quote", "change", "history", "extremes"})
_MINE = Pattern(r"\b(?:i|my|me|mine|we|our)\b", re.IGNORECASE)


def _is_one_subject(whole: str, knowledge: AssetKnowledge, today: date) -> bool:
    """ "What are optimistic and zk rollups" asks of one article, whatever "zk rollups" means by itself."""
    plan = parse(whole, knowledge, today)
    # Of what is held each amount is a part of one sum, whatever is asked of it.
    is_held = plan.skill == "portfolio" and len(plan.all_assets) > 1
    return is_held or (plan.skill == "concept" and plan.confidence >= _SURE_OF_SUBJECT)


def _are_apart(first: Plan, second: Plan) -> bool:
    """Whether each is a whole question, of another kind than the other; the second may lean on the first's assets."""
    kinds = {(plan.intent, plan.skill) for plan in (first, second)}
    if len(kinds) < 2 or not ("skill" in {first.intent, second.intent} or _is_figure_and_move(first, second)):
        return False
    if any(plan.confidence < _SURE_OF_LIST or (plan.skill or plan.intent) in _REFUSED for plan in (first, second)):
        return False
    return _is_whole(first) and (_is_whole(second) or bool(first.assets))


def _is_figure_and_move(first: Plan, second: Plan) -> bool:
    """A market cap and a change of the price are answered by two of the core's answers."""
    by_intent = {first.intent: first, second.intent: second}
    quote = by_intent.get("quote")
    return quote is not None and bool(set(quote.measures) - {"price"}) and "change" in by_intent


def _is_whole(plan: Plan) -> bool:
    takes = load_skills()[plan.skill].assets if plan.skill else "needed"
    return takes != "needed" or bool(plan.assets)


def _is_question(part: str, plan: Plan) -> bool:
    # A forecast of nothing that is named is a rest of the question before it ("…, actual and forecast").
    is_rest = plan.skill == "outlook" and not plan.all_assets and not plan.doubts
    # "What is a DAO and how does it vote": the second asks of the first one's subject.
    is_rest = is_rest or (plan.skill == "concept" and (plan.confidence < _FAINT or _LEANS.search(part) is not None))
    is_enough = len(part.split()) >= _FEWEST_WORDS or _is_own_word(plan)
    is_rest = is_rest or _MANNER.match(part) is not None or (_BY.match(part) is not None and not plan.all_assets)
    return plan.intent not in _UNSURE and not is_rest and is_enough


# How a figure is wanted, and from which days it is to be reckoned: of the question before.
_MANNER = Pattern(
    r"^(?:\W|and\b|just\b|only\b|please\b|but\b|give me\b|as\b|in\b|an?\b|the\b)*(?:percent(?:age)?s?|%|numbers?|figures?|dollars?|usd|annuali[sz]ed(?: vol\w*| std\w*)?|(?:per|a) year|yearly|rate|one (?:number|figure))(?: (?:terms|please|pls|thanks|only|(?:per|a|an|each|every) ?(?:\w+ )?\w+|\S+))?[ ?.!]*$",
    re.IGNORECASE,
)
_BY = Pattern(
    r"^(?:please |just )*(?:check|use|using|take|look(?:ing)? (?:at|over)|go by|going by|based on|calculated? (?:it )?(?:on|over|from|with)|measured?(?: it)? (?:on|over|by|with)|reckon(?:ed)? (?:on|over|from))\b",
    re.IGNORECASE,
)


def _is_own_word(plan: Plan) -> bool:
    """One word is a question where it is the name of what it asks for, and no asset is missing: "gas"."""
    return plan.intent == "skill" and plan.confidence >= _SURE_OF_WORD and plan.skill in _OF_ONE_WORD
