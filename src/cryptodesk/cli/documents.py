"""`cryptodesk documents`: what the desk reads, and how to make it read more."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from cryptodesk.cli._data_report import as_builtins, progress_bars
from cryptodesk.cli._documents_report import show_added, show_status, show_synced
from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import say_json
from cryptodesk.core.clock import SystemClock

if TYPE_CHECKING:
    from cryptodesk.app.library import Library
    from cryptodesk.documents.intake import Synced
    from cryptodesk.documents.intake.sync import Progress
    from cryptodesk.documents.store import DocumentStore, Subscription, SubscriptionStore
    from cryptodesk.settings import Settings
    from cryptodesk.storage.database import Database

__all__ = ["app"]

app = typer.Typer(help="Show, add, sync and remove what the desk reads.", no_args_is_help=True)

Which = Annotated[list[str] | None, typer.Argument(help="Numbers or addresses; see `cryptodesk documents status`.")]

_INTERVAL = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class _Stores(NamedTuple):
    settings: Settings
    database: Database
    documents: DocumentStore
    subscriptions: SubscriptionStore


@app.command("add")
def add(
    addresses: Annotated[list[str] | None, typer.Argument(help="Feeds, pages, folders, files, accounts.")] = None,
    source: Annotated[str | None, typer.Option(help="Which kind of source; found out when left out.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Document type, such as news or research.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who publishes it, to be shown.")] = None,
    interval: Annotated[str | None, typer.Option(help="How often to look, such as 30m, 6h or 1d.")] = None,
    inside: Annotated[bool, typer.Option("--inside", help="The address lies inside your own network.")] = False,
    defaults: Annotated[bool, typer.Option("--defaults", help="The shipped list of public feeds.")] = False,
    as_json: AsJson = False,
) -> None:
    """Subscribe to sources. Nothing is fetched until `sync`, or until the server looks after its feeds."""
    if not addresses and not defaults:
        _wrong_use("name an address, or use --defaults")
    options = {"type": kind, "publisher": publisher, "inside": "yes" if inside else None}
    chosen = {name: value for name, value in options.items() if value}
    with explained_errors(), _open_stores() as stores:
        wanted = [(address, source, chosen) for address in addresses or ()]
        wanted += _default_feeds() if defaults else []
        added = asyncio.run(_subscribe(stores, wanted, _interval_seconds(interval)))
    if as_json:
        say_json({"subscriptions": [as_builtins(found) | {"is_new": is_new} for found, is_new in added]})
    else:
        show_added(added)


@app.command("sync")
def sync(
    which: Which = None,
    due: Annotated[bool, typer.Option("--due", help="Only those that are due.")] = False,
    accept_identity: Annotated[
        bool, typer.Option("--accept-identity", help="Take a feed for what it says it is now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch what is new. Can be interrupted and run again. Exit code 1 if a source failed."""
    if accept_identity and not which:
        _wrong_use("--accept-identity goes with the numbers of the subscriptions that it is for")
    with explained_errors(), _open_stores() as stores, progress_bars(as_json) as report:
        done = asyncio.run(_sync(stores, which or (), due=due, accept_identity=accept_identity, report=report))
    if as_json:
        say_json({"synced": as_builtins(done), "failed": sum(found.error is not None for found in done)})
    else:
        show_synced(done)
    if any(found.error is not None for found in done):
        raise typer.Exit(FAILED)


@app.command("status")
def status(
    problems: Annotated[bool, typer.Option("--problems", help="Every item that was not taken, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what documents there are, how each subscription fares, and what was not taken."""
    from cryptodesk.documents.intake import read_status

    with explained_errors(), _open_stores() as stores:
        found = read_status(stores.documents, stores.subscriptions, SystemClock().now())
    if as_json:
        say_json(found)
    else:
        show_status(found, with_problems=problems)


@app.command("remove")
def remove(
    which: Annotated[list[str], typer.Argument(help="Numbers or addresses; see `cryptodesk documents status`.")],
    keep_documents: Annotated[
        bool, typer.Option("--keep-documents", help="Keep what was read; only stop reading.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Unsubscribe, and delete the documents that came from there with all their earlier texts."""
    with explained_errors(), _open_stores() as stores:
        found = _chosen(stores, which)
        counts = stores.documents.counts_by_subscription()
        documents = 0 if keep_documents else sum(counts.get(held.subscription_id, 0) for held in found)
        if documents and not yes:
            if as_json:
                _wrong_use("--json asks nothing; say --yes")
            typer.confirm(f"Delete {documents:,} documents?", abort=True, err=True)
        removed = asyncio.run(_remove(stores, found, keep_documents=keep_documents))
    if as_json:
        say_json({"removed": [held.subscription_id for held in found], "documents": removed})
    else:
        typer.echo(f"unsubscribed from {len(found)}, {removed:,} documents deleted")


@contextmanager
def _open_stores() -> Iterator[_Stores]:
    from cryptodesk.app.databases import open_database
    from cryptodesk.documents.intake import subscribe_handbook
    from cryptodesk.documents.store import COMPONENT, MIGRATIONS, DocumentStore, SubscriptionStore
    from cryptodesk.settings import load_settings

    settings = load_settings()
    with closing(open_database(settings, {COMPONENT: MIGRATIONS})) as database:
        stores = _Stores(settings, database, DocumentStore(database), SubscriptionStore(database))
        asyncio.run(subscribe_handbook(stores.subscriptions, SystemClock().now()))
        yield stores


async def _subscribe(
    stores: _Stores, wanted: Sequence[tuple[str, str | None, dict[str, str]]], interval_seconds: int | None
) -> list[tuple[Subscription, bool]]:
    from cryptodesk.documents.intake import subscribe

    now = SystemClock().now()
    return [
        await subscribe(
            stores.subscriptions, address, now, source=source, interval_seconds=interval_seconds, options=options
        )
        for address, source, options in wanted
    ]


async def _sync(
    stores: _Stores, which: Sequence[str], *, due: bool, accept_identity: bool, report: Progress
) -> list[Synced]:
    now = SystemClock().now()
    found = [held for held in _chosen(stores, which) if which or held.is_enabled]
    found = [held for held in found if not due or held.due_at <= now]
    if accept_identity:
        for held in found:
            await stores.subscriptions.forget_identity(held.subscription_id, now)
    async with _library(stores) as library:
        done = []
        for number, held in enumerate(found, 1):
            report("subscriptions", number - 1, len(found))
            done.append(await library.syncer.sync(held, report))
            report("subscriptions", number, len(found))
        # So that the next question finds it at once.
        await library.open(report)
        return done


def _library(stores: _Stores) -> Library:
    from cryptodesk.app.library import make_library

    return make_library(stores.settings, stores.database, SystemClock())


async def _remove(stores: _Stores, found: Sequence[Subscription], *, keep_documents: bool) -> int:
    removed = 0
    for held in found:
        if not keep_documents:
            removed += await stores.documents.remove_of(held.subscription_id)
        await stores.subscriptions.remove(held.subscription_id)
    return removed


def _chosen(stores: _Stores, which: Sequence[str]) -> list[Subscription]:
    """Those that are named, or all. A name that fits none is wrong use."""
    held = stores.subscriptions.all()
    if not which:
        return held
    chosen: dict[int, Subscription] = {}
    for name in which:
        fitting = [found for found in held if name in (str(found.subscription_id), found.address)]
        if not fitting:
            _wrong_use(f"no subscription is called {name!r}; see `cryptodesk documents status`")
        chosen |= {found.subscription_id: found for found in fitting}
    return list(chosen.values())


def _default_feeds() -> list[tuple[str, str | None, dict[str, str]]]:
    from cryptodesk.documents.intake import load_default_feeds

    return [
        (feed.address, feed.source, {"type": feed.type, "publisher": feed.publisher}) for feed in load_default_feeds()
    ]


def _interval_seconds(text: str | None) -> int | None:
    if text is None:
        return None
    found = _INTERVAL.fullmatch(text.strip().lower())
    if found is None:
        _wrong_use(f"--interval: expected a number and s, m, h or d, such as 30m, got {text!r}")
    return int(found[1]) * _SECONDS[found[2]]


def _wrong_use(message: str) -> NoReturn:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    raise typer.Exit(WRONG_USE)
