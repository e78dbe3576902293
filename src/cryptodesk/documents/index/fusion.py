"""Which passages answer best: meaning first, words and exact names added to it, news fading with age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.documents.embedding.wordpiece import WordPiece
from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.container import Array
from cryptodesk.documents.index.fulltext import FullText
from cryptodesk.documents.index.generation import Generation, Spread
from cryptodesk.documents.index.names import names_in
from cryptodesk.documents.index.scoring import (
    CANDIDATES,
    FRESH_SECONDS,
    WEIGHTS,
    Evidence,
    Weights,
    fused,
    scaled,
    varied,
)
from cryptodesk.documents.index.vectors import Floats

__all__ = ["Question", "Ranked", "Weights", "rank"]

# Where the filters leave at least this share, asking for more and leaving some out is quicker than asking filtered.
_MOSTLY_RATIO = 0.3


class Question(Struct, frozen=True):
    """What is asked; `vector` is None where there are none."""

    text: str
    vector: Floats | None


class Ranked(Struct, frozen=True):
    """A passage that was found, by its row. Scores are comparable within one search."""

    row: int
    score: float


def rank(
    generation: Generation,
    question: Question,
    conditions: Conditions,
    now: float,
    wordpiece: WordPiece,
    weights: Weights = WEIGHTS,
    spread: Spread = map,
) -> Iterator[Ranked]:
    """Passages, best first, at most two of one document; `now` is in unix seconds, `spread` reads the parts of
    the index."""
    texts = generation.texts
    if texts is None or not len(generation):
        return
    conditions = generation.narrowed(conditions)
    selected = generation.select(conditions)
    factors = generation.age_factors(now, weights.old_news)
    words = _ranked_words(generation, texts, question.text, conditions, selected)
    if factors is not None and question.vector is None and len(words) == CANDIDATES:
        # There may be more, and fresh ones among them that old ones have crowded out.
        since = max(now - FRESH_SECONDS, conditions.published_from or 0.0)
        words |= texts.rank(question.text, replace(conditions, published_from=since), CANDIDATES)
    named = texts.rank_names(names_in(question.text, texts, wordpiece), conditions, CANDIDATES)
    groups = [generation.rows(words), generation.rows(named)]
    if question.vector is not None:
        groups.append(generation.nearest(question.vector, selected, CANDIDATES, factors, spread))
    # Not np.unique: it loads numpy's masked arrays, which takes longer than all of this.
    rows = np.array(sorted({row for group in groups for row in group.tolist() if row >= 0}), np.int64)
    evidence = _evidence(generation, question, rows, (groups[0], words), (groups[1], named))
    scores, answers = fused(replace(evidence, factors=None if factors is None else factors[rows]), weights)
    rows, scores = rows[answers], scores[answers]
    for at in varied(scores, generation.owners(rows), rows):
        yield Ranked(int(rows[at]), float(scores[at]))


def _ranked_words(
    generation: Generation, texts: FullText, text: str, conditions: Conditions, selected: Array
) -> dict[int, float]:
    """Scores of the best matches that pass the filters, by key."""
    share = float(selected.sum()) / len(generation)
    if share < _MOSTLY_RATIO or conditions == Conditions():
        return texts.rank(text, conditions, CANDIDATES)
    limit = int(CANDIDATES / share * 1.3)
    words = texts.rank(text, Conditions(), limit)
    rows = generation.rows(words)
    passing = (rows >= 0) & selected[rows]
    if passing.sum() < CANDIDATES and len(words) == limit:
        return texts.rank(text, conditions, CANDIDATES)
    kept = [item for item, passes in zip(words.items(), passing, strict=True) if passes]
    return dict(kept[:CANDIDATES])


def _evidence(
    generation: Generation,
    question: Question,
    rows: Array,
    words: tuple[Array, Mapping[int, float]],
    named: tuple[Array, Mapping[int, float]],
) -> Evidence:
    cosines = None
    if question.vector is not None:
        found = generation.cosines(question.vector, rows)
        cosines = np.where(generation.is_embedded(rows), found, np.float32(np.nan))
    return Evidence(
        _spread(rows, words[0], scaled(_values(words[1]), from_last=cosines is not None)),
        _spread(rows, named[0], _values(named[1])),
        cosines,
        None,
    )


def _values(scores: Mapping[int, float]) -> Floats:
    return np.fromiter(scores.values(), np.float32, len(scores))


def _spread(rows: Array, own_rows: Array, scores: Floats) -> Floats:
    """The scores for all rows: zero where there is none."""
    found = np.zeros(len(rows), np.float32)
    present = own_rows >= 0
    found[np.searchsorted(rows, own_rows[present])] = scores[present]
    return found
