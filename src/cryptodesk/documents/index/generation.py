"""One state of the index, opened for reading. It is never changed: a new state is another object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np

from cryptodesk.documents.index.columns import Columns
from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.container import Array, ContainerError, read_arrays
from cryptodesk.documents.index.fulltext import FullText, FullTextDamaged
from cryptodesk.documents.index.manifest import IndexDamaged, Manifest
from cryptodesk.documents.index.part import Part, document_hash, load_part
from cryptodesk.documents.index.vectors import Floats, best_of, rescore, scan, scan_signs
from cryptodesk.documents.records import Chunk, Document

__all__ = ["Generation", "Spread", "open_generation"]

_Found = tuple[Array, Floats]
# Below this share of a part its rows are picked out, above it the whole part is scanned.
_SPARSE_RATIO = 0.05
# Of a part with signs so many rows, and so large a share, are looked at in full.
_LEAST_LISTED, _LISTED_RATIO = 512, 0.02
_MOST_MOMENTS = 4
# The score of a row that is not selected, below that of any other.
_OUT = np.float32(-np.inf)


class Spread(Protocol):
    """`map`, perhaps over several threads."""

    def __call__(self, work: Callable[[int], _Found], numbers: Iterable[int], /) -> Iterable[_Found]: ...


class Generation:
    """Passages are numbered by rows, through all parts; documents by positions in `columns`. Safe to share between
    threads."""

    def __init__(self, manifest: Manifest, parts: Sequence[Part], texts: FullText | None, gone: Array) -> None:
        self.manifest = manifest
        self.parts = tuple(parts)
        self.texts = texts
        self.gone = gone
        self.columns = Columns(parts)
        self._starts = np.cumsum([0, *map(len, parts)])
        self._keys = _joined([part.keys for part in parts], np.uint64)
        self._alive = ~np.isin(self._keys, gone)
        self._owners = _joined(
            [part.owners + np.uint32(first) for part, first in zip(parts, self.columns.starts, strict=False)], np.uint32
        )
        self._embedded = _joined([part.scales != 0 for part in parts], np.bool_)
        self._count = int(self._alive.sum())
        self._age_factors: Callable[[int, float], Floats | None]
        self._age_factors = lru_cache(maxsize=_MOST_MOMENTS)(self._age_factors_afresh)
        # Passages that have no vector.
        self.unembedded = int((self._alive & ~self._embedded).sum())

    def __len__(self) -> int:
        return self._count

    def count_documents(self, known_until: float) -> int:
        """Documents known by that moment."""
        owners = np.unique(self._owners[self._alive])
        return int((self.columns.known_at[owners] <= known_until).sum())

    def narrowed(self, conditions: Conditions) -> Conditions:
        """The conditions without a bound that every document keeps: ranges cost the full-text index time."""
        if conditions.known_until is None or conditions.known_until < self.columns.latest_known_at:
            return conditions
        return msgspec.structs.replace(conditions, known_until=None)

    def select(self, conditions: Conditions) -> Array:
        """Which rows pass the filters: true or false for each."""
        if conditions == Conditions():
            return self._alive
        passing: Array = self.columns.passing(conditions)[self._owners] & self._alive
        return passing

    def rows(self, keys: Collection[int]) -> Array:
        """Where these passages are; -1 for one that is gone."""
        wanted = np.fromiter(keys, np.uint64, len(keys))
        if not self._count:
            return np.full(len(wanted), -1)
        rows = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.where((self._keys[rows] == wanted) & self._alive[rows], rows, -1)

    def owners(self, rows: Array) -> Array:
        """The documents of these passages."""
        owners: Array = self._owners[rows]
        return owners

    def is_embedded(self, rows: Array) -> Array:
        embedded: Array = self._embedded[rows]
        return embedded

    def passage(self, row: int) -> tuple[Document, Chunk]:
        """What lies there; the document without its text."""
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        part, own_row = self.parts[number], row - int(self._starts[number])
        document = part.document(int(part.owners[own_row]))
        return document, part.chunk(own_row, document.document_id)

    def documents(self) -> Iterator[Document]:
        """Those with a passage that is not gone, without their text."""
        for start, part in zip(self._starts, self.parts, strict=False):
            alive = self._alive[start : start + len(part)]
            # Not np.unique: it loads numpy's masked arrays, which takes longer than all of this.
            yield from map(part.document, sorted(set(part.owners[alive].tolist())))

    def keys_of(self, document_ids: Collection[str]) -> Array:
        """The keys of these documents' passages that are not gone."""
        hashes = np.array([document_hash(each) for each in document_ids], np.uint64)
        keys: Array = self._keys[np.isin(self.columns.hashes, hashes)[self._owners] & self._alive]
        return keys

    def nearest(self, question: Floats, selected: Array, limit: int, factors: Floats | None, spread: Spread) -> Array:
        """The selected rows of highest cosine, times their factor. `spread` is `map`, or one over several threads."""

        def nearest_in(number: int) -> _Found:
            span = slice(int(self._starts[number]), int(self._starts[number + 1]))
            own_factors = None if factors is None else factors[span]
            rows, scores = _nearest_in(self.parts[number], question, selected[span], own_factors)
            best = best_of(scores, limit)
            return rows[best] + span.start, scores[best]

        found = list(spread(nearest_in, range(len(self.parts))))
        rows: Array = np.concatenate([rows for rows, _ in found])
        return rows[best_of(np.concatenate([scores for _, scores in found]), limit)]

    def age_factors(self, now: float, old_news: float) -> Floats | None:
        """What age leaves of each passage's score, to the minute; None if none fades."""
        return self._age_factors(int(now // 60) * 60, old_news)

    def _age_factors_afresh(self, now: int, old_news: float) -> Floats | None:
        factors = self.columns.age_factors(now, old_news)
        return None if factors is None else factors[self._owners]

    def cosines(self, question: Floats, rows: Array) -> Floats:
        """The cosine of each, zero for a passage without a vector. The rows ascend."""
        cuts = np.searchsorted(rows, self._starts)
        found = [
            rescore(part, question, rows[cuts[number] : cuts[number + 1]] - self._starts[number])
            for number, part in enumerate(self.parts)
        ]
        return _joined(found, np.float32)


def _nearest_in(part: Part, question: Floats, selected: Array, factors: Floats | None) -> _Found:
    """Rows of the part among which the nearest are, and their scores."""
    count = int(selected.sum())
    rows: Array | None = None
    if count < len(part) * _SPARSE_RATIO:
        rows = np.flatnonzero(selected)
    elif part.signs is not None:
        scores = scan_signs(part.signs, question)
        rows = _selected_best(scores if factors is None else scores * factors, selected, count)
    scores = scan(part, question, rows)
    if factors is not None:
        scores = scores * (factors if rows is None else factors[rows])
    if rows is None and count < len(part):
        rows = np.flatnonzero(selected)
        scores = scores[rows]
    return np.arange(len(part)) if rows is None else rows, scores


def _selected_best(scores: Floats, selected: Array, count: int) -> Array:
    if count < len(scores):
        scores = np.where(selected, scores, _OUT)
    rows = best_of(scores, max(_LEAST_LISTED, int(len(scores) * _LISTED_RATIO)))
    return rows[selected[rows]]


def _joined(arrays: Sequence[Array], dtype: type[np.generic]) -> Array:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)


def open_generation(folder: Path, manifest: Manifest) -> Generation:
    """Raises: IndexDamaged."""
    try:
        parts = [load_part(folder / name) for name in manifest.parts]
        texts = FullText(folder / manifest.texts) if manifest.texts else None
        gone = read_arrays(folder / manifest.gone)["keys"] if manifest.gone else np.zeros(0, np.uint64)
    except (ContainerError, FullTextDamaged, KeyError) as error:
        raise IndexDamaged(str(error)) from None
    except (OSError, RuntimeError) as error:
        raise IndexDamaged(f"a file of the index cannot be opened: {error}") from None
    return Generation(manifest, parts, texts, gone)
