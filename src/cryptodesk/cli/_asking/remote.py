"""A running server as an answerer, through its OpenAI dialect."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, Literal, Self

import aiohttp
import msgspec
from yarl import URL

from cryptodesk.cli._asking.frames import FrameReader
from cryptodesk.cli._asking.wish import Wish, with_manner
from cryptodesk.core.errors import (
    BudgetSpent,
    CryptodeskError,
    Forbidden,
    InvalidRequest,
    ModelNotFound,
    RateLimited,
    Unauthenticated,
    UpstreamBadAnswer,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import RunEvent, RunFailed
from cryptodesk.core.messages import Message

__all__ = ["Remote", "RemoteAddressError"]

_ROUTE = "openai/v1/chat/completions"
_INCLUDE = ("progress", "provenance", "outputs", "verification", "citations", "charts", "related", "receipt")
_VERBOSITIES = {"succinct": "low", "balanced": "medium", "verbose": "high"}
_TIME = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=180.0)
_MOST_ERROR_BYTES = 65_536
_MOST_FRAME_BYTES = 64 * 2**20
_MOST_SAID = 500


class RemoteAddressError(ValueError):
    """What is no address of a server."""


class Remote:
    kind: Literal["embedded", "server"] = "server"

    def __init__(self, server: str, key: str | None, default_model: str) -> None:
        """Raises: RemoteAddressError."""
        self.place = server
        self._url = _route(server)
        self._default_model = default_model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._stack = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        session = aiohttp.ClientSession(timeout=_TIME, headers=self._headers, read_bufsize=2**20)
        self._session = await self._stack.enter_async_context(session)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def run(self, messages: Sequence[Message], wish: Wish) -> AsyncGenerator[list[RunEvent], None]:
        try:
            async for batch in self._asked(_body(messages, wish, self._default_model)):
                yield batch
        except CryptodeskError as error:
            yield [RunFailed(error)]
        except TimeoutError:
            yield [RunFailed(UpstreamTimeout(f"{self.place} did not answer in time.", upstream=self.place))]
        except (aiohttp.ClientError, OSError) as error:
            yield [RunFailed(self._unreachable(error))]

    async def _asked(self, body: dict[str, Any]) -> AsyncIterator[list[RunEvent]]:
        if self._session is None:
            raise RuntimeError("used outside its `async with` block")
        reader = FrameReader(self.place)
        async with self._session.post(self._url, json=body, allow_redirects=False) as response:
            if response.status != 200:
                raise self._refusal(response.status, await response.content.read(_MOST_ERROR_BYTES))
            async for frame in self._frames(response):
                yield list(reader.read(frame))
        yield list(reader.finish())

    async def _frames(self, response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
        async for line in _lines(response.content):
            if not line.startswith(b"data:") or (text := line[5:].strip()) == b"[DONE]":
                continue
            try:
                frame = msgspec.json.decode(text, type=dict[str, Any])
            except msgspec.DecodeError:
                raise self._bad("its stream is no JSON; is it a cryptodesk server?") from None
            if "error" in frame:
                raise self._refusal(int(frame.get("status", 500)), text)
            yield frame

    def _refusal(self, status: int, body: bytes) -> CryptodeskError:
        """The server's own words, as the kind of error that their code and status say."""
        try:
            wire = msgspec.json.decode(body, type=_WireRefusal).error
        except msgspec.DecodeError:
            return self._bad(f"it answered {status} without a reason; is it a cryptodesk server?")
        return _as_error(status, wire, self.place)

    def _bad(self, what: str) -> UpstreamBadAnswer:
        return UpstreamBadAnswer(f"{self.place}: {what}", upstream=self.place)

    def _unreachable(self, error: Exception) -> UpstreamUnavailable:
        if isinstance(error, aiohttp.ClientConnectorError):
            text = f"No server answers at {self.place}. Start one with `cryptodesk serve`, or leave --server out."
        else:
            text = f"The connection to {self.place} broke off ({type(error).__name__})."
        return UpstreamUnavailable(text, upstream=self.place)


class _WireError(msgspec.Struct):
    message: str
    code: str | None = None


class _WireRefusal(msgspec.Struct):
    error: _WireError


def _as_error(status: int, wire: _WireError, server: str) -> CryptodeskError:
    said = _shown(wire.message)
    match wire.code or status:
        case "model_not_found":
            return ModelNotFound(said, model_id="")
        case "invalid_api_key" | 401:
            hint = "Set CRYPTODESK_KEY to one of its keys (`cryptodesk keys create` on its machine)."
            return Unauthenticated(f"{server}: {said} {hint}", reason="invalid" if wire.code else "missing")
        case "budget_spent" | "insufficient_quota":
            return BudgetSpent(said)
        case "rate_limit_exceeded":
            return RateLimited(said)
        case "forbidden":
            return Forbidden(said)
        case "upstream_bad_answer":
            return UpstreamBadAnswer(said, upstream=server)
        case "upstream_rejected":
            return UpstreamRejected(said, upstream=server)
        case "upstream_timeout" | "run_timeout":
            return UpstreamTimeout(said, upstream=server)
    return UpstreamUnavailable(f"{server}: {said}", upstream=server) if status >= 500 else InvalidRequest(said)


def _shown(text: str) -> str:
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:_MOST_SAID]


def _body(messages: Sequence[Message], wish: Wish, default_model: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"include": list(_INCLUDE), "research": wish.research}
    if wish.as_of is not None:
        asked["as_of"] = wish.as_of.isoformat()
    if wish.research:
        asked |= {"related_questions": wish.related_questions, "may_clarify": wish.may_clarify}
    manner = {"verbosity": _VERBOSITIES[wish.verbosity or "balanced"]} if wish.research else {}
    return {
        "model": wish.model or default_model,
        "messages": [{"role": message.role, "content": message.text} for message in with_manner(messages, wish)],
        "stream": True,
        "stream_options": {"include_usage": True},
        "cryptodesk": asked,
        **manner,
    }


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Lines however long: a frame with whole tool results is longer than the client's own limit for one.

    Raises: UpstreamBadAnswer for one beyond all measure."""
    rest = bytearray()
    async for piece in content.iter_any():
        rest += piece
        *whole, last = rest.split(b"\n")
        for line in whole:
            yield bytes(line)
        rest = bytearray(last)
        if len(rest) > _MOST_FRAME_BYTES:
            raise UpstreamBadAnswer("A frame of the stream has no end.", upstream="server")
    if rest:
        yield bytes(rest)


def _route(server: str) -> URL:
    try:
        url = URL(server)
        if url.scheme in ("http", "https") and url.host:
            return url.with_query(None).with_fragment(None) / _ROUTE
    except ValueError:
        pass
    raise RemoteAddressError(f"--server: {server!r} is no address such as http://127.0.0.1:8080")
