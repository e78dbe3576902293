"""Links where ordinary clients look for them: OpenAI's `annotations`, and a list of addresses as `citations`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from cryptodesk.core.research import CitedSource

__all__ = ["encode_annotations"]

_MARKER: Final = re.compile(r"\[(\d{1,3})\]")

_json = msgspec.json.Encoder().encode


class _Link(Struct):
    """`start_index` and `end_index` count characters (code points) of the whole text; the end is exclusive."""

    start_index: int
    end_index: int
    title: str
    url: str


class _Annotation(Struct):
    url_citation: _Link
    type: Literal["url_citation"] = "url_citation"


def encode_annotations(text: str, sources: Sequence[CitedSource]) -> bytes:
    """The members `annotations` and `citations`, empty without sources.

    One annotation a marker `[N]`. A source that no marker names is about the whole text. `citations[N-1]` is the
    address of source N, or its title where there is no page."""
    if not sources:
        return b""
    linked = {str(source.citation_id): source for source in sources if source.url}
    found = [(match.start(), match.end(), linked[match[1]]) for match in _MARKER.finditer(text) if match[1] in linked]
    named = {source.citation_id for _, _, source in found}
    found += [(0, len(text), source) for source in linked.values() if source.citation_id not in named]
    links = [_Annotation(_Link(start, end, source.title, source.url)) for start, end, source in found]
    pages = [source.url or source.title for source in sources]
    return b'"annotations":%b,"citations":%b' % (_json(links), _json(pages))
