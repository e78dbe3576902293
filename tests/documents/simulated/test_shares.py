"""How much of what is written: volumes, copies, languages, noise; and that texts follow the market."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from statistics import correlation, mean

import pytest

from cryptodesk.documents.cleaning import clean_text
from cryptodesk.documents.records import Document
from cryptodesk.documents.sentiment import distinct, score_text
from cryptodesk.documents.simulated.days import Days
from cryptodesk.documents.simulated.grammar import pct_of
from cryptodesk.documents.simulated.plans import Plan
from cryptodesk.documents.simulated.story import Move
from cryptodesk.documents.simulated.wording.hostile import HOSTILE_POSTS
from tests.documents.simulated.stories import HashStory

MONDAY = date(2026, 3, 2)
WEEK = tuple(MONDAY + timedelta(days=days) for days in range(7))


@cache
def _days() -> Days:
    return Days(7, HashStory())


@cache
def _written(stream: str) -> tuple[tuple[Plan, Document], ...]:
    plans = [plan for day in WEEK for plan in _days().plans(day, stream)]
    return tuple((plan, _days().document(plan)) for plan in plans)


def _ordinary(stream: str) -> list[tuple[Plan, Document]]:
    return [pair for pair in _written(stream) if pair[0].role == "ordinary" and pair[0].language == "en"]


def test_a_week_has_forty_news_and_four_hundred_posts_a_day() -> None:
    types = Counter(document.type for _, document in (*_written("desk"), *_written("post")))
    by_day = Counter(plan.day for plan, _ in _written("post"))

    assert types["social_post"] == 7 * 400
    assert types["news"] == 7 * 40
    assert types["exchange_announcement"] == 7 * 4
    assert types["research"] == 7 * 2
    assert types["macro_event"] == 7 + 1  # an agenda a day, and the payrolls of the sixth
    assert 300 < min(by_day.values()) < max(by_day.values()) < 470
    assert len(set(by_day.values())) > 3


def test_noise_has_its_fixed_shares() -> None:
    roles = Counter(plan.role for plan, _ in _written("post"))
    whole = sum(roles.values())

    assert roles["hostile"] / whole == pytest.approx(0.02, abs=0.002)
    assert roles["spam"] / whole == pytest.approx(0.06, abs=0.002)
    assert roles["copy"] / whole == pytest.approx(0.04, abs=0.004)
    assert roles["near_copy"] / whole == pytest.approx(0.08, abs=0.006)
    for day in WEEK:
        assert sum(plan.role == "hostile" for plan in _days().plans(day, "post")) in range(6, 11)
        assert sum(plan.role == "hostile" for plan in _days().plans(day, "desk")) == 1


def test_every_kind_of_hostile_post_comes_up_and_half_of_them_are_seen_through_at_once() -> None:
    months = [MONDAY + timedelta(days=days) for days in range(56)]
    hostile = [
        _days().document(plan) for day in months for plan in _days().plans(day, "post") if plan.role == "hostile"
    ]
    openings = {pattern[:12] for pattern in HOSTILE_POSTS if not pattern.startswith("{")}

    assert {opening for opening in openings if any(document.text.startswith(opening) for document in hostile)} >= {
        opening for opening in openings if "{" not in opening
    }
    flagged = sum(bool(clean_text(document.text).warnings) for document in hostile)
    assert 0.3 < flagged / len(hostile) < 0.9
    assert any("\u200b" in document.text for document in hostile)
    assert any("\U000e0069" in document.text for document in hostile)


def test_hostile_orders_stay_in_hostile_texts() -> None:
    for stream in ("post", "desk"):
        for plan, document in _written(stream):
            if plan.role not in {"hostile", "spam"}:
                cleaned = clean_text(document.text)
                assert cleaned.warnings == ()
                assert cleaned.text == document.text


def test_posts_are_mostly_english_and_some_are_not() -> None:
    languages = Counter(document.language for _, document in _written("post"))

    assert set(languages) == {"en", "es", "de", "fr", "pt", "ja"}
    assert 0.88 < languages["en"] / sum(languages.values()) < 0.95


def test_ordinary_posts_differ_and_copies_are_found_out() -> None:
    day = [(plan, document.text) for plan, document in _written("post") if plan.day == MONDAY]
    ordinary = [text for plan, text in day if plan.role == "ordinary" and plan.language == "en"]
    copies = [(plan, text) for plan, text in day if plan.original is not None]
    by_number = {plan.number: text for plan, text in day}

    assert len(distinct(ordinary)) > 0.85 * len(ordinary)
    assert len(copies) > 30
    for plan, text in copies:
        assert plan.original is not None
        assert plan.original < plan.number
        assert (text == by_number[plan.original]) == (plan.role == "copy")
        assert by_number[plan.original] in text


def test_copied_news_are_told_by_somebody_else() -> None:
    pairs = _written("desk")
    by_id = {(plan.day, plan.number): document for plan, document in pairs}
    copies = [(by_id[plan.day, plan.original], document) for plan, document in pairs if plan.original is not None]

    assert len(copies) >= 14
    for original, copy in copies:
        assert copy.publisher != original.publisher
        assert copy.asset_ids == original.asset_ids
        assert copy.text.split("\n\n")[0] == original.text.split("\n\n")[0]


def test_authors_are_many_and_some_write_more_than_others() -> None:
    authors = Counter(document.author for plan, document in _written("post") if plan.role == "ordinary")

    assert len(authors) > 500
    assert authors.most_common(1)[0][1] >= 5
    engagement = sorted(document.engagement or 0 for _, document in _written("post"))
    assert engagement[len(engagement) // 2] < 10
    assert engagement[-1] > 500


@pytest.mark.parametrize(("stream", "least"), [("post", 0.4), ("desk", 0.4)])
def test_the_mood_follows_the_move_and_not_everybody_agrees(stream: str, least: float) -> None:
    moods = [
        (plan.fact.change_pct, score_text(document.text if stream == "post" else document.title).value)
        for plan, document in _ordinary(stream)
        if isinstance(plan.fact, Move)
    ]
    loud = [(change, mood) for change, mood in moods if abs(change) > 1 and abs(mood) > 0.05]
    contrary = sum((change > 0) != (mood > 0) for change, mood in loud) / len(loud)

    assert correlation(*zip(*moods, strict=True)) > least
    assert mean(mood for change, mood in moods if change > 3) > 0.2
    assert mean(mood for change, mood in moods if change < -3) < -0.2
    assert 0.02 < contrary < 0.3


def test_figures_in_texts_are_those_of_the_market() -> None:
    """A change in a post or an article is one that the story lent by then, of the coin or of one compared with it."""
    checked = 0
    for plan, document in (*_ordinary("post"), *_ordinary("desk")):
        if not isinstance(plan.fact, Move) or plan.field is None:
            continue
        lent = {pct_of(move.change_pct) for move in plan.field.moves}
        own = pct_of(plan.fact.change_pct)
        told = [f"{number} %" for number in re.findall(r"(\d+(?:\.\d)?) %", document.text)]
        assert set(told) <= (lent if plan.stream == "desk" else {own}), document.text
        checked += len(told)

    assert checked > 800


def test_events_are_told_in_the_news() -> None:
    kinds = Counter(plan.kind for plan, _ in _written("desk"))

    assert {"listing", "unlock", "raise", "hack", "release", "agenda", "routine", "wrap", "theme"} <= set(kinds)
    release = next(document for plan, document in _written("desk") if plan.kind == "release")
    figure = HashStory().releases(date(2026, 3, 6))[0]
    assert figure.actual is not None
    assert figure.actual in release.title
    assert release.event_at == figure.at


def test_an_agenda_names_what_comes_and_no_figure_that_is_not_out() -> None:
    agenda = next(
        document for plan, document in _written("desk") if plan.kind == "agenda" and plan.day == date(2026, 3, 5)
    )
    figure = HashStory().releases(date(2026, 3, 6))[0]

    assert "US non-farm payrolls: 6 March 2026, 12:30 UTC, forecast" in agenda.text
    assert agenda.event_at == figure.at
    assert figure.forecast is not None
    assert figure.forecast in agenda.text
    assert figure.actual != figure.forecast
    assert str(figure.actual) not in agenda.text
