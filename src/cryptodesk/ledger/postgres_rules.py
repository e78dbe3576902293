"""The rules of the ledger's tables in PostgreSQL's own language: nothing is changed, and positions count without a gap.

A transaction that is undone leaves a gap in what PostgreSQL numbers by itself, and a gap is what seals take for a row
that somebody took away. Writers stand in one line (storage/postgres/writer.py), so one more than the last is free."""

from __future__ import annotations

from cryptodesk.storage.dialect import to_postgres_schema

__all__ = ["HEX", "REFUSE", "book_in_postgres", "never"]

# As SQLite's own: nothing of nothing, and of a text its bytes in UTF-8.
HEX = """
CREATE FUNCTION hex(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT upper(encode(convert_to(coalesce(value, ''), 'UTF8'), 'hex')) $$
"""
REFUSE = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
# Bound to the schema it was made in, because a backup that is restored has no search_path.
_APPEND = """
CREATE FUNCTION {table}_append() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM {table} WHERE entry_id = NEW.entry_id) THEN
        RAISE EXCEPTION 'the ledger is append-only: an entry of this id is there already'
            USING ERRCODE = 'unique_violation';
    END IF;
    IF NEW.position IS NULL THEN
        NEW.position := coalesce((SELECT max(position) FROM {table}), 0) + 1;
    END IF;
    RETURN NEW;
END $$
"""


def book_in_postgres(table: str, create: str, *more: str) -> tuple[str, ...]:
    """The statements for a table of entries. `create` and what follows it are those for SQLite."""
    return (
        to_postgres_schema(create),
        f"ALTER TABLE {table} ALTER COLUMN position DROP IDENTITY",
        *map(to_postgres_schema, more),
        _APPEND.format(table=table),
        f"CREATE TRIGGER {table}_are_appended BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append()",
        *never(table, "the ledger is append-only: an entry is never {}"),
    )


def never(table: str, words: str) -> tuple[str, ...]:
    """Triggers that refuse whatever would change or take away a row."""
    refused = {"changed": "UPDATE", "deleted": "DELETE", "emptied": "TRUNCATE"}
    return tuple(
        f"CREATE TRIGGER {table}_are_never_{name} BEFORE {event} ON {table} FOR EACH "
        f"{'STATEMENT' if event == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION ledger_refuse('{words.format(name)}')"
        for name, event in refused.items()
    )
