"""`cryptodesk config`: what the desk is set to, where that comes from, and whether it will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cryptodesk.cli._errors import FAILED, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import open_console, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptodesk.app.configuration import Shown
    from cryptodesk.app.finding import Finding

__all__ = ["app"]

app = typer.Typer(help="Show what the desk is set to, or check it.", no_args_is_help=True)


@app.command("show")
def show(
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not at its default.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every setting: its value, where that comes from, and what it does. Secrets are not shown."""
    from cryptodesk.app.configuration import show_configuration

    with explained_errors():
        shown = [setting for setting in show_configuration() if not changed or setting.origin != "default"]
    if as_json:
        say_json({"settings": shown})
    else:
        _print_settings(shown)


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Check every setting, file, key and address, and look for names that nothing reads. Starts nothing.

    Ends with 1 if there is an error; warnings alone end with 0."""
    from cryptodesk.app.configuration import check_configuration
    from cryptodesk.settings import Settings

    findings = check_configuration()
    errors = sum(finding.level == "error" for finding in findings)
    if as_json:
        counts = {"settings": len(Settings.model_fields), "errors": errors, "warnings": len(findings) - errors}
        say_json({"is_well": not errors, **counts, "findings": findings})
    else:
        _print_findings(findings)
        typer.echo(f"{len(Settings.model_fields)} settings: {errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise typer.Exit(FAILED)


def _print_settings(shown: Sequence[Shown]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("from", overflow="fold")
    table.add_column("what it does", overflow="fold")
    for setting in shown:
        # Text, because values may hold what rich takes for markup.
        cells = (setting.name, _value_text(setting.value), setting.where or setting.origin, setting.meaning)
        table.add_row(*map(Text, cells))
    open_console().print(table)


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        advice = f" {finding.advice}" if finding.advice else ""
        typer.secho(f"{finding.level}: {_clean(finding.about)}: {_clean(finding.problem)}.{_clean(advice)}")


def _value_text(value: Any) -> str:
    import msgspec

    if value is None:
        return "-"
    return _clean(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _clean(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
