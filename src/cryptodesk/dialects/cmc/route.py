"""`POST /v1/chat/completions` as a plain ASGI endpoint, and the list of models beside it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import msgspec
from msgspec import structs

from cryptodesk.core.errors import InternalError, MethodNotAllowed, Unauthenticated
from cryptodesk.core.events import RunEvent, RunFold
from cryptodesk.core.ids import new_trace_id
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.dialects._body import ClientGone, read_body, require_json
from cryptodesk.dialects._extra import MAX_COST_HEADER
from cryptodesk.dialects._failing import DEFECT, log_failure
from cryptodesk.dialects._hangup import HangUpWatch
from cryptodesk.dialects._http import TRACE_HEADER
from cryptodesk.dialects._idempotent import FINISHED, Idempotent
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, Receive, Scope, Send
from cryptodesk.dialects.cmc import choices
from cryptodesk.dialects.cmc.encode import StreamEncoder, encode_body
from cryptodesk.dialects.cmc.errors import Answer, clipped, encode_error, encode_gateway_error
from cryptodesk.dialects.cmc.parse import parse_request

__all__ = ["CHAT_PATH", "MODELS_PATH", "ChatEndpoint", "ModelsEndpoint", "chat_endpoint"]

CHAT_PATH = "/v1/chat/completions"
MODELS_PATH = "/v1/models"

log = logging.getLogger("cryptodesk.dialects.cmc")

_JSON = (b"content-type", b"application/json")


Headers = dict[bytes, bytes]


class _Reply:
    """One request's way out; knows whether the answer has begun."""

    __slots__ = ("_trace_header", "has_begun", "is_whole", "send", "trace_id")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.trace_id = new_trace_id()
        self._trace_header = (TRACE_HEADER, self.trace_id.encode())
        self.has_begun = self.is_whole = False

    async def send_json(self, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        length = (b"content-length", b"%d" % len(body))
        self.has_begun = True
        await self.send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [_JSON, length, self._trace_header, *headers],
            }
        )
        await self.send({"type": "http.response.body", "body": body})

    async def send_answer(self, answer: Answer) -> None:
        await self.send_json(answer.status, answer.body, answer.headers)

    async def send_frames(self, frames: bytes, *, is_last: bool) -> None:
        if not self.has_begun:
            self.has_begun = True
            headers = [*choices.STREAM_HEADERS, self._trace_header]
            await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.send({"type": "http.response.body", "body": frames, "more_body": not is_last})

    async def send_allowed_methods(self) -> None:
        self.has_begun = True
        headers = [*choices.ALLOWED_METHODS, self._trace_header]
        await self.send({"type": "http.response.start", "status": 204, "headers": headers})
        await self.send({"type": "http.response.body", "body": b""})


def _headers(scope: Scope) -> Headers:
    """Of several with one name the last."""
    return dict(scope["headers"])


def _presented_key(scope: Scope, headers: Headers, ports: DialectPorts) -> str:
    key = headers.get(b"x-cmc_pro_api_key", b"").strip().decode("latin-1")
    if not key and scope["query_string"] and ports.settings.allow_query_key:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        key = query.get("CMC_PRO_API_KEY", [""])[0].strip()
    return key


def chat_endpoint(ports: DialectPorts) -> ASGIApp:
    """The chat, and around it what keeps answers under a client's own key."""
    chat = ChatEndpoint(ports)
    if ports.answers is None:
        return chat
    return Idempotent(
        chat, ports, ports.answers, lambda scope: _presented_key(scope, _headers(scope), ports), encode_error
    )


class _Endpoint:
    def __init__(self, ports: DialectPorts) -> None:
        self.ports = ports

    async def authenticate(self, scope: Scope, headers: Headers) -> Caller:
        """Raises: Unauthenticated."""
        key = _presented_key(scope, headers, self.ports)
        caller = await self.ports.keys.authenticate(key, self.ports.clock.now())
        if caller is None:
            raise Unauthenticated("The API key is invalid or missing.", reason="invalid" if key else "missing")
        return caller

    async def fail(self, reply: _Reply, error: Exception) -> None:
        """The answer to a request that failed, if none has begun yet."""
        known = log_failure(error, reply.trace_id, log)
        if not reply.has_begun:
            await reply.send_answer(encode_error(known, self.ports.clock.now()))


class ChatEndpoint(_Endpoint):
    def __init__(self, ports: DialectPorts) -> None:
        rounds = min(ports.limits.rounds, choices.MAX_ROUNDS)
        super().__init__(structs.replace(ports, limits=structs.replace(ports.limits, rounds=rounds)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = _Reply(send)
        if scope["method"] != "POST":
            await self._refuse_method(scope, reply)
            return
        try:
            request = await self._admit(scope, receive, reply.trace_id)
            async with HangUpWatch(receive, send, self.ports.settings) as watch:
                reply.send = watch.send
                await self._answer(request, reply)
            scope[FINISHED] = reply.is_whole
        except ClientGone:
            pass
        except Exception as error:  # the HTTP boundary
            await self.fail(reply, error)

    async def _refuse_method(self, scope: Scope, reply: _Reply) -> None:
        if scope["method"] == "OPTIONS":
            await reply.send_allowed_methods()
        else:
            await reply.send_answer(encode_gateway_error(scope["path"], reply.trace_id, self.ports.clock.now()))

    async def _admit(self, scope: Scope, receive: Receive, trace_id: str) -> RunRequest:
        """The run a request asks for, if its key and its body are in order.

        Raises: RequestError, ClientGone."""
        headers = _headers(scope)
        client_id = headers.get(b"x-request-id")
        if client_id and log.isEnabledFor(logging.INFO):
            log.info("client request %r has trace id %s", clipped(client_id.decode("latin-1")), trace_id)
        caller = await self.authenticate(scope, headers)
        self.ports.refuse_early(caller)
        require_json(headers.get(b"content-type", b""))
        body = await read_body(receive, headers.get(b"content-length"), self.ports.settings)
        include, max_cost = headers.get(b"cryptodesk-include", b""), headers.get(MAX_COST_HEADER, b"")
        return parse_request(body, caller, trace_id, self.ports, include, max_cost)

    async def _answer(self, request: RunRequest, reply: _Reply) -> None:
        events = self.ports.engine.run(request)
        try:
            if request.stream:
                await self._stream(request, events, reply)
            else:
                fold = RunFold()
                async for batch in events:
                    for event in batch:
                        fold.add(event)
                await reply.send_json(200, encode_body(fold, request.include))
                reply.is_whole = True
        finally:
            await events.aclose()

    async def _stream(self, request: RunRequest, events: AsyncIterator[list[RunEvent]], reply: _Reply) -> None:
        encoder = StreamEncoder(request.include)
        try:
            async for batch in events:
                frames = encoder.encode(batch)
                if encoder.failure is not None and not reply.has_begun:
                    raise encoder.failure
                if frames:
                    is_last = encoder.is_finished or encoder.failure is not None
                    await reply.send_frames(frames, is_last=is_last)
            reply.is_whole = encoder.is_finished
            if not encoder.is_finished and encoder.failure is None:
                raise InternalError("The run ended without its last event.")
        except Exception as error:
            if not reply.has_begun or encoder.is_finished or encoder.failure is not None:
                raise
            log.error("stream %s failed by a defect", reply.trace_id, exc_info=error)
            await reply.send_frames(encoder.fail(DEFECT), is_last=True)


class ModelsEndpoint(_Endpoint):
    """`GET /v1/models`, an extension: the documented endpoint has no such path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = _Reply(send)
        try:
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed("Only GET is allowed here.")
            await self.authenticate(scope, _headers(scope))
            await reply.send_json(200, self._list())
        except MethodNotAllowed as error:
            answer = encode_error(error, self.ports.clock.now())
            await reply.send_json(answer.status, answer.body, ((b"allow", b"GET, HEAD"),))
        except Exception as error:  # the HTTP boundary
            await self.fail(reply, error)

    def _list(self) -> bytes:
        ids = self.ports.model_ids() if self.ports.model_ids is not None else ()
        models = [{"id": model_id, "object": "model", "owned_by": "cryptodesk"} for model_id in ids]
        return msgspec.json.encode({"object": "list", "data": models})
