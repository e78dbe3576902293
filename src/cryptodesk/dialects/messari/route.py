"""The chat endpoints: key, body, run, answer; and the list of the one model."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InternalError
from cryptodesk.core.events import RunEvent, RunFold
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects._body import ClientGone, read_body
from cryptodesk.dialects._extra import MAX_COST_HEADER
from cryptodesk.dialects._failing import DEFECT
from cryptodesk.dialects._hangup import HangUpWatch
from cryptodesk.dialects._idempotent import FINISHED, Idempotent
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, Receive, RunEngine, Scope, Send
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.auth import authenticate, presented_key
from cryptodesk.dialects.messari.encode_openai import OpenAIEncoder, encode_completion
from cryptodesk.dialects.messari.encode_v1 import EnvelopeEncoder, encode_envelope
from cryptodesk.dialects.messari.encode_vercel import VercelEncoder
from cryptodesk.dialects.messari.errors import encode_error, unknown_path
from cryptodesk.dialects.messari.reply import Fillers, Reply, refuse_method
from cryptodesk.dialects.messari.request import Asked, Name, parse_request
from cryptodesk.dialects.messari.stream import NO_END, StreamEncoder

__all__ = [
    "CHAT_PATHS",
    "MODELS_PATH",
    "PREFIXES",
    "ChatEndpoint",
    "ModelsEndpoint",
    "UnknownEndpoint",
    "chat_endpoint",
]

CHAT_PATHS: dict[str, Name] = {
    "/ai/v1/chat/completions": "messari_v1",
    "/ai/v2/chat/completions": "messari_v2",
    "/ai/openai/chat/completions": "messari_openai",
    "/ai/vercel/chat/completions": "messari_vercel",
}
MODELS_PATH = "/ai/openai/models"
PREFIXES = ("/ai/", "/user-management/")

log = logging.getLogger("cryptodesk.dialects.messari")


class _Headers(Struct):
    """The few request headers that are looked at beside the key."""

    content_length: bytes | None = None
    include: bytes = b""
    early: bytes = b""
    max_cost: bytes = b""


def _read_headers(scope: Scope) -> _Headers:
    found = _Headers()
    for name, value in scope["headers"]:
        if name == b"content-length":
            found.content_length = value
        elif name == b"cryptodesk-include":
            found.include = value
        elif name == choices.EARLY_HEADER:
            found.early = value
        elif name == MAX_COST_HEADER:
            found.max_cost = value
    return found


class ChatEndpoint:
    def __init__(self, ports: DialectPorts, engine: RunEngine, name: Name) -> None:
        self.ports = ports
        self._engine = engine
        self._name: Name = name
        self._tells = ports.settings.annotates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, scope)
        if scope["method"] != "POST":
            await refuse_method(scope, reply, self.ports, "POST")
            return
        try:
            asked = await self._admit(scope, receive, reply)
            async with HangUpWatch(receive, send, self.ports.settings) as watch:
                reply.send = watch.send
                await self._answer(asked, reply)
            scope[FINISHED] = reply.is_whole
        except ClientGone:
            pass
        except Exception as error:  # the HTTP boundary
            await reply.fail(error, self.ports)

    async def _admit(self, scope: Scope, receive: Receive, reply: Reply) -> Asked:
        """Raises: RequestError, ClientGone."""
        caller = await authenticate(scope, self.ports)
        self.ports.refuse_early(caller)
        headers = _read_headers(scope)
        body = await read_body(receive, headers.content_length, self.ports.settings)
        wanted = (headers.include, headers.early)
        asked = parse_request(body, caller, reply.trace_id, self.ports, self._name, wanted, headers.max_cost)
        if asked.notice:
            reply.more_headers = ((choices.NOTICE_HEADER, asked.notice.encode()),)
        return asked

    async def _answer(self, asked: Asked, reply: Reply) -> None:
        events = self._engine.run(asked.run)
        try:
            if asked.run.stream:
                await self._stream(self._encoder(asked), events, reply)
            else:
                await self._fold(asked, events, reply)
        finally:
            await events.aclose()

    # -- whole bodies --------------------------------------------------------------------------------------------------

    async def _fold(self, asked: Asked, events: AsyncIterator[list[RunEvent]], reply: Reply) -> None:
        fold = RunFold()
        async with AsyncExitStack() as stack:
            if asked.is_early:
                await reply.begin_early()
                await stack.enter_async_context(Fillers(reply, b" ", self.ports.settings.fill_seconds))
            async for batch in events:
                for event in batch:
                    fold.add(event)
        await reply.send_json(200, self._encode_body(fold, asked.run))
        reply.is_whole = True

    def _encode_body(self, fold: RunFold, run: RunRequest) -> bytes:
        """Raises: the run's error, or InternalError if the run never ended."""
        if fold.failed is not None:
            raise fold.failed.error
        started, finished = fold.started, fold.finished
        if started is None or finished is None:
            raise InternalError(NO_END)
        if self._name == "messari_openai":
            return encode_completion(fold.text, started, finished, run, tells=self._tells)
        return encode_envelope(fold.text, finished, run)

    # -- streams -------------------------------------------------------------------------------------------------------

    def _encoder(self, asked: Asked) -> StreamEncoder:
        now = self.ports.clock.now
        if asked.is_vercel:
            return VercelEncoder(asked.run, now)
        if self._name == "messari_openai":
            return OpenAIEncoder(asked.run, now, tells=self._tells)
        return EnvelopeEncoder(asked.run, now)

    async def _stream(self, encoder: StreamEncoder, events: AsyncIterator[list[RunEvent]], reply: Reply) -> None:
        try:
            async with Fillers(reply, encoder.filler, self.ports.settings.fill_seconds):
                async for batch in events:
                    frames = encoder.encode(batch)
                    if encoder.failure is not None and not reply.has_begun:
                        raise encoder.failure
                    if frames:
                        is_last = encoder.is_finished or encoder.failure is not None
                        await reply.send_frames(frames, encoder.headers, is_last=is_last)
            reply.is_whole = encoder.is_finished and encoder.failure is None
            if not encoder.is_finished and encoder.failure is None:
                raise InternalError(NO_END)
        except Exception as error:
            if not reply.has_begun or reply.has_ended:
                raise
            log.error("stream %s failed by a defect", reply.request_id, exc_info=error)
            await reply.send_frames(encoder.fail(DEFECT), encoder.headers, is_last=True)


def chat_endpoint(ports: DialectPorts, engine: RunEngine, name: Name) -> ASGIApp:
    """The chat, and around it what keeps answers under a client's own key."""
    chat = ChatEndpoint(ports, engine, name)
    if ports.answers is None:
        return chat
    return Idempotent(chat, ports, ports.answers, presented_key, encode_error)


class ModelsEndpoint:
    """`GET /ai/openai/models`, an extension: the published routes have no such path."""

    def __init__(self, ports: DialectPorts) -> None:
        self.ports = ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, scope)
        if scope["method"] not in ("GET", "HEAD"):
            await refuse_method(scope, reply, self.ports, "GET, HEAD")
            return
        try:
            await authenticate(scope, self.ports)
            model = {"id": choices.MODEL, "object": "model", "owned_by": choices.OWNED_BY}
            await reply.send_json(200, msgspec.json.encode({"object": "list", "data": [model]}))
        except Exception as error:  # the HTTP boundary
            await reply.fail(error, self.ports)


class UnknownEndpoint:
    """Whatever no other route answers: clients of these dialects fail on anything but JSON with a string `error`."""

    def __init__(self, ports: DialectPorts) -> None:
        self.ports = ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, scope)
        error = unknown_path(scope["method"], scope["path"])
        await reply.send_answer(encode_error(error, self.ports.clock.now()))
