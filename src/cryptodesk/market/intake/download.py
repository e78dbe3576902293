"""Fetches one file whose checksum is known: goes on where it was interrupted, and is there whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)

__all__ = ["Progress", "Wanted", "download", "fetch_bytes", "is_whole", "open_session"]

# Is told the step, how much of it is done, and how much it is in all (None where that is not known).
Progress = Callable[[str, int, int | None], None]

_PIECE_BYTES = 256 * 1024
_IDLE_SECONDS = 60.0
_CONNECT_SECONDS = 20.0
_OK, _PARTIAL, _RANGE_REFUSED = 200, 206, 416


class Wanted(Struct, frozen=True):
    """A file on the network. `upstream` is what its host is called in messages."""

    url: str
    sha256: str
    upstream: str
    largest_bytes: int


def open_session() -> aiohttp.ClientSession:
    """A session that heeds the proxy settings of the machine."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_IDLE_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, trust_env=True, auto_decompress=False)


async def fetch_bytes(session: aiohttp.ClientSession, url: str, upstream: str, largest_bytes: int) -> bytes:
    """A small answer, whole. Raises: UpstreamError."""
    _require_http(url, upstream)
    try:
        async with session.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            _require_status(answer.status, {_OK}, url, upstream)
            content = bytearray()
            async for piece in answer.content.iter_chunked(_PIECE_BYTES):
                content += piece
                if len(content) > largest_bytes:
                    raise UpstreamBadAnswer(f"{url} is larger than {largest_bytes:,} bytes", upstream=upstream)
            return bytes(content)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _as_upstream_error(error, url, upstream) from error


async def download(session: aiohttp.ClientSession, wanted: Wanted, target: Path, report: Progress) -> None:
    """Makes `target` that file. What arrived before is kept beside it as `.part` and not fetched again.

    Raises: UpstreamError if it cannot be had, or is not the file that was expected."""
    _require_http(wanted.url, wanted.upstream)
    if await asyncio.to_thread(is_whole, target, wanted.sha256):
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(target.name + ".part")
    was_resumed = part.exists()
    await _fill(session, wanted, part, report)
    if not await asyncio.to_thread(is_whole, part, wanted.sha256):
        part.unlink()
        if not was_resumed:
            raise UpstreamBadAnswer(_WRONG.format(wanted.url, wanted.sha256), upstream=wanted.upstream)
        # What was there from before may have been of another file.
        await _fill(session, wanted, part, report)
        if not await asyncio.to_thread(is_whole, part, wanted.sha256):
            part.unlink()
            raise UpstreamBadAnswer(_WRONG.format(wanted.url, wanted.sha256), upstream=wanted.upstream)
    os.replace(part, target)


_WRONG = "{} is not the file that was expected (sha256 {}); nothing of it was used"


def is_whole(path: Path, sha256: str) -> bool:
    """Whether the file is there with exactly this content."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


async def _fill(session: aiohttp.ClientSession, wanted: Wanted, part: Path, report: Progress) -> None:
    """Fetches what is missing; a broken connection is taken up again as long as each try brings something."""
    while True:
        before = _size(part)
        try:
            await _fetch_rest(session, wanted, part, report)
            return
        except (aiohttp.ClientError, TimeoutError) as error:
            if _size(part) <= before:
                raise _as_upstream_error(error, wanted.url, wanted.upstream) from error


async def _fetch_rest(session: aiohttp.ClientSession, wanted: Wanted, part: Path, report: Progress) -> None:
    have = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    async with session.get(wanted.url, headers=headers) as answer:
        if answer.status == _RANGE_REFUSED:  # it is whole, or it is of another file: the checksum tells
            return
        _require_status(answer.status, {_OK, _PARTIAL}, wanted.url, wanted.upstream)
        if answer.status == _OK:
            have = 0
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise UpstreamBadAnswer(f"{wanted.url} sent another part than asked", upstream=wanted.upstream)
        length = answer.content_length
        await _write(answer, part, (have, None if length is None else have + length), (wanted, report))


async def _write(
    answer: aiohttp.ClientResponse, part: Path, sizes: tuple[int, int | None], told: tuple[Wanted, Progress]
) -> None:
    done, total = sizes
    wanted, report = told
    if total is not None and total > wanted.largest_bytes:
        raise _too_large(wanted)
    with part.open("r+b" if done else "wb") as file:
        file.seek(done)
        file.truncate()
        async for piece in answer.content.iter_chunked(_PIECE_BYTES):
            done += len(piece)
            if done > wanted.largest_bytes:
                raise _too_large(wanted)
            file.write(piece)
            report("download", done, total)
        file.flush()
        os.fsync(file.fileno())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _too_large(wanted: Wanted) -> UpstreamBadAnswer:
    return UpstreamBadAnswer(f"{wanted.url} is larger than {wanted.largest_bytes:,} bytes", upstream=wanted.upstream)


def _require_http(url: str, upstream: str) -> None:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UpstreamRejected(f"only http and https addresses can be fetched, got {url!r}", upstream=upstream)


def _require_status(status: int, accepted: set[int], url: str, upstream: str) -> None:
    if status in accepted:
        return
    kind = UpstreamUnavailable if status >= 500 or status == 429 else UpstreamRejected
    raise kind(f"{url} answered with status {status}", upstream=upstream, upstream_status=status)


def _as_upstream_error(error: BaseException, url: str, upstream: str) -> UpstreamError:
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(f"{url} did not answer in time; run the command again to go on", upstream=upstream)
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return UpstreamUnavailable(f"{url} cannot be reached ({reason}); run the command again to go on", upstream=upstream)
