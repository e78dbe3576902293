"""What the desk can draw on: sets of figures behind tools, and kinds of texts behind the search; and which of them a
question needs."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import DocumentType
from cryptodesk.models.analyst.questions import Period, Plan
from cryptodesk.models.analyst.reading import clean
from cryptodesk.models.analyst.tool_names import (
    ASSET_METADATA,
    ASSET_SCREENER,
    CONTENT_SEARCH,
    MARKET_DATA,
    MARKET_OVERVIEW,
    SENTIMENT,
    SIGNAL_LIST,
    TECHNICAL_ANALYSIS,
)
from cryptodesk.research.planning import asset_ids_of, kind_of

__all__ = ["DATASETS", "Dataset", "asked_types", "choose_datasets", "document_query"]


class Dataset(Struct, frozen=True, kw_only=True):
    """`kinds` are the skills and intents of the analyst that need it; `asked` are words that ask for it by name. Figures
    come from `tools`; texts are searched for by `types`."""

    name: str
    title: str
    group: Literal["figures", "texts"]
    tools: tuple[str, ...] = ()
    types: tuple[DocumentType, ...] = ()
    kinds: frozenset[str] = frozenset()
    asked: Pattern | None = None


def _figures(name: str, title: str, tools: tuple[str, ...], kinds: str, asked: str) -> Dataset:
    return Dataset(
        name=name, title=title, group="figures", tools=tools, kinds=frozenset(kinds.split()), asked=Pattern(asked)
    )


def _texts(name: str, title: str, types: tuple[DocumentType, ...], kinds: str, asked: str) -> Dataset:
    tools = (SENTIMENT, CONTENT_SEARCH) if name == "social" else (CONTENT_SEARCH,)
    return Dataset(
        name=name,
        title=title,
        group="texts",
        tools=tools,
        types=types,
        kinds=frozenset(kinds.split()),
        asked=Pattern(asked),
    )


_PRICED = "quote change history extremes comparison worth conversion bare dca portfolio volatility drawdown record_close price_level best_stretch correlation ratios figure_ratio technicals market_technicals outlook why_moved"
_LISTED = "market_overview dominance altcoin_season fear_greed gainers_losers ranking screener trending narratives ecosystem category_compare exchanges nfts onchain_token stablecoins"

DATASETS: tuple[Dataset, ...] = (
    _figures("market_data", "market data", (MARKET_DATA, TECHNICAL_ANALYSIS, MARKET_OVERVIEW, SIGNAL_LIST, ASSET_SCREENER), f"{_PRICED} {_LISTED}", r"\bprices?\b|\bvolumes?\b|\bohlcv?\b|\bcandles?\b|\breturns?\b"),
    _figures("asset_metrics", "asset metrics", (ASSET_METADATA, MARKET_DATA, MARKET_OVERVIEW), "supply halving holders security metadata definition figure_ratio stablecoins gas etf_flows dominance lookup", r"\bsupply\b|\bholders?\b|\bmarket caps?\b|\bfdv\b|\bissuance\b|\btokenomics\b|\bgas\b"),
    _figures("fundraising", "fundraising", (CONTENT_SEARCH,), "raises", r"\brais(?:e|es|ed|ing)\b|\bfunding rounds?\b|\binvestors?\b|\bvaluation\b|\bseries [a-d]\b|\bvcs?\b|\bventure\b|\bfundrais\w+"),
    _figures("token_unlocks", "token unlocks", (ASSET_METADATA, CONTENT_SEARCH), "unlocks", r"\bunlocks?\b|\bvesting\b|\bcliffs?\b"),
    _figures("tvl", "value locked", (MARKET_OVERVIEW, MARKET_DATA, ASSET_SCREENER), "tvl", r"\btvl\b|\bvalue locked\b"),
    _figures("derivatives", "derivatives", (MARKET_DATA, MARKET_OVERVIEW), "derivatives", r"\bopen interest\b|\bfunding rates?\b|\bliquidat\w+\b|\bperp(?:etual)?s?\b|\bfutures\b|\bbasis\b"),
    _texts("news", "news", ("news", "exchange_announcement"), "news why_moved events raises unlocks narratives", r"\bnews\b|\bheadlines?\b|\bannounc\w+\b|\breported?\b|\bwhat happened\b"),
    _texts("rss", "RSS items", ("rss_item",), "news why_moved raises", r"\brss\b|\bfeeds?\b(?! price)|\bnews\b|\bheadlines?\b"),
    _texts("blogs", "blogs", ("blog",), "", r"\bblogs?\b|\bblog ?posts?\b|\bmedium posts?\b|\bsubstack\b|\bessays?\b"),
    _texts("video_transcripts", "video transcripts", ("video_transcript",), "", r"\bvideos?\b|\byoutube\b|\bpodcasts?\b|\binterviews?\b|\btranscripts?\b|\bepisodes?\b|\bams?a\b|\bkeynotes?\b"),
    _texts("social", "social posts", ("social_post",), "sentiment", r"\btweets?\b|\btwitter\b|\bon x\b|\breddit\b|\btelegram\b|\bfarcaster\b|\bbluesky\b|\bsocial(?: media| posts?)?\b|\bpeople (?:say|saying|think|thinking|talk\w*)\b|\bcommunity (?:say|think|feel)\w*\b|\bposts? (?:about|on)\b"),
    _texts("web_pages", "crawled pages", ("web_page", "project_faq"), "metadata", r"\bweb ?(?:site|page)s?\b|\bfaqs?\b|\bdocs\b|\bdocumentation\b|\bofficial (?:site|page)\b"),
    _texts("research", "research", ("research",), "", r"\bresearch (?:reports?|notes?|papers?|piece)\b|\breports? (?:on|about|by)\b|\banalysts?(?:'s?)? (?:notes?|reports?|say|think)\b|\bwhite ?papers?\b|\bthes[ie]s\b|\bdeep dives?\b"),
    _texts("quarterlies", "quarterly reports", ("quarterly",), "", r"\bquarterl(?:y|ies)\b|\bstate of \w+ q[1-4]\b|\bq[1-4](?: 20\d\d)? (?:report|review|results|update|summary)\b|\b(?:report|review|results) (?:for|of) q[1-4]\b"),
    _texts("diligence", "diligence reports", ("diligence",), "", r"\bdiligence\b|\bdue[- ]diligence\b|\brisk (?:assessments?|reviews?|reports?)\b|\baudit reports?\b|\blisting (?:memo|review)s?\b"),
    _texts("handbook", "handbook", ("handbook", "specification"), "concept definition", r"\bhandbook\b|\bexplain\w*\b|\bhow do(?:es)? .{1,60} work\b|\bspecifications?\b|\b(?:eip|erc|bip)-?\d+\b"),
    _texts("calendar", "macro calendar", ("macro_event",), "events", r"\bfomc\b|\bcpi\b|\bmacro\b|\bcalendar\b|\bpayrolls?\b|\brate (?:decision|cut|hike)s?\b"),
)  # fmt: skip

# Kinds of texts that are only searched when a question asks for them by name.
_NAMED_ONLY = frozenset(
    {"blogs", "video_transcripts", "social", "web_pages", "research", "quarterlies", "diligence", "news", "calendar"}
)
_BESIDE: dict[str, tuple[DocumentType, ...]] = {"news": ("rss_item",)}
_EDITORIAL: tuple[DocumentType, ...] = (
    "handbook",
    "specification",
    "research",
    "quarterly",
    "diligence",
    "blog",
    "video_transcript",
    "project_faq",
    "web_page",
)
# What was said at a time: a stretch of time in the question is one of the texts too.
_DATED_KINDS = frozenset({"news", "why_moved", "sentiment", "raises", "change", "history", "extremes", "narratives"})
_OF_TEXTS = frozenset({"news", "why_moved", "sentiment", "raises", "narratives"})
# Questions of how something works are not about the asset that they name as an example.
_NOT_OF_ASSETS = frozenset({"concept", "events"})
_NOW = Pattern(
    r"\b(?:latest|newest|breaking|just now|recent(?:ly)?|lately|these days|current(?:ly)?|today|this week|up to date)\b"
)
_LATEST_DAYS, _LEAST_DAYS = 30, 2
_MOST_ASSETS, _LONGEST, _LIMIT = 5, 400, 8


def choose_datasets(plans: Sequence[Plan], question: str) -> tuple[Dataset, ...]:
    """What the plans need and what the words ask for, in the order of the table; the handbook where nothing does."""
    kinds, lowered = {kind_of(plan) for plan in plans}, clean(question).lower()
    chosen = [
        each for each in DATASETS if each.kinds & kinds or (each.asked is not None and each.asked.search(lowered))
    ]
    return tuple(chosen) or tuple(each for each in DATASETS if each.name == "handbook")


def asked_types(question: str) -> tuple[DocumentType, ...]:
    """The kinds of texts that the words name; empty where any will do."""
    lowered = clean(question).lower()
    named = [each for each in DATASETS if each.name in _NAMED_ONLY and each.asked and each.asked.search(lowered)]
    return tuple(dict.fromkeys(kind for each in named for kind in (*each.types, *_BESIDE.get(each.name, ()))))


def document_query(question: str, plans: Sequence[Plan], today: date) -> DocumentQuery:
    """What to search texts for. Filters are set only where the words of the question set them: a kind of text, an
    asset, a stretch of time."""
    kinds = {kind_of(plan) for plan in plans}
    types = asked_types(question) or (_EDITORIAL if kinds and kinds <= {"concept"} else ())
    after, before = _span(plans, question, today)
    return DocumentQuery(
        text=clean(question)[:_LONGEST],
        types=types,
        asset_ids=tuple(_asset_ids(plans)) if not kinds <= _NOT_OF_ASSETS else (),
        published_after=after,
        published_before=before,
        limit=_LIMIT,
    )


def _asset_ids(plans: Sequence[Plan]) -> Iterator[int]:
    found = dict.fromkeys(one for plan in plans for one in asset_ids_of(plan) if isinstance(one, int))
    yield from list(found)[:_MOST_ASSETS]


def _span(plans: Sequence[Plan], question: str, today: date) -> tuple[datetime | None, datetime | None]:
    for plan in plans:
        period = plan.period
        if period is not None and not period.problem and kind_of(plan) in _DATED_KINDS:
            wants = not period.is_weak or kind_of(plan) in _OF_TEXTS
            if wants and (found := _of_period(period, today)) != (None, None):
                return found
    is_of_texts = bool(asked_types(question)) or any(kind_of(plan) in _OF_TEXTS for plan in plans)
    if is_of_texts and _NOW.search(clean(question).lower()):
        return _midnight(today - timedelta(days=_LATEST_DAYS)), None
    return None, None


def _of_period(period: Period, today: date) -> tuple[datetime | None, datetime | None]:
    if period.kind in {"hours", "days"}:
        days = -(-period.count // 24) if period.kind == "hours" else period.count
        return _midnight(today - timedelta(days=max(_LEAST_DAYS, days))), None
    if period.kind in {"span", "day"} and period.start is not None:
        end = period.end or period.start
        return _midnight(period.start), None if end >= today else _midnight(end + timedelta(days=1))
    return None, None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
