"""The estimate is near the truth where it matters and quick where it could take long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec import Struct

from cryptodesk.market.fetching.sizes import estimate_bytes


class Row(Struct):
    name: str
    values: tuple[float, ...]


@dataclass
class Plain:
    text: str


def test_bytes_and_text_weigh_what_they_hold() -> None:
    assert 100_000 <= estimate_bytes(b"x" * 100_000) < 100_100
    assert 100_000 <= estimate_bytes("x" * 100_000) < 100_100


@pytest.mark.parametrize("wrap", [lambda row: [row] * 1000, lambda row: dict.fromkeys(range(1000), row)])
def test_a_few_members_speak_for_all(wrap: Any) -> None:
    one = estimate_bytes(Row("x" * 1000, (1.5,) * 100))
    assert 1000 * one <= estimate_bytes(wrap(Row("x" * 1000, (1.5,) * 100))) < 1.2 * 1000 * one


def test_members_are_found_in_whatever_holds_them() -> None:
    for value in (Row("x" * 9000, ()), Plain("x" * 9000), ["x" * 9000], {"k": "x" * 9000}, {"x" * 9000: 1}):
        assert estimate_bytes(value) > 9000


def test_a_value_that_holds_itself_is_measured_all_the_same() -> None:
    value: list[Any] = ["x" * 1000]
    value.append(value)
    assert 1000 < estimate_bytes(value) < 1_000_000


def test_nothing_weighs_little() -> None:
    assert all(0 < estimate_bytes(value) < 100 for value in (None, 0, 1.5, "", (), {}))
