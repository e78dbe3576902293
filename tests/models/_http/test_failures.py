"""The table of transport failures, and that it is complete."""

from __future__ import annotations

import pytest

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.models._http import failures
from cryptodesk.models._http.client import errors
from cryptodesk.models._http.client.errors import ConnectTimeout, Silence, TransportFailure
from cryptodesk.models._http.failures import TRANSPORT, transport_error

FAILURES = sorted(TransportFailure.__subclasses__(), key=lambda failure: failure.__name__)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
@pytest.mark.parametrize("is_answering", [True, False])
def test_the_transport_table_is_complete(failure: type[TransportFailure], is_answering: bool) -> None:
    error = transport_error("up", failure(), is_answering=is_answering)
    assert type(error) in (UpstreamTimeout, UpstreamConnectTimeout, UpstreamUnavailable, UpstreamBadAnswer)
    assert (failure in (ConnectTimeout, Silence)) == isinstance(error, UpstreamTimeout)
    assert (failure is ConnectTimeout) == (type(error) is UpstreamConnectTimeout)
    assert error.upstream == "up"
    assert failure.__name__ in error.message
    if is_answering:
        assert type(error) is not UpstreamUnavailable


def test_every_failure_of_the_client_has_its_row_and_no_other_has_one() -> None:
    assert set(TRANSPORT) == set(FAILURES)
    assert {failure.__name__ for failure in FAILURES} == set(errors.__all__) - {"TransportFailure"}
    assert not [further for failure in FAILURES for further in failure.__subclasses__()]  # looked up by the very type


def test_every_row_says_what_happened() -> None:
    for kind, words in TRANSPORT.values():
        assert issubclass(kind, UpstreamError)
        assert words


def test_the_table_in_the_docstring_names_every_error_the_module_makes() -> None:
    assert all(kind.__name__ in (failures.__doc__ or "") for kind, _ in TRANSPORT.values())
