"""The fear and greed index: how greedy the market is today, how it was, and when it was most and least so."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import number
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._overview import DAYS_KEPT, kept_days, lacks_past, toward
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, moment, result_fact_source

__all__ = ["SKILL"]

_FIELD = "fear_greed"
_PATH = ("sentiment", "fear_greed")
_NAMED = Pattern(
    r"\bf(?:ea|ee|ae|e)rs? ?(?:and|&|n|'n'|or|/|\+|-and-|-n-|vs\.?|,)? ?gr(?:ee|ea|e)d\b|\bgreed ?(?:and|&|or|/|-and-) ?fear\b|\bfear-greed\b|\bfng\b|\bfgi\b"
    r"|(?<![\w&])f ?(?:&|\+|/|n|and) ?g\b|\b(?:crypto|market|cmc|btc|bitcoin|the)?(?:'s)? ?(?:fear|greed)[- ](?:index|gauge|meter|score|indicator)\b"
)
_LOOSE = Pattern(
    r"\b(?:how )?(?:greedy|fearful)\b|\b(?:extreme )?(?:fear|greed)\b.{0,30}\b(?:market|index|level)\b|\bin (?:extreme )?(?:greed|fear)\b|^(?:is it |still )?extreme (?:fear|greed)(?: now| today)?\W*$"
)
_INDEX = r"(?:index|reading|gauge|meter|needle|score|level|number|dial)"
_END = (
    r"(?:peak|max(?:imum)?|min(?:imum)?|highest|lowest|most|worst|record|top|bottom|high(?:s|er)?|low(?:s|er)?|extreme)"
)
# Of the mood of all: how high it stands or stood, in words that name no coin.
_OF_ALL = Pattern(
    rf"\b{_END} (?:(?:of|in|level of|point of|amount of) )?(?:the )?(?:greed|fear|panic)\b|\b(?:greed|fear)\b.{{0,24}}\b(?:at )?(?:its|the|their|a)? ?{_END}\b|\b(?:greed|fear)(?:'s|'s)?\b.{{0,24}}\b(?:gone|go|went|get|got|rise|risen|rose|up|down|hit|reach\w*|fall\w*|fell|subsid\w+|grow\w*|increas\w+|{_INDEX})\b"
    rf"|\b(?:how much|how (?:high|low|deep|strong) (?:is|was|did|has)) (?:the )?(?:greed|fear)\b|\b(?:most|least) (?:fearful|greedy|afraid|scared)\b|\bhow (?:scared|afraid|frightened|fearful|greedy|nervous|panicky|euphoric) (?:is|are|was|were|did|do)\b|\b(?:scale of|scale from|from|out of) (?:0|1|zero|one)?(?: ?(?:to|-) ?)?(?:100|a hundred)\b.{{0,30}}\b(?:scared|afraid|fearful|greedy|fear|greed)\b"
    r"|\b(?:greedy|panick\w*|scared|fearful|afraid|euphoric)\b.{0,12}\bor\b.{0,12}\b(?:greedy|panick\w*|scared|fearful|afraid|euphoric)\b|\bgreedy? (?:mood|mode|phase|territory|zone)\b|\bin (?:a )?(?:greedy|fearful) (?:mood|mode|state)\b"
)
_NO_INDEX = Pattern(r"\b(?:mean|means|explain|why|should|news|articles?|tweets?)\b")
# The ends of the year are what was asked.
_WANTS_ENDS = Pattern(rf"\b(?:{_END}|peak\w*|greediest|scariest|how (?:high|low)|when (?:was|were|did))\b")
_EARLIER = (("yesterday", "yesterday"), ("last_week", "a week ago"), ("last_month", "a month ago"))


def _recognise(reading: Reading) -> Claim | None:
    if reading.says(_NAMED):
        return Claim(0.97)
    if reading.says(_OF_ALL) and not reading.says(_NO_INDEX) and not set(_ids(reading)) - {1}:
        return Claim(0.975)
    return Claim(0.93) if reading.says(_LOOSE) else None


def _ids(reading: Reading) -> list[object]:
    return [asset.asset_id for asset in reading.found.assets]


def _calls(ask: Ask) -> Sequence[Call]:
    return (Call(MARKET_OVERVIEW, {}),)


def _write(setting: Setting) -> Draft:
    result = setting.evidence.results_of(MARKET_OVERVIEW)[-1]
    index, label = result.figure(*_PATH, "current", "index"), result.words(*_PATH, "current", "value")
    if index is None:
        reason = shown(result.reason(_FIELD, "fear_greed.current", "sentiment"), 200) or "the result does not have it"
        return Draft(join_paragraphs(f"The fear and greed index is not available: {reason}.", closing(setting, ())))
    lead = setting.pick(
        (
            f"The fear and greed index stands at **{number(index)}** of 100{_in_words(label)}.",
            f"Fear and greed: **{number(index)}** of 100{_in_words(label)}.",
        )
    )
    asked = _on_the_day_asked(setting, result, index)
    earlier = [(words, value) for name, words in _EARLIER if (value := _past(result, name)) is not None]
    parts = [] if setting.is_brief else [_compared(index, earlier), _extremes(result)]
    if _WANTS_ENDS.search(setting.question.lower()) or _is_year(setting.plan.period):
        parts = [_extremes(result), *parts[:1]]
    meaning = "0 is extreme fear, 100 extreme greed." if setting.is_detailed else ""
    text = join_paragraphs(
        " ".join(filter(None, (lead, asked, *parts, meaning))), closing(setting, (result,), (_FIELD,))
    )
    facts = [_fact(result, "fear_greed_index", index), *(_fact(result, f"index_{words}", v) for words, v in earlier)]
    return Draft(text, tuple(facts))


def _on_the_day_asked(setting: Setting, result: Result, index: Decimal) -> str:
    """ "vs last month?": the comparison comes first, also in a short answer."""
    if _is_year(setting.plan.period):  # its ends are what is kept of it
        return ""
    days = kept_days(setting.plan.period, setting.today)
    before = _past(result, DAYS_KEPT[days]) if days is not None else None
    if days is None or before is None:
        return lacks_past(setting, "the index")
    words = dict(_EARLIER)[DAYS_KEPT[days]]
    return f"That is {toward(index, before)} {number(before)} {words}."


def _is_year(period: Period | None) -> bool:
    if period is None:
        return False
    return period.kind == "days" and _SHORTEST_YEAR <= period.count <= _LONGEST_YEAR


_SHORTEST_YEAR, _LONGEST_YEAR = 350, 370


def _in_words(label: str) -> str:
    return f" ({shown(label, 40).lower()})" if label else ""


def _past(result: Result, name: str) -> Decimal | None:
    return result.figure(*_PATH, "history", name, "index")


def _compared(index: Decimal, earlier: Sequence[tuple[str, Decimal]]) -> str:
    """The direction word agrees with the figures beside it."""
    if not earlier:
        return ""
    said = join_names([f"{number(value)} {words}" for words, value in earlier])
    latest = earlier[0][1]
    verb = "up from" if index > latest else "down from" if index < latest else "unchanged from"
    return f"It is {verb} {said}." if len(earlier) == 1 else f"It was {said}."


def _extremes(result: Result) -> str:
    parts = []
    for name, word in (("max", "highest"), ("min", "lowest")):
        value = result.figure(*_PATH, "yearly", name, "index")
        if value is not None:
            when = moment(result.words(*_PATH, "yearly", name, "timestamp"))[:10]
            parts.append(f"the {word} {number(value)} on {when}")
    return f"Of the past year {join_names(parts)}." if parts else ""


def _fact(result: Result, field: str, value: Decimal) -> Fact:
    as_of, source = result_fact_source(result, _FIELD)
    return Fact(field, as_number(value), "", as_of=as_of, source=source)


SKILL = Skill(
    name="fear_greed",
    title="the fear and greed index",
    examples=(
        "What's the Bitcoin fear and greed index today?",
        "How greedy is the market?",
        "fear & greed now",
    ),
    tools=(MARKET_OVERVIEW,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
