"""A folder of Markdown and text files of the operator's own. A head between two `---` lines may say more."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from pathlib import Path
from typing import get_args

from cryptodesk.documents.fetching import decode_page
from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.sources._feed_xml import parse_moment
from cryptodesk.documents.sources._files import (
    MAX_FILE_BYTES,
    dump_cursor,
    load_cursor,
    parse_folder,
    stamp,
    walk_files,
)
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources._web import absolute_url
from cryptodesk.documents.store.records import Problem, Subscription, SyncState

__all__ = ["SOURCE", "parse_markdown", "read_folder"]

_SUFFIXES = frozenset({".md", ".markdown", ".txt"})
_HEAD = re.compile(r"\A(?:---\r?\n(.{0,8000}?)\r?\n---|\+\+\+\r?\n(.{0,8000}?)\r?\n\+\+\+)\s*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_]{1,30})\s*[:=]\s*(.*)$")
_HEADING = re.compile(r"^#{1,2}\s+(.+?)\s*#*$", re.MULTILINE)


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    return await asyncio.to_thread(read_folder, Path(subscription.address), subscription.state, context.now)


def read_folder(folder: Path, state: SyncState, now: datetime) -> Fetched:
    """The files that are new or were written since. Their names stand in the cursor, so that one that is gone is seen.

    Raises: InvalidRequest if the folder is gone."""
    known = load_cursor(state.cursor)
    stamps: dict[str, str] = {}
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    for path in walk_files(folder, _SUFFIXES):
        name = path.relative_to(folder).as_posix()
        found = None if known.get(name) == stamp(path) else _read(path, name)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            stamps[name] = stamp(path)
            documents += [found] if found else []
    return Fetched(
        documents=documents,
        problems=tuple(problems),
        state=SyncState(cursor=dump_cursor(stamps)),
        title=folder.name,
        is_unchanged=stamps == known and not problems,
        is_complete=True,
        # What cannot be read today is still there.
        kept=frozenset(stamps) - {document.key for document in documents} | {problem.item for problem in problems},
    )


def _read(path: Path, name: str) -> RawDocument | Problem:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return Problem(name, f"is longer than {MAX_FILE_BYTES / 1e6:.0f} MB")
        text, is_whole = decode_page(path.read_bytes())
    except OSError as error:
        return Problem(name, f"could not be read: {error.strerror or 'unknown reason'}")
    if "\x00" in text or (not is_whole and "\ufffd" in text):
        return Problem(name, "is no text")
    return parse_markdown(text, name)


def parse_markdown(text: str, name: str) -> RawDocument:
    """`name` is the file's, within its folder."""
    head = _HEAD.match(text)
    fields = dict(_fields((head[1] or head[2]) if head else ""))
    body = text[head.end() :] if head else text
    heading = _HEADING.search(body)
    kind = fields.get("type", "")
    published_at = parse_moment(fields.get("date", ""))
    return RawDocument(
        key=name,
        url=absolute_url("", fields.get("url", "")),
        title=fields.get("title") or (heading[1] if heading else Path(name).stem.replace("-", " ").replace("_", " ")),
        text=body,
        type=kind if kind in get_args(DocumentType) else None,  # type: ignore[arg-type]
        publisher=fields.get("publisher") or fields.get("source"),
        author=fields.get("author"),
        published_at=published_at,
        known_at=parse_moment(fields.get("known_at", "")),
        event_at=parse_moment(fields.get("event_at", "")),
        language=fields.get("language") or fields.get("lang"),
        topics=tuple(part.strip(" '\"[]") for part in fields.get("tags", "").split(",") if part.strip(" '\"[]")),
    )


def _fields(head: str) -> list[tuple[str, str]]:
    """Plain `name: value` lines; what is nested is passed over."""
    found = [_FIELD.match(line) for line in head.splitlines()]
    return [(match[1].lower(), match[2].strip().strip("'\"")) for match in found if match]


SOURCE = Source(
    name="markdown_folder",
    title="Folder of Markdown files",
    expects="a folder",
    document_type="research",
    interval_seconds=900,
    fetch=fetch,
    parse_address=parse_folder,
    is_local=True,
)
