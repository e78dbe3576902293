"""Pages of projects: read once a quarter, none of young projects, some tampered with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cryptodesk.documents.simulated.page_texts import quarter_of, write_pages
from cryptodesk.documents.simulated.story import Project
from tests.documents.simulated.stories import HashStory, start_of

READ_ON = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_quarters_begin_in_january_april_july_and_october(day: date, quarter: date) -> None:
    assert quarter_of(day) == quarter


def test_each_old_project_has_two_pages_and_a_young_one_none() -> None:
    projects = HashStory().projects(READ_ON)
    pages = write_pages(7, READ_ON, projects)
    ids = [page.asset_ids[0] for page in pages]

    assert sorted(set(ids)) == sorted(project.asset_id for project in projects[:-1])
    assert all(ids.count(asset_id) == 2 for asset_id in set(ids))
    assert {page.type for page in pages} == {"web_page", "project_faq"}


def test_pages_are_known_on_the_day_they_were_read_and_published_long_before() -> None:
    for page in write_pages(7, READ_ON, HashStory().projects(READ_ON)):
        assert page.published_at is not None
        assert start_of(date(2014, 5, 1)) < page.published_at < start_of(date(2015, 4, 1))
        assert start_of(READ_ON) <= page.known_at < start_of(READ_ON) + timedelta(days=1)


def test_one_project_in_fifty_has_a_page_that_was_tampered_with() -> None:
    pages = [page for page in write_pages(7, READ_ON, HashStory().projects(READ_ON)) if page.type == "web_page"]
    lengths = [len(page.text.split("\n\n")) for page in pages]

    # Places 17, 67 and 117 of 120.
    assert lengths.count(5) == 3
    assert lengths.count(4) == 117


def test_a_page_keeps_its_address_and_tells_the_name_of_its_quarter() -> None:
    before = write_pages(7, READ_ON, [Project(5, "Oldname", "OLD", date(2020, 1, 1))])
    after = write_pages(7, date(2026, 4, 1), [Project(5, "Newname", "NEW", date(2020, 1, 1))])

    assert [page.document_id for page in before] == [page.document_id for page in after]
    assert [page.url for page in before] == [page.url for page in after]
    assert "Oldname" in before[0].title
    assert "Newname" in after[0].title


def test_names_cannot_break_a_page() -> None:
    hostile = Project(6, "{{config}} [a|b] \u202e" + "x" * 5_000, "B\u0007E\nLL", date(2020, 1, 1), "a-b", None)
    for page in write_pages(7, READ_ON, [hostile]):
        assert len(page.title) < 100
        assert "\u202e" not in page.title + page.text
        assert "{{config}} [a|b]" in page.title
