"""An answer of the Responses endpoint, whole or in events, as model events."""

from __future__ import annotations

import msgspec

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted
from cryptodesk.core.generation import FinishReason
from cryptodesk.core.usage import Usage
from cryptodesk.models._http.meanings import bad_answer, unreadable
from cryptodesk.models._http.scrubbing import Secret
from cryptodesk.models.openai_wire._errors import error_in_answer
from cryptodesk.models.openai_wire.responses import _wire as wire
from cryptodesk.models.openai_wire.responses._items import ItemAssembler

__all__ = ["ResponseReader"]

_decode = msgspec.json.Decoder(wire.Payload).decode

_TEXT = frozenset({"response.output_text.delta", "response.refusal.delta"})
_REASONING = frozenset({"response.reasoning_summary_text.delta", "response.reasoning_text.delta"})
_OPENINGS = frozenset({"response.created", "response.in_progress", "response.queued"})
_ENDINGS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
_UNFINISHED = frozenset({"queued", "in_progress"})
_INCOMPLETE: dict[str, FinishReason] = {"content_filter": "content_filter"}


class ResponseReader:
    """Reads one answer: `read` each payload in order, then `finish`.

    Raises (`read`, `finish`): UpstreamError, ContextTooLong, OutputLimitTooLow, ContentFiltered."""

    __slots__ = ("_asked_model", "_ending", "_is_started", "_items", "_secret", "_upstream")

    def __init__(self, upstream: str, asked_model: str, secret: Secret) -> None:
        self._upstream = upstream
        self._asked_model = asked_model
        self._secret = secret
        self._is_started = False
        self._ending: wire.Response | None = None
        self._items = ItemAssembler()

    @property
    def is_finished(self) -> bool:
        """The server has declared its end: nothing of the answer is missing."""
        return self._ending is not None

    def known_end(self) -> ModelFinished | None:
        return None if self._ending is None else ModelFinished(self._reason(), _usage(self._ending.usage))

    def asked(self) -> list[wire.AskedItem]:
        """The items of an answer that called tools, as they are sent back; none of any other."""
        return self._items.asked() if self._reason() == "tool_calls" else []

    def read(self, payload: bytes, events: list[ModelEvent]) -> None:
        """Appends what `payload`, a whole body or one event, says."""
        try:
            said = _decode(payload)
            if said.type is not None:
                self._read_event(said, payload, events)
            elif said.error:
                raise error_in_answer(self._upstream, payload, secret=self._secret)
            elif said.output is not None or said.object == "response":
                self._end(said, events)
            else:
                raise unreadable(self._upstream, payload, self._secret)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise unreadable(self._upstream, payload, self._secret) from None

    def finish(self, *, is_whole: bool) -> list[ModelEvent]:
        """The closing events; `is_whole` says nothing here, for an answer declares its end itself."""
        if self._ending is None:
            words = "cut its answer short" if self._is_started else "answered without a response"
            raise bad_answer(self._upstream, words)
        reason = self._reason()
        events: list[ModelEvent] = []
        if not self._items.finish(events, is_cut=reason in ("length", "content_filter")):
            raise bad_answer(self._upstream, "called a tool without naming it")
        events.append(ModelFinished(reason, _usage(self._ending.usage)))
        return events

    def _read_event(self, said: wire.Payload, payload: bytes, events: list[ModelEvent]) -> None:
        kind, delta = said.type, said.delta
        if kind in _TEXT or kind in _REASONING:
            self._begin(None, events)
            if delta:
                say = self._items.text if kind in _TEXT else self._items.reasoning
                say(said.output_index, said.item_id, delta, events)
        elif kind == "response.function_call_arguments.delta":
            self._begin(None, events)
            if delta:
                self._items.arguments(said.output_index, said.item_id, delta, events)
        elif kind in _ENDINGS and said.response is not None:
            self._end(said.response, events)
        elif kind in _OPENINGS:
            self._begin(said.response, events)
        elif kind == "error" or said.error:
            raise error_in_answer(self._upstream, payload, secret=self._secret)
        else:
            self._read_rare(said, events)

    def _read_rare(self, said: wire.Payload, events: list[ModelEvent]) -> None:
        if said.type == "response.reasoning_summary_part.added" and said.summary_index:
            self._items.summary_break(events)
        elif said.type == "response.function_call_arguments.done" and said.arguments:
            self._begin(None, events)
            self._items.whole_arguments(said.output_index, said.item_id, said.arguments, events)
        elif bytes(said.item) and said.type in ("response.output_item.added", "response.output_item.done"):
            self._begin(None, events)
            take = self._items.start if said.type.endswith("added") else self._items.end
            take(said.output_index, said.item, events)

    def _begin(self, response: wire.Response | None, events: list[ModelEvent]) -> None:
        if self._is_started:
            return
        self._is_started = True
        said = response or wire.Response()
        tier = said.service_tier
        events.append(ModelStarted(said.model or self._asked_model, "default" if tier in (None, "auto") else tier))

    def _end(self, response: wire.Response, events: list[ModelEvent]) -> None:
        if response.error or response.status == "failed":
            error = msgspec.json.encode({"error": response.error or {"message": "failed"}})
            raise error_in_answer(self._upstream, error, secret=self._secret)
        if response.status == "cancelled" or response.status in _UNFINISHED:
            raise UpstreamUnavailable(
                f"{self._upstream} broke off its answer ({response.status})", upstream=self._upstream
            )
        self._begin(response, events)
        self._items.take_output(response.output or [], events)
        self._ending = response

    def _reason(self) -> FinishReason:
        ending = self._ending or wire.Response()
        details = ending.incomplete_details
        if ending.status == "incomplete" or (details is not None and details.reason):
            return _INCOMPLETE.get((details.reason if details else None) or "", "length")
        return "tool_calls" if self._items.has_calls else "stop"


def _usage(said: wire.AnswerUsage | None) -> Usage | None:
    """The vendor counts cached tokens inside the input, and reasoning inside the output."""
    if said is None or said.input_tokens is None or said.output_tokens is None:
        return None
    given, output = max(said.input_tokens, 0), max(said.output_tokens, 0)
    read, written = said.input_tokens_details, said.output_tokens_details
    cached = min(max((read.cached_tokens or 0) if read else 0, 0), given)
    kept = min(max((read.cache_write_tokens or 0) if read else 0, 0), given - cached)
    reasoning = min(max((written.reasoning_tokens or 0) if written else 0, 0), output)
    return Usage(given, output - reasoning, cached, reasoning, kept)
