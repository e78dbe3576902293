"""`cryptodesk keys`: make, list and revoke API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cryptodesk.cli._errors import FAILED, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import open_console, say_json
from cryptodesk.core.clock import SystemClock

if TYPE_CHECKING:
    from cryptodesk.state.keys import KeyRecord

__all__ = ["app"]

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, to tell it from others.")] = "default",
    account: Annotated[str, typer.Option(help="The account that pays.")] = "main",
    days: Annotated[float | None, typer.Option(help="Days until it expires; never when left out.", min=0.001)] = None,
    only: Annotated[
        Literal["run", "account"] | None,
        typer.Option(help="run: ask, but not read the account's bills. account: read those, but not ask."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown once and stored as a hash."""
    from cryptodesk.app.desk import open_keys
    from cryptodesk.settings import load_settings
    from cryptodesk.state.keys import KEY_SCOPES

    with explained_errors(), open_keys(load_settings()) as store:
        now = SystemClock().now()
        expires_at = now + timedelta(days=days) if days else None
        text, record = store.create(name, account, now, expires_at, (only,) if only else KEY_SCOPES)
    if as_json:
        say_json({"key": text} | _as_plain(record, now))
        return
    typer.echo(f"API key: {text}")
    typer.echo(f"id {record.key_id}, account {record.account_id}. Keep it: it is not shown again.", err=True)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, without the keys themselves."""
    from cryptodesk.app.desk import open_keys
    from cryptodesk.settings import load_settings

    with explained_errors(), open_keys(load_settings()) as store:
        now, found = SystemClock().now(), store.list()
    if as_json:
        say_json({"keys": [_as_plain(record, now) for record in found]})
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "name", "account", "created", "expires", "for", "state")
    for key in found:
        dates = (_date(key.created_at), _date(key.expires_at))
        # Names are the operator's words: nothing in them is markup.
        told = (key.key_id, key.name, key.account_id, *dates, " ".join(key.scopes), _state(key, now))
        table.add_row(*map(Text, told))
    open_console().print(table)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that `keys list` shows.")], as_json: AsJson = False
) -> None:
    """Revoke a key. A running server refuses it within a second."""
    from cryptodesk.app.desk import open_keys
    from cryptodesk.settings import load_settings

    with explained_errors(), open_keys(load_settings()) as store:
        found = store.revoke(key_id, SystemClock().now())
    if as_json:
        say_json({"id": key_id, "is_revoked": found})
    elif found:
        typer.echo(f"revoked {key_id}")
    if not found:
        typer.secho(f"cryptodesk: no active key has the id {key_id!r}; see `cryptodesk keys list`", err=True, fg="red")
        raise typer.Exit(FAILED)


def _state(key: KeyRecord, now: datetime) -> str:
    return "revoked" if key.revoked_at else "expired" if key.expires_at and key.expires_at <= now else "active"


def _as_plain(key: KeyRecord, now: datetime) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "name": key.name,
        "account": key.account_id,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "scopes": key.scopes,
        "state": _state(key, now),
    }


def _date(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "-"
