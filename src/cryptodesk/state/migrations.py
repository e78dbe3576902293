"""The tables of keys, turns, research jobs and limits. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration, one_by_one

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "state"

MIGRATIONS = (
    Migration(
        1,
        "api keys",
        (
            """
            CREATE TABLE api_keys (
                key_id TEXT NOT NULL UNIQUE,
                key_hash BLOB NOT NULL UNIQUE,
                account_id TEXT NOT NULL,
                name TEXT NOT NULL,
                created_at REAL NOT NULL,
                expires_at REAL,
                revoked_at REAL
            )
            """,
        ),
    ),
    Migration(
        2,
        "turns",
        (
            # A claim stands beside its turn, so that winning it is one UPDATE of one row.
            """
            CREATE TABLE turns (
                turn_id TEXT NOT NULL UNIQUE,
                key_id TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('built_in_open', 'client_open', 'completed')),
                created_at REAL NOT NULL,
                body BLOB NOT NULL,
                claim_id TEXT,
                claim_lapses_at REAL
            )
            """,
            "CREATE INDEX turns_claimed ON turns (claim_id) WHERE claim_id IS NOT NULL",
        ),
    ),
    Migration(
        3,
        "research jobs",
        (
            # Positions are never given twice, so that the newest job is always the one with the highest.
            """
            CREATE TABLE research_jobs (
                position INTEGER PRIMARY KEY AUTOINCREMENT,
                job_id TEXT NOT NULL UNIQUE,
                account_id TEXT NOT NULL,
                status TEXT NOT NULL CHECK (status IN ('queued', 'in_progress', 'completed', 'failed', 'cancelled')),
                created_at REAL NOT NULL,
                started_at REAL,
                ended_at REAL,
                run_id TEXT,
                follow_up_of TEXT,
                error_code TEXT,
                error_message TEXT,
                attempts INTEGER NOT NULL,
                claim_id TEXT,
                claim_lapses_at REAL,
                body BLOB NOT NULL,
                steps BLOB,
                report BLOB,
                CHECK ((status = 'in_progress') = (claim_id IS NOT NULL))
            )
            """,
            "CREATE INDEX research_jobs_by_account ON research_jobs (account_id, status)",
            "CREATE INDEX research_jobs_open ON research_jobs (position) WHERE status IN ('queued', 'in_progress')",
            "CREATE UNIQUE INDEX research_jobs_claimed ON research_jobs (claim_id) WHERE claim_id IS NOT NULL",
            "CREATE INDEX research_jobs_ended ON research_jobs (ended_at) WHERE ended_at IS NOT NULL",
        ),
    ),
    Migration(
        4,
        "limits",
        (
            # An amount that is NULL says that there is none, whatever the operator's default.
            """
            CREATE TABLE limits (
                scope TEXT NOT NULL CHECK (scope IN ('key', 'account')),
                scope_id TEXT NOT NULL,
                measure TEXT NOT NULL,
                amount INTEGER CHECK (amount >= 0),
                set_at REAL NOT NULL,
                PRIMARY KEY (scope, scope_id, measure)
            ) WITHOUT ROWID
            """,
            # One row for each window of each limit: a clock that is put right finds the window that it left.
            """
            CREATE TABLE limit_uses (
                counter TEXT NOT NULL PRIMARY KEY,
                used INTEGER NOT NULL,
                ends_at REAL NOT NULL
            ) WITHOUT ROWID
            """,
            "CREATE INDEX limit_uses_ended ON limit_uses (ends_at)",
            """
            CREATE TABLE limit_streams (
                stream_id TEXT NOT NULL PRIMARY KEY,
                account_id TEXT NOT NULL,
                key_id TEXT NOT NULL,
                lapses_at REAL NOT NULL
            ) WITHOUT ROWID
            """,
            "CREATE INDEX limit_streams_by_account ON limit_streams (account_id)",
        ),
    ),
    Migration(
        5,
        "what a key is for",
        ("ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT 'run account'",),
    ),
    Migration(
        6,
        "a turn's check in few steps",
        (),
        rewordings=(one_by_one("turns", "state", "'built_in_open'", "'client_open'", "'completed'"),),
    ),
)
