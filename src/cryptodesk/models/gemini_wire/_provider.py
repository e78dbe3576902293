"""The client: one POST an answer (a very long one goes on in further ones), one batch of events a network read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote

from yarl import URL

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.models._http.answers import Answer
from cryptodesk.models._http.client.response import Response
from cryptodesk.models._http.provider import HttpProvider, http_url, request_headers
from cryptodesk.models._http.sse import SseReader
from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models.gemini_wire._asking import Asked, as_asked
from cryptodesk.models.gemini_wire._errors import error_of_status
from cryptodesk.models.gemini_wire._reading import AnswerReader
from cryptodesk.models.gemini_wire._signatures import Signatures

__all__ = ["GeminiWireProvider"]

# Nothing but late usage can come after the finish reason, and this format has no terminator.
_AFTER_FINISH_SECONDS = 2.0
# The window of a million tokens in the smallest pieces that the vendor makes.
_MAX_REQUESTS = 32


class GeminiWireProvider(HttpProvider):
    """`core.ports.Provider` over generateContent. `base_url` ends before `/models`, with the version of the API.

    Raises (constructor): ValueError if `base_url` is not an http(s) address or the key cannot stand in a header."""

    def __init__(
        self,
        name: str,
        base_url: str,
        api_key: str | None,
        *,
        headers: Mapping[str, str] | None = None,
        call_ids: bool = True,
        timeouts: Timeouts = Timeouts(),  # noqa: B008  frozen
        profiles: Mapping[str, ModelProfile] | None = None,
    ) -> None:
        self._url = http_url(name, base_url.rstrip("/") + "/models")
        own = {"x-goog-api-key": api_key} if api_key else {}  # never in the address, which proxies and logs keep
        sent = request_headers(name, own, headers)
        super().__init__(name, self._url, api_key, sent, timeouts, profiles, error_of_status)
        self._call_ids = call_ids
        self._signatures = Signatures()

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        asked = as_asked(request, self._profile(request), self._signatures, call_ids=self._call_ids)
        url = _method_url(self._url, request.upstream_model, is_streamed=asked.is_streamed)
        reader = AnswerReader(self.name, request.upstream_model, self._secrets)
        token: str | None = None
        for number in range(1, _MAX_REQUESTS + 1):
            response = await self._ask(url, asked.encode(token))
            with self._held(response):
                answer = self._answer(response, asked, reader, may_go_on=number < _MAX_REQUESTS)
                while (batch := await answer.next_batch()) is not None:
                    if (
                        reader.is_ended or answer.has_told_end
                    ):  # before the last batch is handed out: who has it may not come back
                        self._signatures.keep(asked.key, reader.asked())
                    yield batch
            # Only an answer that says so goes on. A request that was cut is not taken up at its last token: what came
            # since would be written twice.
            token = reader.next_token
            if token is None:
                break
            reader.go_on()

    def _answer(self, response: Response, asked: Asked, reader: AnswerReader, *, may_go_on: bool) -> _Answer:
        is_stream = self._comes_as_stream(response, is_asked=asked.is_streamed)
        # An error that befalls the vendor in mid-stream comes as bare lines.
        sse = SseReader(keeps_bare_lines=True) if is_stream else None
        return _Answer(self.name, response, reader, sse, may_go_on=may_go_on)


class _Answer(Answer[AnswerReader]):
    def __init__(
        self,
        upstream: str,
        response: Response,
        reader: AnswerReader,
        sse: SseReader | None,
        *,
        may_go_on: bool,
    ) -> None:
        super().__init__(upstream, response, reader, sse)
        self._may_go_on = may_go_on

    def _take_payloads(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        """True when nothing came that says anything, after the server had said why it stopped."""
        was_finished = self._reader.is_finished
        says_something = False
        for payload in payloads:
            if payload.strip() not in (b"", b"[DONE]"):
                self._reader.read(payload, events)
                says_something = True
        if self._reader.is_finished and not was_finished and not self._is_over:
            self._response.limit_silence(_AFTER_FINISH_SECONDS)
        return was_finished and not says_something

    def _finish(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        if not (self._may_go_on and self._reader.next_token):
            events += self._reader.finish()


def _method_url(models: URL, model: str, *, is_streamed: bool) -> URL:
    """Whatever a model is called stays one step of the path: no id leads elsewhere."""
    method = "streamGenerateContent?alt=sse" if is_streamed else "generateContent"
    return URL(f"{models}/{quote(model, safe='')}:{method}", encoded=True)
