"""What every stream of these dialects has in common: how far it has come, and which event becomes which frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import msgspec

from cryptodesk.core.errors import CryptodeskError, InternalError
from cryptodesk.core.events import Progress, RunEvent, RunFailed, RunFinished, RunStarted, TextDelta
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchStep
from cryptodesk.dialects._sse import as_lines
from cryptodesk.dialects.messari.errors import Headers, error_text

__all__ = ["NO_END", "StreamEncoder"]

NO_END = "The run ended without its last event."

_json = msgspec.json.Encoder().encode


class StreamEncoder(ABC):
    """Encodes one run's batches into frames. `failure` and `is_finished` tell how far the run has come.

    The first frames are those of `RunStarted`, so that a slow answer's headers are out long before its text."""

    headers: ClassVar[Headers]
    filler: ClassVar[bytes]

    def __init__(self, request: RunRequest, now: Callable[[], datetime]) -> None:
        self.request = request
        self.now = now
        self.started: RunStarted | None = None
        self.failure: CryptodeskError | None = None
        self.is_finished = False
        self.text_head = self.text_tail = b""
        self.texts: list[str] = []
        self._tells_progress = "progress" in request.include

    def encode(self, batch: list[RunEvent]) -> bytes:
        """The frames of a batch, empty when it has nothing for the client."""
        out: list[bytes] = []
        for event in batch:
            if type(event) is TextDelta:
                if event.text:
                    self.texts.append(event.text)
                    out += (self.text_head, _json(event.text), self.text_tail)
            else:
                self._encode_rare(event, out)
        return as_lines(b"".join(out))

    def fail(self, error: CryptodeskError | None = None) -> bytes:
        """The frames that end a stream which cannot go on."""
        self.failure = error or InternalError(NO_END)
        return as_lines(self.encode_failure(self.failure, error_text(self.failure, self.now())))

    def _encode_rare(self, event: RunEvent, out: list[bytes]) -> None:
        match event:
            case RunStarted():
                self.started = event
                out.append(self.begin(event))
            case Progress(step):
                if self._tells_progress and self.started is not None:
                    out.append(self.encode_step(step))
            case RunFinished():
                self.is_finished = True
                out.append(self.end(event))
            case RunFailed(error):
                out.append(self.fail(error))
            case _:
                pass

    @abstractmethod
    def begin(self, started: RunStarted) -> bytes:
        """The first frames. Sets `text_head` and `text_tail`, between which each piece of text goes."""

    @abstractmethod
    def encode_step(self, step: ResearchStep) -> bytes: ...

    @abstractmethod
    def end(self, finished: RunFinished) -> bytes: ...

    @abstractmethod
    def encode_failure(self, error: CryptodeskError, text: str) -> bytes: ...
