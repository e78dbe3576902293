"""`cryptodesk ask`: one question, answered in the terminal with its charts, sources, tool calls and cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._completion import complete_words
from cryptodesk.cli._errors import WRONG_USE, exit_code, explained_errors, say_error
from cryptodesk.cli._memory import collect_rarely
from cryptodesk.cli._options import (
    AsOf,
    DataOption,
    ModelOption,
    ServerOption,
    VerbosityOption,
    parse_as_of,
    read_question,
)

if TYPE_CHECKING:
    from cryptodesk.cli._asking import Wish
    from cryptodesk.cli._footer import Charting
    from cryptodesk.cli._report import Report
    from cryptodesk.core.events import RunFold
    from cryptodesk.settings import Settings

__all__ = ["ask"]


def ask(  # noqa: PLR0913, PLR0917  each is an option of the command
    question: Annotated[
        list[str],
        typer.Argument(help="The question, in plain words; - reads it from a pipe.", autocompletion=complete_words),
    ],
    model: ModelOption = None,
    verbosity: VerbosityOption = None,
    as_of: AsOf = None,
    research: Annotated[
        bool, typer.Option("--research", help="Let the research graph answer: citations, charts, what to ask next.")
    ] = False,
    data: DataOption = None,
    server: ServerOption = None,
    chart: Annotated[
        bool | None, typer.Option("--chart/--no-chart", help="Draw large charts, or none; a line each when left out.")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Print the answer alone, as plain text without Markdown.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as one JSON object.")] = False,
) -> None:
    """Ask the desk a question. Works with no key, no network and no LLM."""
    collect_rarely()
    text = read_question(question)
    moment = parse_as_of(as_of)
    if as_json and plain:
        typer.secho("cryptodesk: --json and --plain exclude each other", err=True, fg="red")
        raise typer.Exit(WRONG_USE)
    import asyncio

    from cryptodesk.cli._asking import Wish
    from cryptodesk.cli._report import as_json as encoded
    from cryptodesk.settings import load_settings

    related = 2 if research and not plain else 0
    wish = Wish(model or "", moment, research, verbosity.value if verbosity else None, related)
    charting: Charting = "lines" if chart is None else "large" if chart else "off"
    with explained_errors():
        settings = load_settings(data=data, server=server)
        opened = partial(_report, None if as_json else charting, plain=plain)
        fold = asyncio.run(_run(settings, text, wish, opened, has_data=data is not None))
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(encoded(fold)).decode())
    if fold.failed is not None:
        say_error(fold.failed.error)
        raise typer.Exit(exit_code(fold.failed.error))


def _report(charting: Charting | None, *, plain: bool) -> Report | None:
    from cryptodesk.cli._report import open_report

    return None if charting is None else open_report(charting, plain=plain)


async def _run(
    settings: Settings, text: str, wish: Wish, opened: Callable[[], Report | None], *, has_data: bool
) -> RunFold:
    from cryptodesk.cli._asking.opening import open_answerer
    from cryptodesk.cli._asking.running import in_order, shown
    from cryptodesk.core.messages import text_message

    # Opened in here, where Ctrl-C is in good hands already, and before the desk is, so that something is seen at once.
    report = opened()
    with in_order(report):
        # The run is closed before the desk, also when the reader of a pipe goes away in the middle of it.
        async with (
            open_answerer(settings, has_data=has_data) as answerer,
            aclosing(answerer.run([text_message("user", text)], wish)) as run,
        ):
            return await shown(run, report)
