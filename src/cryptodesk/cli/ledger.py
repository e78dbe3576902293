"""`cryptodesk ledger`: show, export, reconcile and verify what was charged, and credit what was paid."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import open_console, say_json

if TYPE_CHECKING:
    from cryptodesk.ledger.reconciling import Difference

__all__ = ["app"]

app = typer.Typer(help="Show, export, reconcile and verify what was charged.", no_args_is_help=True)

Account = Annotated[str, typer.Option("--account", help="Of this account alone.")]
Key = Annotated[str, typer.Option("--key", help="Of this key alone.")]
Run = Annotated[str, typer.Option("--run", help="Of this run alone; an answer's id will do.")]


@app.command("show")
def show(
    account: Account = "",
    key: Key = "",
    run: Run = "",
    last: Annotated[int, typer.Option(help="So many lines of each book, the latest.", min=1)] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the latest lines and what each account has used."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.ledger.export import load_latest
    from cryptodesk.settings import load_settings

    with explained_errors(), open_ledger(load_settings()) as database:
        lines = list(load_latest(database, last, account_id=account, key_id=key, run_id=_run_id(run)))
    if as_json:
        say_json({"lines": lines})
        return
    from rich.table import Table

    names = ("created_at", "account_id", "key_id", "run_id", "kind", "amount_usd", "model_id", "outcome")
    table = Table(*(name.removesuffix("_id") for name in names))
    for line in lines:
        table.add_row(*(_shown(line, name) for name in names))
    open_console().print(table)


@app.command("export")
def export(
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    output: Annotated[Path | None, typer.Option(help="A file; standard output when left out.")] = None,
    account: Account = "",
    key: Key = "",
    run: Run = "",
) -> None:
    """Write every line, with every digit."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.ledger.export import load_lines, write_export
    from cryptodesk.settings import load_settings

    if form not in ("csv", "json"):
        raise _wrong(f"--format is csv or json, not {form!r}")
    with explained_errors(), open_ledger(load_settings()) as database:
        lines = load_lines(database, account_id=account, key_id=key, run_id=_run_id(run))
        if output is None:
            write_export(lines, sys.stdout, form)  # type: ignore[arg-type]
            return
        try:
            with output.open("w", encoding="utf-8", newline="") as file:
                count = write_export(lines, file, form)  # type: ignore[arg-type]
        except OSError as error:
            raise _wrong(f"{str(output)!r} cannot be written: {error.strerror}") from None
    typer.echo(f"{count} lines in {output}", err=True)


@app.command("reconcile")
def reconcile(
    bill: Annotated[
        Path | None, typer.Argument(help="A provider's bill: CSV with the columns run_id or day, and amount.")
    ] = None,
    served_by: Annotated[
        str, typer.Option(help="Upstream models that the bill is about; % stands for anything.")
    ] = "%",
    as_json: AsJson = False,
) -> None:
    """Compare the ledger with the stored answers, its own rules and a provider's bill. Exit code 1 if they differ."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.ledger.reconciling import check_books, compare_bill, read_bill
    from cryptodesk.settings import load_settings

    differences: tuple[Difference, ...] = ()
    with explained_errors(), open_ledger(load_settings()) as database:
        problems = check_books(database)
        if bill is not None:
            try:
                with bill.open(encoding="utf-8-sig", newline="") as file:
                    key, sums = read_bill(file)
            except (OSError, UnicodeDecodeError, ValueError) as error:
                raise _wrong(f"{str(bill)!r}: {error}") from None
            differences = compare_bill(database, key, sums, served_by)
    if as_json:
        say_json({"problems": list(problems), "differences": list(map(_as_plain, differences))})
    else:
        for problem in problems:
            typer.echo(problem)
        _say_differences(differences)
    if problems or differences:
        raise typer.Exit(FAILED)
    if not as_json:
        typer.echo("The books agree." if bill is None else "The books and the bill agree.")


@app.command("credit")
def credit(
    account: Annotated[str, typer.Option("--account", help="Whose credit it is.")],
    usd: Annotated[str, typer.Option("--usd", help="How much, in USD.")],
    note: Annotated[str, typer.Option("--note", help="What for; kept with the entry.")] = "",
    reference: Annotated[
        str, typer.Option("--reference", help="An invoice's number: of each, an account is credited once.")
    ] = "",
    take_back: Annotated[bool, typer.Option("--take-back", help="Undo a credit that was given by mistake.")] = False,
) -> None:
    """Append a credit. `budgets prepaid` makes the account keep to it."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.core.clock import SystemClock
    from cryptodesk.core.usage import decimal_text
    from cryptodesk.ledger.amounts import parse_amount
    from cryptodesk.ledger.prepaid import PrepaidAccounts
    from cryptodesk.settings import load_settings

    with explained_errors(), open_ledger(load_settings()) as database:
        accounts = PrepaidAccounts(database)
        try:
            amount = parse_amount(usd)
            accounts.credit(
                account,
                amount.copy_negate() if take_back else amount,
                SystemClock().unix(),
                note=_plain(note),
                reference=_plain(reference),
            )
        except ValueError as error:
            raise _wrong(str(error)) from None
        left, is_prepaid = accounts.balance_usd(account), accounts.is_marked(account)
    typer.echo(f"account {account}: {decimal_text(amount)} USD {'taken back' if take_back else 'credited'}")
    typer.echo(f"balance: {decimal_text(left)} USD")
    if not is_prepaid:
        typer.echo(f"The account is not prepaid yet: `cryptodesk budgets prepaid --account {account}`", err=True)


@app.command("verify")
def verify_seals(
    noted: Annotated[
        list[str] | None, typer.Option("--noted", help="book=HASH that an earlier verify printed; may be given twice.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute the chain of hashes anew; name the first entry that was changed. Exit code 1 if there is one."""
    from cryptodesk.app.desk import open_ledger
    from cryptodesk.ledger.seals import BOOKS, verify
    from cryptodesk.settings import load_settings

    expected = dict(pair.partition("=")[::2] for pair in noted or ())
    if unknown := set(expected) - set(BOOKS):
        raise _wrong(f"--noted is entries=HASH or holds=HASH, not {sorted(unknown)[0]!r}")
    with explained_errors(), open_ledger(load_settings()) as database:
        findings = [verify(database, book, expected.get(book, "")) for book in BOOKS]
    if as_json:
        say_json({"books": findings})
    for finding in () if as_json else findings:
        state = f"BROKEN: {finding.fault}" if finding.fault else "whole"
        typer.echo(f"{finding.book}: {state}; {finding.sealed} sealed, {finding.unsealed} not yet")
        if finding.head:
            typer.echo(f"  note this and keep it elsewhere: {finding.book}={finding.head}")
    if any(finding.fault for finding in findings):
        raise typer.Exit(FAILED)


def _say_differences(differences: tuple[Difference, ...]) -> None:
    from cryptodesk.core.usage import decimal_text

    for line in islice(differences, 200):
        ours = "nothing" if line.ledger_usd is None else decimal_text(line.ledger_usd)
        theirs = "nothing" if line.bill_usd is None else decimal_text(line.bill_usd)
        typer.echo(f"{line.name}: ledger {ours}, bill {theirs}, {decimal_text(line.by_usd)} apart")
    if len(differences) > 200:
        typer.echo(f"and {len(differences) - 200} more")


def _as_plain(line: Difference) -> dict[str, Any]:
    """Amounts as text, every digit of them; None where one side has no such line."""
    from cryptodesk.core.usage import decimal_text

    ours, theirs = line.ledger_usd, line.bill_usd
    return {
        "name": line.name,
        "ledger_usd": None if ours is None else decimal_text(ours),
        "bill_usd": None if theirs is None else decimal_text(theirs),
        "by_usd": decimal_text(line.by_usd),
    }


def _shown(line: dict[str, Any], name: str) -> str:
    text = str(line[name])
    if name == "amount_usd" and line["usage_is_estimated"]:
        return f"{text} (estimated)"
    return text[:19] if name == "created_at" else text


def _plain(text: str) -> str:
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def _run_id(text: str) -> str:
    return text.removeprefix("chatcmpl-")


def _wrong(message: str) -> typer.Exit:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    return typer.Exit(WRONG_USE)
