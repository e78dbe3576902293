"""A table of names: which positions bear a text, a part of it, or something spelt much like it.

It knows nothing of assets, exchanges or anything else that is named: a position is a row of whatever is looked up, and
rows are added best known first, so that a search that stops early has seen what most people mean.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress
from string import ascii_lowercase, digits
from threading import Lock
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from cryptodesk.core.patterns import Pattern

__all__ = ["FUZZY_DISTANCE", "FUZZY_LETTERS", "FUZZY_RATIO", "KeyHit", "KeyKind", "KeyTable"]

KeyKind = Literal["symbol", "name", "slug", "alias", "former"]

FUZZY_LETTERS = 5
FUZZY_DISTANCE = 2
FUZZY_RATIO = 75.0
_SUBSTRING_LETTERS = 3
_MOST_PARTIAL = 60
_MOST_SIMILAR = 50
_KINDS: tuple[KeyKind, ...] = ("symbol", "name", "slug", "alias", "former")
_KIND_BITS = 3
_KIND_MASK = (1 << _KIND_BITS) - 1
_LETTERS = frozenset(ascii_lowercase + digits)
_AS_FLAGS = bytes.maketrans(b"01", b"\0\1")
_WORD = Pattern(r"[^\W_]+")


class KeyHit(NamedTuple):
    """`how` says how the key was found; `closeness` is 0..1, how much of the key was asked for."""

    position: int
    kind: KeyKind
    how: Literal["exact", "prefix", "word", "substring", "fuzzy"]
    closeness: float
    key: str


class KeyTable:
    """Filled first, then only read; reading is safe from many threads."""

    def __init__(self) -> None:
        # A claim is position and kind in one integer; the few keys that several bear hold a tuple of them.
        self._claims: dict[str, int | tuple[int, ...]] = {}
        self._partial: _PartialSearch | None = None
        self._lock = Lock()

    def __contains__(self, key: str) -> bool:
        return key in self._claims

    def __len__(self) -> int:
        return len(self._claims)

    def add(self, key: str, position: int, kind: KeyKind) -> None:
        """A normalised key of a row; an empty one is nothing. The first kind under which a row has a key counts."""
        if key:
            self._add(key, position << _KIND_BITS | _KINDS.index(kind))

    def add_column(self, keys: Sequence[str], first_position: int, kind: KeyKind) -> None:
        """The same for consecutive rows at once."""
        code = _KINDS.index(kind)
        claims = self._claims
        for claim, key in enumerate(keys, first_position):
            if key:
                encoded = claim << _KIND_BITS | code
                if claims.setdefault(key, encoded) != encoded:
                    self._add(key, encoded)

    def is_shared(self, key: str) -> bool:
        """Whether several rows bear the key."""
        return isinstance(self._claims.get(key), tuple)

    def exact(self, key: str) -> list[KeyHit]:
        """Who bears the key, best known first."""
        return [KeyHit(position, kind, "exact", 1.0, key) for position, kind in self.bearers(key)]

    def bearers(self, key: str, most: int | None = None) -> list[tuple[int, KeyKind]]:
        """The same as bare positions and kinds; quicker."""
        found = self._claims.get(key)
        if found is None:
            return []
        if isinstance(found, int):
            return [(found >> _KIND_BITS, _KINDS[found & _KIND_MASK])]
        return [(claim >> _KIND_BITS, _KINDS[claim & _KIND_MASK]) for claim in found[:most]]

    def partial(self, text: str) -> Iterator[KeyHit]:
        """Keys that begin with the text, hold it as a word, or hold it anywhere: the first sixty of each, in the order
        of the rows."""
        if text:
            for key, how in self._search.partial(text):
                yield from self._of(key, how, len(text) / len(key))

    def similar(self, text: str) -> Iterator[KeyHit]:
        """Keys at most two slips away from a text of five letters or more."""
        for key, ratio in self._search.similar(text):
            yield from self._of(key, "fuzzy", ratio)

    def misspelt(self, text: str) -> list[KeyHit]:
        """Spelling mistakes in the whole text, else in its single words."""
        found = list(self.similar(text))
        if not found:
            for word in dict.fromkeys(_WORD.findall(text)):
                if word != text and not self._search.holds_word(word):
                    found += self.similar(word)
        return found

    def _add(self, key: str, claim: int) -> None:
        present = self._claims.setdefault(key, claim)
        if present == claim:
            return
        claims = (present,) if isinstance(present, int) else present
        if all(other >> _KIND_BITS != claim >> _KIND_BITS for other in claims):
            self._claims[key] = (*claims, claim)

    def _of(self, key: str, how: Literal["prefix", "word", "substring", "fuzzy"], closeness: float) -> Iterator[KeyHit]:
        for hit in self.exact(key):
            yield KeyHit(hit.position, hit.kind, how, closeness, key)

    @property
    def _search(self) -> _PartialSearch:
        # Made at the first question that needs it: most questions name assets exactly.
        if self._partial is None:
            with self._lock:
                if self._partial is None:
                    self._partial = _PartialSearch(list(self._claims))
        return self._partial


class _PartialSearch:
    """All keys as one text: finding a part in it costs a tenth of asking key by key."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self._text = "\n" + "\n".join(keys) + "\n"
        self._ends = list(accumulate(len(key) + 1 for key in keys))
        self._by_length: dict[int, list[str]] = {}
        self._letter_sets: dict[int, _LetterSets] = {}
        for key in keys:
            # Slugs are there with spaces as well.
            if len(key) >= FUZZY_LETTERS and not key.isdigit() and "-" not in key:
                self._by_length.setdefault(len(key), []).append(key)

    def partial(self, text: str) -> Iterator[tuple[str, Literal["prefix", "word", "substring"]]]:
        if text not in self._text:
            return
        seen = {text}
        for part, how in (("\n" + text, "prefix"), (" " + text, "word"), (text, "substring")):
            if how != "substring" or len(text) >= _SUBSTRING_LETTERS:
                for key in self._holding(part, whole_word=how == "word", seen=seen):
                    yield key, how  # type: ignore[misc]

    def _holding(self, part: str, *, whole_word: bool, seen: set[str]) -> Iterator[str]:
        found, at = 0, self._text.find(part)
        while at >= 0 and found < _MOST_PARTIAL:
            end = at + len(part)
            key = self._keys[bisect_right(self._ends, at + (part[0] == "\n") - 1)]
            if key not in seen and not (whole_word and self._text[end].isalnum()):
                seen.add(key)
                found += 1
                yield key
            at = self._text.find(part, end - 1)

    def similar(self, text: str) -> Iterator[tuple[str, float]]:
        if len(text) < FUZZY_LETTERS:
            return
        letters = _LETTERS.intersection(text)
        for length in range(len(text) - FUZZY_DISTANCE, len(text) + FUZZY_DISTANCE + 1):
            if length not in self._by_length:
                continue
            # Two slips change at most four letters; the cut-off by ratio is several times faster than one by slips.
            cutoff = max(FUZZY_RATIO, 100 * (1 - 2 * FUZZY_DISTANCE / (len(text) + length)) - 1e-6)
            keys = self._of_length(length).holding(letters)
            close = process.extract(
                text, keys, scorer=fuzz.ratio, processor=None, score_cutoff=cutoff, limit=_MOST_SIMILAR
            )
            for key, ratio, _ in close:
                if OSA.distance(text, key, score_cutoff=FUZZY_DISTANCE) <= FUZZY_DISTANCE:
                    yield key, ratio / 100

    def _of_length(self, length: int) -> _LetterSets:
        # Made when a length is first asked for: all at once would hold up the first question.
        found = self._letter_sets.get(length)
        if found is None:
            found = self._letter_sets[length] = _LetterSets(self._by_length[length])
        return found

    def holds_word(self, word: str) -> bool:
        return "\n" + word in self._text or " " + word in self._text


class _LetterSets:
    """Keys, and for each plain letter which of them lack it, as one integer of a bit a key. Leaving out what lacks more
    letters than slips can take away spares nine comparisons of ten."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self._every = (1 << len(keys)) - 1
        rows: dict[str, bytearray] = defaultdict(lambda: bytearray(b"0") * len(keys))
        for place, key in enumerate(keys):
            for letter in _LETTERS.intersection(key):
                rows[letter][place] = ord("1")
        self._lacking = {letter: self._every ^ int(row, 2) for letter, row in rows.items()}

    def holding(self, letters: Iterable[str]) -> list[str]:
        """The keys that hold all of the letters but two at most, in their order."""
        one = two = three = 0
        for letter in letters:
            lacking = self._lacking.get(letter, self._every)
            three |= two & lacking
            two |= one & lacking
            one |= lacking
        flags = format(self._every ^ three, f"0{len(self._keys)}b").encode().translate(_AS_FLAGS)
        return list(compress(self._keys, flags))
