"""How the data commands show what they did: tables, bars and lines, or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from cryptodesk.cli._output import open_console

if TYPE_CHECKING:
    from cryptodesk.market.intake.download import Progress
    from cryptodesk.market.intake.ingest import Ingested
    from cryptodesk.market.intake.status import DataStatus

__all__ = ["as_builtins", "progress_bars", "show_ingested", "show_status"]


def show_ingested(item: Ingested) -> None:
    if item.was_known:
        typer.echo(f"{item.file}: ingested before ({item.rows:,} rows); --again reads it again")
        return
    typer.echo(f"{item.file}: {item.rows:,} rows of {item.series} series, {item.written:,} new or changed")
    for problem in item.problems:
        typer.secho(f"{item.file}, line {problem.line}: {problem.reason}", err=True, fg="yellow")
    if item.refused > len(item.problems):
        typer.secho(f"{item.file}: {item.refused - len(item.problems):,} more rows refused", err=True, fg="yellow")


def show_status(found: DataStatus) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("kind", "source", "mode", "unit", "first", "last", "rows", "of", "age")
    for held in found.holdings:
        cells = (held.kind, held.source, held.mode, held.detail, _day(held.first), _day(held.last))
        # Names come from files and vendors: nothing in them is markup.
        table.add_row(*map(Text, (*cells, f"{held.rows:,}", f"{held.entities:,}", _age(found.at, held.last))))
    console = open_console()
    console.print(table)
    for source in found.sources:
        console.print(Text(f"{source.name}: {source.state} {source.detail}".rstrip()), soft_wrap=True)
    for bundle in found.pullable:
        told = "is in the store" if bundle.is_pulled else f"adds {bundle.adds}; {bundle.size_bytes / 1e6:.0f} MB"
        console.print(Text(f"cryptodesk data pull {bundle.name}: {told}"), soft_wrap=True)


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "-"


def _age(now: datetime, moment: datetime | None) -> str:
    if moment is None:
        return "-"
    age = now - moment
    return f"{age.days} d" if age.days else f"{age.total_seconds() / 3600:.1f} h"


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Progress]:
    """A bar for each step on standard error; nothing where it is no terminal, or where nobody is to be disturbed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, disable=quiet or not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


def as_builtins(value: object) -> Any:
    import msgspec

    return msgspec.to_builtins(value)
