"""One line a run: ids, counts, money and times; texts of messages only where the operator asks for them."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from cryptodesk.core.clock import Clock
from cryptodesk.core.ports import RunSummary
from cryptodesk.core.usage import decimal_text
from cryptodesk.observing.log_lines import LineSink, LogFormat, moment_text
from cryptodesk.observing.request import REQUEST, ObservedRequest
from cryptodesk.observing.scrubbing import Scrubber

__all__ = ["RunLog"]

_INTERVAL_SECONDS: Final = 0.1
_encode_summary = msgspec.json.Encoder(decimal_format="string").encode
_encode = msgspec.json.encode


class RunLog:
    """Written out at most every tenth of a second: a write for each run costs the interpreter lock each time."""

    def __init__(self, sink: LineSink, clock: Clock, scrubber: Scrubber, log_format: LogFormat = "json") -> None:
        self._sink = sink
        self._clock = clock
        self._scrubber = scrubber
        self._format = log_format
        self._lines: list[bytes] = []

    def ended(self, summary: RunSummary) -> None:
        if self._format == "off":
            return
        request = REQUEST.get()
        line = self._json(summary, request) if self._format == "json" else self._text(summary, request)
        # Only these can hold what a caller wrote: a made-up model's name, and texts.
        if summary.served_by is None or (request is not None and request.texts is not None):
            line = self._scrubber.scrub(line.decode()).encode()
        if not self._lines:
            asyncio.get_running_loop().call_later(_INTERVAL_SECONDS, self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        if self._lines:
            lines, self._lines = self._lines, []
            self._sink.write(b"\n".join(lines) + b"\n")

    def _json(self, summary: RunSummary, request: ObservedRequest | None) -> bytes:
        head = b'{"at":"%b","level":"info","logger":"cryptodesk.run",' % moment_text(self._clock).encode()
        first = _first_byte_ms(request)
        told = b"null" if first is None else _encode(first)
        line = b'%b%b,"first_byte_ms":%b' % (head, _encode_summary(summary)[1:-1], told)
        if request is None:
            return line + b"}"
        line += b',"tools":%b' % (_encode(request.tools) if request.tools else b"[]")
        if request.texts is not None:
            line += b',"question":%b,"answer":%b' % (_encode(request.texts.question), _encode(request.texts.answer))
        return line + b"}"

    def _text(self, summary: RunSummary, request: ObservedRequest | None) -> bytes:
        usage, first = summary.usage, _first_byte_ms(request)
        words = [
            f"{moment_text(self._clock)} run {summary.run_id} {summary.outcome}",
            f"code={summary.code}" if summary.code else "",
            f"dialect={summary.dialect} model={_word(summary.model_id)} served_by={_word(summary.served_by or '-')}",
            f"tokens={usage.input_tokens}+{usage.output_tokens}+{usage.reasoning_tokens}",
            f"amount_usd={decimal_text(summary.amount_usd)} ms={summary.duration_ms:.1f}",
            f"first_byte_ms={first:.1f}" if first is not None else "",
            f"tools={','.join(request.tools)}" if request is not None and request.tools else "",
            f"account={_word(summary.account_id)} trace={_word(summary.trace_id)}",
        ]
        if request is not None and request.texts is not None:
            words.append(f"question={_quoted(request.texts.question)} answer={_quoted(request.texts.answer)}")
        return " ".join(word for word in words if word).encode("utf-8", "backslashreplace")


def _first_byte_ms(request: ObservedRequest | None) -> float | None:
    seconds = request.first_byte_seconds if request is not None else None
    return None if seconds is None else round(seconds * 1e3, 3)


def _word(text: str) -> str:
    return "".join(character if character.isprintable() and character != " " else "_" for character in text[:200])


def _quoted(text: str) -> str:
    return _encode(text).decode()
