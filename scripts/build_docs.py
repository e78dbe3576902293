"""Builds the documentation of docs/ into site/, and is MkDocs' hook while it does.

python scripts/build_docs.py            # with the packages of requirements-docs.lock; `make docs` installs them
python scripts/build_docs.py --site DIR # elsewhere

A link that leads nowhere, a heading that is not there or a page that the navigation lacks ends it with exit code 1.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+[^)#\s]+)(#[^)\s]*)?\)")


class BrokenLink(Exception):
    """A page names a file of the project that is not there."""


def on_config(config: Any, **others: Any) -> Any:
    """MkDocs' hook: `folder/*.md` in the navigation is every numbered page there, in order."""
    config.nav = [_expanded(entry) for entry in config.nav]
    return config


def _expanded(entry: Any) -> Any:
    if isinstance(entry, dict):
        return {title: _all_of(inner) if isinstance(inner, list) else inner for title, inner in entry.items()}
    return entry


def _all_of(entries: list[Any]) -> list[Any]:
    found: list[Any] = []
    for entry in entries:
        if isinstance(entry, str) and "*" in entry:
            paths = sorted((ROOT / "docs").glob(entry.replace("*", "[0-9]*")))
            found += [path.relative_to(ROOT / "docs").as_posix() for path in paths]
        else:
            found.append(_expanded(entry))
    return found


def on_page_markdown(markdown: str, page: Any, **others: Any) -> str:
    """MkDocs' hook: a link to a file of the project beside docs/ becomes its path, which a site cannot show."""
    source = ROOT / "docs" / page.file.src_uri
    return _LINK.sub(lambda found: _without_way_out(found, source), markdown)


def _without_way_out(found: re.Match[str], page: Path) -> str:
    text, target = found[1], (page.parent / found[2]).resolve()
    if target.is_relative_to(ROOT / "docs"):
        return found[0]
    if not target.exists():
        raise BrokenLink(f"{page.relative_to(ROOT)}: {found[2]}")
    path = target.relative_to(ROOT).as_posix()
    return f"`{path}`" if text.strip("`") == path else f"{text} (`{path}`)"


def build(site: Path) -> int:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "--site-dir", str(site)]
    # The theme's word about another generator is no warning about these pages.
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    site = parser.parse_args(arguments).site.resolve()
    code = build(site)
    if code == 0:
        print(f"{sum(1 for _ in site.rglob('*.html'))} pages in {site}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
