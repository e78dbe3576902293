"""Search over documents in a PostgreSQL database, shared by any number of server processes. Needs asyncpg."""

from cryptodesk.documents.postgres.index import PostgresIndex
from cryptodesk.documents.postgres.migrations import COMPONENT, MIGRATIONS
from cryptodesk.documents.postgres.pooling import open_pool
from cryptodesk.documents.postgres.setting_up import set_up

__all__ = ["COMPONENT", "MIGRATIONS", "PostgresIndex", "open_pool", "set_up"]
