"""The tables of ledger entries and of credits. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "ledger"

MIGRATIONS = (
    Migration(
        1,
        "entries",
        (
            # Amounts are decimal text: SQLite has no exact number with a fraction.
            """
            CREATE TABLE ledger_entries (
                position INTEGER PRIMARY KEY,
                entry_id TEXT NOT NULL UNIQUE,
                account_id TEXT NOT NULL,
                key_id TEXT NOT NULL,
                run_id TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('charge', 'surcharge', 'credit', 'refund')),
                amount_usd TEXT NOT NULL CHECK (typeof(amount_usd) = 'text'),
                created_at REAL NOT NULL,
                model_id TEXT NOT NULL,
                served_by TEXT NOT NULL,
                price_version TEXT NOT NULL,
                input_tokens INTEGER NOT NULL,
                output_tokens INTEGER NOT NULL,
                cache_read_tokens INTEGER NOT NULL,
                reasoning_tokens INTEGER NOT NULL,
                usage_is_estimated INTEGER NOT NULL CHECK (usage_is_estimated IN (0, 1)),
                outcome TEXT NOT NULL CHECK (outcome IN ('finished', 'cancelled', 'failed'))
            )
            """,
            # Few indexes, because every run pays for each: a key belongs to one account, and an entry of a run has
            # an id that begins with the run's.
            "CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, key_id)",
            """
            CREATE TRIGGER ledger_entries_are_never_changed BEFORE UPDATE ON ledger_entries
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never changed'); END
            """,
            """
            CREATE TRIGGER ledger_entries_are_never_deleted BEFORE DELETE ON ledger_entries
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never deleted'); END
            """,
            # INSERT OR REPLACE deletes without asking the trigger above.
            """
            CREATE TRIGGER ledger_entries_are_never_replaced BEFORE INSERT ON ledger_entries
            WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE entry_id = NEW.entry_id OR position = NEW.position)
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry of this id is there already'); END
            """,
        ),
    ),
    Migration(
        2,
        "credit uses",
        (
            """
            CREATE TABLE credit_uses (
                trace_id TEXT NOT NULL UNIQUE,
                account_id TEXT NOT NULL,
                dialect TEXT NOT NULL,
                credits INTEGER NOT NULL CHECK (credits > 0),
                used_at REAL NOT NULL
            )
            """,
            # Holds all that a month's sum needs.
            "CREATE INDEX credit_uses_by_account ON credit_uses (account_id, used_at, credits)",
        ),
    ),
)
