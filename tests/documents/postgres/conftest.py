"""The fixtures of a real server, for all tests of this folder."""

from tests.clients.postgres import postgres_dsn, postgres_pool, postgres_server

__all__ = ["postgres_dsn", "postgres_pool", "postgres_server"]
