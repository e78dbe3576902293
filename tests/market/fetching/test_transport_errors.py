"""The error table's rows about connections."""

from __future__ import annotations

import inspect
import ssl
from typing import Any

import aiohttp
import pytest

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamError, UpstreamTimeout, UpstreamUnavailable
from cryptodesk.market.fetching.errors import UnreachableSource
from cryptodesk.market.fetching.transport_errors import transport_error, transport_failures


def every_failure() -> list[type[BaseException]]:
    found = [kind for _, kind in inspect.getmembers(aiohttp, inspect.isclass) if issubclass(kind, aiohttp.ClientError)]
    return [*found, TimeoutError, OSError, ConnectionResetError, ConnectionRefusedError, ssl.SSLError]


@pytest.mark.parametrize("kind", every_failure(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("is_answering", [False, True])
def test_the_transport_table_is_complete(kind: type[BaseException], is_answering: bool) -> None:
    assert issubclass(kind, transport_failures())
    failure = kind.__new__(kind)
    error = transport_error("acme", failure, is_answering=is_answering)
    assert error.upstream == "acme"
    assert error.message.startswith("acme ")
    if issubclass(kind, TimeoutError):
        assert type(error) is UpstreamTimeout
    elif is_answering:
        assert type(error) is UpstreamBadAnswer


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(aiohttp.ServerTimeoutError, UpstreamTimeout), (aiohttp.ConnectionTimeoutError, UpstreamTimeout),
     (aiohttp.ClientConnectorCertificateError, UpstreamUnavailable),
     (aiohttp.ClientConnectorError, UnreachableSource),
     (aiohttp.ServerDisconnectedError, UpstreamUnavailable), (aiohttp.ClientPayloadError, UpstreamBadAnswer),
     (aiohttp.InvalidURL, UpstreamUnavailable), (aiohttp.ClientResponseError, UpstreamBadAnswer)],
)  # fmt: skip
def test_the_transport_table(kind: type[Any], expected: type[UpstreamError]) -> None:
    assert type(transport_error("acme", kind.__new__(kind), is_answering=False)) is expected


def test_a_source_out_of_reach_is_not_asked_again_at_once() -> None:
    assert not transport_error(
        "acme", aiohttp.ClientConnectorError.__new__(aiohttp.ClientConnectorError), is_answering=False
    ).retryable
    assert transport_error("acme", aiohttp.ServerDisconnectedError(), is_answering=False).retryable
