"""Text from outside made fit for a list of sources, and addresses read for whom they belong to."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from cryptodesk.core.patterns import Pattern

__all__ = ["address", "domain_of", "one_line", "visible"]

_LONGEST_URL = 2_000
# What could pass for a mark, a link or code of ours where a title stands in a text or a prompt.
_SIGNS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "⟦": "(", "⟧": ")", "【": "(", "】": ")", "`": "'"})
_MARKUP = Pattern(r"[<>|*#~\\]+")


def visible(text: str) -> str:
    """Without control characters (save line breaks and tabs), zero-width and other format characters."""
    if text.isprintable():
        return text
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cs"})


def one_line(value: object, longest: int = 200) -> str:
    """One line without markup and brackets, at most `longest` characters; empty for anything but text."""
    if not isinstance(value, str):
        return ""
    words = _MARKUP.sub(" ", visible(value[: longest * 4]).translate(_SIGNS)).split()
    line = " ".join(words)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def address(value: object) -> str:
    """The address where it is an absolute one of http or https that shows where it leads; else empty."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_URL:
        return ""
    if any(mark in value for mark in " <>\"'`{}\\"):
        return ""
    try:
        parts = urlsplit(value)
        is_plain = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return value if is_plain else ""


def domain_of(url: str) -> str:
    """ "example.com" of an address; empty where there is none."""
    host = (urlsplit(url).hostname or "") if address(url) else ""
    return host.removeprefix("www.")[:120]
