"""Asset records: when an asset began, and which names are only of old lists."""

from __future__ import annotations

from datetime import date

import pytest

from cryptodesk.catalog.tail import FIRST_OWN_ID
from cryptodesk.market.records.assets import OWN_ID_BASE, SIMULATED_ID_BASE, Asset, end_of_period


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019", date(2019, 12, 31)),
        ("2019-04", date(2019, 4, 30)),
        ("2024-02", date(2024, 2, 29)),
        ("2009-01-03", date(2009, 1, 3)),
    ],
)
def test_what_happened_in_a_period_had_happened_by_its_last_day(text: str, day: date) -> None:
    assert end_of_period(text) == day


@pytest.mark.parametrize("text", ["", "soon", "2024-13", "2023-02-30"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        end_of_period(text)


def test_a_launch_counts_before_the_day_of_a_record() -> None:
    dated = Asset(1, "A", "A", "a", launched="2020-05", known_from=date(2023, 1, 31))
    assert dated.first_known == date(2020, 5, 31)
    assert Asset(1, "A", "A", "a", known_from=date(2023, 1, 31)).first_known == date(2023, 1, 31)
    assert Asset(1, "A", "A", "a").first_known is None


def test_only_unranked_assets_of_the_own_space_are_obscure() -> None:
    assert Asset(OWN_ID_BASE, "A", "A", "a").is_obscure
    assert not Asset(OWN_ID_BASE, "A", "A", "a", rank=900).is_obscure
    assert not Asset(OWN_ID_BASE - 1, "A", "A", "a").is_obscure
    assert not Asset(SIMULATED_ID_BASE, "A", "A", "a").is_obscure


def test_the_own_space_begins_where_the_shipped_tail_begins() -> None:
    assert OWN_ID_BASE == FIRST_OWN_ID
