"""The header `Idempotency-Key`: the same request sent again is answered by the bytes of the first answer, and charged
once. Requests without it pass through untouched."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from cryptodesk.core.errors import CryptodeskError, InvalidRequest, RequestError
from cryptodesk.core.ids import new_id, new_trace_id
from cryptodesk.dialects._body import ClientGone, read_body
from cryptodesk.dialects._failing import log_failure
from cryptodesk.dialects._http import TRACE_HEADER
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, Message, Receive, Scope, Send
from cryptodesk.ledger.idempotency import AnswerClaim, AnswerStore, StoredAnswer

__all__ = ["FINISHED", "IDEMPOTENCY_HEADER", "Idempotent", "KeyInUse"]

log = logging.getLogger("cryptodesk.dialects")

IDEMPOTENCY_HEADER: Final = b"idempotency-key"

# An endpoint puts this into the scope once its answer is whole: only then is it kept.
FINISHED: Final = "cryptodesk.finished"

_MOST_CHARACTERS = 255
_MOST_KEPT_BYTES = 16 * 2**20
_GRACE_SECONDS = 60.0
_REPLAYED = (b"idempotent-replayed", b"true")
_CLOSE_TO_THE_BODY: Final = frozenset(
    {b"cryptodesk-include", b"cryptodesk-max-cost-usd", b"cryptodesk-early-headers", b"content-type"}
)


class KeyInUse(RequestError):
    """The first request of this key is still being answered."""

    code = "idempotency_key_in_use"
    status = 409
    retryable = True


class WireAnswer(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]: ...


class Idempotent:
    """An endpoint whose whole answers can be had again. `key_of` finds the API key of a request, `explain` makes the
    dialect's error answer."""

    def __init__(
        self,
        endpoint: ASGIApp,
        ports: DialectPorts,
        store: AnswerStore,
        key_of: Callable[[Scope], str],
        explain: Callable[[CryptodeskError, datetime], WireAnswer],
    ) -> None:
        self._endpoint = endpoint
        self._ports = ports
        self._store = store
        self._key_of = key_of
        self._explain = explain

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        name = _header(scope)
        if name is None or scope["method"] != "POST":
            return self._endpoint(scope, receive, send)
        return self._answer(name, scope, receive, send)

    async def _answer(self, name: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._once(name, scope, receive, send)
        except ClientGone:
            pass
        except CryptodeskError as error:
            trace_id = new_trace_id()
            answer = self._explain(log_failure(error, trace_id, log), self._ports.clock.now())
            headers = ((b"content-type", b"application/json"), (TRACE_HEADER, trace_id.encode()), *answer.headers)
            await _replay(send, StoredAnswer(answer.status, headers, answer.body), ())

    async def _once(self, name: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises: InvalidRequest, KeyInUse, what reading a body raises."""
        if not 0 < len(name) <= _MOST_CHARACTERS:
            raise InvalidRequest(
                f"An Idempotency-Key has 1 to {_MOST_CHARACTERS} characters.",
                param="Idempotency-Key",
                reason="invalid_value",
            )
        caller = await self._ports.keys.authenticate(self._key_of(scope), self._ports.clock.now())
        if caller is None:
            await self._endpoint(scope, receive, send)  # which refuses it in its own words
            return
        body = await read_body(receive, None, self._ports.settings)
        now = self._ports.clock.unix()
        lapses_at = now + self._ports.limits.seconds + _GRACE_SECONDS
        claim = AnswerClaim(caller.key_id, name.decode("latin-1"), _hash(scope, body), new_id(), now, lapses_at)
        found = await self._store.begin(claim)
        if isinstance(found, StoredAnswer):
            await _replay(send, found, (_REPLAYED,))
        elif found == "running":
            raise KeyInUse("The first request with this Idempotency-Key is still being answered; ask again later.")
        elif found == "other":
            raise InvalidRequest(
                "This Idempotency-Key was given to another request; take a new one.",
                param="Idempotency-Key",
                reason="idempotency_key_reused",
            )
        else:
            await self._run(claim, scope, _Replayed(body, receive), send)

    async def _run(self, claim: AnswerClaim, scope: Scope, receive: Receive, send: Send) -> None:
        recorder = _Recorder(send)
        try:
            await self._endpoint(scope, receive, recorder.send)
        finally:
            await asyncio.shield(self._keep(claim, recorder, is_whole=bool(scope.get(FINISHED))))
        await recorder.send_last()

    async def _keep(self, claim: AnswerClaim, recorder: _Recorder, *, is_whole: bool) -> None:
        """The client has its last byte only after this, so a request sent again then finds the answer."""
        try:
            answer = recorder.answer() if is_whole else None
            if answer is None:
                await self._store.forget(claim)
            else:
                await self._store.finish(claim, answer)
        except CryptodeskError:  # the answer is there and paid for: it is not withheld for this
            log.exception("the answer under an idempotency key could not be kept")


class _Recorder:
    """Passes messages on and remembers them; the last one is held back until `send_last`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._last: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._size += len(message.get("body", b""))
            if self._size <= _MOST_KEPT_BYTES:
                self._pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._last = message
                return
        await self._send(message)

    async def send_last(self) -> None:
        if self._last is not None:
            await self._send(self._last)

    def answer(self) -> StoredAnswer | None:
        if self._start is None or self._last is None or self._size > _MOST_KEPT_BYTES:
            return None
        return StoredAnswer(self._start["status"], tuple(map(tuple, self._start["headers"])), b"".join(self._pieces))


class _Replayed:
    """A body that was read already, and behind it what the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            return await self._receive()
        return {"type": "http.request", "body": body, "more_body": False}


async def _replay(send: Send, answer: StoredAnswer, more: tuple[tuple[bytes, bytes], ...]) -> None:
    kept = [(name, value) for name, value in answer.headers if name != b"content-length"]
    length = (b"content-length", b"%d" % len(answer.body))
    await send({"type": "http.response.start", "status": answer.status, "headers": [*kept, length, *more]})
    await send({"type": "http.response.body", "body": answer.body})


def _header(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == IDEMPOTENCY_HEADER:
            found: bytes = value.strip()
            return found
    return None


def _hash(scope: Scope, body: bytes) -> bytes:
    """Of all that decides the answer."""
    digest = sha256(scope["path"].encode("utf-8", "surrogatepass"))
    for name, value in sorted(scope["headers"]):
        if name in _CLOSE_TO_THE_BODY:
            digest.update(b"\0" + name + b":" + value)
    digest.update(b"\0\0" + body)
    return digest.digest()
