"""A question such as "what is restaking" asks for an article as such: it is answered by how the article begins,
whichever passage of it the search found nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import structs

from cryptodesk.documents.chunking import chunk_text
from cryptodesk.documents.records import Chunk, Hit
from cryptodesk.tools._content_types import HANDBOOK

__all__ = ["with_openings"]

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_ASKING_WORDS = """
    a about an and are basic basics basically can concept crypto cryptocurrency define definition describe did do
    does explain explained explanation for give how i in introduction is it its me mean meaning means of on or
    overview please simple tell term terms that the this to us was we what what's whats when who why work works
    would you versus vs
"""
# Of an article on something that happened these ask for all of it.
_HAPPENING_WORDS = """
    attack attacked bankrupt bankruptcy collapse collapsed crash crashed depeg drained exploit exploited fail failed
    fell hack hacked happen happened implode imploded lose lost robbed stolen story theft
"""
_ASKING = frozenset(_ASKING_WORDS.split())
_HAPPENING = frozenset(_HAPPENING_WORDS.split())


def with_openings(hits: Sequence[Hit], question: str) -> tuple[Hit, ...]:
    """The hits, of handbook articles that the question names the beginning in place of the first passage found."""
    asked = frozenset(_stems(question))
    opened: set[str] = set()
    found: list[Hit] = []
    for hit in hits:
        document = hit.document
        is_named = document.source == HANDBOOK and _names(asked, document.title)
        found.append(_opening(hit) if is_named and document.document_id not in opened else hit)
        opened.add(document.document_id)
    return tuple(found)


def _names(asked: frozenset[str], title: str) -> bool:
    subject = asked - _HAPPENING or asked
    return bool(subject) and subject <= frozenset(_stems(title))


def _stems(text: str) -> Iterator[str]:
    """Words in small letters without the plural's s."""
    for word in _WORD.findall(text.lower()):
        if word not in _ASKING:
            yield word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _opening(hit: Hit) -> Hit:
    first = next(iter(chunk_text(hit.document.text)), "")
    if not first or hit.chunk.number == 0:
        return hit
    return structs.replace(hit, chunk=Chunk(hit.document.document_id, 0, first))
