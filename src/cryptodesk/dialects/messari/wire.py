"""Sources, charts and metadata as they go over the wire, members in the order of the document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct, field

from cryptodesk.core.events import RunFinished
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import (
    MAX_RELATED_QUESTIONS,
    Chart,
    ChartColumn,
    ChartEntity,
    ChartRow,
    ChartSeries,
    CitedSource,
    ResearchOutcome,
)
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.reply import as_uuid

__all__ = [
    "Pieces",
    "WireChart",
    "WireSource",
    "encode_charts",
    "encode_pieces",
    "encode_sources",
    "outcome_of",
    "related_of",
    "wire_chart",
]

_json = msgspec.json.Encoder().encode
_NOTHING = ResearchOutcome()


class WireSource(Struct):
    citationId: int
    domain: str
    title: str
    url: str


class _WireEntity(Struct, frozen=True):
    entityId: str
    entityType: str


class _WireLink(Struct):
    link: str
    name: str


class _WireColumn(Struct):
    attribution: list[_WireLink]
    description: str
    format: str
    group_aggregate_operation: str
    id: str
    is_timestamp: bool
    name: str
    slug: str
    subcategory: str
    time_bucket_aggregate_operation: str


class _WireSubject(Struct):
    """Clients read these four of the otherwise free object."""

    id: str
    name: str
    slug: str
    symbol: str


class _WireSeries(Struct):
    entity: _WireSubject
    key: str
    points: Sequence[ChartRow]


class _WireTimeseries(Struct):
    point_schema: list[_WireColumn]
    series: list[_WireSeries]


class WireChart(Struct):
    citationId: int
    dataset: str
    end: str
    entities: list[_WireEntity]
    granularity: str
    id: int
    metric: str
    metric_timeseries: _WireTimeseries = field(name="metricTimeseries")
    start: str
    tier: str


class Pieces(Struct, frozen=True):
    """What a researched answer carries, each part encoded once. `metadata` is the whole object."""

    outcome: ResearchOutcome
    charts: bytes
    sources: bytes
    related: bytes
    head: bytes
    metadata: bytes

    @property
    def chart_metadata(self) -> bytes:
        return b'%b,"charts":%b}' % (self.head, self.charts)


def encode_pieces(finished: RunFinished, request: RunRequest) -> Pieces:
    outcome = outcome_of(finished)
    charts, sources = encode_charts(outcome.charts), encode_sources(outcome.sources)
    asked = 0 if request.research is None else request.research.related_questions
    related = _json(related_of(outcome, asked))
    head = b'{"status":%b,"trace_id":%b' % (_json(outcome.status), _json(as_uuid(request.trace_id)))
    # Section 7: v2 renamed the list, and its clients read either name.
    renamed = b',"sources":' + sources if request.dialect == "messari_v2" else b""
    members = b',"charts":%b,"cited_sources":%b%b,"related_questions":%b}' % (charts, sources, renamed, related)
    return Pieces(outcome, charts, sources, related, head, head + members)


def outcome_of(finished: RunFinished) -> ResearchOutcome:
    return finished.research or _NOTHING


def encode_sources(sources: Sequence[CitedSource]) -> bytes:
    return _json([WireSource(each.citation_id, each.domain, each.title, each.url) for each in sources])


def encode_charts(charts: Sequence[Chart]) -> bytes:
    return _json([wire_chart(chart) for chart in charts])


def related_of(outcome: ResearchOutcome, asked: int) -> Sequence[str]:
    """The questions to go on with; of a question back, its choices."""
    found = outcome.related_questions
    if not found and outcome.status == "clarification" and choices.CHOICES_AS_RELATED:
        found = outcome.choices
    return found[: min(asked, MAX_RELATED_QUESTIONS)]


def wire_chart(chart: Chart) -> WireChart:
    return WireChart(
        citationId=chart.citation_id,
        dataset=chart.dataset,
        end=_moment(chart.end),
        entities=list(dict.fromkeys(_WireEntity(each.entity_id, each.entity_type) for each in chart.entities)),
        granularity=chart.granularity,
        id=chart.chart_id,
        metric=chart.metric,
        metric_timeseries=_WireTimeseries([_column(each) for each in chart.columns], list(map(_series, chart.series))),
        start=_moment(chart.start),
        tier=chart.tier,
    )


def _column(column: ChartColumn) -> _WireColumn:
    return _WireColumn(
        attribution=[_WireLink(each.link, each.name) for each in column.attribution],
        description=column.description,
        format=column.format,
        group_aggregate_operation=column.group_aggregate,
        id=column.slug,
        is_timestamp=column.is_timestamp,
        name=column.name,
        slug=column.slug,
        subcategory=column.subcategory,
        time_bucket_aggregate_operation=column.time_bucket_aggregate,
    )


def _series(series: ChartSeries) -> _WireSeries:
    return _WireSeries(_subject(series.entity), series.key, series.rows)


def _subject(entity: ChartEntity) -> _WireSubject:
    return _WireSubject(entity.entity_id, entity.name, entity.slug, entity.symbol)


def _moment(moment: datetime) -> str:
    """RFC 3339 in whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
