"""The client: one session a loop, one POST an answer, one batch of events a network read."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.errors import CryptodeskError, UpstreamBadAnswer, UpstreamError
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.models._retry_after import retry_after_seconds
from cryptodesk.models.openai_wire._asking import AskingOptions, encode_request
from cryptodesk.models.openai_wire._errors import (
    MAX_ERROR_BODY_BYTES,
    TRANSPORT_FAILURES,
    error_of_status,
    transport_error,
)
from cryptodesk.models.openai_wire._reading import AnswerReader
from cryptodesk.models.openai_wire._sse import FrameTooLong, SseReader
from cryptodesk.models.openai_wire._thoughts import Thought, Thoughts
from cryptodesk.models.openai_wire._timeouts import Timeouts

__all__ = ["MAX_BODY_BYTES", "OpenAIWireProvider"]

MAX_BODY_BYTES = 32_000_000

_BYTES_AT_ONCE = 1 << 20  # aiohttp warns above this when a body is handed over as plain bytes
_DRAIN_SECONDS = 1.0
_NO_PROFILE = ModelProfile()


class OpenAIWireProvider:
    """`core.ports.Provider` over any OpenAI-compatible server. `base_url` ends before `/chat/completions`.

    Raises (constructor): ValueError if `base_url` is not an http(s) address or the key cannot stand in a header."""

    def __init__(
        self,
        name: str,
        base_url: str,
        api_key: str | None,
        *,
        headers: Mapping[str, str] | None = None,
        asking: AskingOptions = AskingOptions(),  # noqa: B008  frozen
        timeouts: Timeouts = Timeouts(),  # noqa: B008  frozen
        profiles: Mapping[str, ModelProfile] | None = None,
    ) -> None:
        self.name = name
        self._url = _completions_url(name, base_url)
        self._api_key = api_key or None
        self._headers = _headers(name, self._api_key, headers or {})
        self._asking = asking
        self._thoughts = Thoughts()
        self._timeouts = timeouts
        self._profiles = dict(profiles or {})
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
        self._drains: set[asyncio.Task[None]] = set()

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        profile = self._profiles.get(request.upstream_model, _NO_PROFILE)
        asked = encode_request(request, profile, self._asking, self._thoughts)
        response = await self._post(asked.body)
        try:
            if response.status != 200:
                raise await self._refusal(response)
            thought = Thought(self._asking.reasoning_echo) if self._asking.reasoning_echo != "none" else None
            answer = self._answer(response, request, thought)
            while (batch := await answer.next_batch()) is not None:
                if thought is not None and answer.is_over:
                    self._thoughts.keep(asked.key, thought)
                yield batch
            if not response.content.at_eof():
                self._drain(response)
                return
        except BaseException:
            response.close()
            raise
        response.release()

    async def close(self) -> None:
        """Closes the running loop's session and its connections."""
        drains = list(self._drains)
        for drain in drains:
            drain.cancel()
        await asyncio.gather(*drains, return_exceptions=True)
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def _post(self, body: bytes) -> aiohttp.ClientResponse:
        try:
            return await self._send(body)
        except aiohttp.ClientConnectorError as error:
            failure = transport_error(self.name, error, is_answering=False)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # A kept connection may have been closed by the server in the very moment we used it: ask once more.
            return await self._send_again(body)
        except TRANSPORT_FAILURES as error:
            failure = transport_error(self.name, error, is_answering=False)
        # Raised outside the handlers: aiohttp's errors carry the request's headers, the key among them.
        raise failure

    async def _send_again(self, body: bytes) -> aiohttp.ClientResponse:
        try:
            return await self._send(body)
        except TRANSPORT_FAILURES as error:
            failure = transport_error(self.name, error, is_answering=False)
        raise failure

    async def _send(self, body: bytes) -> aiohttp.ClientResponse:
        data = body if len(body) <= _BYTES_AT_ONCE else io.BytesIO(body)
        # A redirect is not followed: it would carry the key to another host.
        return await self._session().post(self._url, data=data, allow_redirects=False)

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            session = self._sessions[loop] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._timeouts.connect, sock_read=self._timeouts.first_byte
                ),
            )
        return session

    async def _refusal(self, response: aiohttp.ClientResponse) -> CryptodeskError:
        try:
            body = await _read_body(response, MAX_ERROR_BODY_BYTES)
        except TRANSPORT_FAILURES:
            body = b""  # the status says enough
        pause = retry_after_seconds(response.headers)
        return error_of_status(self.name, response.status, body, secret=self._api_key, retry_after_seconds=pause)

    def _answer(self, response: aiohttp.ClientResponse, request: ModelRequest, thought: Thought | None) -> _Answer:
        reader = AnswerReader(self.name, request.upstream_model, self._api_key, thought)
        content_type = response.headers.get("Content-Type", "").lower()
        # Servers that ignore `stream` answer in one body; some that stream do not label it.
        is_stream = content_type.startswith("text/event-stream") or (request.stream and "json" not in content_type)
        if is_stream and response.connection is not None and response.connection.protocol is not None:
            response.connection.protocol.read_timeout = self._timeouts.between_reads
            response.connection.protocol.start_timeout()  # the running timer is still that of the first byte
        return _Answer(self.name, response, reader, SseReader() if is_stream else None)

    def _drain(self, response: aiohttp.ClientResponse) -> None:
        """Reads the last bytes after the terminator aside, so that the connection can be used again."""
        drain = asyncio.get_running_loop().create_task(_drain(response))
        self._drains.add(drain)
        drain.add_done_callback(self._drains.discard)
        # Not in the task itself: one that is cancelled before it begins runs no `finally`.
        drain.add_done_callback(lambda _: response.close())


class _Answer:
    """One answer being read, in batches. What was read before a failure is handed out before it is raised."""

    def __init__(self, upstream: str, response: aiohttp.ClientResponse, reader: AnswerReader, sse: SseReader | None):
        self._upstream = upstream
        self._response = response
        self._reader = reader
        self._sse = sse
        self._received = 0
        self._is_over = False
        self._failure: CryptodeskError | None = None

    @property
    def is_over(self) -> bool:
        """The answer was read to its end, well or badly."""
        return self._is_over

    async def next_batch(self) -> list[ModelEvent] | None:
        """None after the last. Raises: UpstreamError, RunError, OutputLimitTooLow."""
        while not self._is_over:
            received = await self._read()
            events: list[ModelEvent] = []
            try:
                self._take(received, events)
            except CryptodeskError as failure:
                if not events:
                    raise
                self._failure = failure
                self._is_over = True
            if events:
                return events
        if self._failure is not None:
            raise self._failure
        return None

    def _take(self, received: bytes, events: list[ModelEvent]) -> None:
        is_terminated = False
        if self._sse is None:
            self._is_over = is_terminated = True
            self._reader.read(received, events)
        else:
            self._is_over = not received
            is_terminated = self._take_frames(self._sse, received, events)
            self._is_over |= is_terminated
        if self._is_over:
            events += self._reader.finish(is_whole=is_terminated)

    def _take_frames(self, sse: SseReader, received: bytes, events: list[ModelEvent]) -> bool:
        """True when the terminator came."""
        try:
            payloads = sse.feed(received) if received else sse.finish()
        except FrameTooLong as error:
            raise self._bad_answer(str(error)) from None
        read = self._reader.read
        for payload in payloads:
            if not payload.endswith(b"}"):
                text = payload.strip()
                if text == b"[DONE]":
                    return True
                if not text:
                    continue
            read(payload, events)
        return False

    async def _read(self) -> bytes:
        """The next bytes of a stream (none at its end), or the whole body."""
        try:
            if self._sse is None:
                return await _read_body(self._response, MAX_BODY_BYTES, upstream=self._upstream)
            received = await self._response.content.readany()
        except TRANSPORT_FAILURES as error:
            if self._reader.is_finished:
                return b""
            failure = transport_error(self._upstream, error, is_answering=True)
        else:
            self._received += len(received)
            if self._received <= MAX_BODY_BYTES:
                return received
            failure = self._bad_answer(f"the answer is longer than {MAX_BODY_BYTES} bytes")
        raise failure

    def _bad_answer(self, words: str) -> UpstreamError:
        return UpstreamBadAnswer(f"{self._upstream}: {words}", upstream=self._upstream, upstream_status=200)


async def _read_body(response: aiohttp.ClientResponse, limit: int, *, upstream: str | None = None) -> bytes:
    """The body; beyond `limit` it is cut, or with `upstream` given refused. Raises: UpstreamBadAnswer."""
    content = response.content
    pieces: list[bytes] = []
    size = 0
    while not content.at_eof():
        piece = await content.readany()
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            if upstream is None:
                break
            raise UpstreamBadAnswer(f"{upstream}: the answer is longer than {limit} bytes", upstream=upstream)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _drain(response: aiohttp.ClientResponse) -> None:
    with suppress(*TRANSPORT_FAILURES):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while await response.content.readany():
                pass


def _completions_url(name: str, base_url: str) -> URL:
    try:
        url = URL(base_url.rstrip("/") + "/chat/completions")
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"provider {name!r}: base_url: expected an http(s) address")
    return url


def _headers(name: str, api_key: str | None, extra: Mapping[str, str]) -> CIMultiDict[str]:
    headers = CIMultiDict(
        # Answers are small and near: packing them would cost more time than it saves.
        {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "cryptodesk",
        }
    )
    if api_key is not None:
        headers["Authorization"] = f"Bearer {api_key}"
    headers.update(extra)
    for header, value in headers.items():
        if not (header.isascii() and header.isprintable() and value.isascii() and value.isprintable()):
            raise ValueError(f"provider {name!r}: the value of header {header!r} has characters no header may have")
    return headers
