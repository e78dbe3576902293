"""Links where ordinary clients look for them: OpenAI's `annotations`, and a list of addresses as `citations`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cryptodesk.core.research import CitedSource
from cryptodesk.dialects._annotations import link_markers

__all__ = ["encode_annotations"]

_json = msgspec.json.Encoder().encode


def encode_annotations(text: str, sources: Sequence[CitedSource]) -> bytes:
    """The members `annotations` and `citations`, empty without sources.

    One annotation a marker `[N]`. A source that no marker names is about the whole text. `citations[N-1]` is the
    address of source N, or its title where there is no page."""
    if not sources:
        return b""
    pages = [source.url or source.title for source in sources]
    return b'"annotations":%b,"citations":%b' % (_json(link_markers(text, sources)), _json(pages))
