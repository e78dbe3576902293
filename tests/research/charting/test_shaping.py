"""What can be drawn together: faults by name, one scale where levels are apart, no more rows than are seen."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from cryptodesk.catalog.metrics import find_metric
from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.market.query import AssetId
from cryptodesk.market.records import CandleSeries, MetricSeries
from cryptodesk.research.charting import ChartSpec
from cryptodesk.research.charting.gathering import Ask, Gathered
from cryptodesk.research.charting.shaping import Shape, compared, drawable, thin_out
from cryptodesk.research.charting.specs import ChartKind
from tests.research.charting.fakes import DAY, NOW, START, bars, points, zigzag

NAMES: Mapping[AssetId, str] = {1: "Bitcoin", 2: "Other", 3: "Third"}


def _gathered(
    *records: CandleSeries | MetricSeries,
    metric: str = "price",
    kind: ChartKind = "line",
    granularity: Granularity = "1d",
    is_indexed: bool | None = None,
) -> Gathered:
    found = find_metric(metric)
    assert found is not None
    spec = ChartSpec(metric=metric, entities=(1, 2, 3), asked_at=NOW, is_indexed=is_indexed, notes=("As asked.",))
    ask = Ask(
        spec=spec,
        metric=found,
        names={name: name for name in NAMES},
        start=START,
        end=NOW,
        granularity=granularity,
        currency="USD",
        as_of=None,
        kind=kind,
    )
    return Gathered(
        ask,
        candles=tuple(one for one in records if isinstance(one, CandleSeries)),
        series=tuple(one for one in records if isinstance(one, MetricSeries)),
        notes=("As found.",),
    )


def _shape(*records: CandleSeries | MetricSeries, names: Mapping[AssetId, str] = NAMES, **options: object) -> Shape:
    return drawable(_gathered(*records, **options), names)  # type: ignore[arg-type]


def test_each_entity_without_a_course_is_named_with_the_reason() -> None:
    shape = _shape(bars(1, zigzag(30)), bars(2, [5.0, 6.0]))
    assert [line.entity for line in shape.lines] == [1]
    assert shape.faults == (
        "Other: only 2 of the 3 values that a chart needs are at hand",
        "Third: no values of this range are at hand",
    )
    assert shape.notes == ("As asked.", "As found.", *(f"Not drawn: {fault}." for fault in shape.faults))


def test_a_value_that_stands_still_is_no_chart() -> None:
    shape = _shape(bars(1, [1.0] * 30), names={1: "Bitcoin"})
    assert (shape.lines, shape.faults) == ((), ("Bitcoin: the value did not change",))


def test_a_chart_of_candles_shows_candles_and_others_one_value() -> None:
    assert len(_shape(bars(1, zigzag(5)), kind="candles").lines[0].rows[0]) == 6
    assert _shape(bars(1, zigzag(5))).lines[0].values == zigzag(5)
    assert _shape(bars(1, zigzag(5)), metric="volume").lines[0].values == [1000, 1001, 1002, 1003, 1004]


def test_prices_far_apart_are_set_to_a_hundred_on_the_first_moment_of_both() -> None:
    shape = compared(_shape(bars(1, zigzag(30)), bars(2, zigzag(20, 4.0), START + 10 * DAY)), NAMES)
    assert shape.is_indexed
    assert [line.values[0] for line in shape.lines] == [100, 100]
    assert shape.lines[0].times == shape.lines[1].times
    assert "Indexed: every series is 100 on 2026-01-15" in " ".join(shape.notes)
    assert "The chart begins where the data of Other do." in shape.notes


def test_prices_of_one_level_keep_it_and_a_later_beginning_is_said() -> None:
    shape = compared(_shape(bars(1, zigzag(30)), bars(2, zigzag(20, 90.0), START + 10 * DAY)), NAMES)
    assert not shape.is_indexed
    assert [len(line.rows) for line in shape.lines] == [30, 20]
    assert "Other begins on 2026-01-15." in shape.notes


def test_an_index_may_be_asked_for_or_refused() -> None:
    alike = (bars(1, zigzag(30)), bars(2, zigzag(30, 90.0)))
    assert compared(_shape(*alike, is_indexed=True), NAMES).is_indexed
    apart = (bars(1, zigzag(30)), bars(2, zigzag(30, 1.0)))
    assert not compared(_shape(*apart, is_indexed=False), NAMES).is_indexed
    alone = compared(_shape(bars(1, zigzag(30)), is_indexed=True), NAMES)
    assert alone.lines[0].values[0] == 100


def test_shares_and_indices_are_never_indexed() -> None:
    rates = (
        points("funding_rate", "1", zigzag(9, 0.5), unit="percent_per_day"),
        points("funding_rate", "2", zigzag(9, 0.001), unit="percent_per_day"),
    )
    assert not compared(_shape(*rates, metric="funding_rate", is_indexed=True), NAMES).is_indexed


def test_one_that_shares_too_little_leaves_the_others_to_be_compared() -> None:
    short = bars(3, zigzag(4, 0.01), START - 50 * DAY)
    shape = compared(_shape(bars(1, zigzag(30)), bars(2, zigzag(30, 2.0)), short), NAMES)
    assert [line.entity for line in shape.lines] == [1, 2]
    assert any("Third has too little in common" in note for note in shape.notes)


def test_lines_without_any_moment_in_common_stay_as_they_are() -> None:
    first, second = bars(1, zigzag(5)), bars(2, zigzag(5, 1.0), START + 30 * DAY)
    shape = compared(_shape(first, second, names={1: "A", 2: "B"}), {1: "A", 2: "B"})
    assert len(shape.lines) >= 1
    assert all(len(line.rows) == 5 for line in shape.lines)


async def test_a_long_line_is_thinned_and_it_is_said() -> None:
    shape = await thin_out(_shape(bars(1, zigzag(1500), START - 1500 * DAY)))
    assert len(shape.lines[0].rows) == 400
    assert shape.notes[-1].startswith("Downsampled: 400 of 1500 values of a day each")


async def test_a_short_line_is_left_alone() -> None:
    shape = _shape(bars(1, zigzag(400), START - 400 * DAY))
    assert await thin_out(shape) is shape


async def test_candles_are_never_thinned() -> None:
    shape = await thin_out(_shape(bars(1, zigzag(500), START - 500 * DAY), kind="candles"))
    assert len(shape.lines[0].rows) == 400
    assert shape.notes[-1] == "The last 400 of 500 are drawn."
    times = shape.lines[0].times
    assert {after - before for before, after in pairwise(times)} == {86_400}
