"""What PostgreSQL's failures are called, and what is known of a transaction after each."""

from __future__ import annotations

import asyncpg

from cryptodesk.core.errors import InternalError, StoreUnavailable

__all__ = ["DRIVER_ERRORS", "is_lost", "is_passing", "to_internal_error"]

DRIVER_ERRORS: tuple[type[BaseException], ...] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,  # ConnectionError and TimeoutError are of it
    EOFError,
)
_LOST: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.InternalClientError,
    ConnectionError,
    EOFError,
)
_PASSING: tuple[type[BaseException], ...] = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)
# What may be over in a moment, or on another server.
_AWAY: tuple[type[BaseException], ...] = (
    *_LOST,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    OSError,
)
_UNREACHABLE = "cannot be reached: check its address in DATABASE_URL, and that it runs"
# The first that fits.
_EXPLANATIONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "refused the user or its password: check DATABASE_URL",
    ),
    ((asyncpg.InvalidCatalogNameError,), "does not exist on its server: create it, or name another in DATABASE_URL"),
    (
        (asyncpg.TooManyConnectionsError,),
        "has no connection left: raise max_connections on its server, or lower database_pool",
    ),
    ((asyncpg.InsufficientPrivilegeError,), "refused what its user may not do: grant it, or use the owner"),
    ((asyncpg.ReadOnlySQLTransactionError,), "is read-only: a standby cannot be written, name the primary"),
    ((asyncpg.DiskFullError,), "could not be written because its disk is full: free some space"),
    (
        (asyncpg.LockNotAvailableError,),
        "is locked by another process that does not finish its transaction: stop that process",
    ),
    ((asyncpg.QueryCanceledError, TimeoutError), "did not answer in time"),
    ((asyncpg.IntegrityConstraintViolationError,), "refused a row that breaks a rule of its table"),
    ((asyncpg.UndefinedTableError,), "lacks a table: it was not migrated, or its search_path is another"),
    ((asyncpg.DataError, asyncpg.CharacterNotInRepertoireError), "cannot hold a value"),
    ((asyncpg.CannotConnectNowError,), "is starting or stopping: try again"),
    ((ConnectionRefusedError,), _UNREACHABLE),
    (_LOST, "ended the connection"),
    ((OSError,), _UNREACHABLE),
)


def to_internal_error(error: BaseException, label: str) -> InternalError:
    """The same failure in our own words: what happened to which database, and what mends it. Never the values of a
    row, and never a password. StoreUnavailable where nothing but time may be needed."""
    kind = StoreUnavailable if isinstance(error, _AWAY) else InternalError
    for kinds, words in _EXPLANATIONS:
        if isinstance(error, kinds):
            return kind(f"the database {label!r} {words} ({_said(error)})")
    return kind(f"the database {label!r} failed: {_said(error)}")


def _said(error: BaseException) -> str:
    # What follows the first argument are details, which may quote a row.
    said = str(error.args[0]) if isinstance(error, asyncpg.PostgresError) and error.args else str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def is_lost(error: BaseException) -> bool:
    """Whether the server ended the connection. What it had not been told to commit is undone."""
    return isinstance(error, _LOST)


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction may well succeed when it is run again; this run of it is undone."""
    return isinstance(error, _PASSING)
