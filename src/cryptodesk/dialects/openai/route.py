"""`POST /openai/v1/chat/completions`: key, body, run, answer."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct, structs

from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.dialects._body import ClientGone, read_body, require_json
from cryptodesk.dialects._hangup import HangUpWatch
from cryptodesk.dialects._idempotent import FINISHED, Idempotent
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, ReadAsset, Receive, RunEngine, Scope, Send
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.asking import ExtraHeaders, read_ask
from cryptodesk.dialects.openai.auth import RequestHeaders, authenticate, presented_key
from cryptodesk.dialects.openai.checks import check_request
from cryptodesk.dialects.openai.convert import Asked, to_run
from cryptodesk.dialects.openai.encode import StreamEncoder, encode_body
from cryptodesk.dialects.openai.errors import encode_error
from cryptodesk.dialects.openai.helpers import HelperEngine, recognise
from cryptodesk.dialects.openai.messages import last_question
from cryptodesk.dialects.openai.parse import read_chat
from cryptodesk.dialects.openai.reply import Reply
from cryptodesk.dialects.openai.request import ChatRequest
from cryptodesk.dialects.openai.running import events_of, send_body, send_stream

__all__ = ["CHAT_PATH", "PREFIX", "Admission", "ChatEndpoint", "CompletionsEndpoint", "chat_endpoint", "kept_answers"]

PREFIX = "/openai/v1"
CHAT_PATH = f"{PREFIX}/chat/completions"

_NO_ASSETS: Sequence[ReadAsset] = ()
# Names in so many characters are found in less time than a hand-over to a thread and back takes; a page takes far more.
_SHORT_QUESTION = 300

log = logging.getLogger("cryptodesk.dialects.openai")


def chat_endpoint(ports: DialectPorts) -> ASGIApp:
    """The chat, and around it what keeps answers under a client's own key."""
    return kept_answers(CompletionsEndpoint(ports), ports)


def kept_answers(endpoint: ASGIApp, ports: DialectPorts) -> ASGIApp:
    if ports.answers is None:
        return endpoint
    return Idempotent(endpoint, ports, ports.answers, presented_key, encode_error)


class Admission(Struct, frozen=True):
    """Who asks, under which trace id, with which headers of ours."""

    caller: Caller
    trace_id: str
    headers: ExtraHeaders


W = TypeVar("W")


class ChatEndpoint(ABC, Generic[W]):
    """From a request to its answer, whatever the wire format: `read` takes it in, `answer` writes it out."""

    def __init__(self, ports: DialectPorts) -> None:
        self.ports = ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send)
        if scope["method"] != "POST":
            await reply.refuse_method(scope, self.ports, "POST")
            return
        try:
            asked, wire = await self._admit(scope, receive, reply)
            asked, engine = self._choose(asked)
            async with HangUpWatch(receive, send, self.ports.settings) as watch:
                reply.send = watch.send
                await self.answer(asked, wire, engine, reply)
            scope[FINISHED] = reply.is_whole
        except ClientGone:
            pass
        except Exception as error:  # the HTTP boundary
            await reply.fail(error, self.ports)

    @abstractmethod
    def read(self, body: bytes, admission: Admission) -> tuple[Asked, W]:
        """Raises: InvalidRequest."""

    @abstractmethod
    async def answer(self, asked: Asked, wire: W, engine: RunEngine, reply: Reply) -> None: ...

    def to_run(self, chat: ChatRequest, admission: Admission) -> Asked:
        """Raises: InvalidRequest."""
        check_request(chat)
        extra = read_ask(chat.cryptodesk, self.ports, admission.headers)
        return to_run(chat, admission.caller, admission.trace_id, self.ports, extra)

    async def extra_of(self, run: RunRequest) -> ExtraEncoder:
        reader, assets = self.ports.reader, _NO_ASSETS
        if reader is not None and "resolution" in run.include:
            question = last_question(run.messages)
            if len(question) <= _SHORT_QUESTION:
                assets = reader.assets(question, run.as_of)
            else:
                assets = await asyncio.to_thread(reader.assets, question, run.as_of)
        return ExtraEncoder(run.include, assets)

    async def _admit(self, scope: Scope, receive: Receive, reply: Reply) -> tuple[Asked, W]:
        """The run a request asks for, if its key and its body are in order.

        Raises: RequestError, ClientGone."""
        headers = RequestHeaders(scope)
        if headers.client_id and log.isEnabledFor(logging.INFO):
            log.info("client request %r has id %s", clipped(headers.client_id.decode("latin-1")), reply.trace_id)
        caller = await authenticate(headers.key, self.ports)
        reply.belongs_to(caller, self.ports)
        self.ports.refuse_early(caller)
        require_json(headers.content_type)
        body = await read_body(receive, headers.content_length, self.ports.settings)
        return self.read(body, Admission(caller, reply.trace_id, headers.extra))

    def _choose(self, asked: Asked) -> tuple[Asked, RunEngine]:
        """Who answers: the analyst's helper, the research graph or the engine. Raises: ModelNotFound."""
        run, ports = asked.run, self.ports
        helper = recognise(run) if ports.settings.helper_prompts and ports.reader is not None else None
        if helper is not None and ports.reader is not None:
            if ports.require_model is not None:
                ports.require_model(run.model_id)
            free = Asked(structs.replace(run, include=frozenset()), None, asked.tells_usage)
            return free, HelperEngine(helper, ports.reader, ports.clock)
        if run.research is not None and ports.research is not None:
            return asked, ports.research
        return asked, ports.engine


class CompletionsEndpoint(ChatEndpoint[ChatRequest]):
    def read(self, body: bytes, admission: Admission) -> tuple[Asked, ChatRequest]:
        """Raises: InvalidRequest."""
        chat = read_chat(body)
        return self.to_run(chat, admission), chat

    async def answer(self, asked: Asked, wire: ChatRequest, engine: RunEngine, reply: Reply) -> None:
        extra = await self.extra_of(asked.run)
        async with events_of(engine, asked.run, asked.shape) as events:
            if asked.run.stream:
                encoder = StreamEncoder(extra, tells_usage=asked.tells_usage)
                await send_stream(events, encoder, reply, self.ports.settings.fill_seconds)
            else:
                await send_body(events, encode_body, extra, reply)
