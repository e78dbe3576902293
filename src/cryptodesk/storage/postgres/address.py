"""Where a PostgreSQL is, from its URL. The password is in nothing that is shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cryptodesk.core.errors import InternalError

__all__ = ["Address"]

_SCHEMES = frozenset({"postgresql", "postgres"})
_HOST = re.compile(r"(\[[0-9a-fA-F:.%]+\]|[\w.\-]*)(:\d{1,5})?")
# Words that other programs put into their URLs and that are no settings of a session.
_FOREIGN_WORDS = frozenset(
    {
        "channel_binding",
        "connect_timeout",
        "connection_limit",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "pgbouncer",
        "pool_timeout",
        "schema",
        "sslcompression",
        "sslsni",
        "tcp_user_timeout",
    }
)
_HOW_TO_WRITE = (
    "DATABASE_URL cannot be read: write postgresql://user:password@host:5432/database, with each of the characters"
    " @ : / ? # % of the password percent-encoded"
)


class Address:
    """`label` names the database in messages; `dsn` is secret; `is_pooled` says that the URL tells of a pooler."""

    __slots__ = ("dsn", "has_many_hosts", "is_pooled", "label")

    def __init__(self, url: str) -> None:
        """Raises: InternalError, which quotes nothing of the URL."""
        try:
            parts = urlsplit(url.strip())
            words = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError:
            raise InternalError(_HOW_TO_WRITE) from None
        scheme, _, driver = parts.scheme.partition("+")
        if scheme not in _SCHEMES:
            raise InternalError("DATABASE_URL must begin with postgresql://: no other database is known")
        if driver not in {"", "asyncpg"}:
            raise InternalError("DATABASE_URL names another driver: write postgresql:// alone")
        hosts = _hosts(parts.netloc, parts.path + parts.query, words)
        self.has_many_hosts = "," in hosts
        self.is_pooled = any(word == "pgbouncer" and value.lower() in {"1", "true", "yes"} for word, value in words)
        self.label = hosts + parts.path
        kept = urlencode([(word, value) for word, value in words if word not in _FOREIGN_WORDS])
        self.dsn = urlunsplit((scheme, parts.netloc, parts.path, kept, ""))

    def __repr__(self) -> str:
        return f"Address({self.label!r})"


def _hosts(netloc: str, rest: str, words: list[tuple[str, str]]) -> str:
    user, at, hosts = netloc.rpartition("@")
    # Where a password has a slash, the hosts are behind it, and what stands in their place is a part of it.
    if (not at and "@" in rest) or "@" in user:
        raise InternalError(_HOW_TO_WRITE)
    if not all(_HOST.fullmatch(host) for host in hosts.split(",")):
        raise InternalError(_HOW_TO_WRITE)
    return hosts or next((value for word, value in words if word == "host"), "localhost")
