"""An answer of generateContent, whole or in chunks, as model events."""

from __future__ import annotations

import msgspec

from cryptodesk.core.errors import (
    ContentFiltered,
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted
from cryptodesk.core.generation import FinishReason
from cryptodesk.core.usage import Usage
from cryptodesk.models._http.meanings import bad_answer, unreadable
from cryptodesk.models._http.scrubbing import Secret, scrubbed
from cryptodesk.models.gemini_wire import _wire as wire
from cryptodesk.models.gemini_wire._errors import error_in_answer
from cryptodesk.models.gemini_wire._parts import PartAssembler

__all__ = ["FAILURES", "FINISH_REASONS", "AnswerReader"]

# Not strict: this format may write a whole number as text.
_decode = msgspec.json.Decoder(wire.Answer, strict=False).decode
_decode_list = msgspec.json.Decoder(list[wire.Answer], strict=False).decode

FINISH_REASONS: dict[str, FinishReason] = {
    "FINISH_REASON_UNSPECIFIED": "stop",
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",  # where no token came to go on with
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "ESCALATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}
_BROKEN_CALL = "wrote a tool call that nobody can read"
# Reasons for which what came before is no answer.
FAILURES: dict[str, tuple[type[UpstreamError], str]] = {
    "MALFORMED_FUNCTION_CALL": (UpstreamBadAnswer, _BROKEN_CALL),
    "UNEXPECTED_TOOL_CALL": (UpstreamBadAnswer, "called a tool that it was not offered"),
    "TOO_MANY_TOOL_CALLS": (UpstreamBadAnswer, "called too many tools at once"),
    "MALFORMED_RESPONSE": (UpstreamBadAnswer, "could not read its own answer"),
    "OTHER": (UpstreamBadAnswer, "broke off its answer and does not say why"),
    "NO_IMAGE": (UpstreamBadAnswer, "wanted to draw and did not"),
    "IMAGE_OTHER": (UpstreamBadAnswer, "wanted to draw and did not"),
    "MISSING_THOUGHT_SIGNATURE": (UpstreamRejected, "misses the signature of an earlier tool call"),
    "PUP_LIMITED_DISABLED": (UpstreamUnavailable, "has limited or closed our account"),
}


class AnswerReader:
    """Reads one answer, which may come in several requests: `read` each payload of one in order; then, while there is a
    `next_token`, ask on with it; then `finish`.

    Raises (`read`, `finish`): UpstreamError, ContextTooLong, OutputLimitTooLow, ContentFiltered."""

    __slots__ = (
        "_asked_model",
        "_finish_message",
        "_finish_reason",
        "_has_final_usage",
        "_is_started",
        "_model",
        "_parts",
        "_secret",
        "_spent",
        "_token",
        "_upstream",
        "_usage",
        "_used_token",
        "is_ended",
    )

    def __init__(self, upstream: str, asked_model: str, secret: Secret) -> None:
        self._upstream = upstream
        self._asked_model = asked_model
        self._secret = secret
        self._model: str | None = None
        self._is_started = False
        self._finish_reason: str | None = None
        self._finish_message: str | None = None
        self._token: str | None = None
        self._used_token: str | None = None
        self._usage: wire.AnswerUsage | None = None
        self._has_final_usage = False
        self._spent: Usage | None = Usage()  # of earlier requests; None when one of them never said
        self._parts = PartAssembler()
        self.is_ended = False  # well, and wholly read

    @property
    def is_finished(self) -> bool:
        """The server has said why it stopped; only usage may be missing."""
        return self._finish_reason is not None

    @property
    def next_token(self) -> str | None:
        """Set when the answer was broken off because one request may bring no more, and goes on with another."""
        # The same token again would bring the same again.
        goes_on = self._finish_reason == "CONTINUATION" and self._token != self._used_token
        return self._token if goes_on else None

    def known_end(self) -> ModelFinished | None:
        # Each request of an answer that goes on is billed, so that its end is known with the last of them.
        total = self._total() if self.is_finished and self.next_token is None and self._is_started else None
        return None if total is None else ModelFinished(self._reason(), total)

    def asked(self) -> list[wire.AskedPart]:
        """The answer's parts as they are sent back."""
        return self._parts.asked()

    def go_on(self) -> None:
        """Before the payloads of the next request. Each is billed by itself, what it read again included."""
        self._spent = self._total()
        self._usage = None
        self._has_final_usage = False
        self._used_token = self._token
        self._finish_reason = self._token = None

    def read(self, payload: bytes, events: list[ModelEvent]) -> None:
        """Appends what `payload`, a whole body or one chunk, says."""
        try:
            answers = [_decode(payload)]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answers = self._listed(payload)
        for answer in answers:
            if answer.error:
                raise error_in_answer(self._upstream, payload, secret=self._secret)
            self._read_answer(answer, events)

    def finish(self) -> list[ModelEvent]:
        """The closing events."""
        if self._finish_reason is None:
            raise bad_answer(
                self._upstream, "cut its answer short" if self._is_started else "answered without a candidate"
            )
        if self._reason() == "content_filter" and not self._is_started:
            raise ContentFiltered(f"The provider broke off its answer. {self._why()}"[:600])
        if self._parts.has_nameless_call and self._reason() in ("stop", "tool_calls"):
            raise bad_answer(self._upstream, "called a tool without naming it")
        events: list[ModelEvent] = []
        self._start(events)
        events.append(ModelFinished(self._reason(), self._total()))
        self.is_ended = True
        return events

    def _reason(self) -> FinishReason:
        reason = FINISH_REASONS.get(self._finish_reason or "STOP", "stop")
        return "tool_calls" if reason == "stop" and self._parts.calls else reason

    def _total(self) -> Usage | None:
        """Of all requests so far; None when one of them did not say."""
        usage = _usage(self._usage) if self._has_final_usage else None
        return None if self._spent is None or usage is None else self._spent + usage

    def _read_answer(self, answer: wire.Answer, events: list[ModelEvent]) -> None:
        self._model = self._model or answer.model_version
        blocked = answer.prompt_feedback.block_reason if answer.prompt_feedback is not None else None
        if blocked and not self._is_started:
            why = answer.prompt_feedback.block_reason_message if answer.prompt_feedback is not None else None
            raise ContentFiltered(
                self._cleaned(f"The provider refused the conversation ({blocked}). {why or ''}".strip())[:600]
            )
        for candidate in answer.candidates or ():
            if not candidate.index:  # we ask for one; a second is another answer
                self._read_candidate(candidate, events)
        if answer.usage_metadata is not None:
            # A sum so far: only the one that comes with the end, or after it, has everything.
            self._usage = answer.usage_metadata
            self._has_final_usage = self.is_finished

    def _read_candidate(self, candidate: wire.Candidate, events: list[ModelEvent]) -> None:
        pieces: list[ModelEvent] = []
        for part in (candidate.content.parts if candidate.content is not None else None) or ():
            self._parts.add(part, pieces)
        if pieces:
            self._start(events)
            events += pieces
        self._token = candidate.continuation_token or self._token
        if candidate.finish_reason:
            self._end(candidate.finish_reason, candidate.finish_message)

    def _start(self, events: list[ModelEvent]) -> None:
        """Not before there is something to say: a refusal must be able to come first."""
        if not self._is_started:
            self._is_started = True
            events.append(ModelStarted(self._model or self._asked_model))

    def _end(self, reason: str, message: str | None) -> None:
        self._finish_reason, self._finish_message = reason, message or self._finish_message
        if reason in FAILURES:
            kind, words = FAILURES[reason]
            body = {"finishReason": reason, "finishMessage": self._cleaned(message or "")}
            raise kind(f"{self._upstream} {words} ({reason})", upstream=self._upstream, upstream_status=200, body=body)

    def _why(self) -> str:
        message = self._cleaned(self._finish_message or "")
        return f"({self._finish_reason}) {message}".strip()

    def _listed(self, payload: bytes) -> list[wire.Answer]:
        """A stream without `alt=sse` is one list of chunks; so are errors at times."""
        try:
            return _decode_list(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise unreadable(self._upstream, payload, self._secret) from None

    def _cleaned(self, text: str) -> str:
        return scrubbed(text.encode(errors="replace"), self._secret).decode()[:2000]


def _usage(said: wire.AnswerUsage | None) -> Usage | None:
    """The vendor counts cached tokens inside the prompt, results of its own tools beside it, thoughts beside the text.
    A figure of zero is left out; only an answer without any prompt counted nothing."""
    if said is None or said.prompt_token_count is None:
        return None
    read = max(said.prompt_token_count, 0) + max(said.tool_use_prompt_token_count or 0, 0)
    thoughts = max(said.thoughts_token_count or 0, 0)
    written = said.candidates_token_count
    if written is None:
        written = (said.total_token_count or 0) - read - thoughts
    cached = min(max(said.cached_content_token_count or 0, 0), read)
    return Usage(read, max(written, 0), cached, thoughts)
