"""Addresses of pages: how they are typed, and when two are the same page."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from yarl import URL

__all__ = ["absolute_url", "host_of", "parse_web_address", "url_key"]

MAX_URL = 2_000
# Parameters that say where a reader came from, not what he reads.
_TRACKING = re.compile(
    r"utm_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|igshid|yclid|_hsenc|_hsmi|ref_src|ref_url|cmpid|spm"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_web_address(text: str) -> str:
    """Raises: ValueError for what is no http(s) address."""
    typed = text.strip()
    try:
        url = URL(typed if "://" in typed else f"https://{typed}")
    except ValueError:
        url = URL()
    if url.scheme not in _DEFAULT_PORTS or not url.host:
        raise ValueError(f"expected an http(s) address, got {text[:80]!r}")
    if url.raw_user is not None or len(typed) > MAX_URL:
        raise ValueError("expected an address without a user name, of at most 2,000 characters")
    return str(url.with_fragment(None))


def absolute_url(base: str, link: str) -> str | None:
    """The link as an absolute http(s) address; None if it is not one."""
    try:
        url = URL(urljoin(base, link.strip()))
    except ValueError:
        return None
    text = str(url)
    is_plain = url.scheme in _DEFAULT_PORTS and url.host and url.raw_user is None and len(text) <= MAX_URL
    return text if is_plain else None


def url_key(address: str) -> str:
    """The same for addresses of the same page: no scheme, `www.`, tracking, fragment or closing slash."""
    url = URL(address)
    kept = [(name, value) for name, value in url.query.items() if not _TRACKING.fullmatch(name.lower())]
    port = "" if url.port in (None, *_DEFAULT_PORTS.values()) else f":{url.port}"
    path = url.raw_path.rstrip("/")
    query = URL.build(query=kept).raw_query_string if kept else ""
    return f"{host_of(address)}{port}{path}{'?' if query else ''}{query}"


def host_of(address: str) -> str:
    """The host in small letters, without `www.`; empty where there is none."""
    try:
        return (URL(address).host or "").lower().removeprefix("www.")
    except ValueError:
        return ""
