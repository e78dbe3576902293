"""Names in time: what an asset was called on a day, and how a change is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from cryptodesk.market.identity.history import NameHistory, day_of
from cryptodesk.market.records import Asset
from cryptodesk.market.records.assets import AssetChange

RENAMED = Asset(
    5,
    "New Name",
    "NEW",
    "new-name",
    changes=(
        AssetChange("2018", symbol="ONE", name="First Name"),
        AssetChange("2021-06", symbol="TWO"),
        AssetChange("2024-03-05", name="Second Name"),
    ),
)
OLD = Asset(8, "Old Coin", "OLD", "old-coin", is_active=False, successor_id=9)
SUCCESSOR = Asset(9, "Next", "NXT", "next", changes=(AssetChange("2025-01-02", symbol="OLD", asset_id=8, ratio="100"),))
HISTORY = NameHistory([RENAMED, OLD, SUCCESSOR])


@pytest.mark.parametrize(
    ("day", "symbol", "name", "slug"),
    [
        ("2018-12-30", "ONE", "First Name", "first-name"),
        ("2018-12-31", "TWO", "Second Name", "second-name"),
        ("2021-06-29", "TWO", "Second Name", "second-name"),
        ("2021-06-30", "NEW", "Second Name", "second-name"),
        ("2024-03-04", "NEW", "Second Name", "second-name"),
        ("2024-03-05", "NEW", "New Name", "new-name"),
    ],
)
def test_an_asset_bears_the_names_of_the_day(day: str, symbol: str, name: str, slug: str) -> None:
    seen = HISTORY.seen_on(RENAMED, date.fromisoformat(day))
    assert (seen.symbol, seen.name, seen.slug) == (symbol, name, slug)


def test_without_a_day_all_changes_are_done() -> None:
    assert HISTORY.seen_on(RENAMED, None) is RENAMED
    assert HISTORY.seen_on(OLD, None) is OLD


def test_a_replaced_asset_is_active_until_the_day_of_its_replacement() -> None:
    before, after = (HISTORY.seen_on(OLD, day) for day in (date(2025, 1, 1), date(2025, 1, 2)))
    assert (before.is_active, before.successor_id) == (True, None)
    assert (after.is_active, after.successor_id) == (False, 9)
    assert HISTORY.successor(OLD) == (SUCCESSOR, SUCCESSOR.changes[0])


def test_a_change_is_told_with_its_day_and_its_ratio() -> None:
    told = "OLD (id 8) was replaced (2025-01-02) by Next (NXT, id 9), 1 OLD = 100 NXT"
    assert HISTORY.tell(SUCCESSOR, "old", None) == told
    assert HISTORY.tell(OLD, "old coin", None) == told
    assert HISTORY.tell(RENAMED, "two", None) == "TWO was renamed (2021-06): it is New Name (NEW, id 5) now"


def test_a_change_to_come_is_not_told() -> None:
    assert HISTORY.tell(SUCCESSOR, "old", date(2025, 1, 1)) is None
    assert HISTORY.tell(OLD, "old", date(2025, 1, 1)) is None


def test_a_change_without_a_day_says_so() -> None:
    undated = Asset(3, "Thing", "THG", "thing", former_symbols=("TH",))
    assert NameHistory([undated]).tell(undated, "th", None) == (
        "TH is a former ticker of Thing (THG); the day of the change is not on record"
    )


def test_a_day_is_that_of_the_moment_in_utc() -> None:
    assert day_of(None) is None
    assert day_of(date(2024, 1, 2)) == date(2024, 1, 2)
    assert day_of(datetime(2024, 1, 2, 23, tzinfo=timezone(timedelta(hours=-2)))) == date(2024, 1, 3)
    assert day_of(datetime(2024, 1, 2, tzinfo=UTC)) == date(2024, 1, 2)


def test_replaced_assets_are_those_that_have_a_successor() -> None:
    assert set(HISTORY.replaced_ids) == {OLD.asset_id}
    assert RENAMED.asset_id not in HISTORY.replaced_ids
