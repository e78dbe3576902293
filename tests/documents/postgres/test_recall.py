"""The handbook answers from the database as it does from the files, with the real encoder."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.embedding import Embedder
from cryptodesk.documents.handbook import load_articles
from cryptodesk.documents.postgres import PostgresIndex
from tests.documents.index.test_recall import NAMES, NOW, QUESTIONS, _document, _ranks, _recall


@pytest.mark.slow
async def test_the_committed_questions_are_answered_and_no_exact_name_is_missed(postgres_pool: Any) -> None:
    embedder = Embedder()
    index = PostgresIndex(
        postgres_pool,
        embedder,
        FixedClock(NOW),
        lambda: map(_document, load_articles()),
        asset_names=lambda asset_id: NAMES.get(asset_id, ()),
    )
    try:
        await index.open()
        ranks = await _ranks(index, {each.question: each.expected for each in QUESTIONS})  # type: ignore[arg-type]
    finally:
        index.close()
        embedder.close()

    names = [each.question for each in QUESTIONS if each.kind == "exact_name"]
    assert _recall(ranks, 5) >= 0.94
    assert [name for name in names if (ranks[name] or 99) > 3] == []
