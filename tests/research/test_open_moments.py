from __future__ import annotations

from datetime import date

import pytest

from cryptodesk.research.open_moments import open_moment, turned_range
from tests.research.planned import TODAY, fresh_check

CHECK = fresh_check()


def moment(text: str, today: date = TODAY) -> tuple[str, ...] | None:
    (plan,) = CHECK.plans(text)
    found = open_moment(text, plan, today)
    return None if found is None else found.choices


def test_an_event_without_a_date_is_open() -> None:
    assert moment("how did ETH do after the dip") == (
        "how did ETH do over the last 7 days",
        "how did ETH do over the last 30 days",
        "how did ETH do over the last year",
    )


def test_only_falls_of_the_past_are_offered() -> None:
    found = moment("how did ETH do since the crash", date(2024, 9, 1))
    assert found is not None
    assert found[0].endswith("since 5 August 2024")
    assert not [choice for choice in found if "2025" in choice]


@pytest.mark.parametrize(
    "text",
    [
        "how did ETH do since the crash of 2022",
        "how did ETH do since the crash in march 2020",
        "how did ETH do over the last 90 days after the crash",
        "how did ETH do",
        "price of ETH",
        "latest news on ETH since the crash",
        "what is the crash of ETH",
    ],
)
def test_with_a_date_or_without_need_of_one_nothing_is_open(text: str) -> None:
    assert moment(text) is None


def test_a_range_is_turned_only_where_it_ends_before_it_begins() -> None:
    assert list(turned_range("btc between 2025-06-01 and 2025-05-01, please", TODAY)) == [
        "btc from 2025-05-01 to 2025-06-01, please",
        "btc since 2025-06-01, please",
    ]
    assert list(turned_range("btc between 2025-05-01 and 2025-06-01", TODAY)) == []
    assert list(turned_range("btc on 31 february 2025", TODAY)) == []
    assert list(turned_range("btc", TODAY)) == []
