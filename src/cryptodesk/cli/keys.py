"""`cryptodesk keys`: make, list and revoke API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from cryptodesk.cli._errors import FAILED, explained_errors
from cryptodesk.core.clock import SystemClock

__all__ = ["app"]

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, to tell it from others.")] = "default",
    account: Annotated[str, typer.Option(help="The account that pays.")] = "main",
    days: Annotated[float | None, typer.Option(help="Days until it expires; never when left out.", min=0.001)] = None,
) -> None:
    """Make a key. It is shown once and stored as a hash."""
    from cryptodesk.app.desk import open_keys
    from cryptodesk.settings import load_settings

    with explained_errors(), open_keys(load_settings()) as store:
        now = SystemClock().now()
        text, record = store.create(name, account, now, expires_at=now + timedelta(days=days) if days else None)
    typer.echo(f"API key: {text}")
    typer.echo(f"id {record.key_id}, account {record.account_id}. Keep it: it is not shown again.", err=True)


@app.command("list")
def list_keys() -> None:
    """List the keys, without the keys themselves."""
    from rich.console import Console
    from rich.table import Table

    from cryptodesk.app.desk import open_keys
    from cryptodesk.settings import load_settings

    table = Table("id", "name", "account", "created", "expires", "state")
    with explained_errors(), open_keys(load_settings()) as store:
        now = SystemClock().now()
        for key in store.list():
            state = "revoked" if key.revoked_at else "expired" if key.expires_at and key.expires_at <= now else "active"
            table.add_row(key.key_id, key.name, key.account_id, _date(key.created_at), _date(key.expires_at), state)
    Console().print(table)


@app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="The id that `keys list` shows.")]) -> None:
    """Revoke a key. A running server refuses it within a second."""
    from cryptodesk.app.desk import open_keys
    from cryptodesk.settings import load_settings

    with explained_errors(), open_keys(load_settings()) as store:
        found = store.revoke(key_id, SystemClock().now())
    if not found:
        typer.secho(f"cryptodesk: no active key has the id {key_id!r}; see `cryptodesk keys list`", err=True, fg="red")
        raise typer.Exit(FAILED)
    typer.echo(f"revoked {key_id}")


def _date(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "-"
