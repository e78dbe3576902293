"""An answer of the Messages endpoint, whole or in events, as model events."""

from __future__ import annotations

import msgspec

from cryptodesk.core.errors import ContentFiltered
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted
from cryptodesk.core.generation import FinishReason
from cryptodesk.core.usage import Usage
from cryptodesk.models._http.meanings import bad_answer, unreadable
from cryptodesk.models._http.scrubbing import Secret
from cryptodesk.models.anthropic_wire import _wire as wire
from cryptodesk.models.anthropic_wire._blocks import BlockAssembler
from cryptodesk.models.anthropic_wire._errors import error_in_answer
from cryptodesk.models.anthropic_wire._fences import Unfencer

__all__ = ["AnswerReader"]

_decode = msgspec.json.Decoder(wire.Answer).decode

_FINISH_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    # Only the vendor's own tools pause a turn, and none is offered: to us it is an answer that is not whole.
    "pause_turn": "length",
    "refusal": "content_filter",
}


class AnswerReader:
    """Reads one answer: `read` each payload in order, then `finish`; then `refusal` says whether there is an answer at
    all. `unfences` takes a code fence off the text.

    Raises (`read`, `finish`): UpstreamError, ContextTooLong, OutputLimitTooLow, ContentFiltered."""

    __slots__ = (
        "_asked_model",
        "_blocks",
        "_details",
        "_has_final_usage",
        "_is_started",
        "_says_nothing",
        "_secret",
        "_stop_reason",
        "_unfencer",
        "_upstream",
        "_usage",
        "is_stopped",
    )

    def __init__(self, upstream: str, asked_model: str, secret: Secret, *, unfences: bool = False) -> None:
        self._upstream = upstream
        self._asked_model = asked_model
        self._secret = secret
        self._is_started = False
        self._says_nothing = True
        self._stop_reason: str | None = None
        self._details: wire.StopDetails | None = None
        self._usage = wire.AnswerUsage()
        self._has_final_usage = False
        self._blocks = BlockAssembler()
        self._unfencer = Unfencer() if unfences else None
        self.is_stopped = False  # the server has declared its end

    @property
    def is_finished(self) -> bool:
        """The server has said why it stopped: nothing of the answer is missing."""
        return self._stop_reason is not None

    @property
    def refusal(self) -> ContentFiltered | None:
        """Set when the model declined before it said anything. What it said before it declined stays an answer."""
        if self._stop_reason != "refusal" or not self._says_nothing:
            return None
        why = self._details.explanation if self._details is not None else None
        return ContentFiltered(f"The provider declined to answer. {why[:500] if why else ''}".strip())

    def known_end(self) -> ModelFinished | None:
        usage = _usage(self._usage) if self.is_finished and self._has_final_usage else None
        return None if usage is None else ModelFinished(self._reason(), usage)

    def asked(self) -> list[wire.AskedBlock] | None:
        """The blocks of an answer that called tools, as they are sent back; None for any other."""
        return self._blocks.asked() if self._reason() == "tool_calls" else None

    def read(self, payload: bytes, events: list[ModelEvent]) -> None:
        """Appends what `payload`, a whole body or one event, says."""
        try:
            answer = _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise unreadable(self._upstream, payload, self._secret) from None
        before = len(events)
        match answer.type:
            case "content_block_delta":
                self._begin(None, None, events)
                before = len(events)
                if answer.delta is not None:
                    self._blocks.add(answer.index, answer.delta, events)
            case "content_block_start":
                self._begin(None, None, events)
                before = len(events)
                if answer.content_block is not None:
                    self._blocks.start(answer.index, answer.content_block, events)
            case _:
                before = self._read_rare(answer, payload, events)
        self._says_nothing = self._says_nothing and len(events) == before
        if self._unfencer is not None:
            self._unfencer.pass_on(events, before)

    def finish(self, *, is_whole: bool) -> list[ModelEvent]:
        """The closing events. `is_whole` says that the server declared its end, so that a reason may be missing."""
        if not self._is_started:
            raise bad_answer(self._upstream, "answered without a message")
        if self._stop_reason is None and not is_whole:
            raise bad_answer(self._upstream, "cut its answer short")
        reason = self._reason()
        events: list[ModelEvent] = self._unfencer.finish() if self._unfencer is not None else []
        if not self._blocks.finish(events, is_cut=reason in ("length", "content_filter")):
            raise bad_answer(self._upstream, "called a tool without naming it")
        events.append(ModelFinished(reason, _usage(self._usage) if self._has_final_usage else None))
        return events

    def _reason(self) -> FinishReason:
        reason = _FINISH_REASONS.get(self._stop_reason or "end_turn", "stop")
        return "tool_calls" if reason == "stop" and self._blocks.calls else reason

    def _read_rare(self, answer: wire.Answer, payload: bytes, events: list[ModelEvent]) -> int:
        """The number of events before those that say something."""
        if answer.error or answer.type == "error":
            raise error_in_answer(self._upstream, payload, secret=self._secret)
        match answer.type:
            case "message_start":
                message = answer.message if isinstance(answer.message, wire.Message) else wire.Message()
                self._begin(message.model, message.usage, events)
            case "message":
                self._begin(answer.model, answer.usage, events)
                before = len(events)
                for index, block in enumerate(answer.content or ()):
                    self._blocks.start(index, block, events)
                self._end(answer.stop_reason, answer.stop_details, answer.usage)
                self.is_stopped = True
                return before
            case "message_delta":
                delta = answer.delta or wire.Delta()
                self._begin(None, None, events)
                self._end(delta.stop_reason, delta.stop_details, answer.usage)
            case "message_stop":
                self.is_stopped = True
            case None:
                raise unreadable(self._upstream, payload, self._secret)
        return len(events)

    def _begin(self, model: str | None, usage: wire.AnswerUsage | None, events: list[ModelEvent]) -> None:
        if usage is not None:
            self._take_usage(usage)
        if self._is_started:
            return
        self._is_started = True
        tier = self._usage.service_tier
        events.append(ModelStarted(model or self._asked_model, "default" if tier in (None, "standard") else tier))

    def _end(self, reason: str | None, details: wire.StopDetails | None, usage: wire.AnswerUsage | None) -> None:
        self._stop_reason = reason or self._stop_reason
        self._details = details or self._details
        if usage is not None:
            self._take_usage(usage)
            # What a stream begins with has a first guess at the output; only its end has the sum.
            self._has_final_usage = usage.output_tokens is not None

    def _take_usage(self, said: wire.AnswerUsage) -> None:
        """Figures are sums so far: a later one replaces an earlier, one left out changes nothing."""
        for name in said.__struct_fields__:
            value = getattr(said, name)
            if value is not None:
                setattr(self._usage, name, value)


def _usage(said: wire.AnswerUsage) -> Usage | None:
    """The vendor counts three kinds of input beside each other, and thinking inside the output."""
    if said.input_tokens is None or said.output_tokens is None:
        return None
    plain, output = max(said.input_tokens, 0), max(said.output_tokens, 0)
    written = max(said.cache_creation_input_tokens or 0, 0)
    for_an_hour = (said.cache_creation.ephemeral_1h_input_tokens or 0) if said.cache_creation else 0
    read = max(said.cache_read_input_tokens or 0, 0)
    details = said.output_tokens_details
    thinking = min(max((details.thinking_tokens or 0) if details else 0, 0), output)
    return Usage(
        input_tokens=plain + written + read,
        output_tokens=output - thinking,
        cache_read_tokens=read,
        reasoning_tokens=thinking,
        cache_write_tokens=written,
        cache_write_1h_tokens=min(max(for_an_hour, 0), written),
    )
