"""Links where ordinary clients look for them: OpenAI's `annotations`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from cryptodesk.core.research import CitedSource

__all__ = ["Annotation", "Link", "link_markers", "link_whole"]

_MARKER: Final = re.compile(r"\[(\d{1,3})\]")


class Link(Struct):
    """`start_index` and `end_index` count characters (code points) of the whole text; the end is exclusive."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Struct):
    url_citation: Link
    type: Literal["url_citation"] = "url_citation"


def link_markers(text: str, sources: Sequence[CitedSource]) -> list[Annotation]:
    """One a marker `[N]`, in the order of the text. A source that no marker names is about the whole text; one without
    a page has none."""
    linked = {str(source.citation_id): source for source in sources if source.url}
    found = [(match.start(), match.end(), linked[match[1]]) for match in _MARKER.finditer(text) if match[1] in linked]
    named = {source.citation_id for _, _, source in found}
    links = [_annotation(start, end, source) for start, end, source in found]
    return links + link_whole(text, [source for source in linked.values() if source.citation_id not in named])


def link_whole(text: str, sources: Sequence[CitedSource]) -> list[Annotation]:
    """One a source with a page: the place where the text writes its address, else the whole text."""
    return [_annotation(*_place(text, source.url), source) for source in sources if source.url]


def _place(text: str, url: str) -> tuple[int, int]:
    at = text.find(url)
    return (0, len(text)) if at < 0 else (at, at + len(url))


def _annotation(start: int, end: int, source: CitedSource) -> Annotation:
    return Annotation(Link(start, end, source.title, source.url))
