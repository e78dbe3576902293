"""Commands as processes of their own, at a pipe or at a terminal, and answers that are made up."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from cryptodesk.cli._asking import Wish
from cryptodesk.core.events import RunEvent, RunFinished, RunFold, RunStarted, TextDelta
from cryptodesk.core.messages import Message
from cryptodesk.core.research import ResearchOutcome
from cryptodesk.core.usage import Cost, Usage
from tests.clients.server import environment

__all__ = ["FakeAnswerer", "Terminal", "an_answer", "at_terminal", "cryptodesk", "folded"]

_SECONDS = 60
_TERMINAL_SECONDS = 20
_PRESSES = 10
_PATIENCE_SECONDS = 2.0


def cryptodesk(home: Path, *arguments: str, typed: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    """At pipes."""
    return subprocess.run(
        [sys.executable, "-m", "cryptodesk", *arguments],
        env=environment(home, COLUMNS="160", **extra),
        input=typed,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


class Terminal:
    """A process at a terminal of its own: what it shows, and a keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self.shown = ""
        self._waited_to = 0

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, text: str) -> str:
        """What is shown from the end of the last wait to the end of `text`."""
        start = self._waited_to
        while (found := self.shown.find(text, start)) < 0:
            piece = self._read()
            assert piece, f"the process ended before it showed {text!r}: {self.shown!r}"
            self.shown += piece
        self._waited_to = found + len(text)
        return self.shown[start : self._waited_to]

    def end(self, key: str = "") -> int:
        """The exit code; `key` is pressed until the end is there, for one that comes between two readings is lost."""
        for _ in range(_PRESSES if key else 0):
            self.type(key)
            while select.select([self._master], [], [], _PATIENCE_SECONDS)[0]:
                if not (piece := self._read()):
                    return self.process.wait(_SECONDS)
                self.shown += piece
        while piece := self._read():
            self.shown += piece
        return self.process.wait(_SECONDS)

    def _read(self) -> str:
        ready, _, _ = select.select([self._master], [], [], _TERMINAL_SECONDS)
        assert ready, f"nothing more within {_TERMINAL_SECONDS} s: {self.shown!r}"
        try:
            return os.read(self._master, 65_536).decode(errors="replace")
        except OSError:  # Linux tells by this that the other end is closed
            return ""


@contextmanager
def at_terminal(home: Path, *arguments: str, **extra: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cryptodesk", *arguments],
        env=environment(home, COLUMNS="100", LINES="40", TERM="xterm-256color", **extra),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        # Ctrl-C reaches only a process whose controlling terminal it is typed at.
        preexec_fn=_take_terminal,  # noqa: PLW1509  it runs before there are threads
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def an_answer(text: str, cost_usd: str = "0.5", research: ResearchOutcome | None = None) -> list[RunEvent]:
    """The events of a run that ended well."""
    return [
        RunStarted("r1", 1, "served-model", "default"),
        *(TextDelta(piece) for piece in text.splitlines(keepends=True)),
        RunFinished("stop", Usage(10, 5), Cost(Decimal(cost_usd)), research=research),
    ]


def folded(events: Sequence[RunEvent]) -> RunFold:
    fold = RunFold()
    for event in events:
        fold.add(event)
    return fold


class FakeAnswerer:
    """Gives the answers in their turn, and remembers what it was asked. None stands for a Ctrl-C in the middle."""

    kind: Literal["embedded", "server"] = "embedded"
    place = "nowhere"

    def __init__(self, *answers: list[RunEvent] | None) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[tuple[Message, ...], Wish]] = []
        self.is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.is_closed = True

    async def run(self, messages: Sequence[Message], wish: Wish) -> AsyncGenerator[list[RunEvent], None]:
        self.asked.append((tuple(messages), wish))
        answer = self._answers.pop(0)
        if answer is None:
            yield [TextDelta("half a sen")]
            raise KeyboardInterrupt
        for event in answer:
            yield [event]
