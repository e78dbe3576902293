"""RSS 0.9x, 1.0 and 2.0, and Atom, as they are in the wild: read by libxml2, which mends what it can.

Names are compared without their namespace, since half of the feeds bind none or the wrong one. Entities of a feed's own
are never expanded, nothing is loaded, and nesting is bounded by the parser, so that no feed unpacks to more than it is.
Source: RSS 2.0 specification; RFC 4287 (Atom); RDF Site Summary 1.0; Dublin Core 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.entities import html5

from lxml import etree
from msgspec import Struct

__all__ = ["FeedEntry", "FeedForm", "FeedHead", "parse_feed_xml", "parse_moment"]

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30};)")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,500}(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ITEMS = frozenset({"item", "entry"})
_BODIES = ("encoded", "content", "description", "summary")
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ZONES = {
    "EST": "-0500",
    "EDT": "-0400",
    "CST": "-0600",
    "CDT": "-0500",
    "PST": "-0800",
    "PDT": "-0700",
    "UTC": "+0000",
}
MOST_ENTRIES = 2_000


class FeedForm(ValueError):
    """It is no feed; the message says what it is instead."""


class FeedEntry(Struct, frozen=True):
    """One entry as it stands. Empty texts are missing."""

    guid: str
    link: str
    title: str
    body: str
    is_markup: bool
    author: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()


class FeedHead(Struct, frozen=True):
    """What a feed says of itself. `fault` is what the parser had to mend."""

    title: str
    link: str
    language: str = ""
    fault: str | None = None
    entries: tuple[FeedEntry, ...] = ()
    is_cut: bool = False


def parse_feed_xml(text: str) -> FeedHead:
    """Raises: FeedForm if there is no feed in it."""
    plain = _ENTITY.sub(_named, _DOCTYPE.sub("", _DECLARATION.sub("", text.lstrip("\ufeff \r\n\t")), count=1))
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise FeedForm(f"it is no XML: {str(error)[:80]}") from None
    if root is None:
        raise FeedForm("it is no XML")
    kind = _name(root)
    if kind not in ("rss", "rdf", "feed"):
        raise FeedForm("it is a web page" if kind == "html" else f"its outermost element is {kind[:40]!r}")
    errors = [entry for entry in parser.error_log if entry.level_name != "WARNING"]
    return _head(root, f"line {errors[0].line}: {errors[0].message[:120]}" if errors else None)


def parse_moment(text: str) -> datetime | None:
    """RFC 822 with its usual slips, or ISO 8601; None for nothing, nonsense, or a year nobody means."""
    typed = " ".join(text.split())[:60]
    if not typed:
        return None
    moment = _iso(typed) or _rfc822(typed)
    if moment is None:
        return None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment if moment.year >= 1990 else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    words = text.split(" ")
    if words[-1] in _ZONES:
        text = " ".join([*words[:-1], _ZONES[words[-1]]])
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _named(found: re.Match[str]) -> str:
    name = found[1]
    return found[0] if name in _XML_ENTITIES else html5.get(name, found[0])


def _head(root: etree._Element, fault: str | None) -> FeedHead:
    channel = next((child for child in root if _name(child) == "channel"), root)
    # RSS 1.0 has its items beside the channel, some feeds have both; the walk is in the order of the document.
    items = [element for element in root.iter() if _name(element) in _ITEMS]
    base = root.get(_XML_BASE) or ""
    return FeedHead(
        title=_text(channel, "title"),
        link=_link(channel) or base,
        language=_text(channel, "language") or root.get(_XML_LANG) or "",
        fault=fault,
        entries=tuple(_entry(item) for item in items[:MOST_ENTRIES]),
        is_cut=len(items) > MOST_ENTRIES,
    )


def _entry(item: etree._Element) -> FeedEntry:
    body, is_markup = _body(item)
    guid = _text(item, "guid", "id") or item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or ""
    link = _link(item) or (guid if guid.startswith(("http://", "https://")) else "")
    return FeedEntry(
        guid=guid,
        link=link,
        title=_text(item, "title"),
        body=body,
        is_markup=is_markup,
        author=_author(item),
        published=_text(item, "pubdate", "published", "date", "issued", "created"),
        updated=_text(item, "updated", "modified"),
        language=item.get(_XML_LANG) or "",
        categories=tuple(_categories(item)),
    )


def _body(item: etree._Element) -> tuple[str, bool]:
    """The longest of what an entry says, and whether it is HTML. RSS never says; Atom does."""
    found: list[tuple[str, bool]] = []
    for child in item:
        if _name(child) in _BODIES:
            is_plain = (child.get("type") or "html").lower() in ("text", "text/plain")
            inner = "".join(etree.tostring(part, encoding="unicode") for part in child)
            found.append(((child.text or "") + inner, not is_plain or bool(inner)))
    return max(found, key=lambda body: len(body[0]), default=("", False))


def _author(item: etree._Element) -> str:
    for child in item:
        if _name(child) in ("author", "creator"):
            return _text(child, "name") or _whole(child)
    return ""


def _categories(item: etree._Element) -> Iterable[str]:
    for child in item:
        if _name(child) in ("category", "subject"):
            yield child.get("term") or _whole(child)


def _link(element: etree._Element) -> str:
    """Of several the one that leads to the page; an empty `rel` means that one."""
    links = [child for child in element if _name(child) == "link"]
    for child in links:
        if child.get("href") and (child.get("rel") or "alternate") == "alternate":
            return child.get("href") or ""
    return next((_whole(child) for child in links if _whole(child)), "")


def _text(element: etree._Element, *names: str) -> str:
    """The text of the first child by one of the names, in the order of the names."""
    for name in names:
        for child in element:
            if _name(child) == name and _whole(child):
                return _whole(child)
    return ""


def _whole(element: etree._Element) -> str:
    return "".join(piece for piece in element.itertext() if isinstance(piece, str)).strip()


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""
