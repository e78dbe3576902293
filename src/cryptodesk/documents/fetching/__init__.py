"""Fetching public pages for readers: guarded, bounded and polite.

An address may come from a feed that somebody else writes, so each is checked before it is asked: scheme, port, host,
and the very address that is connected to."""

from cryptodesk.documents.fetching._client import PageClient
from cryptodesk.documents.fetching._errors import FetchRefused, PageFailed
from cryptodesk.documents.fetching._pages import FetchPolicy, Page, PageRequest
from cryptodesk.documents.fetching._text import decode_page

__all__ = ["FetchPolicy", "FetchRefused", "Page", "PageClient", "PageFailed", "PageRequest", "decode_page"]
