"""`cryptodesk limits`: set, list and clear how much a key or an account may ask."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import open_console, say_json
from cryptodesk.core.clock import SystemClock

if TYPE_CHECKING:
    from cryptodesk.core.limits import Measure, Scope
    from cryptodesk.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Set, list and clear how much a key or an account may ask.", no_args_is_help=True)

_NO_LIMIT = "none"
_MOST = 2**53

Key = Annotated[str, typer.Option("--key", help="A key's id, as `keys list` shows it.")]
Account = Annotated[str, typer.Option("--account", help="An account.")]


@app.command("set")
def set_limits(
    measures: Annotated[
        list[str], typer.Argument(help="MEASURE=AMOUNT, for example requests_a_minute=60 or tokens_a_day=none.")
    ],
    key: Key = "",
    account: Account = "",
) -> None:
    """Set limits. When this returns, every run that begins keeps to them, in running servers too.

    Measures are requests_a_minute, requests_a_day, requests_a_month, tokens_a_minute, tokens_a_day, tokens_a_month and
    streams (at once). The amount none takes a limit away that the operator's default would set."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.settings import load_settings
    from cryptodesk.state.limits import KNOWN_SECONDS, LimitBook, StoredLimit

    scope, scope_id = _scope(key, account)
    wanted = dict(map(_read_measure, measures))
    with explained_errors():
        settings = load_settings()
        if scope == "key":
            _refuse_unknown_key(settings, scope_id)
        with open_ledger(settings) as database:
            book, now = LimitBook(database), SystemClock().unix()
            for measure, amount in wanted.items():
                book.set(StoredLimit(scope, scope_id, measure, amount), now)
        sleep(KNOWN_SECONDS)  # by then every server knows
    typer.echo(f"{scope} {scope_id}: " + ", ".join(f"{name} {_shown(amount)}" for name, amount in wanted.items()))


@app.command("list")
def list_limits(as_json: AsJson = False) -> None:
    """List the limits that are set, and the operator's defaults."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.settings import load_settings
    from cryptodesk.state.limits import LimitBook

    rows: list[tuple[str, str, str, int | None]] = []
    with explained_errors():
        settings = load_settings()
        for scope, defaults in (("key", settings.key_limits), ("account", settings.account_limits)):
            rows += [(scope, "(default)", measure, amount) for measure, amount in sorted(defaults.items())]
        with open_ledger(settings) as database:
            rows += [(each.scope, each.scope_id, each.measure, each.amount) for each in LimitBook(database).list()]
    if as_json:
        say_json({"limits": [dict(zip(("scope", "id", "measure", "limit"), row, strict=True)) for row in rows]})
        return
    from rich.table import Table

    table = Table("scope", "id", "measure", "limit")
    for scope, scope_id, measure, amount in rows:
        table.add_row(scope, scope_id, measure, _shown(amount))
    open_console().print(table)


@app.command("clear")
def clear(
    key: Key = "",
    account: Account = "",
    measure: Annotated[str, typer.Option(help="One measure; all of them when left out.")] = "",
) -> None:
    """Take what was set away; the operator's defaults hold again."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.settings import load_settings
    from cryptodesk.state.limits import LimitBook

    scope, scope_id = _scope(key, account)
    known = _known_measure(measure) if measure else None
    with explained_errors(), open_ledger(load_settings()) as database:
        count = LimitBook(database).clear(scope, scope_id, known)
    if not count:
        typer.secho(f"cryptodesk: the {scope} {scope_id!r} has no such limit", err=True, fg="red")
        raise typer.Exit(FAILED)
    typer.echo(f"{scope} {scope_id}: {count} taken away")


def _scope(key: str, account: str) -> tuple[Scope, str]:
    if bool(key) == bool(account):
        raise _wrong("give either --key or --account")
    return ("key", key) if key else ("account", account)


def _read_measure(text: str) -> tuple[Measure, int | None]:
    name, equals, amount = text.partition("=")
    measure = _known_measure(name)
    if amount == _NO_LIMIT:
        return measure, None
    if not equals or not (amount.isascii() and amount.isdigit() and len(amount) <= 16 and int(amount) <= _MOST):
        raise _wrong(f"{measure} needs a whole number or {_NO_LIMIT}, as {measure}=60, not {amount!r}")
    return measure, int(amount)


def _known_measure(name: str) -> Measure:
    from cryptodesk.core.limits import MEASURES

    if name not in MEASURES:
        raise _wrong(f"{name!r} is no measure; there are {', '.join(MEASURES)}")
    return name


def _refuse_unknown_key(settings: Settings, key_id: str) -> None:
    from cryptodesk.app.desk import open_keys

    with open_keys(settings) as store:
        if not any(record.key_id == key_id for record in store.list()):
            raise _wrong(f"no key has the id {key_id!r}; see `cryptodesk keys list`")


def _shown(amount: int | None) -> str:
    return _NO_LIMIT if amount is None else f"{amount:,}"


def _wrong(message: str) -> typer.Exit:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    return typer.Exit(WRONG_USE)
