"""Search over documents in a PostgreSQL database, shared by any number of server processes. Needs asyncpg."""

from cryptodesk.documents.postgres.index import PostgresIndex

__all__ = ["PostgresIndex"]
