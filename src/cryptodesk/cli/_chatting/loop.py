"""The conversation itself: a line is read, a command run or a question answered, until there are no more."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import msgspec
import typer

from cryptodesk.cli._asking import Answerer
from cryptodesk.cli._asking.running import in_order, shown
from cryptodesk.cli._chatting.commands import Room, cost_line, run_command
from cryptodesk.cli._chatting.prompt import Prompt
from cryptodesk.cli._chatting.talk import ShelfError, as_turn
from cryptodesk.cli._errors import exit_code, say_error
from cryptodesk.cli._report import as_json, open_report
from cryptodesk.core.clock import Clock
from cryptodesk.core.events import RunFold

__all__ = ["Loop"]


class Loop:
    """`run` gives the exit code: of the last answer that failed, where lines come from a pipe."""

    def __init__(self, room: Room, prompt: Prompt, clock: Clock, *, as_json: bool) -> None:
        self._room = room
        self._prompt = prompt
        self._clock = clock
        self._as_json = as_json
        self._code = 0

    def run(self, answerer: Answerer) -> int:
        # One loop for all answers, so that connections and caches outlive each; between them the line is read on the
        # main thread, where arrow keys and Ctrl-C work.
        with asyncio.Runner() as runner:
            runner.run(answerer.__aenter__())
            try:
                while self._room.is_open and (line := self._read()) is not None:
                    self._take(runner, answerer, line)
            finally:
                self._prompt.close()
                runner.run(answerer.__aexit__(None, None, None))
        return 0 if self._prompt.is_terminal else self._code

    def _read(self) -> str | None:
        """Ctrl-C drops what was typed. Raises: KeyboardInterrupt where nobody types."""
        try:
            return self._prompt.read()
        except KeyboardInterrupt:
            if not self._prompt.is_terminal:
                raise
            self._say("\n(Ctrl-D or /quit ends)")
            return ""

    def _take(self, runner: asyncio.Runner, answerer: Answerer, line: str) -> None:
        if line.startswith("/"):
            said, is_done = run_command(self._room, line)
            self._code = self._code if is_done else 2
            if said:
                self._say(said)
        elif line:
            self._ask(runner, answerer, self._room.talk.meant(line))

    def _ask(self, runner: asyncio.Runner, answerer: Answerer, question: str) -> None:
        asked_at = self._clock.now()
        try:
            fold = runner.run(self._answer(answerer, question))
        except KeyboardInterrupt:
            if not self._prompt.is_terminal:
                raise
            self._say("(stopped; it is not part of the conversation)")
            return
        if self._as_json:
            typer.echo(msgspec.json.encode(as_json(fold)).decode())
        if fold.failed is not None:
            say_error(fold.failed.error)
            self._code = exit_code(fold.failed.error)
            return
        self._room.talk.turns.append(as_turn(question, fold, asked_at))
        self._tell(fold)

    async def _answer(self, answerer: Answerer, question: str) -> RunFold:
        talk = self._room.talk
        report = None if self._as_json else open_report(depth="talk")
        with in_order(report):
            async with aclosing(answerer.run(talk.messages(question), talk.wish)) as run:
                return await shown(run, report)

    def _tell(self, fold: RunFold) -> None:
        talk = self._room.talk
        model = fold.started.model if fold.started is not None else ""
        if not self._as_json:
            typer.secho(f"{cost_line(talk)}  {model}\n", dim=True)
        if talk.name:
            try:
                self._room.shelf.save(talk)
            except ShelfError as error:
                typer.secho(f"cryptodesk: {error}", err=True, fg="red")

    def _say(self, text: str) -> None:
        """Beside the answers where those are for a program."""
        typer.echo(text, err=self._as_json)
