"""The tables come once, beside those of others, and queries walk an index."""

from __future__ import annotations

from pathlib import Path

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.store import COMPONENT, MIGRATIONS
from cryptodesk.documents.store._selecting import select_recent
from cryptodesk.storage.migrations import apply_migrations
from tests.documents.support import database_path, open_document_store


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    with open_document_store(database_path(tmp_path)):
        pass
    assert apply_migrations(database_path(tmp_path), COMPONENT, MIGRATIONS) == ()


def test_the_newest_documents_are_found_by_an_index_without_sorting(tmp_path: Path) -> None:
    with open_document_store(database_path(tmp_path)) as database:
        for query in (DocumentQuery(), DocumentQuery(asset_ids=(1,)), DocumentQuery(types=("news",))):
            sql, values = select_recent(query)
            plan = " ".join(row[3] for row in database.read(f"EXPLAIN QUERY PLAN {sql}", values))
            assert "TEMP B-TREE" not in plan, (query, plan)
