"""A database that is away for a moment is told apart from one that is asked wrongly."""

from __future__ import annotations

import pytest

pytest.importorskip("asyncpg")

import asyncpg

from cryptodesk.core.errors import InternalError, StoreUnavailable
from cryptodesk.storage.postgres.failures import to_internal_error


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        ConnectionResetError("reset"),
        TimeoutError(),
        OSError("no route to host"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
        asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
    ],
)
def test_what_time_or_another_server_may_mend_is_a_503_that_may_be_tried_again(error: BaseException) -> None:
    found = to_internal_error(error, "db.example:5432/desk")
    assert (type(found), found.status, found.retryable) == (StoreUnavailable, 503, True)
    assert "db.example" in found.message
    assert "db.example" not in found.public_message


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UndefinedTableError('relation "turns" does not exist'),
        asyncpg.UniqueViolationError("duplicate key value violates unique constraint"),
        asyncpg.InvalidPasswordError("password authentication failed"),
        asyncpg.InsufficientPrivilegeError("permission denied"),
        asyncpg.DiskFullError("could not extend file"),
        asyncpg.PostgresSyntaxError("syntax error"),
    ],
)
def test_what_somebody_has_to_mend_is_a_failure_of_ours(error: BaseException) -> None:
    found = to_internal_error(error, "db.example:5432/desk")
    assert (type(found), found.status) == (InternalError, 500)
