"""The columns of a chart as readers are told of them, and to whom each is owed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from cryptodesk.catalog.data_sources import find_data_source, split_sources
from cryptodesk.catalog.metrics import MetricRecord
from cryptodesk.core.research import ChartColumn, ChartEntity, ChartLink
from cryptodesk.market.records import OWN_ID_BASE
from cryptodesk.research.charting.lines import Line
from cryptodesk.research.charting.specs import MARKET
from cryptodesk.research.keys import series_key

__all__ = ["attribution", "candle_columns", "source_keys", "value_columns"]

_FORMATS = {"price": "currency", "money": "currency", "percent": "percentage", "number": "number", "integer": "number"}
_TIME = ChartColumn(
    slug="time", name="Time", description="Start of the bucket, unix seconds, UTC.", format="number", is_timestamp=True
)
_CANDLE = (
    ("open", "Open", "First price of the bucket", "first"),
    ("high", "High", "Highest price of the bucket", "max"),
    ("low", "Low", "Lowest price of the bucket", "min"),
    ("close", "Close", "Last price of the bucket", "last"),
)


def value_columns(
    metric: MetricRecord, unit: str, owed: tuple[ChartLink, ...], *, is_indexed: bool
) -> tuple[ChartColumn, ...]:
    """Time and the metric, or its index. A change that is compounded has no operation that readers know."""
    value = ChartColumn(
        slug=metric.slug,
        name=metric.name,
        description=f"{metric.description.rstrip('.')}{_in_unit(metric, unit)}.",
        format=_format(metric, unit),
        subcategory=metric.dataset,
        time_bucket_aggregate="" if metric.time_bucket == "compound" else metric.time_bucket,
        group_aggregate="" if metric.group == "none" else metric.group,
        attribution=owed,
    )
    if is_indexed:
        value = structs.replace(
            value,
            slug=f"indexed_{metric.slug}",
            name=f"Indexed {metric.name[0].lower()}{metric.name[1:]}",
            description=f"{metric.description.rstrip('.')}, with the first value of the chart at 100.",
            format="number",
            group_aggregate="",
        )
    return (_TIME, value)


def candle_columns(
    metric: MetricRecord, currency: str, unit: str, owed: tuple[ChartLink, ...]
) -> tuple[ChartColumn, ...]:
    """Time, open, high, low, close, volume. `unit` is that of the volume, empty for coins."""
    prices = (
        ChartColumn(
            slug=slug,
            name=name,
            description=f"{description}, in {currency}.",
            format="currency",
            subcategory=metric.dataset,
            time_bucket_aggregate=operation,
            attribution=owed,
        )
        for slug, name, description, operation in _CANDLE
    )
    volume = ChartColumn(
        slug="volume",
        name="Volume",
        description=f"Traded in the bucket on the markets that the source covers, in {unit or 'coins'}.",
        format="currency" if unit else "number",
        subcategory=metric.dataset,
        time_bucket_aggregate="sum",
        group_aggregate="sum" if unit else "",
        attribution=owed,
    )
    return (_TIME, *prices, volume)


def attribution(lines: Iterable[Line], entities: Sequence[ChartEntity]) -> tuple[ChartLink, ...]:
    """Every source once: the page of the asset where there is but one and the source has such, else the source's."""
    links: dict[str, ChartLink] = {}
    for line in lines:
        values = _page_values(line, entities[0]) if len(entities) == 1 else {}
        for name in split_sources(line.provenance.source):
            source = find_data_source(name)
            links.setdefault(source.title, ChartLink(source.title, source.page_of(values)))
    return tuple(links.values())


def source_keys(lines: Iterable[Line]) -> tuple[str, ...]:
    """One for each source and entity."""
    keys = [
        series_key(name, None if line.entity == MARKET else line.entity)
        for line in lines
        for name in split_sources(line.provenance.source)
    ]
    return tuple(dict.fromkeys(keys))


def _page_values(line: Line, entity: ChartEntity) -> dict[str, str]:
    values = {"symbol": entity.symbol, "instrument": line.instrument}
    # Below this the ids, and the slugs with them, are CoinMarketCap's.
    if entity.entity_id.isdecimal() and int(entity.entity_id) < OWN_ID_BASE:
        values["slug"] = entity.slug
    return values


def _format(metric: MetricRecord, unit: str) -> str:
    return "number" if unit in {"index", "coins", "count"} else _FORMATS[metric.format]


def _in_unit(metric: MetricRecord, unit: str) -> str:
    if metric.format == "percent":
        return ", in percent: 12.5 means 12.5 %"
    return f", in {unit}" if metric.format in {"price", "money"} and unit else ""
