"""Files of the operator's own: which may be read, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cryptodesk.core.errors import InvalidRequest

__all__ = ["MAX_FILE_BYTES", "dump_cursor", "load_cursor", "parse_file", "parse_folder", "stamp", "walk_files"]

MAX_FILE_BYTES = 2_000_000
MOST_FILES = 20_000


def parse_folder(text: str) -> str:
    """Raises: ValueError unless it is a folder that is there."""
    path = Path(text).expanduser().resolve()
    if not text.strip() or not path.is_dir():
        raise ValueError(f"expected a folder, got {text[:200]!r}")
    return str(path)


def parse_file(text: str) -> str:
    """Raises: ValueError unless it is a file that is there."""
    path = Path(text).expanduser().resolve()
    if not text.strip() or not path.is_file():
        raise ValueError(f"expected a file, got {text[:200]!r}")
    return str(path)


def walk_files(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    """Files below the folder, sorted; none that is hidden, and none that a link leads out of the folder to.

    Raises: InvalidRequest if the folder is gone or holds too many."""
    if not folder.is_dir():
        raise InvalidRequest(f"the folder {str(folder)!r} is not there")
    found = 0
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if is_hidden or path.suffix.lower() not in suffixes or not path.is_file():
            continue
        if not path.resolve().is_relative_to(folder):
            continue
        found += 1
        if found > MOST_FILES:
            raise InvalidRequest(f"the folder {str(folder)!r} holds more than {MOST_FILES:,} files")
        yield path


def stamp(path: Path) -> str:
    """Differs once the file was written again."""
    status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}"


def load_cursor(cursor: str | None) -> dict[str, str]:
    """What `dump_cursor` wrote; empty for anything else, so that everything is read anew."""
    try:
        return msgspec.json.decode(cursor or "{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def dump_cursor(stamps: dict[str, str]) -> str:
    return msgspec.json.encode(stamps).decode()
