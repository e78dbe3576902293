"""What every vendor's provider does: one client a loop, one POST a request, the connection kept or closed at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType

from multidict import CIMultiDict
from yarl import URL

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.traces import TRACEPARENT
from cryptodesk.models._http.answers import read_body
from cryptodesk.models._http.client.errors import ConnectionLost, TransportFailure
from cryptodesk.models._http.client.pool import Client
from cryptodesk.models._http.client.response import Response
from cryptodesk.models._http.failures import transport_error
from cryptodesk.models._http.meanings import MAX_ERROR_BODY_BYTES, ErrorOfStatus
from cryptodesk.models._http.retry_after import retry_after_seconds
from cryptodesk.models._http.scrubbing import secrets_sent
from cryptodesk.models._http.timeouts import Timeouts

__all__ = ["HttpProvider", "http_url", "request_headers"]

_DRAIN_SECONDS = 1.0
_NO_PROFILE = ModelProfile()
# Answers are small and near: packing them would cost more time than it saves.
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "cryptodesk",
}


class HttpProvider:
    """A provider's part that is the same for every vendor; `error_of_status` is the vendor's table, `url` where it is
    asked."""

    def __init__(
        self,
        name: str,
        url: URL,
        api_key: str | None,
        headers: CIMultiDict[str],
        timeouts: Timeouts,
        profiles: Mapping[str, ModelProfile] | None,
        error_of_status: ErrorOfStatus,
    ) -> None:
        self.name = name
        self._secrets = secrets_sent(api_key, headers, url)
        self._headers = headers
        self._timeouts = timeouts
        self._profiles = dict(profiles or {})
        self._error_of_status = error_of_status
        self._origin = url
        self._clients: dict[asyncio.AbstractEventLoop, Client] = {}
        self._drains: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Closes the running loop's client and its connections."""
        drains = list(self._drains)
        for drain in drains:
            drain.cancel()
        await asyncio.gather(*drains, return_exceptions=True)
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            client.close()

    def _profile(self, request: ModelRequest) -> ModelProfile:
        return self._profiles.get(request.upstream_model, _NO_PROFILE)

    async def _ask(self, url: URL, body: bytes) -> Response:
        """The response, whose status is 200. Raises: UpstreamError, RunError, OutputLimitTooLow."""
        response = await self._post(url, body)
        if response.status != 200:
            try:
                raise await self._refusal(response)
            finally:
                response.close()
        return response

    def _held(self, response: Response) -> _Held:
        """A context at whose end the connection is used again; closed at once if it ends by an exception, so that a
        caller who hangs up pays for no more."""
        return _Held(response, self._drain)

    def _comes_as_stream(self, response: Response, *, is_asked: bool) -> bool:
        """Also limits, from here on, how long a stream may be silent between reads."""
        content_type = response.headers.get("content-type", "").lower()
        # Servers that ignore the wish for a stream answer in one body; some that stream do not label it.
        is_stream = content_type.startswith("text/event-stream") or (is_asked and "json" not in content_type)
        if is_stream:
            response.limit_silence(self._timeouts.between_reads)
        return is_stream

    async def _post(self, url: URL, body: bytes) -> Response:
        client = self._client()
        traceparent = TRACEPARENT.get()
        extra = "" if traceparent is None else f"traceparent: {traceparent}\r\n"
        for may_repeat in (True, False):
            try:
                return await client.post(url.raw_path_qs, body, self._timeouts.first_byte, extra)
            except TransportFailure as error:
                failure = transport_error(self.name, error, is_answering=False)
                # A kept connection may have been closed by the server in the very moment we used it: ask once more.
                if not (may_repeat and isinstance(error, ConnectionLost)):
                    break
        try:
            raise failure  # outside the handler: it needs no cause, and a cause would keep the request's frames
        finally:
            del failure  # as this frame would, in a circle

    def _client(self) -> Client:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = Client(self._origin, self._headers, self._timeouts.connect)
        return client

    async def _refusal(self, response: Response) -> CryptodeskError:
        try:
            body = await read_body(response, MAX_ERROR_BODY_BYTES)
        except TransportFailure:
            body = b""  # the status says enough
        pause = retry_after_seconds(response.headers)
        return self._error_of_status(self.name, response.status, body, secret=self._secrets, retry_after_seconds=pause)

    def _drain(self, response: Response) -> None:
        """Reads the last bytes after the terminator aside, so that the connection can be used again."""
        drain = asyncio.get_running_loop().create_task(_drain(response))
        self._drains.add(drain)
        drain.add_done_callback(self._drains.discard)
        # Not in the task itself: one that is cancelled before it begins runs no `finally`.
        drain.add_done_callback(lambda _: response.close())


class _Held:
    """Not a generator's context: leaving it must cost nothing and wait for nothing."""

    __slots__ = ("_drain", "_response")

    def __init__(self, response: Response, drain: Callable[[Response], None]) -> None:
        self._response = response
        self._drain = drain

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None or self._response.is_read:
            self._response.close()
        else:
            self._drain(self._response)


async def _drain(response: Response) -> None:
    with suppress(TransportFailure, TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while await response.read_any():
                pass


def http_url(name: str, address: str, *, has_key: bool = False) -> URL:
    """`has_key` says that a key goes out in the header that a user and password of the address would need.

    Raises: ValueError if it is not an http(s) address, or both want that header. The address is not shown: it may hold
    a password."""
    try:
        url = URL(address)
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"provider {name!r}: base_url: expected an http(s) address")
    if has_key and (url.user is not None or url.password is not None):
        raise ValueError(f"provider {name!r}: base_url: has a user or password beside a key; a request takes one")
    return url


def request_headers(name: str, own: Mapping[str, str], extra: Mapping[str, str] | None) -> CIMultiDict[str]:
    """The common headers, the vendor's `own`, and the operator's, which go before both.

    Raises: ValueError if one cannot stand in a request."""
    headers = CIMultiDict({**_HEADERS, **own})
    headers.update(extra or {})
    for header, value in headers.items():
        if not (header.isascii() and header.isprintable() and value.isascii() and value.isprintable()):
            raise ValueError(f"provider {name!r}: the value of header {header!r} has characters no header may have")
    return headers
