"""A query becomes conditions that hide what was not known yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.documents.index.conditions import Conditions, conditions_of, known_until
from cryptodesk.documents.query import DocumentQuery

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_is_not_asked_is_any_but_for_what_is_known_now() -> None:
    assert conditions_of(DocumentQuery(text="x"), NOW) == Conditions(known_until=NOW.timestamp())


def test_no_moment_is_later_than_now_nor_taken_for_none() -> None:
    assert known_until(NOW + timedelta(days=1), NOW) == NOW.timestamp()
    assert known_until(NOW - timedelta(days=1), NOW) == NOW.timestamp() - 86_400
    assert known_until(datetime(1970, 1, 1, tzinfo=UTC), NOW) == 0.0


def test_all_that_is_asked_is_kept() -> None:
    query = DocumentQuery(
        types=("news",),
        sources=("rss", "a\ud800"),
        asset_ids=(1,),
        language="d\udc00",
        published_after=NOW - timedelta(days=2),
        published_before=NOW,
    )

    found = conditions_of(query, NOW)

    assert (found.types, found.asset_ids) == (("news",), (1,))
    assert (found.sources, found.language) == (("rss", "a?"), "d?")
    assert (found.published_from, found.published_before) == (NOW.timestamp() - 2 * 86_400, NOW.timestamp())


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        conditions_of(DocumentQuery(published_before=datetime(2026, 1, 1)), NOW)
