"""Finds the article in a web page: its text without menus, scripts and hidden parts, its title, author and date.

Run as a program of its own, which is given the page and killed when it takes too long: a page is somebody else's, and
the extractor's time and memory grow faster than the page (measured: 7.5 MB took 22 s and 620 MB).
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import msgspec
from lxml import etree, html
from msgspec import Struct

from cryptodesk.documents.cleaning import is_hidden_element

__all__ = ["PageText", "main", "read_page"]

_HIDDEN_LETTERS = 20
_MEMORY_BYTES = 2 << 30
_CPU_SECONDS = 20


class PageText(Struct, frozen=True):
    """An article as it stands in a page. Empty texts are missing; `is_hiding` says that hidden text was left out."""

    title: str = ""
    text: str = ""
    author: str = ""
    published: str = ""
    site: str = ""
    language: str = ""
    is_hiding: bool = False


def read_page(markup: str, url: str) -> PageText | None:
    """None if there is no article in it."""
    # It loads 25 MB of modules that nothing else needs.
    import trafilatura  # noqa: PLC0415

    parser = html.HTMLParser(encoding="utf-8", no_network=True, recover=True, huge_tree=False, remove_comments=True)
    try:
        tree = html.document_fromstring(markup.encode("utf-8", "ignore"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    if tree is None:
        return None
    is_hiding = _remove_hidden(tree)
    language = str(tree.get("lang") or "")
    found: Any = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, include_images=False, include_links=False, with_metadata=True
    )
    if found is None or not found.text:
        return None
    published = _meta(tree, "article:published_time", "datePublished", "date") or found.date or ""
    return PageText(
        title=found.title or "",
        text=found.text,
        author=found.author or "",
        published=published,
        site=found.sitename or "",
        language=language,
        is_hiding=is_hiding,
    )


def _remove_hidden(tree: etree._Element) -> bool:
    """Whether there was text that a reader of the page would not have seen."""
    hidden = [element for element in tree.iter() if isinstance(element.tag, str) and is_hidden_element(element)]
    letters = 0
    for element in hidden:
        letters += sum(len(piece.strip()) for piece in element.itertext() if isinstance(piece, str))
        parent = element.getparent()
        if parent is not None:
            _keep_tail(element, parent)
            parent.remove(element)
    return letters >= _HIDDEN_LETTERS


def _keep_tail(element: etree._Element, parent: etree._Element) -> None:
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")


def _meta(tree: etree._Element, *names: str) -> str:
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or meta.get("itemprop")) in names and meta.get("content"):
            return str(meta.get("content"))
    return ""


def _limit_itself() -> None:
    try:
        import resource  # noqa: PLC0415  there is none on Windows
    except ImportError:
        return
    for kind, limit in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CPU, _CPU_SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def main() -> None:
    """Reads the page in UTF-8 from standard input, its address from the first argument; writes JSON."""
    _limit_itself()
    found = read_page(sys.stdin.buffer.read().decode("utf-8", "replace"), sys.argv[1])
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
