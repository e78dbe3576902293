"""The tables of ledger entries, holds, budgets, seals and credits. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.ledger.postgres_rules import HEX, REFUSE, book_in_postgres, never
from cryptodesk.storage.dialect import to_postgres_schema
from cryptodesk.storage.migrations import Migration, one_by_one

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "ledger"

# Amounts are decimal text, every digit as it was written: SQLite has no exact number with a fraction.
_ENTRIES = """
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
"""
# Few indexes, because every run pays for each: an entry of a run has an id that begins with the run's. This one is
# dropped again by step 10.
_BY_ACCOUNT = "CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, key_id)"
_HOLDS = """
CREATE TABLE ledger_holds (
    position INTEGER PRIMARY KEY,
    entry_id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('hold', 'release')),
    amount_usd TEXT NOT NULL CHECK (typeof(amount_usd) = 'text'),
    created_at REAL NOT NULL,
    model_id TEXT NOT NULL,
    price_version TEXT NOT NULL,
    lapses_at REAL NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('finished', 'cancelled', 'failed'))
)
"""
_BUDGETS = """
CREATE TABLE budgets (
    scope TEXT NOT NULL CHECK (scope IN ('key', 'account')),
    scope_id TEXT NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('day', 'month', 'total')),
    limit_usd TEXT NOT NULL CHECK (typeof(limit_usd) = 'text'),
    set_at REAL NOT NULL,
    PRIMARY KEY (scope, scope_id, period)
) WITHOUT ROWID
"""
# Everything below is derived from the entries and the holds: up to which position they are counted in, and what they
# add up to.
_TALLY = """
CREATE TABLE ledger_tally (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    entries_to INTEGER NOT NULL,
    holds_to INTEGER NOT NULL
)
"""
# One of its columns has a name that is a word of PostgreSQL's own.
_TALLY_IN_POSTGRES = """
CREATE TABLE ledger_tally (
    "only" bigint PRIMARY KEY CHECK ("only" = 1),
    entries_to bigint NOT NULL,
    holds_to bigint NOT NULL
)
"""
_TOTALS = (
    "INSERT INTO ledger_tally VALUES (1, 0, 0)",
    """
    CREATE TABLE ledger_totals (
        scope TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        starts_on TEXT NOT NULL,
        spent_usd TEXT NOT NULL CHECK (typeof(spent_usd) = 'text'),
        PRIMARY KEY (scope, scope_id, starts_on)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE ledger_days (
        account_id TEXT NOT NULL,
        day TEXT NOT NULL,
        key_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        runs INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cache_read_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        cache_write_tokens INTEGER NOT NULL,
        cache_write_1h_tokens INTEGER NOT NULL,
        charged_usd TEXT NOT NULL CHECK (typeof(charged_usd) = 'text'),
        refunded_usd TEXT NOT NULL CHECK (typeof(refunded_usd) = 'text'),
        PRIMARY KEY (account_id, day, key_id, model_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE ledger_open_holds (
        run_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        key_id TEXT NOT NULL,
        amount_usd TEXT NOT NULL CHECK (typeof(amount_usd) = 'text'),
        created_at REAL NOT NULL,
        lapses_at REAL NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX ledger_open_holds_by_account ON ledger_open_holds (account_id)",
)
_SEALS = """
CREATE TABLE ledger_seals (
    book TEXT NOT NULL CHECK (book IN ('entries', 'holds')),
    number INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    digest BLOB NOT NULL,
    marks BLOB NOT NULL,
    sealed_at REAL NOT NULL,
    PRIMARY KEY (book, number)
)
"""


def _never_replaced(table: str) -> tuple[str, str]:
    """The rule once more: an entry that says no position is looked for once and not twice."""
    return (
        f"DROP TRIGGER {table}_are_never_replaced",
        f"""
        CREATE TRIGGER {table}_are_never_replaced BEFORE INSERT ON {table}
        WHEN NEW.entry_id IN (SELECT entry_id FROM {table})
          OR (NEW.position > 0 AND NEW.position IN (SELECT position FROM {table}))
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry of this id is there already'); END
        """,  # noqa: S608 - constants
    )


MIGRATIONS = (
    Migration(
        1,
        "entries",
        (
            _ENTRIES,
            _BY_ACCOUNT,
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
        postgres=(REFUSE, *book_in_postgres("ledger_entries", _ENTRIES, _BY_ACCOUNT)),
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
    Migration(
        3,
        "cache writes and the upstream's own charge",
        (
            "ALTER TABLE ledger_entries ADD COLUMN cache_write_tokens INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE ledger_entries ADD COLUMN cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE ledger_entries ADD COLUMN reported_usd TEXT",
        ),
    ),
    Migration(
        4,
        "holds",
        (
            # A table of its own: the older one names its kinds in a CHECK, and copying it would rewrite history.
            _HOLDS,
            """
            CREATE TRIGGER ledger_holds_are_never_changed BEFORE UPDATE ON ledger_holds
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never changed'); END
            """,
            """
            CREATE TRIGGER ledger_holds_are_never_deleted BEFORE DELETE ON ledger_holds
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never deleted'); END
            """,
            """
            CREATE TRIGGER ledger_holds_are_never_replaced BEFORE INSERT ON ledger_holds
            WHEN EXISTS (SELECT 1 FROM ledger_holds WHERE entry_id = NEW.entry_id OR position = NEW.position)
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry of this id is there already'); END
            """,
        ),
        postgres=book_in_postgres("ledger_holds", _HOLDS),
    ),
    Migration(
        5,
        "budgets and running totals",
        (_BUDGETS, _TALLY, *_TOTALS),
        postgres=(to_postgres_schema(_BUDGETS), _TALLY_IN_POSTGRES, *map(to_postgres_schema, _TOTALS)),
    ),
    Migration(
        6,
        "seals",
        (
            _SEALS,
            """
            CREATE TRIGGER ledger_seals_are_never_changed BEFORE UPDATE ON ledger_seals
            BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END
            """,
            """
            CREATE TRIGGER ledger_seals_are_never_deleted BEFORE DELETE ON ledger_seals
            BEGIN SELECT RAISE(ABORT, 'a seal is never deleted'); END
            """,
        ),
        postgres=(HEX, to_postgres_schema(_SEALS), *never("ledger_seals", "a seal is never {}")),
    ),
    Migration(
        7,
        "idempotent answers",
        (
            """
            CREATE TABLE idempotent_answers (
                key_id TEXT NOT NULL,
                name TEXT NOT NULL,
                request_hash BLOB NOT NULL,
                claim_id TEXT NOT NULL,
                created_at REAL NOT NULL,
                lapses_at REAL NOT NULL,
                status INTEGER,
                headers BLOB,
                body BLOB,
                UNIQUE (key_id, name)
            )
            """,
            "CREATE INDEX idempotent_answers_by_age ON idempotent_answers (created_at)",
        ),
    ),
    Migration(
        8,
        "prepaid accounts",
        (
            "ALTER TABLE ledger_entries ADD COLUMN note TEXT",
            "CREATE TABLE prepaid_accounts (account_id TEXT PRIMARY KEY, since REAL NOT NULL) WITHOUT ROWID",
        ),
    ),
    Migration(
        9,
        "checks in few steps",
        (*_never_replaced("ledger_entries"), *_never_replaced("ledger_holds")),
        postgres=(),
        rewordings=(
            one_by_one("ledger_entries", "kind", "'charge'", "'surcharge'", "'credit'", "'refund'"),
            one_by_one("ledger_entries", "outcome", "'finished'", "'cancelled'", "'failed'"),
            one_by_one("ledger_holds", "outcome", "'finished'", "'cancelled'", "'failed'"),
        ),
    ),
    Migration(
        10,
        "no index by account",
        # Nothing that a server is asked needs it: there a run is named, too. With it SQLite took every entry of the
        # account for a receipt or a quote, and every run wrote a page more.
        ("DROP INDEX ledger_entries_by_account",),
    ),
)
