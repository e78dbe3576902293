"""Figures in text: read if they are plain, unknown if they are not."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.market.sources._figures import (
    count,
    from_milliseconds,
    from_seconds,
    line,
    milliseconds,
    number,
    positive,
    unsigned,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", 1.5), ("-0.03750000", -0.0375), ("1e-7", 1e-7), (".5", 0.5), (7, 7.0), (0, 0.0), ("0", 0.0), (-2.5, -2.5)],
)
def test_numbers_and_their_texts_are_read(value: Any, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 1",
        "1,5",
        "1_000",
        "0x10",
        "nan",
        "inf",
        "1e999",
        "٣",
        "1" * 65,
        None,
        True,
        [],
        {},
        math.nan,
        math.inf,
        10**400,
    ],
)
def test_anything_else_is_unknown_and_not_zero(value: Any) -> None:
    assert number(value) is None


def test_signs_and_zeros_matter_where_they_must() -> None:
    assert (unsigned("0"), unsigned("-1")) == (0.0, None)
    assert (positive("0"), positive("0.1")) == (None, 0.1)
    assert (count("12"), count("12.5"), count("-1")) == (12, None, None)


def test_times_are_aware_and_zero_means_never() -> None:
    moment = datetime(2026, 9, 9, 12, tzinfo=UTC)
    assert from_seconds(str(int(moment.timestamp()))) == moment
    assert from_milliseconds(milliseconds(moment)) == moment
    assert from_milliseconds("0") is None
    assert from_seconds("99999999999") is None
    assert from_seconds("soon") is None


@given(st.text(max_size=600))
def test_outside_text_becomes_one_bounded_line(value: str) -> None:
    made = line(value)
    assert made is None or (0 < len(made) <= 200 and "\n" not in made and "\u200b" not in made)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_reading_never_fails(value: Any) -> None:
    found = number(value)
    assert found is None or math.isfinite(found)
    assert from_milliseconds(value) is None or from_milliseconds(value).tzinfo is UTC
