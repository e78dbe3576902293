"""`cryptodesk db`: bring the database up to date, check it, copy it to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._data_report import progress_bars
from cryptodesk.cli._errors import FAILED, UNAVAILABLE, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import say_json

if TYPE_CHECKING:
    from cryptodesk.app.upkeep import Checked, Copied
    from cryptodesk.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Bring the database up to date, check it, copy it to another.", no_args_is_help=True)

TheFile = Annotated[
    bool, typer.Option("--file", help="The SQLite file of the data folder, whatever DATABASE_URL names.")
]

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@app.command("migrate")
def migrate(the_file: TheFile = False, as_json: AsJson = False) -> None:
    """Bring the tables up to date, as each start does. Servers may go on working; of several that do this at once, each
    step is applied by one. A database that is newer than the program is left as it is: exit code 1."""
    from cryptodesk.app.upkeep import migrate_database

    with explained_errors():
        done = migrate_database(_settings(the_file=the_file))
    if as_json:
        say_json(done)
        return
    for step in done.applied:
        typer.echo(f"{step.component} {step.version}: {step.name}")
    if not done.applied:
        typer.echo(f"{done.database} was up to date.")
    for note in done.notes:
        typer.secho(note, err=True, fg="yellow")


@app.command("check")
def check(the_file: TheFile = False, as_json: AsJson = False) -> None:
    """Look at the database: can it be reached and written, is it whole, does its schema fit, do the ledger's seals
    hold. Nothing is changed. Exit code 1 for a problem, 3 where the database cannot be opened at all."""
    from cryptodesk.app.upkeep import check_database

    with explained_errors():
        found = check_database(_settings(the_file=the_file))
    if as_json:
        say_json({"database": found.database, "is_well": not found.has_problem, "findings": found.findings})
    else:
        _say_findings(found)
    if not found.is_reachable:
        raise typer.Exit(UNAVAILABLE)
    if found.has_problem:
        raise typer.Exit(FAILED)


@app.command("copy")
def copy(
    source: Annotated[
        Path | None, typer.Option("--from", help="A SQLite file; that of the data folder when left out.")
    ] = None,
    while_served: Annotated[
        bool, typer.Option("--while-served", help="Copy the file as it is now, though a server writes to it: to try.")
    ] = False,
    replace_characters: Annotated[
        bool, typer.Option("--replace-characters", help="Put U+FFFD for what no text of PostgreSQL can hold.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy a SQLite file into the empty PostgreSQL that DATABASE_URL names: all of it or nothing, each table compared
    by the number and the checksum of its rows, the ledger's seals verified in the copy. The file is not changed."""
    from cryptodesk.app.upkeep import copy_database
    from cryptodesk.app.upkeep.copying import CopyOptions

    with explained_errors(), progress_bars(as_json) as report:
        settings = _settings()
        options = CopyOptions(while_served=while_served, replace_characters=replace_characters)
        done = copy_database(settings, source or settings.database_path, options, report)
    if as_json:
        say_json(done)
    else:
        _say_copied(done)
    if not done.are_seals_same:
        typer.secho("cryptodesk: the ledger's seals say something else in the copy", err=True, fg="red")
        raise typer.Exit(FAILED)


def _settings(*, the_file: bool = False) -> Settings:
    from cryptodesk.settings import load_settings

    settings = load_settings()
    return settings.model_copy(update={"database_url": None}) if the_file else settings


def _say_findings(found: Checked) -> None:
    typer.echo(found.database)
    width = max(len(finding.name) for finding in found.findings)
    for finding in found.findings:
        state = typer.style(f"{finding.state:<8}", fg=_COLOURS[finding.state])
        typer.echo(f"  {state} {finding.name:<{width}}  {finding.text}")


def _say_copied(done: Copied) -> None:
    width = max(len(table.table) for table in done.tables)
    for table in done.tables:
        typer.echo(f"  {table.table:<{width}}  {table.rows:>12,}  {table.checksum[:16]}")
    typer.echo(f"{done.rows:,} rows of {len(done.tables)} tables are the same in {done.source} and {done.target}.")
    for finding in done.seals:
        state = f"BROKEN: {finding.fault}" if finding.fault else "whole"
        typer.echo(f"ledger, {finding.book}: {state}; {finding.sealed} sealed, {finding.unsealed} not yet")
    if done.replaced_texts:
        typer.echo(f"{done.replaced_texts:,} texts have U+FFFD in place of a character", err=True)
    if done.left_out:
        typer.echo(f"not cryptodesk's, and left out: {', '.join(done.left_out)}", err=True)
    typer.echo(
        "Keep the file. To go back, stop the servers and unset DATABASE_URL: what was written to PostgreSQL since is"
        " then left behind there."
    )
