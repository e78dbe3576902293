"""robots.txt as RFC 9309 has it."""

from __future__ import annotations

import pytest

from cryptodesk.documents.fetching._robots import parse_robots

RULES = """
# a comment
User-agent: other
Disallow: /

User-agent: *
Disallow: /private   # the rest is open
Allow: /private/open
Disallow: /*.pdf$
Disallow: /search?
Crawl-delay: 4
"""


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/", True),
        ("/private", False),
        ("/private/a", False),
        ("/private/open/a", True),
        ("/a/b.pdf", False),
        ("/a/b.pdf?x", True),
        ("/search?q=1", False),
        ("/search", True),
        ("/Private", True),
    ],
)
def test_the_longest_rule_that_fits_counts(path: str, is_allowed: bool) -> None:
    assert parse_robots(RULES, "cryptodesk").allows(path) is is_allowed


def test_a_group_of_our_own_replaces_the_common_one() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: CryptoDesk\nUser-agent: b\nDisallow: /x\n"
    rules = parse_robots(text, "cryptodesk")
    assert (rules.allows("/a"), rules.allows("/x/1")) == (True, False)
    assert not parse_robots(text, "c").allows("/a")


def test_an_empty_disallow_forbids_nothing_and_nonsense_is_passed_over() -> None:
    assert parse_robots("\ufeffUser-agent: *\nDisallow:\n<html>\n: :\n", "cryptodesk").allows("/a")
    assert parse_robots("Disallow: /\n", "cryptodesk").allows("/a")


def test_allowing_wins_a_tie() -> None:
    assert parse_robots("User-agent: *\nDisallow: /a\nAllow: /a\n", "cryptodesk").allows("/a")


def test_the_delay_is_bounded() -> None:
    assert parse_robots(RULES, "cryptodesk").delay_seconds == 4
    assert parse_robots("User-agent: *\nCrawl-delay: 86400", "cryptodesk").delay_seconds == 30
    assert parse_robots("User-agent: *\nCrawl-delay: soon", "cryptodesk").delay_seconds == 0


def test_a_hostile_pattern_is_matched_by_one_walk_along_the_path() -> None:
    rules = parse_robots("User-agent: *\nDisallow: /" + "a*" * 200 + "b$\n", "cryptodesk")
    assert rules.allows("/" + "a" * 2_000)
    assert not rules.allows("/" + "a" * 2_000 + "b")
