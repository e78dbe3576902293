"""Charts drawn from the market's data: asked, aligned, indexed, thinned, described; or the reason why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct, structs

from cryptodesk.catalog.metrics import MetricRecord, find_metric
from cryptodesk.core.research import Chart, ChartEntity, ChartSeries
from cryptodesk.market.metrics import MetricDesk
from cryptodesk.market.query import AssetId, Feed
from cryptodesk.research.charting.columns import attribution, candle_columns, source_keys, value_columns
from cryptodesk.research.charting.gathering import Ask, Gathered, gather
from cryptodesk.research.charting.granularity import fit_granularity, step_of
from cryptodesk.research.charting.saying import age_notes, short_name, title_of
from cryptodesk.research.charting.shaping import Shape, compared, drawable, thin_out
from cryptodesk.research.charting.specs import MARKET, MOST_ENTITIES, ChartKind, ChartSpec

__all__ = ["DrawnCharts", "EntityOf", "draw_charts"]

EntityOf = Callable[[int | str], ChartEntity]

_WHOLE_MARKET = ChartEntity("market", MARKET, "Crypto market", MARKET)
# The sources of these know a project or a coin by its slug.
_BY_SLUG = frozenset({"protocol", "stablecoin"})
_PRICE = "price"
_STEPS_LATE = 2
_MOST_REASONS, _MOST_CHARACTERS = 3, 300


class DrawnCharts(Struct, frozen=True):
    """`charts` numbered from 1 in the order asked; `gaps` say which were not drawn, and why."""

    charts: tuple[Chart, ...] = ()
    gaps: tuple[str, ...] = ()


async def draw_charts(
    specs: Sequence[ChartSpec],
    metrics: MetricDesk,
    feed: Feed,
    entity_of: EntityOf,
    as_of: datetime | None = None,
) -> DrawnCharts:
    """Never raises for data that are not there. `as_of` is the moment that the run was asked for, None for now."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_draw(spec, metrics, feed, entity_of, as_of)) for spec in specs]
    found = [task.result() for task in tasks]
    charts = (one for one in found if isinstance(one, Chart))
    return DrawnCharts(
        tuple(structs.replace(chart, chart_id=number) for number, chart in enumerate(charts, start=1)),
        tuple(one for one in found if isinstance(one, str)),
    )


async def _draw(
    spec: ChartSpec, metrics: MetricDesk, feed: Feed, entity_of: EntityOf, as_of: datetime | None
) -> Chart | str:
    """A chart, or why there is none."""
    metric = find_metric(spec.metric)
    if metric is None:
        return f"no chart of {spec.metric[:40]!r}: the catalogue has no such metric"
    entities = {one: _entity(one, entity_of) for one in spec.entities[:MOST_ENTITIES]}
    ask = _ask(spec, metric, entities, as_of)
    if not entities or (ask.start is not None and ask.start >= ask.end):
        return f"no chart of {metric.name.lower()}: nothing was named, or no time that has been"
    names = {one: short_name(entity) for one, entity in entities.items()}
    gathered = await gather(ask, metrics, feed)
    shape = drawable(gathered, names)
    if not shape.lines:
        return _gap(metric, gathered, shape)
    shape = await thin_out(compared(shape, names))
    return _chart(shape, [entities[line.entity] for line in shape.lines])


def _entity(one: AssetId, entity_of: EntityOf) -> ChartEntity:
    return _WHOLE_MARKET if one == MARKET else entity_of(one)


def _ask(spec: ChartSpec, metric: MetricRecord, entities: Mapping[AssetId, ChartEntity], as_of: datetime | None) -> Ask:
    asked_at = spec.asked_at if as_of is None else min(spec.asked_at, as_of)
    end = asked_at if spec.end is None else min(spec.end, asked_at)
    start = spec.start
    if start is not None and spec.is_rolling and spec.end is not None:
        start = end - (spec.end - start)
    kind = _kind(spec.kind, metric, len(entities))
    length = None if start is None else end - start
    return Ask(
        spec=spec,
        metric=metric,
        names={one: _asked_name(one, entity, metric) for one, entity in entities.items()},
        start=None if start is None else start.astimezone(UTC),
        end=end.astimezone(UTC),
        granularity=spec.granularity
        or fit_granularity(length, metric.granularity, is_thinned=kind in {"line", "area"}),
        currency=spec.quote_currency,
        as_of=as_of,
        kind=kind,
    )


def _asked_name(one: AssetId, entity: ChartEntity, metric: MetricRecord) -> AssetId:
    return entity.slug if metric.entity in _BY_SLUG and entity.slug and str(one).isdecimal() else one


def _kind(asked: ChartKind | None, metric: MetricRecord, count: int) -> ChartKind:
    """What is asked for where it can be; several courses are lines, for areas and bars would hide each other."""
    if asked == "candles":
        return "candles" if metric.slug == _PRICE and count == 1 else "line"
    if asked is not None:
        return asked
    if count > 1 or metric.format in {"price", "integer"} or metric.computed_from:
        return "line"
    if metric.time_bucket == "sum":
        return "histogram"
    return "area" if metric.format in {"money", "number"} and metric.time_bucket == "last" else "line"


def _gap(metric: MetricRecord, gathered: Gathered, shape: Shape) -> str:
    reasons = list(dict.fromkeys((*shape.faults, *gathered.reasons)))[:_MOST_REASONS]
    return f"no chart of {metric.name.lower()}: {'; '.join(reasons)}"[:_MOST_CHARACTERS]


def _chart(shape: Shape, entities: Sequence[ChartEntity]) -> Chart:
    ask, first = shape.ask, shape.lines[0]
    owed = attribution(shape.lines, entities)
    if ask.has_candles:
        columns = candle_columns(ask.metric, ask.currency, first.unit, owed)
    else:
        columns = value_columns(ask.metric, first.unit, owed, is_indexed=shape.is_indexed)
    series = zip(shape.lines, entities, strict=True)
    return Chart(
        chart_id=0,
        kind="line" if shape.is_indexed else ask.kind,
        title=title_of(ask.metric, entities, is_indexed=shape.is_indexed),
        dataset=ask.metric.dataset,
        metric="indexed_price" if shape.is_indexed and ask.metric.slug == _PRICE else ask.metric.slug,
        granularity=ask.granularity,
        start=_moment(min(line.times[0] for line in shape.lines)),
        end=_moment(max(line.times[-1] for line in shape.lines)),
        columns=columns,
        series=tuple(ChartSeries(entity.slug or entity.entity_id, entity, line.rows) for line, entity in series),
        is_indexed=shape.is_indexed,
        source_keys=source_keys(shape.lines),
        notes=(*shape.notes, *_age(shape)),
    )


def _age(shape: Shape) -> list[str]:
    ask = shape.ask
    asked_to_end = ask.asked_at if ask.spec.end is None else min(ask.spec.end, ask.asked_at)
    is_recent = ask.asked_at - asked_to_end <= _STEPS_LATE * step_of(ask.granularity)
    return age_notes(shape.lines, ask.granularity, ask.asked_at, is_recent=is_recent)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
