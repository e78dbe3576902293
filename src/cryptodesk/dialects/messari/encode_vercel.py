"""The Vercel data stream, version 1: lines of `CODE:JSON`, read by `useChat` of `ai` 4."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import RunFinished, RunStarted
from cryptodesk.core.ids import new_id
from cryptodesk.core.research import CitedSource, ResearchStep
from cryptodesk.dialects._extra import encode_extra
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.reply import as_uuid
from cryptodesk.dialects.messari.stream import StreamEncoder
from cryptodesk.dialects.messari.wire import Pieces, encode_pieces

__all__ = ["VercelEncoder"]

_json = msgspec.json.Encoder().encode

_TEXT: Final = b"0:"
_ITEMS: Final = b"2:"
_ERROR: Final = b"3:"
_SOURCE: Final = b"h:"
_STEP_END: Final = b"e:"
_END: Final = b"d:"


class VercelEncoder(StreamEncoder):
    """Text, then charts, sources and questions as items, then the ends of step and message."""

    headers = choices.VERCEL_HEADERS
    filler = choices.KEEP_ALIVE_VERCEL

    def begin(self, started: RunStarted) -> bytes:
        self.text_head, self.text_tail = _TEXT, b"\n"
        self._message_id = as_uuid(started.run_id)
        # A known reader takes a stream without a text line for no answer, even where an error follows.
        return _line(_TEXT, b'""')

    def encode_step(self, step: ResearchStep) -> bytes:
        return self._item("cryptodesk", b'{"progress":[%b]}' % _json(step))

    def end(self, finished: RunFinished) -> bytes:
        pieces = encode_pieces(finished, self.request)
        usage = finished.usage
        counts = {
            "promptTokens": usage.input_tokens,
            "completionTokens": usage.output_tokens + usage.reasoning_tokens,
        }
        reason = choices.FINISH_REASONS_VERCEL.get(finished.finish_reason, "other")
        ending = {"finishReason": reason, "usage": counts}
        told = {"traceId": as_uuid(self.request.trace_id), "status": pieces.outcome.status}
        return b"".join(
            (
                self._items(pieces, finished),
                *(_line(_SOURCE, _json(_source_part(each))) for each in pieces.outcome.sources if each.url),
                _line(_STEP_END, _json({**ending, "isContinued": False})),
                _line(_END, _json({**ending, **told})),
            )
        )

    def encode_failure(self, error: CryptodeskError, text: str) -> bytes:
        """Without `usage`, which nobody has counted."""
        ending = {"finishReason": "error", "traceId": as_uuid(self.request.trace_id)}
        return _line(_ERROR, _json(text)) + _line(_END, _json(ending))

    def _items(self, pieces: Pieces, finished: RunFinished) -> bytes:
        outcome = pieces.outcome
        out = []
        if outcome.charts:
            out.append(self._item("chart_data", pieces.charts))
        if outcome.sources:
            out.append(self._item("citation_data", pieces.sources))
        if pieces.related != b"[]":
            out.append(self._item("related_questions", pieces.related))
        extra = encode_extra(self.request.include, finished)
        if extra:
            out.append(self._item("cryptodesk", extra.removeprefix(b',"cryptodesk":')))
        return b"".join(out)

    def _item(self, kind: str, content: bytes) -> bytes:
        """A list of one item, with a name of its own by which a reader knows it again."""
        item = b'[{"type":"%b","data":%b,"messageId":%b,"uuid":"%b"}]' % (
            kind.encode(),
            content,
            _json(self._message_id),
            as_uuid(new_id()).encode(),
        )
        return _line(_ITEMS, item)


def _line(code: bytes, payload: bytes) -> bytes:
    return code + payload + b"\n"


def _source_part(source: CitedSource) -> dict[str, Any]:
    return {
        "sourceType": "url",
        "id": str(source.citation_id),
        "url": source.url,
        "title": source.title,
        "domain": source.domain,
    }
