"""`cryptodesk drill`: named faults against this deployment, and the failure contract beside what came of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors

if TYPE_CHECKING:
    from rich.table import Table

    from cryptodesk.drills import DrillReport

__all__ = ["drill"]

_PIPE_WIDTH = 200


def drill(
    only: Annotated[list[str] | None, typer.Option("--only", help="This fault alone; may be given again.")] = None,
    list_faults: Annotated[bool, typer.Option("--list", help="Name the faults and what is promised for each.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with every row.")] = False,
) -> None:
    """Play faults against your settings, models and dialects, and compare what clients see and are charged with the
    failure contract. Your ledger is not touched and no provider is asked. Exit code 1 if the contract was broken."""
    from cryptodesk.drills import fault_names

    if list_faults:
        _say_faults(as_json)
        return
    if unknown := [name for name in only or () if name not in fault_names()]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(fault_names())}", param_hint="--only")
    report = _run(only or [])
    if as_json:
        from cryptodesk.drills.table import as_json as encode

        typer.echo(encode(report).decode())
    else:
        _show(report)
    if not report.is_kept:
        raise typer.Exit(FAILED)


def _run(only: list[str]) -> DrillReport:
    from rich.console import Console

    from cryptodesk.drills import run_drills
    from cryptodesk.settings import load_settings

    try:
        with explained_errors(), Console(stderr=True).status("drilling") as status:
            done = 0

            def count(_: object) -> None:
                nonlocal done
                done += 1
                status.update(f"drilling: {done} done")

            return asyncio.run(run_drills(load_settings(), only, count))
    except LookupError as error:
        typer.secho(f"cryptodesk: {error}", err=True, fg="red")
        raise typer.Exit(WRONG_USE) from None


def _say_faults(as_json: bool) -> None:
    import msgspec

    from cryptodesk.drills import FAULTS

    if as_json:
        found = [{"name": fault.name, "does": fault.does, "promise": fault.promise} for fault in FAULTS]
        typer.echo(msgspec.json.format(msgspec.json.encode({"faults": found}), indent=2).decode())
        return
    for fault in FAULTS:
        typer.echo(f"{fault.name}\n  {fault.does}\n  {fault.promise}")


def _show(report: DrillReport) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)
    console.print(_table(report))
    for problem in report.books:
        console.print(f"books: {problem}", style="red")
    broken = sum(not row.is_kept for row in report.rows)
    said = f"{broken} of {len(report.rows)} broke the contract" if broken else f"{len(report.rows)} kept the contract"
    console.print(f"{said}, {report.seconds:.1f} s")


def _table(report: DrillReport) -> Table:
    from rich.table import Table
    from rich.text import Text

    from cryptodesk.drills.table import lines_of

    table = Table("fault", "asked through", "wire", "the client sees", "charged USD", "provider counts USD", "contract")
    for name in dict.fromkeys(row.fault for row in report.rows):
        table.add_section()
        for at, line in enumerate(lines_of([row for row in report.rows if row.fault == name])):
            table.add_row(
                Text("" if at else name),
                *map(Text, (line.ways, line.wires, line.sees.replace("`", ""))),
                Text(f"{line.charged_usd}\n{line.charged}"),
                Text(f"{line.billed_usd}\n{line.billed}"),
                Text("kept", style="green") if line.is_kept else Text("; ".join(line.breaches), style="red"),
            )
    return table
