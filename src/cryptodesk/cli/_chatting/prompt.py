"""What is typed: on a terminal with history and completion, from a pipe line by line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TextIO

_readline: Any
try:
    import readline as _readline
except ImportError:  # Windows has none: lines can still be typed
    _readline = None

__all__ = ["PipePrompt", "Prompt", "TerminalPrompt", "open_prompt"]

_MOST_REMEMBERED = 1000
_MOST_CHARACTERS = 200_000

Complete = Callable[[str], Sequence[str]]


class Prompt(Protocol):
    is_terminal: bool

    def read(self) -> str | None:
        """The next line, None at the end. Raises: KeyboardInterrupt."""
        ...

    def close(self) -> None: ...


def open_prompt(history: Path, complete: Complete) -> Prompt:
    return TerminalPrompt(history, complete) if sys.stdin.isatty() else PipePrompt(sys.stdin)


class PipePrompt:
    is_terminal = False

    def __init__(self, source: TextIO) -> None:
        self._source = source

    def read(self) -> str | None:
        line = self._source.readline(_MOST_CHARACTERS)
        return line.strip() if line else None

    def close(self) -> None:
        return


class TerminalPrompt:
    """A line that ends with a backslash goes on in the next one. `complete` gets what is typed so far, from the start
    of the line."""

    is_terminal = True

    def __init__(self, history: Path, complete: Complete) -> None:
        self._history = history
        self._complete = complete
        self._found: Sequence[str] = ()
        if _readline is not None:
            self._set_up()

    def read(self) -> str | None:
        try:
            text = input("> ")
            while text.endswith("\\"):
                text = text[:-1] + "\n" + input("… ")
        except EOFError:
            print()  # noqa: T201  what follows begins on a line of its own
            return None
        return text[:_MOST_CHARACTERS].strip()

    def close(self) -> None:
        """History is a convenience: where it cannot be kept, nothing is lost."""
        if _readline is None:
            return
        with suppress(OSError):
            self._history.parent.mkdir(parents=True, exist_ok=True)
            self._history.touch(mode=0o600)
            _readline.set_history_length(_MOST_REMEMBERED)
            _readline.write_history_file(self._history)

    def _set_up(self) -> None:
        with suppress(OSError):
            _readline.read_history_file(self._history)
        _readline.set_completer(self._nth)
        _readline.set_completer_delims("")
        libedit = "libedit" in (_readline.__doc__ or "")
        _readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")

    def _nth(self, text: str, state: int) -> str | None:
        if state == 0:
            self._found = self._complete(text)
        return self._found[state] if state < len(self._found) else None
