"""A period of a question as the stretch that a chart of it shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cryptodesk.models.analyst.questions import Period
from cryptodesk.research.charting.windows import Window, window_of

NOW = datetime(2026, 9, 10, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "window"),
    [
        (None, Window(NOW - 30 * DAY, NOW, True)),
        (Period("hours", "today", 24, is_weak=True), Window(NOW - 30 * DAY, NOW, True)),
        (Period("hours", "the last 24 hours", 24), Window(NOW - DAY, NOW, True)),
        (Period("hours", "the last hour", 1), Window(NOW - timedelta(hours=3), NOW, True)),
        (Period("days", "the last 90 days", 90), Window(NOW - 90 * DAY, NOW, True)),
        (Period("all", "the whole record"), Window(None, NOW)),
        (Period("day", "d", 0, date(2024, 8, 5), date(2024, 8, 5)), Window(_at("2024-07-21"), _at("2024-08-21"))),
        (Period("day", "d", 0, date(2026, 9, 8), date(2026, 9, 8)), Window(_at("2026-08-24"), NOW)),
        (Period("span", "s", 0, date(2024, 1, 1), date(2024, 12, 31)), Window(_at("2024-01-01"), _at("2025-01-01"))),
        (Period("span", "s", 0, date(2026, 1, 1), date(2026, 9, 10)), Window(_at("2026-01-01"), NOW)),
        (Period("span", "s", 0, date(2024, 8, 5), date(2024, 8, 6)), Window(_at("2024-07-29"), _at("2024-08-14"))),
    ],
)
def test_each_kind_of_period(period: Period | None, window: Window) -> None:
    assert window_of(period, NOW, 30) == window


@pytest.mark.parametrize(
    "period",
    [
        Period("day", "2030", 0, date(2030, 1, 1), date(2030, 1, 1)),
        Period("span", "backwards", 0, date(2025, 1, 1), date(2024, 1, 1), problem="ends before it begins"),
        Period("span", "nothing"),
    ],
)
def test_what_is_no_time_that_has_been_has_no_window(period: Period) -> None:
    assert window_of(period, NOW, 30) is None
