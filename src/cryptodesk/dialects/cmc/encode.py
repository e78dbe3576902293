"""From events to bytes: the buffered body from the fold, the stream's frames batch by batch.

Both are put together from pieces: what stays the same within one answer is encoded once, and only texts go through
the JSON encoder.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import CryptodeskError, InternalError
from cryptodesk.core.events import (
    ReasoningDelta,
    RunEvent,
    RunFailed,
    RunFinished,
    RunFold,
    RunStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
)
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Usage, decimal_text
from cryptodesk.dialects._call_pieces import call_pieces
from cryptodesk.dialects._extra import encode_extra
from cryptodesk.dialects._sse import TIGHT
from cryptodesk.dialects.cmc import choices
from cryptodesk.dialects.cmc.errors import encode_stream_error

__all__ = ["StreamEncoder", "encode_body", "encode_decimal"]

_json = msgspec.json.Encoder().encode

_MIDDLE: Final = b'},"finish_reason":null}]'
_NO_END: Final = "The run ended without its last event."


class _WireTrace(Struct, omit_defaults=True):
    id: str
    name: str
    arguments: str
    status: str
    output_visibility: str | None = None
    output: str | None = None
    citations: tuple[Citation, ...] | None = None
    error_message: str | None = None


def encode_decimal(amount: Decimal) -> bytes:
    """An exact JSON number: no exponent, no trailing zeros; null for an amount that nobody knows."""
    return b"null" if amount.is_nan() else decimal_text(amount).encode()


def encode_body(fold: RunFold, include: frozenset[str] = frozenset()) -> bytes:
    """The whole `chat.completion` of a run that ended well, with what it was asked to include beyond the dialect.

    Raises: the run's error, or InternalError if the run never ended."""
    if fold.failed is not None:
        raise fold.failed.error
    started, finished = fold.started, fold.finished
    if started is None or finished is None:
        raise InternalError(_NO_END)
    calls = fold.tool_calls
    text = "" if calls or fold.traces else fold.text
    message = b'{"role":"assistant","content":%b,"reasoning_content":%b%b}' % (
        _json(text),
        _json(fold.reasoning),
        b',"tool_calls":[%b]' % b",".join(map(_encode_call, calls)) if calls else b"",
    )
    return b'%b,"choices":[{"index":0,"message":%b,"finish_reason":"%b"}]%b%b%b' % (
        _encode_opening(started, "chat.completion"),
        message,
        _finish_reason(finished, fold.traces),
        _encode_account(finished, fold.traces),
        encode_extra(include, finished),
        _encode_closing(started),
    )


class StreamEncoder:
    """Encodes one run's batches into frames. `failure` and `is_finished` tell how far the run has come."""

    __slots__ = (
        "_base",
        "_closing",
        "_include",
        "_is_open",
        "_reasoning_head",
        "_tail",
        "_text_head",
        "_traces",
        "failure",
        "is_finished",
    )

    def __init__(self, include: frozenset[str] = frozenset()) -> None:
        self._include = include
        self._is_open = False  # the frame with the role was written
        self._traces: list[ToolTrace] = []
        self.failure: CryptodeskError | None = None
        self.is_finished = False

    def encode(self, batch: list[RunEvent]) -> bytes:
        """The frames of a batch, empty when it has nothing for the client. After `RunFailed`, the error's frames."""
        out: list[bytes] = []
        for event in batch:
            kind = type(event)
            if kind is TextDelta:
                text: str = event.text  # type: ignore[union-attr]
                # Text beside a built-in's trace is void: the turn's content is empty.
                if text and not self._traces:
                    if not self._is_open:
                        out.append(self._encode_role())
                    out += (self._text_head, _json(text), self._tail)
            else:
                self._encode_rare(event, out)
        return b"".join(out)

    def _encode_rare(self, event: RunEvent, out: list[bytes]) -> None:
        match event:
            case RunStarted():
                self._start(event)
            case ReasoningDelta(text):
                if text and not self._traces:
                    if not self._is_open:
                        out.append(self._encode_role())
                    out += (self._reasoning_head, _json(text), self._tail)
            case ToolCallDelta():
                out.append(self._encode_call_piece(event))
            case ToolCallFinished(trace):
                self._traces.append(trace)
            case RunFinished():
                self.is_finished = True
                out.append(self._encode_end(event))
            case RunFailed(error):
                out.append(self.fail(error))
            case _:
                pass

    def fail(self, error: CryptodeskError | None = None) -> bytes:
        """The frames that end a stream which cannot go on."""
        self.failure = error or InternalError(_NO_END)
        return TIGHT.frame(encode_stream_error(self.failure)) + TIGHT.done

    def _start(self, started: RunStarted) -> None:
        self._base = _encode_opening(started, choices.CHUNK_OBJECT)
        self._closing = _encode_closing(started)
        delta = self._base + b',"choices":[{"index":0,"delta":{"%b":'
        content = TIGHT.halves(delta % b"content", _MIDDLE + self._closing)
        self._text_head, self._tail = content.head, content.tail
        self._reasoning_head = TIGHT.halves(delta % b"reasoning_content", b"").head

    def _encode_role(self, calls: bytes = b"") -> bytes:
        self._is_open = True
        delta = b'"role":"assistant","content":""%b' % calls
        return TIGHT.frame(b'%b,"choices":[{"index":0,"delta":{%b%b%b' % (self._base, delta, _MIDDLE, self._closing))

    def _encode_call_piece(self, event: ToolCallDelta) -> bytes:
        return b"".join(map(self._encode_calls, call_pieces(event)))

    def _encode_calls(self, call: bytes) -> bytes:
        calls = b'"tool_calls":[%b]' % call
        if not self._is_open:
            return self._encode_role(b"," + calls)
        return TIGHT.frame(b'%b,"choices":[{"index":0,"delta":{%b%b%b' % (self._base, calls, _MIDDLE, self._closing))

    def _encode_end(self, finished: RunFinished) -> bytes:
        account = _encode_account(finished, self._traces) + encode_extra(self._include, finished)
        last = b'[{"index":0,"delta":{},"finish_reason":"%b"}]' % _finish_reason(finished, self._traces)
        if self._traces:
            return TIGHT.frame(self._base + b',"choices":' + last + account + self._closing) + TIGHT.done
        return b"".join(
            (
                b"" if self._is_open else self._encode_role(),
                TIGHT.frame(self._base + b',"choices":' + last + self._closing),
                TIGHT.frame(self._base + b',"choices":[]' + account + self._closing),
                TIGHT.done,
            )
        )


def _encode_opening(started: RunStarted, kind: str) -> bytes:
    return b'{"id":%b,"object":"%b","created":%d,"model":%b' % (
        _json(choices.COMPLETION_ID_PREFIX + started.run_id),
        kind.encode(),
        started.created_at,
        _json(started.model),
    )


def _encode_closing(started: RunStarted) -> bytes:
    return b',"service_tier":%b}' % _json(started.service_tier)


def _encode_account(finished: RunFinished, traces: list[ToolTrace]) -> bytes:
    """`usage` and `cmc`."""
    usage: Usage = finished.usage
    return (
        b',"usage":{"prompt_tokens":%d,"completion_tokens":%d,"cached_tokens":%d,"reasoning_tokens":%d}'
        b',"cmc":{"cost":{"currency":"USD","total_cost":%b}%b}'
    ) % (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.reasoning_tokens,
        encode_decimal(finished.cost.total_usd),
        b',"tool_traces":%b' % _json([_wire_trace(trace) for trace in traces]) if traces else b"",
    )


def _wire_trace(trace: ToolTrace) -> _WireTrace:
    failed, sanitized = trace.status == "failed", trace.output_visibility == "sanitized"
    return _WireTrace(
        trace.call_id,
        trace.name,
        trace.arguments,
        trace.status,
        output_visibility=None if failed else trace.output_visibility,
        output=None if failed or sanitized else trace.output,
        citations=None if failed else trace.citations,
        error_message=(trace.error_message or "the tool failed") if failed else None,
    )


def _encode_call(call: ToolCallPart) -> bytes:
    return b'{"id":%b,"type":"function","function":{"name":%b,"arguments":%b}}' % (
        _json(call.call_id),
        _json(call.name),
        _json(call.arguments or "{}"),
    )


def _finish_reason(finished: RunFinished, traces: list[ToolTrace]) -> bytes:
    return b"tool_calls" if traces else finished.finish_reason.encode()
