"""An answer on a terminal: rendered as Markdown while it comes. Loaded only there; a pipe gets the text as it is."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

__all__ = ["LiveAnswer"]


class LiveAnswer:
    """The text so far with what is being done below it, drawn anew at each change, until the whole takes its place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._text: list[str] = []
        self._status = ""
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="visible")
        self._live.start()

    def add(self, text: str) -> None:
        self._text.append(text)

    def say(self, status: str) -> None:
        self._status = status

    def draw(self) -> None:
        self._live.update(self._view(), refresh=True)

    def finish(self, text: str) -> None:
        self._live.stop()
        self._console.print(Markdown(text))

    def _view(self) -> RenderableType:
        return Group(Markdown("".join(self._text)), Text(self._status, style="dim"))
