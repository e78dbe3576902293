"""How the documents commands show what they did and what there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from cryptodesk.cli._output import open_console

if TYPE_CHECKING:
    from rich.console import Console

    from cryptodesk.documents.intake import DocumentStatus, SubscriptionStatus, Synced
    from cryptodesk.documents.store import Subscription

__all__ = ["show_added", "show_status", "show_synced"]

_SHOWN_PROBLEMS = 3


def show_added(added: Sequence[tuple[Subscription, bool]]) -> None:
    for found, is_new in added:
        state = "subscribed" if is_new else "was subscribed already"
        typer.echo(f"{found.subscription_id}: {state} to {found.address} as {found.source}")
    typer.echo("cryptodesk documents sync fetches what is there")


def show_synced(done: Sequence[Synced]) -> None:
    for found in done:
        if found.error is not None:
            typer.secho(f"{found.subscription_id} {found.title}: {found.error}", err=True, fg="red")
            continue
        counts = [
            (found.added, "new"),
            (found.revised, "changed"),
            (found.removed, "gone"),
            (found.duplicates, "copies left out"),
            (len(found.problems), "problems"),
        ]
        told = ", ".join(f"{count:,} {words}" for count, words in counts if count)
        typer.echo(f"{found.subscription_id} {found.title}: {told or 'nothing new'}")


def show_status(found: DocumentStatus, *, with_problems: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    console = open_console()
    kinds = Table("source", "type", "documents", "first", "last")
    for held in found.holdings:
        # Names come from outside: nothing in them is markup.
        cells = (held.source, held.type, f"{held.documents:,}", _day(held.first_at), _day(held.last_at))
        kinds.add_row(*map(Text, cells))
    console.print(kinds)
    table = Table("no", "source", "subscription", "state", "documents", "last success", "next")
    for item in found.subscriptions:
        table.add_row(*map(Text, _cells(item, found.at)))
    console.print(table)
    for item in found.subscriptions:
        _show_problems(console, item, len(item.problems) if with_problems else _SHOWN_PROBLEMS)
    if found.defaults_left:
        told = f"cryptodesk documents add --defaults: subscribes to {found.defaults_left} public feeds"
        console.print(Text(told), soft_wrap=True)


def _cells(item: SubscriptionStatus, now: datetime) -> tuple[str, ...]:
    return (
        str(item.subscription_id),
        item.source,
        item.title,
        item.state if item.failures < 2 else f"{item.state} ({item.failures} times)",
        f"{item.documents:,}",
        "never" if item.last_success_at is None else f"{_span(now, item.last_success_at)} ago",
        "-" if item.due_at is None else "now" if item.due_at <= now else f"in {_span(item.due_at, now)}",
    )


def _show_problems(console: Console, item: SubscriptionStatus, most: int) -> None:
    from rich.text import Text

    lines = [f"{item.subscription_id} {item.address}: {item.error}"] if item.error else []
    lines += [f"{item.subscription_id}: {problem.item}: {problem.reason}" for problem in item.problems[:most]]
    if len(item.problems) > most:
        left = len(item.problems) - most
        lines.append(f"{item.subscription_id}: {left} more; cryptodesk documents status --problems")
    for line in lines:
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _span(later: datetime, earlier: datetime) -> str:
    seconds = (later - earlier).total_seconds()
    for length, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {name}"
    return f"{max(seconds, 0):.0f} s"
