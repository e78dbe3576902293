"""The command line, one file a command. Commands are imported when they are called, and import what they need when they
run, so that `--help` is quick; `_commands.py` is the table of them."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

import cryptodesk
from cryptodesk.cli._commands import COMMANDS
from cryptodesk.cli._group import late_group
from cryptodesk.cli._libraries import tell_libraries

__all__ = ["app", "main"]

_EPILOG = """\
`cryptodesk COMMAND --help` shows what a command takes, with examples.

Exit codes: 0 done, 1 a negative finding or a refusal, 2 wrong use, 3 upstream does not answer, 130 interrupted.
"""

app = typer.Typer(
    name="cryptodesk",
    cls=late_group(COMMANDS),
    help="An open crypto research desk: your own LLM, data and ledger.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    # Rich costs half of the time that the help may take.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cryptodesk {cryptodesk.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="Print without colours, as with NO_COLOR in the environment.")
    ] = False,
    no_color_anywhere: Annotated[str, typer.Option(envvar="NO_COLOR", hidden=True)] = "",
    traceback: Annotated[bool, typer.Option("--traceback", help="Show where a defect of the product is.")] = False,
) -> None:
    """An open crypto research desk: your own LLM, data and ledger."""
    if no_color:
        from cryptodesk.settings import forbid_colours

        forbid_colours()
    if no_color or no_color_anywhere:
        context.color = False


def main() -> None:
    """Ends the process with the command's exit code; whatever nobody foresaw is told in a line."""
    from cryptodesk.cli._errors import DEFECT, INTERRUPTED

    tell_libraries()
    try:
        app(prog_name="cryptodesk")
    except SystemExit:
        gc.freeze()  # the interpreter would look through all there is once more before it ends
        raise
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if "--traceback" in sys.argv:
            raise
        typer.secho(
            f"cryptodesk: a defect: {type(error).__name__}: {error}. `cryptodesk --traceback …` shows where.",
            err=True,
            fg="red",
        )
        sys.exit(DEFECT)
