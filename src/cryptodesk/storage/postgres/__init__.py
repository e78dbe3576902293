"""The driver of a PostgreSQL that any number of server processes share. Needs asyncpg, so it is imported late."""

__all__: list[str] = []
