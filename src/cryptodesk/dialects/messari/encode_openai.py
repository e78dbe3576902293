"""The OpenAI shape with `metadata`: whole, and as chunks in the order that every known reader takes.

Put together from pieces, as in the CMC dialect: only texts go through the JSON encoder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import RunFinished, RunStarted
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchStep
from cryptodesk.dialects._extra import encode_extra, encode_progress
from cryptodesk.dialects._sse import SPACED
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.annotations import encode_annotations
from cryptodesk.dialects.messari.errors import error_type
from cryptodesk.dialects.messari.reply import as_uuid
from cryptodesk.dialects.messari.stream import StreamEncoder
from cryptodesk.dialects.messari.wire import encode_pieces, outcome_of

__all__ = ["OpenAIEncoder", "encode_completion", "encode_usage"]

_json = msgspec.json.Encoder().encode

# Readers index `choices[0].delta` of every chunk unguarded.
_NO_TEXT: Final = b',"choices":[{"index":0,"delta":{},"finish_reason":null}]'

# The AI SDK looks for `error` only in what it cannot read as a chunk, which a delta of any other role is to it; without
# this it would show a broken stream as a whole one.
_FAILED: Final = b',"choices":[{"index":0,"delta":{"role":"system"},"finish_reason":null}]'


def encode_completion(
    text: str, started: RunStarted, finished: RunFinished, request: RunRequest, *, tells: bool
) -> bytes:
    """The whole `chat.completion`. `tells` adds the links to the message as OpenAI's clients know them."""
    links = encode_annotations(text, outcome_of(finished).sources) if tells else b""
    message = b'{"role":"assistant","content":%b%b}' % (_json(text), b"," + links if links else b"")
    return b'%b,"choices":[{"index":0,"message":%b,"finish_reason":"%b"}]%b%b}' % (
        _opening(started, b"chat.completion"),
        message,
        finished.finish_reason.encode(),
        _closing(finished, encode_pieces(finished, request).metadata),
        encode_extra(request.include, finished),
    )


def encode_usage(finished: RunFinished) -> bytes:
    usage = finished.usage
    counts = (
        usage.input_tokens,
        usage.output_tokens + usage.reasoning_tokens,
        usage.total_tokens,
    )
    return b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}' % counts


class OpenAIEncoder(StreamEncoder):
    """Role, text, links, charts, then the finish with everything, then `[DONE]`: charts in a chunk of their own,
    sources on the finish chunk, because a known reader looks for each there and nowhere else."""

    headers = choices.SSE_HEADERS
    filler = choices.KEEP_ALIVE

    def __init__(self, request: RunRequest, now: Callable[[], datetime], *, tells: bool) -> None:
        super().__init__(request, now)
        self._tells = tells
        self._base = b""

    def begin(self, started: RunStarted) -> bytes:
        self._base = _opening(started, b"chat.completion.chunk")
        head = self._base + b',"choices":[{"index":0,"delta":{'
        halves = SPACED.halves(head + b'"content":', b'},"finish_reason":null}]}')
        self.text_head, self.text_tail = halves.head, halves.tail
        return SPACED.frame(head + b'"role":"assistant","content":""},"finish_reason":null}]}')

    def encode_step(self, step: ResearchStep) -> bytes:
        return SPACED.frame(self._base + _NO_TEXT + encode_progress(step) + b"}")

    def end(self, finished: RunFinished) -> bytes:
        pieces = encode_pieces(finished, self.request)
        out = []
        links = encode_annotations("".join(self.texts), pieces.outcome.sources) if self._tells else b""
        if links:
            delta = b',"choices":[{"index":0,"delta":{%b},"finish_reason":null}]}' % links
            out.append(SPACED.frame(self._base + delta))
        if pieces.outcome.charts:
            out.append(SPACED.frame(self._base + _NO_TEXT + b',"metadata":%b}' % pieces.chart_metadata))
        last = b',"choices":[{"index":0,"delta":{},"finish_reason":"%b"}]' % finished.finish_reason.encode()
        extra = encode_extra(self.request.include, finished)
        out.append(SPACED.frame(self._base + last + _closing(finished, pieces.metadata) + extra + b"}"))
        return b"".join((*out, SPACED.done))

    def encode_failure(self, error: CryptodeskError, text: str) -> bytes:
        base = self._base.removeprefix(b"{")
        members = (b"," + base if base else b"") + _FAILED
        told = b'{"message":%b,"type":%b}' % (_json(text), _json(error_type(error)))
        return SPACED.frame(b'{"error":%b%b}' % (told, members)) + SPACED.done


def _opening(started: RunStarted, kind: bytes) -> bytes:
    return b'{"id":%b,"object":"%b","created":%d,"model":"%b"' % (
        _json(as_uuid(started.run_id)),
        kind,
        started.created_at,
        choices.MODEL.encode(),
    )


def _closing(finished: RunFinished, metadata: bytes) -> bytes:
    return b',"usage":%b,"metadata":%b' % (encode_usage(finished), metadata)
