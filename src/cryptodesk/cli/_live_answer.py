"""An answer on a terminal: rendered as Markdown while it comes. Loaded only there; a pipe gets the text as it is."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment, Segments
from rich.text import Text

from cryptodesk.cli._clean import clean, clean_line
from cryptodesk.cli._footer import Charting, Depth, footer
from cryptodesk.core.events import Progress, RunEvent, RunFold, TextDelta, ToolCallStarted

__all__ = ["LiveAnswer", "TerminalReport"]

_STYLES = {"chart": "cyan", "next": "bold", "dim": "dim"}
_REDRAW_SECONDS = 0.05
_LINES_LEFT_FREE = 3


class LiveAnswer:
    """The text so far with what is being done below it, drawn anew at each change, until the whole takes its place.

    Of a text longer than the screen its end is shown: what has scrolled away cannot be drawn over."""

    def __init__(self, console: Console, seconds: Callable[[], float] = monotonic) -> None:
        self._console = console
        self._seconds = seconds
        self._drawn_at = float("-inf")
        self._text: list[str] = []
        self._status = ""
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def add(self, text: str) -> None:
        self._text.append(text)

    def say(self, status: str) -> None:
        self._status = status
        self._drawn_at = float("-inf")

    def draw(self) -> None:
        """At most twenty times a second: rendering a long text for each word would cost more than the answer."""
        now = self._seconds()
        if now - self._drawn_at >= _REDRAW_SECONDS:
            self._drawn_at = now
            self._live.update(self._view(), refresh=True)

    def finish(self, text: str) -> None:
        self.stop()
        self._console.print(Markdown(text))

    def keep(self) -> None:
        """Ends with what came so far."""
        if self._text:
            self.finish("".join(self._text))
        else:
            self.stop()

    def stop(self) -> None:
        self._live.stop()

    def _view(self) -> RenderableType:
        lines = self._console.render_lines(Markdown("".join(self._text)), pad=False)
        room = max(1, self._console.height - _LINES_LEFT_FREE)
        shown = Segments([segment for line in lines[-room:] for segment in (*line, Segment.line())])
        return Group(shown, Text(self._status, style="dim", overflow="ellipsis", no_wrap=True))


class TerminalReport:
    def __init__(self, charting: Charting = "lines", console: Console | None = None, *, depth: Depth = "all") -> None:
        self._console = console or Console(highlight=False)
        self._charting = charting
        self._depth = depth
        self._live = LiveAnswer(self._console)
        self._live.say("…")
        self._live.draw()

    def show(self, event: RunEvent) -> None:
        match event:
            case TextDelta(text):
                self._live.add(clean(text))
            case ToolCallStarted(call):
                self._live.say(f"{clean_line(call.name)} …")
            case Progress(step) if step.status == "started":
                self._live.say(f"{clean_line(step.node)} …")
        self._live.draw()

    def finish(self, fold: RunFold) -> None:
        if fold.text:
            self._live.finish(clean(fold.text))
        else:
            self._live.stop()
        for part in footer(fold, charting=self._charting, width=self._console.width, depth=self._depth):
            self._console.print()
            for line in part:
                self._console.print(Text(line.text, style=_STYLES[line.style]), soft_wrap=True)

    def abandon(self) -> None:
        """What was said so far stays on the screen."""
        self._live.keep()
