"""Files that are written from the code: written anew, or compared with what is there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_or_check"]


def write_or_check(wanted: Mapping[Path, str], what: str) -> int:
    """Writes the files, which are called `what`; with `--check` among the arguments only tells whether they are these.

    The exit code."""
    if "--check" in sys.argv[1:]:
        old = [path.name for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
        print(f"old: {', '.join(old)}: run this script" if old else f"the {what} are those of the code")
        return int(bool(old))
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
    return 0
