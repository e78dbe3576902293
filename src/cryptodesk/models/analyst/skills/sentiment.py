"""Sentiment: what posts and headlines sound like, of one coin or the whole market, with the words they use most."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import number
from cryptodesk.models.analyst.questions import AssetRef, Period
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._mood import (
    said_change,
    said_index,
    said_items,
    said_keywords,
    said_shares,
    said_signed,
    said_volume,
)
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import SENTIMENT
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, result_fact_source
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "SentimentSlots"]

_MOST_COINS = 3
# What the source line rests on; that a score is missing is the answer itself.
_FIELDS = ("keywords", "volume", "fear_greed")
_SPANS = {"24h": "the last 24 hours", "7d": "the last 7 days", "30d": "the last 30 days"}
_NETWORKS = Pattern(r"\b(?:reddit|telegram|twitter|x\.com|discord|farcaster|bluesky|tiktok|youtube)\b")
_NAMED = Pattern(
    r"\bsentiments?\b|\b(?:market|investors?|crypto|public|general|crowd|overall|community|traders?|social|ct|retail|twitter|reddit|telegram|discord|farcaster|bluesky|tiktok|youtube)'?(?:s'?)? (?:mood|vibes?|feeling)\b|\bmood (?:check|today|right now|now)\b|\bhow(?:'s|s| is) the mood\b|\bmood (?:of|on|around|about|in|towards?|like)\b|\bwhat(?:'s|s| is) the (?:mood|vibe|buzz|chatter|hype)\b|\bsocial (?:media|volume|buzz|dominance|mentions?|chatter|metrics?)\b"
)
_LEANING = Pattern(
    r"\b(?:bullish|bearish|optimistic|pessimistic|positive|negative|euphoric|panick?ing|excited|worried|scared|upbeat|gloomy|sour|hyped|confident|nervous|enthusiastic|hopeful|hostile|loved?|hated?|lik(?:e|ed|es|ing)(?! (?:to|a\b|an\b|the\b|this|that|i\b|i'm))|fond|fed up|in favou?r)\b"
)
_PEOPLE = Pattern(
    r"\b(?:people|everyone|everybody|traders?|investors?|community|crowd|folks|they|market|crypto|twitter|reddit|ct|retail|holders|chatter|posts?|tweets?|social|socials|discussions?|conversations?|the internet|public|fans)\b"
)
_TALK = Pattern(
    r"\b(?:people|everyone|traders?|community|crowd|ct|reddit\w*|twitter|telegram)\b.{0,30}\b(?:say\w*|think\w*|talk\w*|feel\w*|discuss\w*|mention\w*|post\w*)\b|\bmost (?:discussed|mentioned|talked about)\b|\btalk(?:ing|ed) about\b"
    r"|\b(?:people|everyone|everybody|traders?|community|crowd|ct|folks|investors?|public|the internet)\b.{0,24}\b(?:make of|perceiv\w*|view\w*|react\w*|opinions?)\b|\b(?:opinions?|attitudes?|perceptions?|feelings?) (?:of|on|about|toward\w*|around) (?:the )?_|\b(?:perceived|regarded|loved|hated) (?:by|among|on)\b|_(?:'s)? (?:reputation|perception|buzz|hype|vibes?|chatter)\b|\b(?:buzz|hype|vibes?|chatter|noise) (?:around|about|on|for|surrounding) (?:the )?_|\b(?:what|which) (?:kind of )?mood\b"
)
_NOT_MOOD = Pattern(
    r"\bwill\b|\bfear (?:and|&|n) greed\b|\bhow (?:is|are|does|do) .{0,40}\b(?:measured|calculated|computed|work)\b|\bwhat (?:is|does) (?:market |social |a )?sentiment(?: mean)?\W*$|\btechnical\b|\b(?:official|link|account|handle|page|url|follow)\b"
)


class SentimentSlots(Struct, frozen=True):
    """`network` is the one the question names, which the tool cannot single out."""

    network: str = ""


def _recognise(reading: Reading) -> Claim | None:
    if _NOT_MOOD.search(reading.masked):
        return None
    found = _NETWORKS.search(reading.masked)
    slots = SentimentSlots(found[0] if found else "")
    if _NAMED.search(reading.masked):
        return Claim(0.975, slots)
    if _TALK.search(reading.masked) or (
        found and re.search(r"\b(?:trend\w*|dominat\w*|discussi\w+|buzz)\b", reading.masked)
    ):
        return Claim(0.97, slots)
    if _LEANING.search(reading.masked) and _PEOPLE.search(reading.masked) and not reading.measures:
        return Claim(0.96, slots)
    return None


def _calls(ask: Ask) -> Sequence[Call]:
    # A day seldom holds enough about one coin.
    window = "7d" if ask.ids and ask.plan.period is None else _window(ask.plan.period)
    base: dict[str, Any] = {"window": window, "include": ["score", "keywords", "volume"]}
    if not ask.ids:
        if ask.plan.assets:
            return ()
        return (Call(SENTIMENT, {"scope": "market", **base, "include": [*base["include"], "fear_greed"]}),)
    return [Call(SENTIMENT, {"scope": "coin", "id": each, **base}) for each in ask.ids[:_MOST_COINS]]


def _window(period: Period | None) -> str:
    """The window of the tool that is nearest to what was asked; without a period a day."""
    if period is None or period.kind == "all":
        return "24h" if period is None else "30d"
    if period.kind == "hours":
        return "24h" if period.count <= 24 else "7d"
    days = (
        period.count
        if period.kind == "days"
        else (period.end - period.start).days + 1
        if period.start and period.end
        else 1
    )
    return "24h" if days <= 1 else "7d" if days <= 10 else "30d"


def _write(setting: Setting) -> Draft:
    results = own_results(setting, _calls, SENTIMENT)
    drafts = [_one(setting, result) for result in results]
    ranking = _table(results) if len(results) > 1 and not setting.is_brief else ""
    text = join_paragraphs(
        *(draft.text for draft in drafts), ranking, _limits(setting), _past(setting), closing(setting, results, _FIELDS)
    )
    return Draft(text, tuple(fact for draft in drafts for fact in draft.facts))


def _one(setting: Setting, result: Result) -> Draft:
    name, span = _subject(setting, result), _span(result)
    size, score = result.figure("sample_size"), result.figure("score")
    if score is None:
        reason = shown(result.reason("score", "sample_size"), 200) or f"{number(size) or 'no'} items in the window"
        index = said_index(result)
        lead = f"There is not enough data to tell the mood on {name} over {span}: {reason}."
        return Draft(
            " ".join(filter(None, (lead, index))), (_fact(result, "sample_size", size),) if size is not None else ()
        )
    label = shown(result.words("label"), 40).replace("_", " ")
    lead = setting.pick(
        (
            f"The mood on {name} over {span} is **{label}**: a score of {said_signed(score)} from -1 to 1, over {said_items(result)}.",
            f"Over {span} posts and headlines on {name} were **{label}** ({said_signed(score)} from -1 to 1, {said_items(result)}).",
        )
    )
    parts = (
        []
        if setting.is_brief
        else [
            said_change(result),
            said_shares(result),
            said_keywords(setting, result),
            said_volume(result),
            said_index(result),
        ]
    )
    facts = [_fact(result, "sentiment_score", score)]
    facts += [
        _fact(result, each, v) for each in ("positive_pct", "negative_pct") if (v := result.figure(each)) is not None
    ]
    before = result.figure("volume", "previous_items")
    facts += [] if before is None else [_fact(result, "volume.previous_items", before)]
    return Draft(" ".join(filter(None, (lead, *parts))), tuple(facts))


def _subject(setting: Setting, result: Result) -> str:
    known = {str(asset.asset_id): asset for asset in setting.resolved.assets}
    asset: AssetRef | None = known.get(str(result.at("asset_id")))
    name = asset.label if asset is not None else result.words("name")
    return shown(name, 80) or "the whole crypto market"


def _span(result: Result) -> str:
    return _SPANS.get(result.words("window"), "the window")


def _table(results: Sequence[Result]) -> str:
    rows = [
        [
            shown(r.words("name"), 60) or "Market",
            shown(r.words("label"), 30).replace("_", " "),
            _score_of(r),
            number(r.figure("sample_size")),
        ]
        for r in results
    ]
    return table(["Asset", "Mood", "Score", "Items"], rows)


def _score_of(result: Result) -> str | None:
    score = result.figure("score")
    return None if score is None else said_signed(score)


def _limits(setting: Setting) -> str:
    slots = setting.plan.slots
    if isinstance(slots, SentimentSlots) and slots.network and not setting.is_brief:
        return f"The tool counts all networks together; it does not single out {shown(slots.network, 30).capitalize()}."
    return "Mood is what people write, not a forecast; posts may be paid for." if setting.is_detailed else ""


def _past(setting: Setting) -> str:
    """The tool's windows end now."""
    period = setting.plan.period
    if period is None or period.end is None or period.end >= setting.today:
        return ""
    return f"The windows of the tool end now, so this is not {period.label}."


def _fact(result: Result, field: str, value: Decimal) -> Fact:
    as_of, source = result_fact_source(result, "score")
    unit = "percent" if field.endswith("_pct") else ""
    return Fact(
        field,
        as_number(value),
        unit,
        asset=result.words("name"),
        asset_id=result.at("asset_id"),
        as_of=as_of,
        source=source,
    )


SKILL = Skill(
    name="sentiment",
    title="the mood of posts and headlines",
    examples=("sentiment on SOL", "are people bullish on DOGE?", "what does Reddit say about ADA"),
    tools=(SENTIMENT,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
