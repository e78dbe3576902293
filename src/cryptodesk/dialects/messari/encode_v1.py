"""The envelope of v1 and v2: `error`, `data`, `metadata`; whole, and as frames of the same shape."""

from __future__ import annotations

from typing import Final

import msgspec

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import RunFinished, RunStarted
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchStep
from cryptodesk.dialects._extra import encode_extra, encode_progress
from cryptodesk.dialects._sse import SPACED
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.stream import StreamEncoder
from cryptodesk.dialects.messari.wire import encode_pieces

__all__ = ["EnvelopeEncoder", "encode_envelope"]

_json = msgspec.json.Encoder().encode

# Clients of the published reader take `data.messages[0].delta` of every frame unguarded.
_NO_TEXT: Final = b'"data":{"messages":[{"delta":{"content":""}}]}'


def encode_envelope(text: str, finished: RunFinished, request: RunRequest) -> bytes:
    """The whole body."""
    return b'{"error":null,"data":{"messages":[{"role":"assistant","content":%b}]},"metadata":%b%b}' % (
        _json(text),
        encode_pieces(finished, request).metadata,
        encode_extra(request.include, finished),
    )


class EnvelopeEncoder(StreamEncoder):
    """A frame a piece of text, a last one with `metadata`, then `[DONE]`."""

    headers = choices.SSE_HEADERS
    filler = choices.KEEP_ALIVE

    def begin(self, started: RunStarted) -> bytes:
        halves = SPACED.halves(b'{"data":{"messages":[{"delta":{"content":', b"}}]}}")
        self.text_head, self.text_tail = halves.head, halves.tail
        return SPACED.frame(b"{%b}" % _NO_TEXT)

    def encode_step(self, step: ResearchStep) -> bytes:
        return SPACED.frame(b"{%b%b}" % (_NO_TEXT, encode_progress(step)))

    def end(self, finished: RunFinished) -> bytes:
        metadata = encode_pieces(finished, self.request).metadata
        extra = encode_extra(self.request.include, finished)
        last = b'{"error":null,%b,"metadata":%b%b}' % (_NO_TEXT, metadata, extra)
        return SPACED.frame(last) + SPACED.done

    def encode_failure(self, error: CryptodeskError, text: str) -> bytes:
        return SPACED.frame(b'{"error":%b,%b}' % (_json(text), _NO_TEXT)) + SPACED.done
