"""What documents are filtered by, as columns over all parts of the index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.container import Array
from cryptodesk.documents.index.part import Labels, Part
from cryptodesk.documents.index.scoring import DECAYING_TYPES, age_factors
from cryptodesk.documents.index.vectors import Floats

__all__ = ["Columns"]


class Columns:
    """A number for each document in every column; `starts` are the first positions of each part."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.starts = np.cumsum([0, *(len(part.hashes) for part in parts)])
        self.hashes = _joined([part.hashes for part in parts], np.uint64)
        self.known_at = _joined([part.known_at for part in parts], np.float64)
        self.published_at = _joined([part.published_at for part in parts], np.float64)
        self.latest_known_at = float(self.known_at.max(initial=0.0))
        self.labels = Labels(*(_all_labels(parts, name) for name in Labels.__struct_fields__))
        self._numbers = {name: self._renumbered(parts, name) for name in Labels.__struct_fields__}
        pairs = [part.assets + np.array([first, 0]) for part, first in zip(parts, self.starts, strict=False)]
        self._assets = np.concatenate(pairs) if pairs else np.zeros((0, 2), np.int64)

    def __len__(self) -> int:
        return len(self.hashes)

    def _renumbered(self, parts: Sequence[Part], name: str) -> Array:
        numbers = {label: number for number, label in enumerate(getattr(self.labels, name))}
        own = [
            np.array([numbers[label] for label in getattr(part.labels, name)], np.uint16)[part.labelled[name]]
            for part in parts
        ]
        return _joined(own, np.uint16)

    def is_any(self, name: str, labels: Sequence[str]) -> Array:
        """Whether each document's label in that column is one of these."""
        wanted = np.array([label in labels for label in getattr(self.labels, name)], np.bool_)
        found: Array = wanted[self._numbers[name]]
        return found

    def passing(self, conditions: Conditions) -> Array:
        passing = np.ones(len(self), np.bool_)
        languages = () if conditions.language is None else (conditions.language,)
        for name, labels in (("type", conditions.types), ("source", conditions.sources), ("language", languages)):
            if labels:
                passing &= self.is_any(name, labels)
        if conditions.asset_ids:
            linked = np.zeros(len(self), np.bool_)
            linked[self._assets[np.isin(self._assets[:, 1], conditions.asset_ids), 0]] = True
            passing &= linked
        return self._in_time(passing, conditions)

    def _in_time(self, passing: Array, conditions: Conditions) -> Array:
        # A comparison with NaN, the date of an undated document, is false: it stays out.
        if conditions.known_until is not None:
            passing &= self.known_at <= conditions.known_until
        if conditions.published_from is not None:
            passing &= self.published_at >= conditions.published_from
        if conditions.published_before is not None:
            passing &= self.published_at < conditions.published_before
        return passing

    def age_factors(self, now: float, old_news: float) -> Floats | None:
        """What age leaves of each document's score; None if no document fades."""
        fading = self.is_any("type", DECAYING_TYPES)
        if not fading.any():
            return None
        moments = np.where(np.isnan(self.published_at), self.known_at, self.published_at)
        return age_factors(fading, moments, now, old_news)


def _all_labels(parts: Sequence[Part], name: str) -> tuple[str, ...]:
    return tuple(sorted({label for part in parts for label in getattr(part.labels, name)}))


def _joined(arrays: Sequence[Array], dtype: type[np.generic]) -> Array:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)
