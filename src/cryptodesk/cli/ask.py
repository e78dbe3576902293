"""`cryptodesk ask`: one question, answered in the terminal with its tool calls, sources and cost."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors, say_error
from cryptodesk.cli._options import AsOf, DataOption, parse_as_of

if TYPE_CHECKING:
    from datetime import datetime

    from cryptodesk.core.events import RunFold
    from cryptodesk.settings import Settings

__all__ = ["ask"]


def ask(
    question: Annotated[list[str], typer.Argument(help="The question, in plain words.")],
    model: Annotated[str | None, typer.Option(help="Model id; the setting `default_model` when left out.")] = None,
    data: DataOption = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as one JSON object.")] = False,
) -> None:
    """Ask the desk a question. Works with no key, no network and no LLM."""
    from cryptodesk.settings import load_settings

    text = " ".join(question).strip()
    if not text:
        typer.secho("cryptodesk: the question is empty", err=True, fg="red")
        raise typer.Exit(WRONG_USE)
    moment = parse_as_of(as_of)
    with explained_errors():
        settings = load_settings(default_model=model, data=data)
        fold = asyncio.run(_run(settings, text, moment, quiet=as_json))
    if as_json:
        from cryptodesk.cli._report import as_json_text

        typer.echo(as_json_text(fold))
    if fold.failed is not None:
        say_error(fold.failed.error)
        raise typer.Exit(FAILED)


async def _run(settings: Settings, text: str, as_of: datetime | None, *, quiet: bool) -> RunFold:
    from cryptodesk.app.desk import Desk
    from cryptodesk.cli._report import Report
    from cryptodesk.core.events import RunFold

    fold = RunFold()
    report = None if quiet else Report()
    # The run is closed before the desk, also when the reader of a pipe goes away in the middle of it.
    async with Desk(settings) as desk, aclosing(desk.engine.run(desk.question(text, as_of))) as run:
        async for batch in run:
            for event in batch:
                fold.add(event)
                if report is not None:
                    report.show(event)
    if report is not None:
        report.finish(fold)
    return fold
