"""The command line, one file a command. Commands import what they need when they run, so that `--help` is quick."""

from __future__ import annotations

from typing import Annotated

import typer

import cryptodesk
from cryptodesk.cli import ask, budgets, data, documents, keys, ledger, models, plan, serve, tools
from cryptodesk.cli.eval import evaluate_model

__all__ = ["app", "main"]

app = typer.Typer(
    name="cryptodesk",
    help="An open crypto research desk: your own LLM, data and ledger.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("ask")(ask.ask)
app.command("plan")(plan.plan)
app.command("eval")(evaluate_model)
app.add_typer(data.app, name="data")
app.add_typer(documents.app, name="documents")
app.add_typer(tools.app, name="tools")
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.add_typer(budgets.app, name="budgets")
app.add_typer(ledger.app, name="ledger")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cryptodesk {cryptodesk.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """An open crypto research desk: your own LLM, data and ledger."""


def main() -> None:
    app()
