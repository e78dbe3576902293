"""Titles, and what is said of age, of invention and of what was done to the data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.catalog.metrics import MetricRecord, find_metric
from cryptodesk.core.research import ChartEntity
from cryptodesk.market.records import Mode
from cryptodesk.research.charting.lines import Line, field_line
from cryptodesk.research.charting.saying import (
    age_notes,
    index_note,
    join_names,
    short_name,
    start_notes,
    thinning_note,
    title_of,
)
from tests.research.charting.fakes import DAY, START, bars, entity_of, zigzag


def _metric(slug: str) -> MetricRecord:
    metric = find_metric(slug)
    assert metric is not None
    return metric


def _line(mode: Mode = "live", begins: int = 0) -> Line:
    return field_line(1, bars(1, zigzag(10 - begins), START + begins * DAY, mode=mode), "close")


def test_titles_name_the_metric_and_of_whom() -> None:
    assert title_of(_metric("price"), [entity_of(1)], is_indexed=False) == "Price of Bitcoin (BTC)"
    pair = [entity_of(1), entity_of(1027)]
    assert (
        title_of(_metric("price"), pair, is_indexed=True) == "Price of Bitcoin (BTC) and Ethereum (ETH), indexed to 100"
    )
    market = ChartEntity("market", "market", "Crypto market", "market")
    assert title_of(_metric("btc_dominance"), [market], is_indexed=False) == "Bitcoin dominance"


def test_names_are_cut_and_cleaned() -> None:
    hostile = ChartEntity("asset", "9", "Evil\u200b\n\x07 Coin " + "A" * 900, "evil", "E" * 40)
    name = short_name(hostile)
    assert name.isprintable()
    assert len(name) <= 60 + 15
    assert short_name(ChartEntity("asset", "52", "XRP", "xrp", "XRP")) == "XRP"


def test_names_are_joined_as_people_do() -> None:
    assert join_names(["a"]) == "a"
    assert join_names(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("mode", "age", "is_recent", "said"),
    [
        ("live", timedelta(hours=5), True, []),
        ("live", timedelta(days=9), False, []),
        ("live", timedelta(days=9), True, ["Data up to 2026-01-15 00:00 UTC, 9 days before the question."]),
        (
            "computed",
            timedelta(days=9),
            True,
            ["Computed data up to 2026-01-15 00:00 UTC, 9 days before the question."],
        ),
        ("snapshot", timedelta(hours=5), True, ["Snapshot data."]),
        ("snapshot", timedelta(days=900), False, ["Snapshot data."]),
        (
            "snapshot",
            timedelta(days=73),
            True,
            ["Snapshot data up to 2026-01-15 00:00 UTC, 73 days before the question."],
        ),
        ("simulated", timedelta(0), True, ["Simulated: invented data, not a record of any market."]),
    ],
)
def test_the_age_is_said_where_it_matters(mode: Mode, age: timedelta, is_recent: bool, said: list[str]) -> None:
    assert age_notes([_line(mode)], "1d", START + 10 * DAY + age, is_recent=is_recent) == said


def test_one_invented_line_makes_the_chart_invented() -> None:
    lines = [_line("live"), structs.replace(_line("simulated"), entity=2)]
    assert age_notes(lines, "1d", START + 10 * DAY, is_recent=True)[0].startswith("Simulated")


def test_the_age_of_fine_buckets_is_said_in_hours() -> None:
    (note,) = age_notes([_line()], "1h", START + 10 * DAY + timedelta(hours=7), is_recent=True)
    assert "7 hours before" in note


def test_a_later_beginning_is_said() -> None:
    assert start_notes([_line(), _line(begins=5)], ["A", "B"], DAY) == ["B begins on 2026-01-10."]
    assert start_notes([_line(), _line(begins=1)], ["A", "B"], DAY) == []


def test_what_was_done_to_the_data_is_said() -> None:
    assert "100 on 2026-01-05" in index_note(START)
    assert "400 of 2078 values of a day each" in thinning_note(2078, 400, "1d")
