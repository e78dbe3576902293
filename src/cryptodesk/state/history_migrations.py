"""The tables of the conversations that the desk keeps. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "history"

MIGRATIONS = (
    Migration(
        1,
        "conversations",
        (
            # One counter a key: whoever remembers it asks for what came after. The epoch is another one where the
            # counter began anew, so that nobody takes its numbers for those of before.
            """
            CREATE TABLE history_owners (
                key_id TEXT NOT NULL PRIMARY KEY,
                epoch TEXT NOT NULL,
                sequence INTEGER NOT NULL,
                size INTEGER NOT NULL
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE history_conversations (
                key_id TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                title TEXT NOT NULL,
                created_at REAL NOT NULL,
                updated_at REAL NOT NULL,
                renamed_at REAL NOT NULL,
                head_id TEXT,
                sequence INTEGER NOT NULL,
                messages INTEGER NOT NULL,
                size INTEGER NOT NULL,
                kept_at REAL NOT NULL,
                deleted_at REAL,
                PRIMARY KEY (key_id, conversation_id)
            ) WITHOUT ROWID
            """,
            "CREATE UNIQUE INDEX history_conversations_changed ON history_conversations (key_id, sequence)",
            "CREATE INDEX history_conversations_kept ON history_conversations (kept_at)",
            """
            CREATE TABLE history_messages (
                key_id TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                message_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                revision INTEGER NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (key_id, conversation_id, message_id)
            )
            """,
            "CREATE INDEX history_messages_changed ON history_messages (key_id, conversation_id, sequence)",
            "CREATE INDEX history_messages_placed ON history_messages (key_id, conversation_id, position)",
        ),
    ),
)
