"""From events to bytes: the buffered body from the fold, the stream's frames batch by batch.

Both are put together from pieces: what stays the same within one answer is encoded once, and only texts go through
the JSON encoder."""

from __future__ import annotations

from typing import Final

import msgspec

from cryptodesk.core.errors import CryptodeskError, InternalError
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunFold, RunStarted, TextDelta, ToolCallDelta
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.usage import Usage
from cryptodesk.dialects._call_pieces import call_pieces
from cryptodesk.dialects._sse import SPACED, as_lines
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.errors import wire_error

__all__ = ["NO_END", "StreamEncoder", "encode_body", "encode_usage"]

NO_END: Final = "The run ended without its last event."

_json = msgspec.json.Encoder().encode

_CHUNK: Final = b"chat.completion.chunk"
_DELTA: Final = b',"choices":[{"index":0,"delta":{'
_OPEN: Final = b'},"logprobs":null,"finish_reason":null}]'
_DONE: Final = SPACED.done


def encode_body(fold: RunFold, extra: ExtraEncoder) -> bytes:
    """The whole `chat.completion` of a run that ended well.

    Raises: the run's error, or InternalError if the run never ended."""
    if fold.failed is not None:
        raise fold.failed.error
    started, finished = fold.started, fold.finished
    if started is None or finished is None:
        raise InternalError(NO_END)
    calls, text = fold.tool_calls, fold.text
    message = b'{"role":"assistant","content":%b,"refusal":null,"annotations":%b%b}' % (
        _json(text) if text or not calls else b"null",
        extra.annotations(text, finished),
        b',"tool_calls":[%b]' % b",".join(map(_encode_call, calls)) if calls else b"",
    )
    return b'%b,"choices":[{"index":0,"message":%b,"logprobs":null,"finish_reason":"%b"}],"usage":%b%b}' % (
        _opening(started, b"chat.completion"),
        message,
        finished.finish_reason.encode(),
        encode_usage(finished.usage),
        extra.whole(finished),
    )


def encode_usage(usage: Usage) -> bytes:
    """Reasoning is a part of what was written, as cached tokens are of what was read."""
    written = usage.output_tokens + usage.reasoning_tokens
    return (
        b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,'
        b'"prompt_tokens_details":{"cached_tokens":%d,"cache_write_tokens":%d,"audio_tokens":0},'
        b'"completion_tokens_details":{"reasoning_tokens":%d,"audio_tokens":0,'
        b'"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
    ) % (
        usage.input_tokens,
        written,
        usage.input_tokens + written,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
    )


class StreamEncoder:
    """Encodes one run's batches into frames. `failure` and `is_finished` tell how far the run has come.

    The role goes out with `RunStarted`, so that a slow answer's headers are out long before its text. With
    `tells_usage` every frame has a `usage`: null, but for one more frame at the end without choices."""

    __slots__ = (
        "_base",
        "_extra",
        "_tail",
        "_tells_usage",
        "_text_head",
        "_text_tail",
        "_texts",
        "failure",
        "is_finished",
    )

    def __init__(self, extra: ExtraEncoder, *, tells_usage: bool) -> None:
        self._extra = extra
        self._tells_usage = tells_usage
        self._tail = b',"usage":null}' if tells_usage else b"}"
        self._base = b""
        self._texts: list[str] = []
        self.failure: CryptodeskError | None = None
        self.is_finished = False

    def encode(self, batch: list[RunEvent]) -> bytes:
        """The frames of a batch, empty when it has nothing for the client. After `RunFailed`, the error's frames."""
        out: list[bytes] = []
        for event in batch:
            if type(event) is TextDelta:
                if event.text:
                    self._texts.append(event.text)
                    out += (self._text_head, _json(event.text), self._text_tail)
            else:
                self._encode_rare(event, out)
        return as_lines(b"".join(out))

    def fail(self, error: CryptodeskError | None = None) -> bytes:
        """The frames that end a stream which cannot go on."""
        self.failure = error or InternalError(NO_END)
        return as_lines(SPACED.frame(_json({"error": wire_error(self.failure)}))) + _DONE

    def _encode_rare(self, event: RunEvent, out: list[bytes]) -> None:
        self._extra.add(event)
        match event:
            case RunStarted():
                out.append(self._start(event))
            case ToolCallDelta():
                out.append(self._encode_call_piece(event))
            case RunFinished():
                self.is_finished = True
                out.append(self._encode_end(event))
            case RunFailed(error):
                out.append(self.fail(error))
            case _:
                steps = self._extra.progress() if self._base else b""
                if steps:
                    out.append(self._frame(b"", steps))

    def _start(self, started: RunStarted) -> bytes:
        self._base = _opening(started, _CHUNK)
        halves = SPACED.halves(self._base + _DELTA + b'"content":', _OPEN + self._tail)
        self._text_head, self._text_tail = halves.head, halves.tail
        return self._frame(b'"role":"assistant","content":"","refusal":null', self._extra.opening())

    def _frame(self, delta: bytes, extra: bytes = b"") -> bytes:
        return SPACED.frame(b"".join((self._base, _DELTA, delta, _OPEN, extra, self._tail)))

    def _encode_call_piece(self, event: ToolCallDelta) -> bytes:
        return b"".join(self._frame(b'"tool_calls":[%b]' % piece) for piece in call_pieces(event))

    def _encode_end(self, finished: RunFinished) -> bytes:
        out = []
        if self._extra.has_annotations(finished):
            links = self._extra.annotations("".join(self._texts), finished)
            out.append(self._frame(b'"annotations":' + links))
        last = b',"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"%b"}]'
        closing = (self._base, last % finished.finish_reason.encode(), self._extra.closing(finished), self._tail)
        out.append(SPACED.frame(b"".join(closing)))
        if self._tells_usage:
            out.append(SPACED.frame(b'%b,"choices":[],"usage":%b}' % (self._base, encode_usage(finished.usage))))
        out.append(_DONE)
        return b"".join(out)


def _opening(started: RunStarted, kind: bytes) -> bytes:
    tier = started.service_tier
    return b'{"id":%b,"object":"%b","created":%d,"model":%b%b' % (
        _json(choices.COMPLETION_ID_PREFIX + started.run_id),
        kind,
        started.created_at,
        _json(started.model),
        b',"service_tier":"%b"' % tier.encode() if tier in choices.SERVICE_TIERS else b"",
    )


def _encode_call(call: ToolCallPart) -> bytes:
    return b'{"id":%b,"type":"function","function":{"name":%b,"arguments":%b}}' % (
        _json(call.call_id),
        _json(call.name),
        _json(call.arguments or "{}"),
    )
