"""The documents' tables. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "documents"

MIGRATIONS = (
    Migration(
        1,
        "documents and subscriptions",
        (
            """
            CREATE TABLE document_subscriptions (
                subscription_id INTEGER PRIMARY KEY AUTOINCREMENT,
                source TEXT NOT NULL,
                address TEXT NOT NULL,
                options TEXT NOT NULL,
                title TEXT NOT NULL,
                interval_seconds INTEGER NOT NULL,
                is_enabled INTEGER NOT NULL,
                added_at INTEGER NOT NULL,
                state BLOB NOT NULL,
                identity BLOB,
                due_at INTEGER NOT NULL,
                attempted_at INTEGER,
                succeeded_at INTEGER,
                failures INTEGER NOT NULL DEFAULT 0,
                error TEXT,
                UNIQUE (source, address)
            )
            """,
            # What of the last answer was not taken, and why.
            """
            CREATE TABLE document_problems (
                subscription_id INTEGER NOT NULL REFERENCES document_subscriptions ON DELETE CASCADE,
                number INTEGER NOT NULL,
                item TEXT NOT NULL,
                reason TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (subscription_id, number)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE document_calls (
                day TEXT NOT NULL,
                source TEXT NOT NULL,
                units INTEGER NOT NULL,
                PRIMARY KEY (day, source)
            ) WITHOUT ROWID
            """,
            # A text counts from `known_at` until `superseded_at`; the current one until 2^60. Times are microseconds.
            # `sort_at` is when it was published, or became known where nobody says. `seen_key` is what a reader would
            # call the same text, `url_key` what he would call the same page.
            """
            CREATE TABLE document_revisions (
                revision_id INTEGER PRIMARY KEY AUTOINCREMENT,
                document_id TEXT NOT NULL,
                subscription_id INTEGER NOT NULL,
                type TEXT NOT NULL,
                source TEXT NOT NULL,
                language TEXT NOT NULL,
                known_at INTEGER NOT NULL,
                superseded_at INTEGER NOT NULL,
                sort_at INTEGER NOT NULL,
                is_dated INTEGER NOT NULL,
                url_key TEXT,
                seen_key TEXT NOT NULL,
                content_hash TEXT NOT NULL,
                length INTEGER NOT NULL,
                warnings TEXT NOT NULL,
                body BLOB NOT NULL,
                UNIQUE (document_id, known_at)
            )
            """,
            "CREATE INDEX document_revisions_by_time ON document_revisions (sort_at)",
            "CREATE INDEX document_revisions_by_type ON document_revisions (type, sort_at)",
            "CREATE INDEX document_revisions_by_source ON document_revisions (subscription_id)",
            "CREATE INDEX document_revisions_current ON document_revisions (source, type)"
            " WHERE superseded_at = 1152921504606846976",
            "CREATE INDEX document_revisions_by_text ON document_revisions (seen_key)",
            "CREATE INDEX document_revisions_by_url ON document_revisions (url_key) WHERE url_key IS NOT NULL",
            """
            CREATE TABLE document_assets (
                asset_id INTEGER NOT NULL,
                sort_at INTEGER NOT NULL,
                revision_id INTEGER NOT NULL REFERENCES document_revisions ON DELETE CASCADE,
                PRIMARY KEY (asset_id, sort_at, revision_id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX document_assets_by_revision ON document_assets (revision_id)",
            # Where two texts share a band, they may be nearly the same.
            """
            CREATE TABLE document_bands (
                band INTEGER NOT NULL,
                value INTEGER NOT NULL,
                revision_id INTEGER NOT NULL REFERENCES document_revisions ON DELETE CASCADE,
                PRIMARY KEY (band, value, revision_id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX document_bands_by_revision ON document_bands (revision_id)",
            # The latest change of each document, so that the log is never longer than the documents are many.
            """
            CREATE TABLE document_changes (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                document_id TEXT NOT NULL UNIQUE,
                is_removed INTEGER NOT NULL
            )
            """,
        ),
    ),
    Migration(
        2,
        "options as text",
        # They were written as bytes, which a column of SQLite takes whatever its type.
        ("UPDATE document_subscriptions SET options = CAST(options AS TEXT) WHERE typeof(options) = 'blob'",),
        postgres=(),
    ),
)
