"""What a researched answer carries beside its text: cited sources, charts, questions to go on with, its steps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

__all__ = [
    "MAX_RELATED_QUESTIONS",
    "Chart",
    "ChartColumn",
    "ChartEntity",
    "ChartLink",
    "ChartRow",
    "ChartSeries",
    "CitedSource",
    "ResearchOptions",
    "ResearchOutcome",
    "ResearchStep",
    "Verbosity",
]

MAX_RELATED_QUESTIONS = 5

Verbosity = Literal["succinct", "balanced", "verbose"]

# One row of a chart: unix seconds first, then one value a column; None where there is no value.
ChartRow = tuple[int | float | None, ...]


class ResearchOptions(Struct, frozen=True):
    """How an answer is to be researched and written. `related_questions` is 0 to `MAX_RELATED_QUESTIONS`.

    `cites_inline` puts `[N]` into the text; sources are listed either way. `may_clarify` allows a question back in
    place of an answer. `instructions` are the caller's wishes for a report; `depth` "report" answers in sections."""

    verbosity: Verbosity = "balanced"
    is_plain: bool = False
    cites_inline: bool = True
    related_questions: int = 0
    may_clarify: bool = True
    instructions: str = ""
    depth: Literal["answer", "report"] = "answer"


class CitedSource(Struct, frozen=True, omit_defaults=True):
    """A document or a data series that the text cites. `citation_id` counts from 1 in the order of first mention.

    `key` is the same for the same document or series within a run ("document:…", "series:…"). `domain` is never empty;
    `url` is absolute http(s), or empty where there is no page."""

    citation_id: int
    key: str
    kind: Literal["document", "series"]
    domain: str
    title: str
    url: str = ""
    published_at: str | None = None
    as_of: str | None = None


class ChartLink(Struct, frozen=True):
    """Whom a column is owed to."""

    name: str
    link: str


class ChartColumn(Struct, frozen=True, kw_only=True):
    """One column of every row; the first is the time. `format` is "currency", "number", "percentage" or "string"."""

    slug: str
    name: str
    description: str
    format: str
    is_timestamp: bool = False
    subcategory: str = ""
    time_bucket_aggregate: str = ""
    group_aggregate: str = ""
    attribution: tuple[ChartLink, ...] = ()


class ChartEntity(Struct, frozen=True):
    """What a series is of. `entity_type` is "asset", "protocol", "network", "market" or "exchange"."""

    entity_type: str
    entity_id: str
    name: str
    slug: str = ""
    symbol: str = ""


class ChartSeries(Struct, frozen=True):
    """`rows` oldest first, columns in the order of the chart's."""

    key: str
    entity: ChartEntity
    rows: tuple[ChartRow, ...]


class Chart(Struct, frozen=True, kw_only=True):
    """`kind` is how it is drawn best. `is_indexed` means that every series begins at 100. `citation_id` is that of the
    data's source, 0 until sources are numbered; `source_keys` are the keys of those sources. `start` <= t <= `end`."""

    chart_id: int
    kind: Literal["line", "candles", "area", "histogram"]
    title: str
    dataset: str
    metric: str
    granularity: str
    start: datetime
    end: datetime
    columns: tuple[ChartColumn, ...]
    series: tuple[ChartSeries, ...]
    citation_id: int = 0
    is_indexed: bool = False
    tier: str = "unpaid"
    source_keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entities(self) -> tuple[ChartEntity, ...]:
        return tuple(one.entity for one in self.series)


class ResearchStep(Struct, frozen=True, omit_defaults=True):
    """One node of the graph as it ran. `form` is "model" where a language model did it, "rules" where code did;
    `detail` says in words what was done, or why the model's form was given up."""

    node: str
    form: Literal["model", "rules"]
    status: Literal["started", "completed", "failed", "skipped"]
    detail: str = ""
    duration_ms: float = 0.0


class ResearchOutcome(Struct, frozen=True):
    """`status` is "clarification" where the text is a question back; its answers are `choices`."""

    status: Literal["success", "clarification"] = "success"
    sources: tuple[CitedSource, ...] = ()
    charts: tuple[Chart, ...] = ()
    related_questions: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    steps: tuple[ResearchStep, ...] = ()
