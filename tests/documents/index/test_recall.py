"""The handbook answers: how often the right article is among the first five, with the real encoder and the vectors
that ship."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from msgspec import Struct

from cryptodesk.catalog.assets import load_assets
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.embedding import Embedder
from cryptodesk.documents.handbook import Article, load_articles
from cryptodesk.documents.handbook.vectors import shipped_vectors
from cryptodesk.documents.index import DocumentIndex
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document

QUESTIONS_FILE = Path(__file__).parents[1] / "recall_questions.jsonl"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = {record.asset_id: (record.name, record.symbol) for record in load_assets()}


class Question(Struct, forbid_unknown_fields=True):
    """A question in words of its own, or an exact name; `expected` are articles ("section/slug") that answer it."""

    question: str
    expected: list[str]
    kind: Literal["paraphrase", "exact_name"]


QUESTIONS = msgspec.json.decode(b"[" + b",".join(QUESTIONS_FILE.read_bytes().splitlines()) + b"]", type=list[Question])


def _document(article: Article) -> Document:
    day = datetime.combine(article.date, time(), UTC)
    return Document(
        document_id=f"{article.section}/{article.slug}",
        type="handbook",
        source="handbook",
        publisher="handbook",
        title=article.title,
        text=article.body,
        fetched_at=day,
        known_at=day,
        published_at=day,
        content_hash="0" * 64,
        asset_ids=article.assets,
        topics=article.topics,
    )


async def _ranks(index: DocumentIndex, asked: Mapping[str, list[str]]) -> dict[str, int | None]:
    """At which place the first article that answers stands, from 1; None beyond the tenth."""
    ranks: dict[str, int | None] = {}
    for question, expected in asked.items():
        hits = (await index.search(DocumentQuery(text=question, types=("handbook",), limit=20))).hits
        found = list(dict.fromkeys(hit.document.document_id for hit in hits))[:10]
        places = [found.index(each) + 1 for each in expected if each in found]
        ranks[question] = min(places, default=None)
    return ranks


def _recall(ranks: Mapping[str, int | None], first: int) -> float:
    return sum(rank is not None and rank <= first for rank in ranks.values()) / len(ranks)


@pytest.fixture(scope="module")
def embedder() -> object:
    made = Embedder()
    yield made
    made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handbook-index")


@pytest.fixture
async def index(folder: Path, embedder: Embedder) -> AsyncIterator[DocumentIndex]:
    # The folder outlives a test, so that the index is built once; the vectors are the shipped ones.
    articles = load_articles()
    opened = DocumentIndex(
        folder,
        embedder,
        FixedClock(NOW),
        lambda: map(_document, articles),
        asset_names=lambda asset_id: NAMES.get(asset_id, ()),
        shipped=shipped_vectors,
    )
    await opened.open()
    yield opened
    opened.close()


def test_the_questions_are_many_their_own_and_about_articles_that_exist() -> None:
    articles = {f"{article.section}/{article.slug}" for article in load_articles()}
    bodies = " ".join(article.body for article in load_articles()).lower()
    kinds = defaultdict(list)
    for each in QUESTIONS:
        kinds[each.kind].append(each)
        assert set(each.expected) <= articles, each.question

    assert len({each.question.lower() for each in QUESTIONS}) == len(QUESTIONS) >= 150
    assert len(kinds["exact_name"]) >= 60
    assert not [each.question for each in kinds["paraphrase"] if each.question.lower() in bodies]


@pytest.mark.slow
async def test_the_right_article_is_among_the_first_five_nine_times_in_ten(index: DocumentIndex) -> None:
    ranks = await _ranks(index, {each.question: each.expected for each in QUESTIONS})

    assert _recall(ranks, 5) >= 0.9, [question for question, rank in ranks.items() if rank is None or rank > 5]


@pytest.mark.slow
async def test_no_exact_name_is_missed(index: DocumentIndex) -> None:
    names = {each.question: each.expected for each in QUESTIONS if each.kind == "exact_name"}
    ranks = await _ranks(index, names)

    assert [question for question, rank in ranks.items() if rank is None or rank > 5] == []
    assert _recall(ranks, 1) >= 0.9


@pytest.mark.slow
async def test_paraphrases_without_a_common_word_are_mostly_found(index: DocumentIndex) -> None:
    ranks = await _ranks(index, {each.question: each.expected for each in QUESTIONS if each.kind == "paraphrase"})

    assert _recall(ranks, 5) >= 0.83


@pytest.mark.slow
async def test_articles_are_found_by_the_questions_that_they_say_to_answer(index: DocumentIndex) -> None:
    asked = {
        question: [f"{article.section}/{article.slug}"] for article in load_articles() for question in article.questions
    }
    ranks = await _ranks(index, asked)

    assert _recall(ranks, 5) >= 0.95
    assert _recall(ranks, 1) >= 0.8
