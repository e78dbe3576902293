"""The report page: every text is data."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from msgspec import structs

from cryptodesk.evaluation.graders import Check
from cryptodesk.evaluation.page import HIDDEN, as_page
from cryptodesk.evaluation.results import record_run
from tests.evaluation.samples import outcome

HOSTILE = "<script>alert(1)</script><img src=x onerror=\"alert('x')\">&amp;"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_texts_of_questions_answers_models_and_notes_are_escaped() -> None:
    hostile = structs.replace(
        outcome(HOSTILE, family=HOSTILE, failure=HOSTILE),
        question=HOSTILE,
        answer=HOSTILE,
        checks={"tools": Check(0, 1, (HOSTILE,))},
    )
    page = as_page(record_run(HOSTILE, {HOSTILE: HOSTILE}, [hostile]))
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert "img" not in tags.seen
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert page.count("&lt;script&gt;") >= 6


def test_the_page_needs_nothing_from_outside() -> None:
    page = as_page(record_run("m", {}, [outcome("a", tools=(1, 1))]))
    assert not re.search(r"https?://|\bsrc=|\bhref=|@import|url\(", page)
    assert "Content-Security-Policy" in page


def test_scores_and_wrong_questions_are_on_the_page() -> None:
    page = as_page(record_run("m", {}, [outcome("good", tools=(1, 1)), outcome("bad", tools=(0, 1))]))
    assert "50.0" in page
    assert "tools: wrong" in page


def test_held_out_questions_are_not_shown_unless_asked_for() -> None:
    secret = structs.replace(outcome("a", tools=(0, 1)), part="held_out", question="secret question", answer="secret")
    run = record_run("m", {}, [secret])
    assert "secret" not in as_page(run)
    assert HIDDEN in as_page(run)
    assert "secret question" in as_page(run, shows_held_out=True)
