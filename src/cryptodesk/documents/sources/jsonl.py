"""Documents in JSON lines, one object a line: the way to bring documents from anywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.sources._files import parse_file, stamp
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources._web import absolute_url
from cryptodesk.documents.store.records import Problem, Subscription, SyncState

__all__ = ["SOURCE", "JsonLine", "parse_line", "read_file"]

MAX_LINE_BYTES = 2_000_000
MOST_LINES = 200_000
_MOST_PROBLEMS = 50


class JsonLine(Struct, frozen=True, kw_only=True):
    """One line. `text` is required; unknown fields are passed over. Moments are ISO 8601 with a time zone."""

    text: str
    id: str = ""
    title: str = ""
    url: str | None = None
    type: DocumentType | None = None
    publisher: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    known_at: datetime | None = None
    event_at: datetime | None = None
    language: str | None = None
    asset_ids: tuple[Annotated[int, Meta(ge=1, lt=2**53)], ...] = ()
    topics: tuple[str, ...] = ()
    engagement: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    is_markup: bool = False


_decoder = msgspec.json.Decoder(JsonLine)


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    return await asyncio.to_thread(read_file, Path(subscription.address), subscription.state)


def read_file(path: Path, state: SyncState) -> Fetched:
    """Every line that can be read, if the file was written since. Raises: InvalidRequest if it is gone."""
    if not path.is_file():
        raise InvalidRequest(f"the file {str(path)!r} is not there")
    cursor = stamp(path)
    if cursor == state.cursor:
        return Fetched(state=state, is_unchanged=True)
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    for number, line in _lines(path):
        found = parse_line(line, number)
        if isinstance(found, RawDocument):
            documents.append(found)
        elif found is not None and len(problems) < _MOST_PROBLEMS:
            problems.append(found)
    if len(documents) >= MOST_LINES:
        problems.append(Problem("file", f"only the first {MOST_LINES:,} lines were taken"))
    return Fetched(
        documents=documents,
        problems=tuple(problems),
        state=SyncState(cursor=cursor),
        title=path.name,
        is_complete=not problems,
    )


def parse_line(line: bytes, number: int) -> RawDocument | Problem | None:
    """None for an empty line."""
    if not line.strip():
        return None
    item = f"line {number}"
    if len(line) > MAX_LINE_BYTES:
        return Problem(item, f"is longer than {MAX_LINE_BYTES / 1e6:.0f} MB")
    try:
        found = _decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Problem(item, str(error)[:200])
    moments = (found.published_at, found.updated_at, found.known_at, found.event_at)
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        return Problem(item, "its moments need a time zone, such as Z")
    return RawDocument(
        key=found.id,
        url=absolute_url("", found.url) if found.url else None,
        title=found.title,
        text=found.text,
        is_markup=found.is_markup,
        type=found.type,
        publisher=found.publisher,
        author=found.author,
        published_at=found.published_at,
        updated_at=found.updated_at,
        known_at=found.known_at,
        event_at=found.event_at,
        language=found.language,
        asset_ids=found.asset_ids,
        topics=found.topics,
        engagement=found.engagement,
    )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Never more of a line than is read of it, however long it is."""
    with path.open("rb") as file:
        for number in range(1, MOST_LINES + 1):
            line = file.readline(MAX_LINE_BYTES + 1)
            if not line:
                return
            rest = line
            while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
                rest = file.readline(MAX_LINE_BYTES + 1)
            yield number, line


SOURCE = Source(
    name="jsonl",
    title="JSON lines",
    expects="a file with one JSON object a line",
    document_type="research",
    interval_seconds=900,
    fetch=fetch,
    parse_address=parse_file,
    is_local=True,
)
