"""News: dated and cited items on an asset, a subject or the market, newest first, with how old they are."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._news import (
    TOPICS,
    NewsTopic,
    asset_words,
    date_range,
    fitting,
    has_subject,
    mentions,
    proper_names,
    topic_of,
    window_start,
    without_names,
)
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import (
    EMPTY_REMEDY,
    Passage,
    age_of,
    cite,
    item_line,
    passage_fact,
    passages_closing,
    read_passages,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._subjects import asks_for_meaning, is_of_incident, is_pure
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs

__all__ = ["SKILL", "NewsSlots"]

_LIMIT, _LONGEST_QUERY = 12, 380
_ANYTHING, _RECENT = "crypto market news", timedelta(days=10)
_PLAIN, _FRESH, _ENOUGH = "news", timedelta(days=7), 3
_BEHIND_THE_HANDBOOK = 0.9
_SHOWN = {"brief": 1, "standard": 5, "detailed": 10}
_LATELY = r"(?:yesterday|last (?:night|week|weekend)|over the weekend|overnight|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_CRYPTO = r"(?:the )?(?:crypto\w*(?: market| world| space)?|markets?)"
_NAMED = Pattern(
    r"\bnews\b|\bheadlines?\b|\bannouncements?\b|\bwhat(?:'s|s| is| has been| have been)? (?:happening|going on|new|up with|the latest)\b|\bwhat(?:'s|s)? happened (?:to|with|in|at)\b|\blatest (?:on|about|from|developments?|updates?)\b|\b(?:any|recent|latest) updates?\b|\bupdates? (?:on|about|for)\b|\bwhat happened (?:to|with|in|at)\b|\bcatch me up\b|\bfill me in\b|\bbring me up to (?:speed|date)\b|\bbreaking\b|\bupdates?[?.! ]*$|\b(?:recent|latest|newest|new|top|todays?|today's|crypto|interesting) (?:\w+ )?(?:stories|articles?|reports|reporting|coverage|press)\b|\b(?:articles|stories|reports|coverage|write-?ups) (?:on|about|regarding|covering|from)\b|\b(?:press|media|papers) (?:say|said|report|write|wrote|saying)\b|\bin the (?:press|media|papers)\b|\bwhat are people (?:reporting|writing)\b|\bany developments?\b|\bdevelopments? (?:on|at|around|with|in)\b|\bwhat did i miss (?:on|about|with)\b|\bwhat(?:'s|s| is| has) been (?:said|reported|written)\b|\b(?:any(?:thing)?|something|what(?:'s|s| is)?) (?:new|interesting|important|notable|big|major|noteworthy|worth knowing|worth reading)\b|\b(?:what(?:'s|s| is| are)?|are)\b.{0,30}\b(?:journalists?|reporters?|the press|the media|newspapers|outlets|bloggers|analysts)\b.{0,16}\b(?:say\w*|writ\w+|report\w*|tell\w*|cover\w*)\b|\b(?:read|heard|hear|seen|see) (?:any|some)thing (?:new |recent )?(?:about|on|from|regarding)\b|\bmaking (?:the )?(?:news|headlines|waves)\b|\bin the (?:news|headlines)\b|\b(?:recent|latest|current) (?:events|happenings|goings[- ]on)\b"
    rf"|\b(?:what|anything|something)(?:'s|s| has| did| was| big| important| interesting| notable| else)*(?: happen\w*| went on| go on| going on| occurr\w+| big| important| notable)+ (?:{_LATELY} )?(?:in|with|on|across|around) {_CRYPTO}\b"
    rf"|\bwhat(?:'s|s| has| was)? (?:happen\w*|went on|going on) {_LATELY}\b|^(?:the )?(?:crypto|markets?|crypto markets?) {_LATELY}[ ?.!]*$|\b(?:recap|summary|summari[sz]e|roundup|round-up|rundown)\b.{{0,20}}\b{_LATELY}\b.{{0,20}}\b{_CRYPTO}\b"
    rf"|\b(?:recap|summary|summari[sz]e|roundup|round-up|rundown)\b.{{0,20}}\b{_CRYPTO}\b.{{0,20}}\b(?:yesterday|last (?:night|week|weekend))"
)
# What exchanges publish themselves is a kind of text of its own.
_OF_EXCHANGES = Pattern(
    r"\bexchanges?'?s?(?: \w+)? (?:announcements?|notices?|bulletins?|statements?|posts?|updates?)\b"
    r"|\b(?:announcements?|notices?|bulletins?|statements?) (?:\w+ )?(?:from|by|of|at|on) (?:the |any |all |major |big |crypto |top )*exchanges?\b"
    r"|\b(?:what|anything)\b.{0,20}\bexchanges? (?:\w+ )?announc\w+\b|\blisting announcements?\b"
)
_SUBJECT = Pattern(
    r"\b(?:go-to-market|adoption (?:plan|trends?)|announced|details are known|trending in .{1,40}\b(?:debates?|discussions?)|(?:partnership|alliance) with)\b"
)
_REPORT = Pattern(r"\bwhat (?:does|do|did) the .{1,110}\b(?:reports?|papers?|study|studies|articles?)\b")
_FIGURE = Pattern(r"\b(?:price|volume|tvl|fees?|market cap|dominance|funding|open interest|supply)\b")
_AHEAD = Pattern(r"\b(?:will|might|could|would|planning to|going to|expected to|upcoming)\b")
_NOT_NEWS = Pattern(
    r"\bwhy\b|\brisks? (?:of|in|with)\b|\bhow (?:do|does|to|can|is|are) (?:i|you|we|a|an|the)?\b|\bexplain\b|\bwhat (?:is|are) (?:a|an)\b|\bsentiment\b|\bwhat (?:do|does) .{1,40} mean\b|\bwhich (?:indicators?|metrics?)\b"
)
_SUM = Pattern(r"\b(?:bought|invested|convert|worth)\b")


# What is long over is no background to what is asked of these days.
_OF_THESE_DAYS = Pattern(
    r"\b(?:recent(?:ly)?|lately|these days|today|tonight|yesterday|just now|this (?:week|month|morning)|(?:last|past) (?:few )?(?:\d+ )?(?:hours?|days?|weeks?|24 ?h)|latest|newest|right now)\b"
)


class NewsSlots(Struct, frozen=True):
    """`query` is the question without the names of assets; `topic` names one of the known subjects of news.
    `names` are others than assets', `looks_ahead` tells that it asks for what will be,
    `is_of_one_text` that it asks what one report says."""

    query: str = ""
    topic: str = ""
    names: tuple[str, ...] = ()
    looks_ahead: bool = False
    is_of_one_text: bool = False


def _recognise(reading: Reading) -> Claim | None:
    if intents.wants_advice(reading.lowered) or reading.says(_SUM):
        return None
    sure = _confidence(reading, topic := topic_of(reading.masked))
    if sure is None or (reading.is_known and intents.wants_prediction(reading.lowered) and topic is None):
        return None
    names = proper_names(reading.text, reading.found.spans)
    slots = NewsSlots(
        without_names(reading.masked),
        topic.name if topic else "",
        names,
        reading.says(_AHEAD),
        bool(names) and reading.says(_REPORT),
    )
    return Claim(sure, slots)


def _confidence(reading: Reading, topic: NewsTopic | None) -> float | None:
    sure = _as_news(reading, topic)
    # The handbook tells of what is long over; news are what remains where nothing is known of it there.
    return min(sure, _BEHIND_THE_HANDBOOK) if sure and is_of_incident(reading) else sure


def _as_news(reading: Reading, topic: NewsTopic | None) -> float | None:
    if _NAMED.search(reading.masked) or _OF_EXCHANGES.search(reading.masked):
        has_figure = _FIGURE.search(reading.masked) is not None and topic is None
        return None if has_figure or _NOT_NEWS.search(reading.masked) else 0.97
    if _REPORT.search(reading.masked):
        return 0.94
    if topic is None:
        return 0.94 if _SUBJECT.search(reading.masked) and not reading.measures else None
    if _NOT_NEWS.search(reading.masked) or reading.measures or (asks_for_meaning(reading) and is_pure(reading)):
        return None
    return 0.96


def _calls(ask: Ask) -> Sequence[Call]:
    slots = ask.plan.slots if isinstance(ask.plan.slots, NewsSlots) else NewsSlots()
    topic = _topic(slots)
    said = slots.query if topic or not ask.ids or has_subject(slots.query) else _PLAIN
    words = " ".join(filter(None, (topic.words if topic else "", asset_words(ask.assets), said)))
    types = ["exchange_announcement"] if _OF_EXCHANGES.search(slots.query) else ["news", "exchange_announcement"]
    dates = date_range(ask.plan.period, ask.today)
    if topic is None and not ask.ids and not has_subject(slots.query):
        # Asked for nothing in particular, the best match may be an old one: only what is new is news.
        words = _ANYTHING
        dates = dates or {"published_after": (ask.today - _RECENT).isoformat()}
    if topic is not None and topic.has_background and not _OF_THESE_DAYS.search(slots.query.lower()):
        types.append("cmc_editorial")
    arguments: dict[str, Any] = {"query": words[:_LONGEST_QUERY], "content_types": types}
    if ask.ids:
        arguments["ids"] = list(ask.ids)[:5]
    calls = [Call(CONTENT_SEARCH, {**arguments, **dates, "limit": _LIMIT})]
    if topic is None and ask.ids and not dates:
        # The best matches need not hold the newest: what is of these days is asked for besides.
        dates = {"published_after": (ask.today - _FRESH).isoformat()}
        calls.append(Call(CONTENT_SEARCH, {**arguments, **dates, "limit": _LIMIT}))
    return calls


def _topic(slots: NewsSlots) -> NewsTopic | None:
    return next((topic for topic in TOPICS if topic.name == slots.topic), None)


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots if isinstance(setting.plan.slots, NewsSlots) else NewsSlots()
    results = _newest_first(own_results(setting, _calls, CONTENT_SEARCH))
    passages = list({passage.url or passage.title: passage for passage in read_passages(results)}.values())
    topic = _topic(slots)
    query = "" if setting.resolved.assets and not topic else slots.query
    found = fitting([p for p in passages if not _is_background(p)], query, topic, slots.names)
    background = fitting([p for p in passages if _is_background(p)], query, topic)[:2]
    start = window_start(setting.plan.period, setting.today).isoformat()
    items = [item for item in found if item.day >= start] or found
    if not items or (slots.is_of_one_text and not any(mentions(item, slots.names) for item in items)):
        return Draft(join_paragraphs(_nothing(setting, topic, slots), _background(setting, background)))
    used = items[: _SHOWN[setting.verbosity]]
    body = "" if setting.is_brief else "\n".join(_line(setting, item, place) for place, item in enumerate(used))
    lead = f"{_caveat(slots, used, start, setting)}{_lead(setting, used, topic, slots)}"
    text = join_paragraphs(lead, body, _background(setting, background), passages_closing(setting, results, used))
    return Draft(text, tuple(passage_fact("headline", item, item.title) for item in used))


def _newest_first(results: Sequence[Result]) -> Sequence[Result]:
    """What these days have is news enough, where it is; older matches stand in where it is not."""
    recent = results[-1:] if len(results) > 1 else ()
    return recent if len(read_passages(recent)) >= _ENOUGH else results


def _caveat(slots: NewsSlots, used: Sequence[Passage], start: str, setting: Setting) -> str:
    """What the items do not tell of what was asked."""
    parts = ["What will come no source can tell; this is what was reported."] if slots.looks_ahead else []
    period = setting.plan.period
    if period is not None and used[0].day < start:
        parts.append(f"No item found is of {period.label}; these are older.")
    if slots.names and not any(mentions(item, slots.names) for item in used):
        parts.append(f"None of them names {join_names([shown(name, 40) for name in slots.names], 'or')}.")
    return f"{' '.join(parts)} " if parts else ""


def _is_background(passage: Passage) -> bool:
    return passage.kind not in {"news", "exchange_announcement", "rss_item", "twitter", "social_post"}


def _line(setting: Setting, item: Passage, place: int) -> str:
    return item_line(item, setting.today, with_text=setting.is_detailed or place < 3, longest=200)


def _lead(setting: Setting, used: Sequence[Passage], topic: NewsTopic | None, slots: NewsSlots) -> str:
    about, newest = _about(setting, topic), used[0]
    age = age_of(newest, setting.today)
    if setting.is_brief:
        return f"The newest item{about}{f' ({age})' if age else ''}: {cite(newest)}."
    count = plural(len(used), "item")
    dated = f"the newest of {newest.day}{f' ({age})' if age else ''}" if newest.day else "undated"
    return setting.pick(
        (f"{count}{about}, newest first; {dated}:", f"What was reported{about}, newest first ({count}), {dated}:")
    )


def _about(setting: Setting, topic: NewsTopic | None) -> str:
    """ " on hacks and exploits around Solana (SOL)" """
    names = join_names([shown(asset.label, 80) for asset in setting.resolved.assets])
    if topic is not None:
        return f" on {topic.label}{f' around {names}' if names else ''}"
    return f" on {names}" if names else ""


def _nothing(setting: Setting, topic: NewsTopic | None, slots: NewsSlots) -> str:
    about = _about(setting, topic) or (f" on “{shown(slots.query, 80)}”" if slots.query else "")
    period = setting.plan.period
    span = f" of {period.label}" if period and not period.is_weak and period.kind != "all" else ""
    return f"The desk's documents hold no news{about}{span}, so I report none. {EMPTY_REMEDY}."


def _background(setting: Setting, passages: Sequence[Passage]) -> str:
    if not passages or setting.is_brief:
        return ""
    return f"Background, no news: {'; '.join(map(cite, passages))}."


SKILL = Skill(
    name="news",
    title="news, with dates and sources",
    examples=("latest news on SOL", "any exploits this week?", "new partnerships in DeFi"),
    tools=(CONTENT_SEARCH,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
