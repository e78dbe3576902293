"""The table of transport failures, and that it is complete."""

from __future__ import annotations

import ssl

import aiohttp
import pytest

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.models._http import failures
from cryptodesk.models._http.failures import TRANSPORT, TRANSPORT_FAILURES, transport_error


def all_subclasses(base: type[BaseException]) -> list[type[BaseException]]:
    direct = base.__subclasses__()
    return [base, *direct, *(found for cls in direct for found in all_subclasses(cls))]


FAILURES = sorted(
    {
        failure
        for base in (aiohttp.ClientError, TimeoutError, ConnectionError, ssl.SSLError)
        for failure in all_subclasses(base)
        if failure.__module__.split(".")[0] in ("aiohttp", "builtins", "ssl", "asyncio")
    },
    key=lambda failure: failure.__qualname__,
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__qualname__)
@pytest.mark.parametrize("is_answering", [True, False])
def test_the_transport_table_is_complete(failure: type[BaseException], is_answering: bool) -> None:
    error = transport_error("up", failure.__new__(failure), is_answering=is_answering)
    assert type(error) in (UpstreamTimeout, UpstreamConnectTimeout, UpstreamUnavailable, UpstreamBadAnswer)
    assert issubclass(failure, TimeoutError) == isinstance(error, UpstreamTimeout)
    assert issubclass(failure, aiohttp.ConnectionTimeoutError) == (type(error) is UpstreamConnectTimeout)
    assert error.upstream == "up"
    if is_answering:
        assert type(error) is not UpstreamUnavailable


def test_every_failure_that_is_caught_has_a_row() -> None:
    rows = tuple(failure for failure, _, _ in TRANSPORT)
    assert all(issubclass(caught, rows) for caught in TRANSPORT_FAILURES)


def test_every_row_can_be_reached() -> None:
    for number, (failure, kind, words) in enumerate(TRANSPORT):
        earlier = tuple(earlier for earlier, _, _ in TRANSPORT[:number])
        assert not issubclass(failure, earlier), failure
        assert issubclass(kind, UpstreamError)
        assert words


def test_the_table_in_the_docstring_names_every_error_the_module_makes() -> None:
    assert all(kind.__name__ in (failures.__doc__ or "") for _, kind, _ in TRANSPORT)
