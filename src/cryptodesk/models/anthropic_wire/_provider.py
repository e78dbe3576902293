"""The client: one POST an answer, one batch of events a network read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.models._http.answers import Answer
from cryptodesk.models._http.client.response import Response
from cryptodesk.models._http.provider import HttpProvider, http_url, request_headers
from cryptodesk.models._http.sse import SseReader
from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models.anthropic_wire._asking import Asked, AskingOptions, encode_request
from cryptodesk.models.anthropic_wire._errors import error_of_status
from cryptodesk.models.anthropic_wire._reading import AnswerReader
from cryptodesk.models.anthropic_wire._thoughts import Thoughts

__all__ = ["API_VERSION", "AnthropicWireProvider"]

API_VERSION = "2026-10-21"


class AnthropicWireProvider(HttpProvider):
    """`core.ports.Provider` over the Messages endpoint. `base_url` ends before `/v1/messages`, or after `/v1`.

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
        address = base_url.rstrip("/").removesuffix("/v1") + "/v1/messages"
        self._url = http_url(name, address, has_key=bool(api_key))
        own = {"anthropic-version": API_VERSION}
        if api_key:
            own["Authorization"] = f"Bearer {api_key}"
        sent = request_headers(name, own, headers)
        super().__init__(name, self._url, api_key, sent, timeouts, profiles, error_of_status)
        self._asking = asking
        self._thoughts = Thoughts()

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        asked = encode_request(request, self._profile(request), self._asking, self._thoughts)
        response = await self._ask(self._url, asked.body)
        with self._held(response):
            answer = self._answer(response, request, asked)
            while (batch := await answer.next_batch()) is not None:
                yield batch

    def _answer(self, response: Response, request: ModelRequest, asked: Asked) -> _Answer:
        unfences = asked.is_json_in_words
        reader = AnswerReader(self.name, request.upstream_model, self._secrets, unfences=unfences)
        is_stream = self._comes_as_stream(response, is_asked=asked.is_streamed)
        thoughts = (self._thoughts, asked.key)
        return _Answer(self.name, response, reader, SseReader() if is_stream else None, thoughts)


class _Answer(Answer[AnswerReader]):
    def __init__(
        self,
        upstream: str,
        response: Response,
        reader: AnswerReader,
        sse: SseReader | None,
        thoughts: tuple[Thoughts, bytes],
    ) -> None:
        super().__init__(upstream, response, reader, sse)
        self._thoughts, self._key = thoughts

    def _take_payloads(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        """True when the terminator came."""
        for payload in payloads:
            if payload.strip():
                self._reader.read(payload, events)
            if self._reader.is_stopped:
                return True
        return False

    def _finish(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        """Keeps what the next call of a tool loop must send back. Raises: ContentFiltered."""
        events += self._reader.finish(is_whole=is_whole)
        # Raised after the closing event, which carries the tokens that the refusal cost.
        if self._reader.refusal is not None:
            raise self._reader.refusal
        blocks = self._reader.asked()
        if blocks is not None:
            self._thoughts.keep(self._key, blocks)
