"""`cryptodesk replay`: a recorded run, run again without a model, a tool or a charge."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors

__all__ = ["plain_run_id", "replay"]

RunId = Annotated[str, typer.Argument(help="The run's id; an answer's id will do.", metavar="ID")]


def replay(
    run_id: RunId,
    home: Annotated[Path | None, typer.Option(help="Data folder.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the replayed answer's bytes here.")] = None,
) -> None:
    """Run a recorded run again and compare the answers byte by byte. Exit code 1 if they differ."""
    from cryptodesk.app.replaying.compare import whole_body
    from cryptodesk.app.replaying.replay import load_run
    from cryptodesk.app.replaying.replay import replay as play
    from cryptodesk.settings import load_settings

    with explained_errors():
        settings = load_settings(home=home)
        run = load_run(settings, plain_run_id(run_id))
        found = play(settings, run)
    given = run.recording.given
    body = whole_body(found.given.pieces)
    if output is not None:
        try:
            output.write_bytes(body)
        except OSError as error:
            typer.secho(f"cryptodesk: {str(output)!r} cannot be written: {error.strerror}", err=True, fg="red")
            raise typer.Exit(WRONG_USE) from None
    if found.strayed:
        typer.echo(f"The run left the recorded way: {found.strayed}.")
    if found.difference:
        typer.echo(f"Not the same: {found.difference}.")
        raise typer.Exit(FAILED)
    recorded = whole_body(given.pieces)
    until = "" if given.is_whole else ", to where it was cut off"
    typer.echo(f"The same {len(recorded)} bytes{until}; sha256 {sha256(recorded).hexdigest()}.")
    if found.strayed:
        raise typer.Exit(FAILED)


def plain_run_id(text: str) -> str:
    """An answer's id without what its dialect puts around the run's."""
    return text.strip().removeprefix("chatcmpl-").replace("-", "").lower()
