"""How values of shared options are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer

from cryptodesk.cli._options import parse_as_of
from cryptodesk.core.clock import FixedClock

NOON = FixedClock(datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01", "2024-03-02 00:00:00+00:00"),
        (" 2024-03-01T12:30 ", "2024-03-01 12:30:00+00:00"),
        ("2024-03-01T12:30+02:00", "2024-03-01 10:30:00+00:00"),
        ("2026-11-22", "2026-11-22 12:00:00+00:00"),
    ],
)
def test_a_day_is_its_end_and_today_is_now(text: str, moment: str) -> None:
    assert str(parse_as_of(text, NOON)) == moment


@pytest.mark.parametrize("text", ["2026-11-23", "2030-01-01", "2026-11-23T00:01Z"])
def test_what_has_not_come_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="has not come yet"):
        parse_as_of(text, NOON)


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "", "9999-12-31"])
def test_what_is_no_moment_is_refused_with_what_is_one(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="expected YYYY-MM-DD"):
        parse_as_of(text, NOON)


def test_nothing_is_asked_where_nothing_is_given() -> None:
    assert parse_as_of(None, NOON) is None
