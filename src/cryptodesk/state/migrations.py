"""The tables of keys and turns. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration

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
)
