"""Patterns, the figures in them, and that every pattern of the wording can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.grammar import amount_of, expand, pct_of, price_of, say
from cryptodesk.documents.simulated.wording import foreign, hostile, news, notices, pages, posts

MOVE = {"name", "symbol", "tag", "pct", "number", "price"}
ARTICLE = MOVE | {"time", "person", "firm"}
EVENT = {"name", "symbol", "tag", "date", "time", "venue", "share", "recipients", "protocol", "amount", "method"} | {
    "project",
    "round",
    "investors",
}
COUNTS = {"rising", "falling", "all"}
TABLES: list[tuple[Any, set[str]]] = [
    ([posts.OPENINGS, posts.THOUGHTS, posts.CONTRARY, posts.CLOSINGS, foreign.POSTS], MOVE),
    ([posts.MARKET], set()),
    ([posts.EVENTS], EVENT),
    ([posts.NEAR_COPY], {"text"}),
    (
        [news.HEADLINES, news.CONTRARY, news.LEADS, news.REASONS, news.QUOTES, news.ANALYSIS, news.WRAP_HEADLINES],
        ARTICLE,
    ),
    ([news.CONTEXT], {"other", "other_way", "other_pct"}),
    ([news.WRAP_LEADS], COUNTS),
    ([news.ENDINGS, pages.BLOG, notices.AGENDA_EMPTY], set()),
    ([[theme[1:] for theme in news.THEMES]], {"person", "firm", "protocol"}),
    ([notices.LISTING, notices.DELISTING, notices.UNLOCK, notices.UNLOCKED, notices.RAISE, notices.HACK], EVENT),
    ([notices.HACK_UPDATE], EVENT),
    ([notices.ROUTINE], {"venue", "later"}),
    ([notices.RELEASE], {"release", "actual", "forecast", "previous", "date", "time"}),
    ([pages.ABOUT, pages.FAQ], {"name", "symbol", "since", "sector", "platform", "home"}),
]


def _patterns(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
        return
    for member in table.values() if isinstance(table, dict) else table:
        yield from _patterns(member)


def test_choices_are_made_and_facts_are_told() -> None:
    told = {expand("[a|b] {name}", Draws(1, number), {"name": "Coin"}) for number in range(40)}

    assert told == {"a Coin", "b Coin"}
    assert expand("[a|b|c]", Draws(9, "same"), {}) == expand("[a|b|c]", Draws(9, "same"), {})


def test_facts_are_never_read_as_patterns() -> None:
    assert expand("{name}!", Draws(1), {"name": "[x|y] {price}"}) == "[x|y] {price}!"


def test_a_fact_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        say(("{nothing}",), Draws(1), {})


@pytest.mark.parametrize("table", range(len(TABLES)))
def test_every_pattern_can_be_told_with_the_facts_that_it_gets(table: int) -> None:
    members, allowed = TABLES[table]
    patterns = list(_patterns(members))

    assert patterns
    for pattern in patterns:
        assert set(re.findall(r"\{(\w*)\}", pattern)) <= allowed, pattern
        for number in range(6):
            text = expand(pattern, Draws(3, pattern, number), dict.fromkeys(allowed, "fact"))
            assert not set("{}[]|") & set(text), text


def test_every_hostile_text_can_be_told() -> None:
    facts = dict.fromkeys(MOVE, "fact")
    texts = [*hostile.SPAM, *hostile.HOSTILE_POSTS, *hostile.HOSTILE_PAGES, *_patterns(hostile.HOSTILE_RELEASES)]

    assert len(hostile.HOSTILE_POSTS) >= 20
    for text in texts:
        told = text.format_map(facts)
        assert all(host.endswith(".example.invalid") for host in re.findall(r"(?:https?|ldap)://([^/\s)]+)", told))


@pytest.mark.parametrize(
    ("value", "text"), [(12.44, "12.4 %"), (-0.04, "0.0 %"), (-3.0, "3.0 %"), (1234.5, "1234 %"), (99.96, "100.0 %")]
)
def test_changes_are_told_without_their_sign(value: float, text: str) -> None:
    assert pct_of(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(64210.5, "$64,210.50"), (1.0, "$1.00"), (0.04412, "$0.04412"), (0.0000001234, "$0.000000123400")],
)
def test_prices_show_digits_that_count(value: float, text: str) -> None:
    assert price_of(value) == text.rstrip("0") if value < 1e-4 else price_of(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(12_400_000.0, "$12.4 million"), (2.5e9, "$2.5 billion"), (880_000.0, "$880,000")]
)
def test_amounts_are_told_in_words(value: float, text: str) -> None:
    assert amount_of(value) == text
