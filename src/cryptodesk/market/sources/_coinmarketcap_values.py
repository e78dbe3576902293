"""Tolerant readers for values of the CoinMarketCap API: what cannot be read is None, never zero, never an error."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.core.patterns import Pattern

__all__ = [
    "chain_slug",
    "flag",
    "moment",
    "number",
    "positive",
    "prose",
    "quote_in",
    "row_of",
    "text",
    "texts",
    "token_id",
    "unsigned",
    "web_address",
    "whole",
]

MAX_NAME = 120
MAX_PROSE = 1500
MAX_URL = 300
MAX_ADDRESS = 120

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS = 4_102_444_800  # the year 2100
_NUMBER = Pattern(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Bounded repetitions, so that hostile text costs no more than its length.
_IMAGE = Pattern(r"!\[[^\[\]]{0,200}\]\([^()]{0,500}\)")
_LINK = Pattern(r"\[([^\[\]]{0,200})\]\([^()]{0,500}\)")
_SCRIPT = Pattern(r"<(script|style)\b[^<>]{0,500}>.{0,2000}?</\1\s{0,10}>", re.IGNORECASE | re.DOTALL)
_BLOCK_TAG = Pattern(r"</?(?:p|br|li|ul|ol|div|tr|td|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = Pattern(r"</?[A-Za-z!][^<>]{0,500}>")
_HEADING = Pattern(r"^\s{0,3}#{1,6}\s+", re.MULTILINE)
_EMPHASIS = Pattern(r"\*\*|__|`+|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")


def number(value: Any) -> float | None:
    """A finite number from a number or its decimal text."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        value = value.strip() if len(value) <= 64 else ""
        if not _NUMBER.fullmatch(value):
            return None
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def unsigned(value: Any) -> float | None:
    """A number that cannot be negative: a volume, a count of money."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def positive(value: Any) -> float | None:
    """A number for which the vendor writes 0 when it does not know: a price, a market cap, a supply."""
    found = number(value)
    return found if found is not None and found > 0 else None


def whole(value: Any) -> int | None:
    """A count, 0 or more."""
    found = number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) else None


def flag(value: Any) -> bool | None:
    """Yes or no, which the vendor also writes as 1 or 0 and as words."""
    if isinstance(value, bool):
        return value
    return {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}.get(str(value).casefold())


def text(value: Any, limit: int = MAX_NAME) -> str | None:
    """One line without control and zero-width characters, at most `limit` long; None if nothing is left."""
    if not isinstance(value, str):
        return None
    value = value[: 4 * limit]
    if not (value.isascii() and value.isprintable()):
        value = "".join(" " if mark.isspace() else mark for mark in value if mark.isspace() or not _is_hidden(mark))
    return " ".join(value.split())[:limit].rstrip() or None


def texts(value: Any, limit: int = MAX_NAME, most: int = 60) -> tuple[str, ...]:
    """The texts of a list, in which each may also be an object with a `slug`."""
    if not isinstance(value, list):
        return ()
    words = (item.get("slug") if isinstance(item, dict) else item for item in value[:most])
    names = (_word(word[: 4 * limit], limit) for word in words if isinstance(word, str))
    return tuple(dict.fromkeys(name for name in names if name))


@lru_cache(maxsize=4096)
def _word(word: str, limit: int) -> str | None:
    # Thousands of rows share a few hundred tags: cleaned once, and held once.
    return text(word, limit)


def prose(value: Any, limit: int = MAX_PROSE) -> str | None:
    """Somebody's description as plain words: markup gone, one line."""
    if not isinstance(value, str):
        return None
    plain = html.unescape(value[: 6 * limit])
    plain = _TAG.sub("", _BLOCK_TAG.sub(" ", _SCRIPT.sub(" ", plain)))
    plain = _LINK.sub(r"\1", _IMAGE.sub(" ", plain))
    return text(_EMPHASIS.sub("", _HEADING.sub("", plain)), limit)


def web_address(value: Any) -> str | None:
    """An absolute http(s) address; never a shortened one, which would lead elsewhere."""
    if not isinstance(value, str) or len(value) > MAX_URL:
        return None
    value = value.strip()
    if not value.isprintable() or any(mark.isspace() or mark in "<>\"'`\\" for mark in value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None


def moment(value: Any) -> datetime | None:
    """Aware UTC from ISO 8601, or from unix seconds or milliseconds as a number or text."""
    seconds = number(value)
    if seconds is not None:
        seconds = seconds / 1000 if seconds > _LATEST_SECONDS else seconds
        return _EPOCH + timedelta(seconds=seconds) if 0 < seconds < _LATEST_SECONDS else None
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 0 < found.timestamp() < _LATEST_SECONDS else None


def chain_slug(*names: Any) -> str | None:
    """Our slug of the chain that the vendor calls by one of these names; else the first of them, as a slug."""
    known = [name for name in (text(name) for name in names) if name]
    for name in known:
        # "BNB Smart Chain (BEP20)", "Tron20"
        bare = name.partition(" (")[0]
        platform = find_platform(name) or find_platform(bare) or find_platform(bare.rstrip("0123456789"))
        if platform is not None:
            return platform.slug
    return re.sub(r"[^a-z0-9]+", "-", known[0].casefold()).strip("-") or None if known else None


def token_id(platform: str | None, address: Any) -> str | None:
    """`<platform>:<address>`, hexadecimal addresses in lower case."""
    spelled = text(address, MAX_ADDRESS + 1)
    if not platform or not spelled or len(spelled) > MAX_ADDRESS or " " in spelled:
        return None
    return f"{platform}:{spelled.lower() if spelled[:2] in {'0x', '0X'} else spelled}"


def row_of(value: Any) -> dict[str, Any]:
    """The object, or an empty one for null and whatever else stands in its place."""
    return value if isinstance(value, dict) else {}


def quote_in(quotes: Any, currency: str) -> dict[str, Any] | None:
    """The quote in a currency: an array of objects on newer routes, an object by currency on older ones."""
    if isinstance(quotes, dict):
        found = quotes.get(currency)
        return found if isinstance(found, dict) else None
    for quote in quotes if isinstance(quotes, list) else ():
        if isinstance(quote, dict) and currency in (quote.get("symbol"), quote.get("convert_symbol")):
            return quote
    return None


def _is_hidden(mark: str) -> bool:
    return unicodedata.category(mark) in _HIDDEN
