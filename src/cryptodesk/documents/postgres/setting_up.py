"""Makes the tables of the index where they are missing; what belongs into them comes when the index is opened."""

from __future__ import annotations

from cryptodesk.documents.postgres.connecting import Pool, connected
from cryptodesk.documents.postgres.migrations import COMPONENT, apply_migrations, migrations_of
from cryptodesk.documents.postgres.vectors import find_fault
from cryptodesk.storage.migrations import Migration

__all__ = ["set_up"]


async def set_up(pool: Pool) -> tuple[list[Migration], str | None]:
    """The steps that were applied now, and why the database cannot hold vectors. Raises: InternalError."""
    async with connected(pool) as connection:
        fault = await find_fault(connection)
        steps = migrations_of(with_vectors=fault is None)
        versions = await apply_migrations(connection, COMPONENT, steps)
    return [step for step in steps if step.version in versions], fault
