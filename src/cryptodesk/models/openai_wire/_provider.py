"""The client: one POST an answer, one batch of events a network read."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TypeAlias

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.errors import UpstreamError
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.models._http.answers import Answer
from cryptodesk.models._http.client.response import Response
from cryptodesk.models._http.provider import HttpProvider, http_url, request_headers
from cryptodesk.models._http.sse import SseReader
from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models.openai_wire._asking import AskingOptions, encode_request, is_reasoning
from cryptodesk.models.openai_wire._errors import Extra, ExtraRefused, error_of_status, is_unknown_endpoint
from cryptodesk.models.openai_wire._reading import AnswerReader
from cryptodesk.models.openai_wire._thoughts import Thought, Thoughts
from cryptodesk.models.openai_wire.responses._asking import encode_response_request
from cryptodesk.models.openai_wire.responses._reading import ResponseReader
from cryptodesk.models.openai_wire.responses._thoughts import Thoughts as ResponseThoughts

__all__ = ["OpenAIWireProvider"]

log = logging.getLogger("cryptodesk.models")

_Batches: TypeAlias = AsyncGenerator[list[ModelEvent], None]


class OpenAIWireProvider(HttpProvider):
    """`core.ports.Provider` over any OpenAI-compatible server. `base_url` ends before `/chat/completions`
    and `/responses`, which models are asked at that reason and whose profile says so.

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
        self._url = http_url(name, base_url.rstrip("/") + "/chat/completions", has_key=bool(api_key))
        self._responses_url = http_url(name, base_url.rstrip("/") + "/responses", has_key=bool(api_key))
        own = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        sent = request_headers(name, own, headers)
        super().__init__(name, self._url, api_key, sent, timeouts, profiles, error_of_status)
        self._asking = asking
        self._thoughts = Thoughts()
        self._response_thoughts = ResponseThoughts()
        self._has_responses = asking.responses
        self._left_out: frozenset[Extra] = frozenset()

    def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        profile = self._profile(request)
        if self._has_responses and profile.reasons_over == "responses" and is_reasoning(request, profile):
            return self._stream_response(request, profile)
        return self._stream_completion(request, profile)

    async def _stream_completion(self, request: ModelRequest, profile: ModelProfile) -> _Batches:
        asked = encode_request(request, profile, self._asking, self._thoughts)
        response = await self._ask(self._url, asked.body)
        with self._held(response):
            thought = Thought(self._asking.reasoning_echo) if self._asking.reasoning_echo != "none" else None
            answer = self._answer(response, request, thought)
            while (batch := await answer.next_batch()) is not None:
                if thought is not None and (answer.is_over or answer.has_told_end):
                    self._thoughts.keep(asked.key, thought)
                yield batch

    async def _stream_response(self, request: ModelRequest, profile: ModelProfile) -> _Batches:
        try:
            response, key = await self._ask_for_response(request, profile)
        except UpstreamError as failure:
            if not is_unknown_endpoint(failure):
                raise
            self._give_up_responses()
            answers = self._stream_completion(request, profile)
        else:
            answers = self._read_response(response, request, key)
        async with aclosing(answers):
            async for batch in answers:
                yield batch

    async def _read_response(self, response: Response, request: ModelRequest, key: bytes) -> _Batches:
        with self._held(response):
            reader = ResponseReader(self.name, request.upstream_model, self._secrets)
            is_stream = self._comes_as_stream(response, is_asked=request.stream)
            answer = _Response(self.name, response, reader, SseReader() if is_stream else None)
            while (batch := await answer.next_batch()) is not None:
                if answer.is_over:
                    self._response_thoughts.keep(key, reader.asked())
                yield batch

    async def _ask_for_response(self, request: ModelRequest, profile: ModelProfile) -> tuple[Response, bytes]:
        """The response, and the key under which its reasoning is kept. What the server refuses beside a request that is
        good without it is left out: reasoning it can no longer read, this once; a summary it does not show, for good.
        """
        left_out = self._left_out
        while True:
            asked = encode_response_request(request, profile, self._asking, self._response_thoughts, left_out)
            try:
                return await self._ask(self._responses_url, asked.body), asked.key
            except ExtraRefused as refusal:
                if refusal.extra in left_out:
                    raise
                left_out |= {refusal.extra}
                self._left_out |= {refusal.extra} - {"reasoning"}

    def _give_up_responses(self) -> None:
        """A server that knows Chat Completions alone stands where one with both was expected: a gateway, a proxy."""
        self._has_responses = False
        log.warning("%s knows no Responses endpoint; models that reason are asked over Chat Completions", self.name)

    def _answer(self, response: Response, request: ModelRequest, thought: Thought | None) -> _Answer:
        reader = AnswerReader(self.name, request.upstream_model, self._secrets, thought)
        is_stream = self._comes_as_stream(response, is_asked=request.stream)
        return _Answer(self.name, response, reader, SseReader() if is_stream else None)


class _Answer(Answer[AnswerReader]):
    def _take_payloads(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        """True when the terminator came."""
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

    def _finish(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        events += self._reader.finish(is_whole=is_whole)


class _Response(Answer[ResponseReader]):
    def _take_payloads(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        """True when the answer has declared its end; nothing that comes then is part of it."""
        for payload in payloads:
            if payload.strip() not in (b"", b"[DONE]"):
                self._reader.read(payload, events)
            if self._reader.is_finished:
                return True
        return False

    def _finish(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        events += self._reader.finish(is_whole=is_whole)
