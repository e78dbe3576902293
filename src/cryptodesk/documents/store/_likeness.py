"""When two texts are the same to a reader, or nearly.

The same: equal after case, punctuation and spacing are folded. Nearly: at least four fifths of the runs of four words
in either are in both. Candidates are found by MinHash bands, so that a look-up costs the same whatever the store holds,
and each candidate is then compared word by word; no text is called a copy because of a hash.
Source: Broder, On the resemblance and containment of documents (1997); Li, Owen and Zhang, One
Permutation Hashing (2012).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib

__all__ = ["bands_of", "fold", "is_nearly", "seen_key", "shingles"]

# Shorter texts have too few runs of words to tell a copy from a coincidence.
MIN_WORDS = 24
_SIMILAR = 0.8
_RUN = 4
_BANDS = 8
_ROWS = 4
_BINS = _BANDS * _ROWS
_MOST_WORDS = 3_000
_WORD = re.compile(r"\w+")
_MIX = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def fold(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def seen_key(title: str, text: str, scope: str = "") -> str:
    """What equal texts share; `scope` keeps texts of different authors apart. A title stands for a missing text."""
    words = " ".join(fold(text)) or " ".join(fold(title)) or text
    return hashlib.blake2b(f"{scope}\n{words}".encode(), digest_size=16).hexdigest()


def shingles(text: str) -> frozenset[int]:
    """Runs of four words, as numbers. Empty for a text that is too short to be compared."""
    words = fold(text)[:_MOST_WORDS]
    if len(words) < MIN_WORDS:
        return frozenset()
    joined = [" ".join(words[at : at + _RUN]).encode() for at in range(len(words) - _RUN + 1)]
    return frozenset(zlib.crc32(run) | zlib.adler32(run) << 32 for run in joined)


def bands_of(runs: frozenset[int]) -> tuple[int, ...]:
    """Eight numbers; texts with a likeness of 0.8 share at least one of them in 98 of 100 cases, of 0.5 in 40."""
    if not runs:
        return ()
    least = [_MASK] * _BINS
    for run in runs:
        mixed = (run + 1) * _MIX & _MASK
        mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & _MASK
        place = mixed % _BINS
        least[place] = min(least[place], mixed // _BINS)
    _fill(least)
    return tuple(_hash(least[at : at + _ROWS]) for at in range(0, _BINS, _ROWS))


def _fill(least: list[int]) -> None:
    """An empty bin borrows from the next full one, so that short texts can be compared as well."""
    for place in range(_BINS):
        step = 0
        while least[place] == _MASK and step < _BINS:
            step += 1
            neighbour = least[(place + step) % _BINS]
            if neighbour != _MASK:
                least[place] = (neighbour + step * _MIX) & (_MASK >> 1)


def _hash(values: list[int]) -> int:
    packed = b"".join(value.to_bytes(8, "big") for value in values)
    return int.from_bytes(hashlib.blake2b(packed, digest_size=7).digest(), "big")


def is_nearly(one: frozenset[int], other: frozenset[int]) -> bool:
    if not one or not other:
        return False
    shared = len(one & other)
    return shared >= _SIMILAR * (len(one) + len(other) - shared)
