"""An OpenAI-compatible answer, whole or in chunks, as model events."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from cryptodesk.core.errors import CryptodeskError, UpstreamUnavailable
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, TextDelta
from cryptodesk.core.generation import FinishReason
from cryptodesk.core.usage import Usage
from cryptodesk.models._http.meanings import bad_answer, parsed_json, unreadable
from cryptodesk.models._http.scrubbing import Secret
from cryptodesk.models.openai_wire._errors import error_in_answer
from cryptodesk.models.openai_wire._thoughts import Thought
from cryptodesk.models.openai_wire._tool_calls import CallAssembler
from cryptodesk.models.openai_wire._wire import Answer, AnswerUsage, Choice, Piece

__all__ = ["AnswerReader"]

_decode = msgspec.json.Decoder(Answer).decode

_FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "model_context_window_exceeded": "length",
}
# Reasons by which a server says that it broke off by itself.
_FAILURES = frozenset({"error", "insufficient_system_resource", "network_error"})


class AnswerReader:
    """Reads one answer: `read` each payload in order, then `finish`.

    Raises (`read`, `finish`): UpstreamError, ContextTooLong, OutputLimitTooLow, ContentFiltered."""

    __slots__ = (
        "_asked_model",
        "_calls",
        "_finish_reason",
        "_is_started",
        "_secret",
        "_thought",
        "_upstream",
        "_usage",
    )

    def __init__(self, upstream: str, asked_model: str, secret: Secret, thought: Thought | None = None) -> None:
        self._upstream = upstream
        self._thought = thought
        self._asked_model = asked_model
        self._secret = secret
        self._is_started = False
        self._finish_reason: str | None = None
        self._usage: AnswerUsage | None = None
        self._calls: CallAssembler | None = None  # before the first call

    @property
    def is_finished(self) -> bool:
        """The server has said why it stopped; only usage may be missing."""
        return self._finish_reason is not None

    def known_end(self) -> ModelFinished | None:
        usage = _usage(self._usage) if self.is_finished else None
        return None if usage is None else ModelFinished(self._reason(), usage)

    def read(self, payload: bytes, events: list[ModelEvent]) -> None:
        """Appends what `payload`, a whole body or one chunk, says."""
        try:
            answer = _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._unreadable(payload) from None
        if answer.error:
            raise error_in_answer(self._upstream, payload, secret=self._secret)
        choices = answer.choices
        if choices:
            if not self._is_started:
                self._is_started = True
                events.append(ModelStarted(answer.model or self._asked_model, answer.service_tier or "default"))
            for choice in choices:
                if not choice.index:  # we ask for one; a second is another answer
                    self._read_choice(choice, events)
        elif choices is None and answer.usage is None:
            self._check_for_error(payload)
        if answer.usage is not None:
            self._usage = answer.usage

    def finish(self, *, is_whole: bool) -> list[ModelEvent]:
        """The closing events. `is_whole` says that the server declared its end, so that a reason may be missing."""
        if not self._is_started:
            raise bad_answer(self._upstream, "answered without a choice")
        if self._finish_reason is None and not is_whole:
            raise bad_answer(self._upstream, "cut its answer short")
        reason = self._reason()
        events: list[ModelEvent] = []
        is_cut = reason in ("length", "content_filter")
        if self._calls is not None and not self._calls.finish(events, is_cut=is_cut):
            raise bad_answer(self._upstream, "called a tool without naming it")
        events.append(ModelFinished(reason, _usage(self._usage)))
        return events

    def _read_choice(self, choice: Choice, events: list[ModelEvent]) -> None:
        piece = choice.delta or choice.message
        if piece is not None:
            reasoning = piece.reasoning_content or piece.reasoning
            if piece.reasoning_details:
                reasoning = reasoning or _text_of(piece.reasoning_details)
            if reasoning:
                events.append(ReasoningDelta(reasoning))
            if self._thought is not None:
                self._thought.add(piece)
            content = piece.content
            if content:
                if isinstance(content, str):
                    events.append(TextDelta(content))
                else:
                    _read_parts(content, events)
            if piece.refusal or piece.tool_calls:
                self._read_rare(piece, events, is_message=choice.delta is None)
        if choice.finish_reason:
            self._end(choice.finish_reason)
        if choice.usage is not None:
            self._usage = choice.usage

    def _read_rare(self, piece: Piece, events: list[ModelEvent], *, is_message: bool) -> None:
        if piece.refusal:
            events.append(TextDelta(piece.refusal))
        if piece.tool_calls:
            if self._calls is None:
                self._calls = CallAssembler()
            self._calls.read(piece.tool_calls, events, are_whole=is_message)

    def _end(self, reason: str) -> None:
        if reason in _FAILURES:
            raise UpstreamUnavailable(f"{self._upstream} broke off its answer ({reason})", upstream=self._upstream)
        self._finish_reason = reason

    def _reason(self) -> FinishReason:
        reason = _FINISH_REASONS.get(self._finish_reason or "stop", "stop")
        # Some servers say "stop" after a call.
        return "tool_calls" if reason == "stop" and self._calls else reason

    def _check_for_error(self, payload: bytes) -> None:
        body = msgspec.json.decode(payload)
        if body.get("object") == "error" or "message" in body or "detail" in body:
            raise error_in_answer(self._upstream, payload, secret=self._secret)

    def _unreadable(self, payload: bytes) -> CryptodeskError:
        """One vendor wraps its error in a list."""
        body = parsed_json(payload)
        if isinstance(body, list) and body and isinstance(body[0], dict) and "error" in body[0]:
            return error_in_answer(self._upstream, payload, secret=self._secret)
        return unreadable(self._upstream, payload, self._secret)


def _read_parts(parts: list[dict[str, Any]], events: list[ModelEvent]) -> None:
    """Content as a list of typed parts, as one vendor's reasoning models send it."""
    for part in parts:
        text, thinking = part.get("text"), part.get("thinking")
        if isinstance(thinking, list):
            thinking = "".join(str(piece.get("text", "")) for piece in thinking if isinstance(piece, dict))
        if isinstance(thinking, str) and thinking:
            events.append(ReasoningDelta(thinking))
        if isinstance(text, str) and text:
            events.append(TextDelta(text))


def _text_of(details: list[dict[str, Any]]) -> str:
    """What of typed reasoning can be read; a gateway also sends encrypted pieces."""
    found = (detail.get("text") or detail.get("summary") for detail in details)
    return "".join(text for text in found if isinstance(text, str))


def _usage(said: AnswerUsage | None) -> Usage | None:
    """`output_tokens` without reasoning. OpenAI counts reasoning inside `completion_tokens`; servers that count it
    beside them give themselves away by a total that is larger than prompt and completion."""
    if said is None or said.prompt_tokens is None or said.completion_tokens is None:
        return None
    prompt, completion = max(said.prompt_tokens, 0), max(said.completion_tokens, 0)
    written = max(completion, (said.total_tokens or 0) - prompt)
    details = said.completion_tokens_details
    reasoning = (details.reasoning_tokens or 0) if details else 0
    reasoning = min(max(reasoning, written - completion), written)
    read, kept = said.prompt_tokens_details, 0
    cached = read.cached_tokens if read else None
    cached = said.prompt_cache_hit_tokens if cached is None else cached
    cached = min(max(cached, 0), prompt) if cached else 0
    if read is not None and read.cache_write_tokens:
        kept = min(max(read.cache_write_tokens, 0), prompt - cached)
    return Usage(prompt, written - reasoning, cached, reasoning, kept, 0, _reported_usd(said))


def _reported_usd(said: AnswerUsage) -> Decimal | None:
    if said.cost is None:
        return None
    vendors = said.cost_details.upstream_inference_cost if said.is_byok and said.cost_details else None
    reported = said.cost + (vendors or 0)
    return reported if reported.is_finite() and reported >= 0 else None
