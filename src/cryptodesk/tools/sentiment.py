"""`cmc_sentiment`: the mood of posts and headlines, market-wide or of one coin, by the best kind of source at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.documents.sentiment import compute_mood
from cryptodesk.market.query import Found
from cryptodesk.market.records import Asset, FearGreed
from cryptodesk.tools._assets import resolve_coins
from cryptodesk.tools._envelope import Gap, encode_time, failed_sources, mode_notes
from cryptodesk.tools._sentiment_items import FEWEST_ITEMS, Sample, Window, load_sample
from cryptodesk.tools._sentiment_result import (
    FEAR_GREED_ALONE,
    SentimentOutput,
    SentimentResult,
    author_fields,
    cite,
    fear_greed_fields,
    fear_greed_origin,
    keyword_fields,
    mood_fields,
    publishers,
    sample_origin,
    volume_fields,
)
from cryptodesk.tools._text import NAME_LIMIT, clean
from cryptodesk.tools._tool import Cited, ToolContext, built_in_tool, invalid_arguments

__all__ = ["TOOL", "SentimentArguments", "sentiment"]

_WINDOWS = {"24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
_NO_DOCUMENTS = "no posts or headlines are at hand: the desk has no documents"

_ADVICE = """\
Mood of posts and headlines. scope is market or coin; coin needs the id from cmc_id_lookup.
Example: {"scope": "coin", "id": 1, "window": "7d", "include": ["score", "keywords"]}
window is 24h, 7d or 30d; include is any of score, keywords, volume, top_authors, fear_greed.
Say what `source` is: x is posts on X; open_social_and_news is other networks and headlines; fear_greed_index means \
that only the index is known and the score is null. `insufficient_data` is no mood: say so.
Scores run from -1 to 1, shares are in percent. Mood is not a forecast, and posts may be paid for.\
"""


class SentimentArguments(Struct, frozen=True, forbid_unknown_fields=True):
    scope: Literal["market", "coin"] = "market"
    id: Annotated[int | str, Meta(description="CMC coin id, required for scope coin")] | UnsetType = UNSET
    window: Literal["24h", "7d", "30d"] = "24h"
    include: Annotated[
        tuple[Literal["score", "keywords", "volume", "top_authors", "fear_greed"], ...],
        Meta(extra_json_schema={"uniqueItems": True}),
    ] = ("score", "keywords")


class _Subject(Struct, frozen=True):
    """`asset` is None for the whole market."""

    asset: Asset | None = None
    notes: tuple[str, ...] = ()


async def sentiment(arguments: SentimentArguments, context: ToolContext) -> Cited:
    """Sentiment and trending keywords from posts and headlines, market-wide or per coin, with the fear and greed index;
    aggregates only, with the sources counted."""
    subject = await _subject(arguments, context)
    asset_id = None if subject.asset is None else subject.asset.asset_id
    window = Window(context.now - _WINDOWS[arguments.window], context.now, asset_id)
    sample = await load_sample(window, context)
    before = None
    if sample is not None and sample.items:
        before = await load_sample(window.previous, context, sample.source)
    # Where no mood can be told, the index is what is left.
    is_thin = sample is None or len(sample.items) < FEWEST_ITEMS
    wants_index = is_thin or "fear_greed" in arguments.include
    index: Found[FearGreed] = await context.find(FearGreed) if wants_index else Found()
    found = index if wants_index else None
    output = await asyncio.to_thread(_output, arguments, subject, (sample, before), found, context)
    return Cited(output, () if sample is None else cite(sample.documents))


async def _subject(arguments: SentimentArguments, context: ToolContext) -> _Subject:
    """Raises: ToolArgumentError for a coin without id, ToolFailed for an id that nothing has."""
    given = "" if arguments.id is UNSET else str(arguments.id).strip()
    if arguments.scope == "market":
        return _Subject(notes=("the id was not used: the scope is the whole market",) if given else ())
    if not given:
        raise invalid_arguments("id", "is required where scope is 'coin'; take it from cmc_id_lookup")
    resolved, _ = await resolve_coins((given,), context)
    item = resolved[0]
    return _Subject(item.asset, (f"{clean(given)}: {item.warning}",) if item.warning else ())


def _output(
    arguments: SentimentArguments,
    subject: _Subject,
    samples: tuple[Sample | None, Sample | None],
    index: Found[FearGreed] | None,
    context: ToolContext,
) -> SentimentOutput:
    """`samples` are those of the window and of the one before; `index` is None where it was not asked for."""
    sample, before = samples
    mood = compute_mood(sample.items if sample else ())
    fields, gaps = mood_fields(mood, before)
    if sample is None:
        gaps = [Gap("score", _NO_DOCUMENTS)]
    fields |= _parts(arguments.include, subject, sample, before)
    found = _best(index) if index is not None else None
    if index is not None:
        fields["fear_greed"] = fear_greed_fields(found) if found else None
        gaps += failed_sources(("fear_greed", index))
        gaps += [] if found else [Gap("fear_greed", "no source of the index is at hand")]
    counted = sample if sample and sample.items else None
    origins = [sample_origin(counted, ("score", *_shown(fields)))] if counted else []
    origins += [fear_greed_origin(found)] if found else []
    source = counted.source if counted else FEAR_GREED_ALONE if found else None
    return SentimentOutput(
        sentiment_result=SentimentResult(
            scope=arguments.scope,
            asset_id=subject.asset.asset_id if subject.asset else None,
            name=clean(subject.asset.name, NAME_LIMIT) if subject.asset else UNSET,
            window=arguments.window,
            source=source,
            **fields,
        ),
        as_of=encode_time(context.now),
        source=[*(publishers(counted)[:12] if counted else ()), *([found.provenance.source] if found else ())],
        notes=list(dict.fromkeys([*subject.notes, *_notes(arguments, sample, found), *mode_notes(origins)])),
        provenance=origins,
        unavailable=gaps,
    )


def _parts(include: Sequence[str], subject: _Subject, sample: Sample | None, before: Sample | None) -> dict[str, Any]:
    """What of the sample was asked for beside the score."""
    asset = subject.asset
    own = () if asset is None else (asset.symbol, asset.slug, *asset.name.split(), *asset.aliases)
    held = sample or Sample("")
    parts: dict[str, Any] = {}
    if "keywords" in include:
        # Of a handful of texts the commonest words say nothing.
        is_enough = len(held.items) >= FEWEST_ITEMS
        parts["keywords"] = keyword_fields(held, [name.casefold() for name in own]) if is_enough else []
    if "volume" in include:
        parts["volume"] = volume_fields(held, before)
    if "top_authors" in include:
        parts["top_authors"] = author_fields(held)
    return parts


def _shown(fields: dict[str, Any]) -> list[str]:
    return [name for name in ("keywords", "volume", "top_authors") if fields.get(name)]


def _best(index: Found[FearGreed]) -> FearGreed | None:
    """The whole market's before one of Bitcoin alone."""
    return min(index.records, key=lambda record: record.scope != "market", default=None)


def _notes(arguments: SentimentArguments, sample: Sample | None, index: FearGreed | None) -> list[str]:
    notes: list[str] = []
    if sample is not None:
        notes += [clean(note, 200) for note in sample.notes]
        if sample.foreign:
            notes.append(f"{sample.foreign} items in other languages than English were left out")
        if sample.is_full:
            notes.append(f"only the newest {sample.collected + sample.foreign} items of the window were read")
    if index is not None and index.scope == "bitcoin":
        notes.append("fear_greed is of Bitcoin alone")
    elif index is not None and arguments.scope == "coin":
        notes.append("fear_greed is of the whole market, not of the coin")
    return notes


TOOL = built_in_tool(sentiment, advice=_ADVICE)
