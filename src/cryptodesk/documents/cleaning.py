"""Text from outside, made fit to be kept: no markup, no invisible characters, bounded; and what is suspicious about it.

The text stays data. A warning says that a passage looks as if it were written for a machine rather than for a reader;
it is kept and shown all the same, and whoever passes it on says so."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree
from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.fencing import visible_text
from cryptodesk.documents.suspicion import HIDDEN_TEXT, INSTRUCTION_LIKE, find_suspicion
from cryptodesk.documents.visible import unify_breaks, without_invisible

__all__ = [
    "MAX_TEXT",
    "MAX_TITLE",
    "Cleaned",
    "clean_line",
    "clean_markup",
    "clean_text",
    "instruction_like",
    "is_hidden_element",
]

MAX_TEXT = 100_000
MAX_TITLE = 300

_MOST_MARKUP = 2_000_000
_HIDDEN_LETTERS = 20
_SPACED = Pattern(r"[^\S\n]+")
_BLANK_LINES = Pattern(r"\n{3,}")
_LINE_SPACES = Pattern(r" *\n *")

# fmt: off
_DROPPED = frozenset({
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed", "canvas", "head", "title",
    "audio", "video", "map", "form", "button", "select",
})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})
# fmt: on
_HIDING_STYLE = Pattern(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|color\s*:\s*transparent|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{4,}",
    re.IGNORECASE,
)


class Cleaned(Struct, frozen=True):
    """Paragraphs are separated by a blank line. `is_cut` says that the text was longer than is kept."""

    text: str
    warnings: tuple[str, ...] = ()
    is_cut: bool = False


def clean_line(text: str, limit: int = MAX_TITLE) -> str:
    """Text as one printable line; for titles, names and reasons."""
    visible, _ = without_invisible(text[: 8 * limit])
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_text(text: str, limit: int = MAX_TEXT) -> Cleaned:
    """Plain text or Markdown, in the characters a reader sees."""
    return _finish(text, limit, is_hiding=False)


def clean_markup(markup: str, limit: int = MAX_TEXT) -> Cleaned:
    """The text a reader of this HTML would see. Scripts, styles and hidden elements are left out."""
    text, is_hiding = _text_of(markup[:_MOST_MARKUP])
    return _finish(text, limit, is_hiding=is_hiding, was_cut=len(markup) > _MOST_MARKUP)


def instruction_like(text: str) -> bool:
    """Whether the passage addresses a machine: orders about its instructions, its role, its tools or its secrets."""
    return INSTRUCTION_LIKE in find_suspicion(visible_text(text)[0])


def _finish(text: str, limit: int, *, is_hiding: bool, was_cut: bool = False) -> Cleaned:
    visible, hides = without_invisible(text[: 2 * limit])
    spaced = _LINE_SPACES.sub("\n", _SPACED.sub(" ", unify_breaks(visible)))
    whole = _BLANK_LINES.sub("\n\n", spaced).strip()
    warnings = (
        *((INSTRUCTION_LIKE,) if instruction_like(whole[:limit]) else ()),
        *((HIDDEN_TEXT,) if hides or is_hiding else ()),
    )
    return Cleaned(_cut(whole, limit), warnings, is_cut=was_cut or len(whole) > limit or len(text) > 2 * limit)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    lowest = max(1, limit - 400)
    sentence = max(text.rfind(mark, lowest, limit) + 1 for mark in ("\n", ". ", "! ", "? "))
    end = sentence or text.rfind(" ", lowest, limit)
    return text[: end if end > 0 else limit].rstrip()


def _text_of(markup: str) -> tuple[str, bool]:
    if "<" not in markup:
        return _unescape(markup), False
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(b"<div>" + markup.encode("utf-8", "ignore") + b"</div>", parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    return ("", False) if root is None else _walk(root)


def _walk(root: etree._Element) -> tuple[str, bool]:
    pieces: list[str] = []
    is_hiding = False
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            is_hidden = is_hidden_element(element)
            if is_hidden or name in _DROPPED:
                is_hiding = is_hiding or (is_hidden and _letters(element) >= _HIDDEN_LETTERS)
                walk.skip_subtree()
                continue
            pieces.append("\n\n" if name in _BLOCKS else "\n" if name == "br" else "")
            pieces.append(element.text or "")
        else:
            pieces.append("\n\n" if name in _BLOCKS else "")
            pieces.append(element.tail or "")
    return "".join(pieces), is_hiding


def is_hidden_element(element: etree._Element) -> bool:
    """Whether a browser would not show the element, as far as it says so itself."""
    return element.get("hidden") is not None or bool(_HIDING_STYLE.search(element.get("style") or ""))


def _letters(element: etree._Element) -> int:
    return sum(len(piece.strip()) for piece in element.itertext() if isinstance(piece, str))


def _unescape(text: str) -> str:
    return unescape(text) if "&" in text else text
