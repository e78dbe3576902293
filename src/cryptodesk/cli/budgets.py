"""`cryptodesk budgets`: set, list and clear what a key or an account may spend; make an account prepaid."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import open_console, say_json
from cryptodesk.core.clock import SystemClock

if TYPE_CHECKING:
    from cryptodesk.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Set, list and clear what a key or an account may spend.", no_args_is_help=True)

_PERIODS = ("day", "month", "total")

Key = Annotated[str, typer.Option("--key", help="A key's id, as `keys list` shows it.")]
Account = Annotated[str, typer.Option("--account", help="An account.")]


@app.command("set")
def set_budget(
    key: Key = "",
    account: Account = "",
    day: Annotated[str, typer.Option(help="USD a calendar day, UTC.")] = "",
    month: Annotated[str, typer.Option(help="USD a calendar month, UTC.")] = "",
    total: Annotated[str, typer.Option(help="USD in all.")] = "",
) -> None:
    """Set budgets. When this returns, every run that begins keeps to them, in running servers too."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.core.money import Budget
    from cryptodesk.ledger.amounts import parse_amount
    from cryptodesk.ledger.budgets import KNOWN_SECONDS, BudgetBook
    from cryptodesk.settings import load_settings

    scope, scope_id = _scope(key, account)
    given = {period: text for period, text in zip(_PERIODS, (day, month, total), strict=True) if text}
    if not given:
        raise _wrong("give at least one of --day, --month and --total")
    with explained_errors():
        settings = load_settings()
        if scope == "key":
            _refuse_unknown_key(settings, scope_id)
        with open_ledger(settings) as database:
            for period, text in given.items():
                try:
                    budget = Budget(scope, scope_id, period, parse_amount(text))  # type: ignore[arg-type]
                except ValueError as error:
                    raise _wrong(f"--{period}: {error}") from None
                BudgetBook(database).set(budget, SystemClock().unix())
        sleep(KNOWN_SECONDS)  # by then every server knows
    typer.echo(f"{scope} {scope_id}: " + ", ".join(f"{text} USD {_per(period)}" for period, text in given.items()))


@app.command("prepaid")
def prepaid(
    account: Annotated[str, typer.Option("--account", help="An account.")],
    off: Annotated[bool, typer.Option("--off", help="No longer: it may spend more than its credit.")] = False,
) -> None:
    """Let an account spend no more than it was credited. When this returns, every run that begins keeps to it."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.core.usage import decimal_text
    from cryptodesk.ledger.budgets import KNOWN_SECONDS
    from cryptodesk.ledger.prepaid import PrepaidAccounts
    from cryptodesk.settings import load_settings

    with explained_errors(), open_ledger(load_settings()) as database:
        accounts = PrepaidAccounts(database)
        if off:
            if not accounts.unmark(account):
                typer.secho(f"cryptodesk: the account {account!r} is not prepaid", err=True, fg="red")
                raise typer.Exit(FAILED)
            typer.echo(f"account {account}: no longer prepaid")
            return
        accounts.mark(account, SystemClock().unix())
        left = accounts.balance_usd(account)
    sleep(KNOWN_SECONDS)  # by then every server knows
    typer.echo(f"account {account}: prepaid, balance {decimal_text(left)} USD")


@app.command("list")
def list_budgets(as_json: AsJson = False) -> None:
    """List the budgets with what is spent and held of each now."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.core.usage import decimal_text
    from cryptodesk.ledger.budgets import BudgetBook
    from cryptodesk.settings import load_settings

    names = ("scope", "id", "period", "limit_usd", "spent_usd", "held_usd")
    rows = []
    with explained_errors(), open_ledger(load_settings()) as database:
        for state in BudgetBook(database).list(SystemClock().unix()):
            budget = state.budget
            amounts = (budget.limit_usd, state.spent_usd, state.held_usd)
            rows.append((budget.scope, budget.scope_id, budget.period, *map(decimal_text, amounts)))
    if as_json:
        say_json({"budgets": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    from rich.table import Table

    table = Table(*(name.replace("_usd", " USD") for name in names))
    for row in rows:
        table.add_row(*row)
    open_console().print(table)


@app.command("clear")
def clear(
    key: Key = "",
    account: Account = "",
    period: Annotated[str, typer.Option(help="day, month or total; all of them when left out.")] = "",
) -> None:
    """Take budgets away."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.ledger.budgets import BudgetBook
    from cryptodesk.settings import load_settings

    scope, scope_id = _scope(key, account)
    if period and period not in _PERIODS:
        raise _wrong(f"--period is day, month or total, not {period!r}")
    with explained_errors(), open_ledger(load_settings()) as database:
        count = BudgetBook(database).clear(scope, scope_id, period or None)
    if not count:
        typer.secho(f"cryptodesk: the {scope} {scope_id!r} has no such budget", err=True, fg="red")
        raise typer.Exit(FAILED)
    typer.echo(f"{scope} {scope_id}: {count} taken away")


def _scope(key: str, account: str) -> tuple[str, str]:
    if bool(key) == bool(account):
        raise _wrong("give either --key or --account")
    return ("key", key) if key else ("account", account)


def _refuse_unknown_key(settings: Settings, key_id: str) -> None:
    from cryptodesk.app.desk import open_keys

    with open_keys(settings) as store:
        if not any(record.key_id == key_id for record in store.list()):
            raise _wrong(f"no key has the id {key_id!r}; see `cryptodesk keys list`")


def _per(period: str) -> str:
    return "in all" if period == "total" else f"a {period}"


def _wrong(message: str) -> typer.Exit:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    return typer.Exit(WRONG_USE)
