"""`cryptodesk evidence`: one file that proves a run, and its check, which needs nothing but the file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors

__all__ = ["evidence"]


def evidence(
    run_id: Annotated[
        str | None, typer.Argument(help="The run's id; an answer's id will do.", metavar="ID", show_default=False)
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", help="Check this file instead; exit code 1 and the first difference.")
    ] = None,
    root: Annotated[str, typer.Option(help="With --check: the root that was noted when the file was made.")] = "",
    output: Annotated[Path | None, typer.Option(help="A file; standard output when left out.")] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder.")] = None,
) -> None:
    """Write the evidence of a run into one file, or check such a file offline."""
    if (run_id is None) == (check is None):
        _refuse("give the id of a run, or --check FILE")
    if check is not None:
        _check(check, root)
    else:
        _export(str(run_id), home, output)


def _check(path: Path, root: str) -> None:
    from cryptodesk.app.evidence.check import EvidenceFault, check_evidence, read_evidence

    try:
        text = path.read_bytes()
    except OSError as error:
        _refuse(f"{str(path)!r} cannot be read: {error.strerror}")
    try:
        report = check_evidence(read_evidence(text), root)
    except EvidenceFault as fault:
        typer.echo(f"NOT PROVEN: {fault}.")
        raise typer.Exit(FAILED) from None
    typer.echo(f"Whole: run {report.run_id}, root {report.root}.")
    named = f", {report.named} computed from such" if report.named else ""
    typer.echo(f"{report.figures} figures; {report.cells} cells found in the tools' outputs{named}.")
    typer.echo(f"{report.charges} charges computed anew from tokens and prices; {report.sealed} lines sealed.")
    for note in report.notes:
        typer.echo(f"Note: {note}.")


def _export(run_id: str, home: Path | None, output: Path | None) -> None:
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.app.evidence.export import build_evidence
    from cryptodesk.app.replaying.replay import load_run, replay
    from cryptodesk.cli.replay import plain_run_id
    from cryptodesk.settings import load_settings

    with explained_errors():
        settings = load_settings(home=home)
        run = load_run(settings, plain_run_id(run_id))
        replayed = None if run.recording.missing else replay(settings, run)
        with open_ledger(settings) as database:
            found = build_evidence(run, replayed, database)
    text = json.dumps(found, indent=1, ensure_ascii=True) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="ascii")
    except OSError as error:
        _refuse(f"{str(output)!r} cannot be written: {error.strerror}")
    typer.echo(f"Note this and keep it elsewhere: root {found['root']}", err=True)


def _refuse(message: str) -> NoReturn:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    raise typer.Exit(WRONG_USE)
