"""Log lines as JSON or as text, and where they go: standard error, or a file that may be moved away underneath."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from cryptodesk.core.clock import Clock

__all__ = ["JsonFormatter", "LineSink", "LogFormat", "SinkHandler", "TextFormatter", "moment_text"]

LogFormat = Literal["json", "text", "off"]

_LONGEST_MESSAGE: Final = 8_000
_encode = msgspec.json.encode


def moment_text(clock: Clock) -> str:
    """ISO 8601, to the millisecond."""
    now = clock.now()
    # `isoformat` takes ten times as long, and every line has a moment.
    return f"{str(_encode(now)[1:20], 'ascii')}.{now.microsecond // 1000:03d}Z"


class LineSink:
    """Writes whole lines. A file is opened anew when it was moved away, so that log rotation needs no signal. A disk or
    a pipe that takes nothing costs lines, never answers: `lost` counts them.

    Raises: OSError for a file that cannot be opened at first."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._descriptor = -1 if path is None else _open(path)
        self.lost = 0

    def write(self, lines: bytes) -> None:
        """`lines` ends with a line end."""
        try:
            if self._path is None:
                sys.stderr.buffer.write(lines)
                sys.stderr.buffer.flush()
            else:
                self._follow(self._path)
                os.write(self._descriptor, lines)
        except (OSError, ValueError):
            self.lost += lines.count(b"\n")

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor, self._path = -1, None

    def _follow(self, path: Path) -> None:
        held = os.fstat(self._descriptor)
        try:
            found = path.stat()
        except FileNotFoundError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != (held.st_dev, held.st_ino):
            os.close(self._descriptor)
            self._descriptor = -1
            self._descriptor = _open(path)


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


class SinkHandler(logging.Handler):
    def __init__(self, sink: LineSink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._sink.write(self.format(record).encode("utf-8", "backslashreplace") + b"\n")
        except Exception:
            self.handleError(record)


class TextFormatter(logging.Formatter):
    """One line, but for a traceback, which follows it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _one_line(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": moment_text(self._clock),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_LONGEST_MESSAGE],
        }
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else None)
        if trace:
            line["exception"] = trace[-_LONGEST_MESSAGE:]
        return _encode(line).decode()


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text[:_LONGEST_MESSAGE])
