"""From bytes to text, whatever the headers say."""

from __future__ import annotations

import codecs
import re

__all__ = ["decode_page"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})")
_DECLARED = re.compile(
    rb"(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.I
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers take for these names: the windows set holds all that the ISO one lacks.
_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
# Codecs that are no character sets, and UTF-7, which smuggles markup.
_CHARACTERS = re.compile(
    r"(?:utf-?(?:8|16|32)|cp\d|iso8859|latin|gb|big5|euc|shift|koi8|mac|windows|tis|ascii|johab|hz)"
)


def decode_page(body: bytes, content_type: str = "") -> tuple[str, bool]:
    """The text, and whether all of it could be read.

    A byte order mark counts first; then UTF-8, if it is valid, since no other text happens to be; then what the header
    says, what the page says, and at last the set of western Windows."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _decode(body, name)
    try:
        return body.decode("utf-8"), True
    except UnicodeDecodeError:
        pass
    for declared in (_CHARSET.search(content_type), _DECLARED.search(body[:2048])):
        codec = _codec(declared[1]) if declared else None
        if codec is not None and codec != "utf-8":
            text, is_whole = _decode(body, codec)
            if is_whole:
                return text, True
    # A page in UTF-8 that was cut or holds a few broken bytes is still UTF-8.
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") * 200 < len(text):
        return text, False
    return body.decode("cp1252", "replace"), False


def _decode(body: bytes, name: str) -> tuple[str, bool]:
    try:
        return body.decode(name), True
    except UnicodeDecodeError:
        return body.decode(name, "replace"), False


def _codec(name: bytes | str) -> str | None:
    text = name.decode("ascii", "ignore") if isinstance(name, bytes) else name
    try:
        found = codecs.lookup(text.lower()).name
    except (LookupError, ValueError):
        return None
    return _BROWSERS.get(found, found) if _CHARACTERS.match(found) else None
