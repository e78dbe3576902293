"""The client: one POST an answer, one batch of events a network read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import aiohttp

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.models._http.answers import Answer
from cryptodesk.models._http.provider import HttpProvider, http_url, request_headers
from cryptodesk.models._http.sse import SseReader
from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models.openai_wire._asking import AskingOptions, encode_request
from cryptodesk.models.openai_wire._errors import error_of_status
from cryptodesk.models.openai_wire._reading import AnswerReader
from cryptodesk.models.openai_wire._thoughts import Thought, Thoughts

__all__ = ["OpenAIWireProvider"]


class OpenAIWireProvider(HttpProvider):
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
        self._url = http_url(name, base_url.rstrip("/") + "/chat/completions")
        own = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        super().__init__(name, api_key, request_headers(name, own, headers), timeouts, profiles, error_of_status)
        self._asking = asking
        self._thoughts = Thoughts()

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        asked = encode_request(request, self._profile(request), self._asking, self._thoughts)
        response = await self._ask(self._url, asked.body)
        with self._held(response):
            thought = Thought(self._asking.reasoning_echo) if self._asking.reasoning_echo != "none" else None
            answer = self._answer(response, request, thought)
            while (batch := await answer.next_batch()) is not None:
                if thought is not None and answer.is_over:
                    self._thoughts.keep(asked.key, thought)
                yield batch

    def _answer(self, response: aiohttp.ClientResponse, request: ModelRequest, thought: Thought | None) -> _Answer:
        reader = AnswerReader(self.name, request.upstream_model, self._api_key, thought)
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
