"""From a text to the words that are counted, sentence by sentence."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["PAUSE", "Sentence", "split_sentences"]

# Stands for a comma, a colon or a bracket: words on its two sides do not belong together.
PAUSE = ","

_MOST_CHARACTERS = 4_000
_LINKS = Pattern(r"(?:https?://|www\.)\S{1,500}|(?<!\w)@\w{1,50}", re.IGNORECASE)
_ENDS = Pattern(r"(?<=[.!?…])\s+|[\n\r;]+|(?<=[^\d\W])\.(?=[A-Z])")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
# Words, pauses, and signs that are drawn (emoji) one by one.
_PIECES = Pattern(r"[^\W_]+|[,:()\[\]{}|–—]|[^\s\w.!?\"“”'#$&/*+=<>%€£…~^-]", re.UNICODE)
_PAUSES = frozenset(",:()[]{}|–—")


class Sentence(Struct, frozen=True):
    """Words in small letters, hyphens and apostrophes gone, with `PAUSE` where the sentence pauses."""

    words: tuple[str, ...]
    is_question: bool


def split_sentences(text: str) -> list[Sentence]:
    """Links, handles and `$` or `#` before a word are left out; what follows the first 4,000 characters as well."""
    bounded = unicodedata.normalize("NFKC", text[:_MOST_CHARACTERS])
    plain = _LINKS.sub(" ", bounded)
    sentences = []
    for part in _ENDS.split(plain):
        words = tuple(
            PAUSE if piece in _PAUSES else piece for piece in _PIECES.findall(part.lower().translate(_APOSTROPHES))
        )
        if words:
            sentences.append(Sentence(words, part.rstrip().endswith("?")))
    return sentences
