"""All texts of a day, made when they are asked for: any day by itself, none by walking there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import chain

from cryptodesk.documents.records import Document
from cryptodesk.documents.simulated.desk_plans import EXTRAS, plan_desk
from cryptodesk.documents.simulated.desk_texts import write_desk
from cryptodesk.documents.simulated.documents import planned_document
from cryptodesk.documents.simulated.facts import load_facts
from cryptodesk.documents.simulated.page_texts import write_pages
from cryptodesk.documents.simulated.plans import Plan
from cryptodesk.documents.simulated.post_plans import plan_posts
from cryptodesk.documents.simulated.post_texts import write_post
from cryptodesk.documents.simulated.story import MarketStory
from cryptodesk.documents.simulated.timetable import NEWS, POSTS
from cryptodesk.documents.simulated.writing import Written

__all__ = ["Days"]

# A month and the month before it, which is what is compared at most.
_DAYS_KEPT = 64
# Some 4 MB: the texts of about six days, or a month about one coin.
_DOCUMENTS_KEPT = 3_000
_PAGES_KEPT = 2


class Days:
    """`stream` is "desk" for what is edited and "post" for what is not."""

    def __init__(self, seed: int, story: MarketStory) -> None:
        self._seed = seed
        self._story = story
        self._facts = lru_cache(maxsize=_DAYS_KEPT)(lambda day: load_facts(seed, story, day))
        self._desk = lru_cache(maxsize=_DAYS_KEPT)(lambda day: plan_desk(seed, self._facts(day)))
        self._posts = lru_cache(maxsize=_DAYS_KEPT)(lambda day: plan_posts(seed, self._facts(day)))
        self._document = lru_cache(maxsize=_DOCUMENTS_KEPT)(self._write)
        self.pages = lru_cache(maxsize=_PAGES_KEPT)(self._write_pages)

    def plans(self, day: date, stream: str) -> tuple[Plan, ...]:
        """By their numbers."""
        found: tuple[Plan, ...] = self._desk(day) if stream == "desk" else self._posts(day)
        return found

    def document(self, plan: Plan) -> Document:
        return self._document(plan.day, plan.stream, plan.number)

    def every_plan(self, day: date) -> Iterator[Plan]:
        return chain(self.plans(day, "desk"), self.plans(day, "post"))

    def volume_between(self, first: date, until: date) -> int:
        """Texts of whole days, without writing them."""
        streams = NEWS.between(self._seed, first, until) + POSTS.between(self._seed, first, until)
        return streams + EXTRAS * (until - first).days

    def _write(self, day: date, stream: str, number: int) -> Document:
        plan = self.plans(day, stream)[number]
        return planned_document(self._seed, plan, self._written(plan))

    def _written(self, plan: Plan) -> Written:
        original = None if plan.original is None else self.plans(plan.day, plan.stream)[plan.original]
        # An original is no copy itself, so this goes one step deep.
        copied = None if original is None else self._written(original)
        if plan.stream == "post":
            return write_post(self._seed, plan, None if copied is None else copied.text)
        return write_desk(self._seed, plan, self._facts(plan.day), copied)

    def _write_pages(self, read_on: date) -> tuple[Document, ...]:
        return write_pages(self._seed, read_on, self._story.projects(read_on))
