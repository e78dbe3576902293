"""Which passages answer best: meaning first, words and exact names added to it, news fading with age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.documents.embedding.wordpiece import WordPiece
from cryptodesk.documents.index.columns import FRESH_SECONDS
from cryptodesk.documents.index.container import Array
from cryptodesk.documents.index.fulltext import Conditions, FullText
from cryptodesk.documents.index.generation import Generation, Spread
from cryptodesk.documents.index.names import names_in
from cryptodesk.documents.index.vectors import Floats

__all__ = ["Question", "Ranked", "Weights", "rank"]

_CANDIDATES = 128
_MOST_OF_ONE_DOCUMENT = 2
# Where the filters leave at least this share, asking for more and leaving some out is quicker than asking filtered.
_MOSTLY_RATIO = 0.3
# What the best match of words is worth as meaning, for a passage that has no vector.
_WORDS_ALONE = 0.6


class Weights(Struct, frozen=True, kw_only=True):
    """What is added to the cosine: at most `words` for the best match of words, at most `names` for all exact names.
    Old news keeps `old_news` of its score. A passage is no answer if its meaning is below `least` and it has less than
    `least_named` of the names."""

    words: float = 0.15
    names: float = 0.35
    old_news: float = 0.7
    least: float = 0.2
    least_named: float = 0.5


_WEIGHTS = Weights()


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
    weights: Weights = _WEIGHTS,
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
    if factors is not None and question.vector is None and len(words) == _CANDIDATES:
        # There may be more, and fresh ones among them that old ones have crowded out.
        since = max(now - FRESH_SECONDS, conditions.published_from or 0.0)
        words |= texts.rank(question.text, replace(conditions, published_from=since), _CANDIDATES)
    named = texts.rank_names(names_in(question.text, texts, wordpiece), conditions, _CANDIDATES)
    groups = [generation.rows(words), generation.rows(named)]
    if question.vector is not None:
        groups.append(generation.nearest(question.vector, selected, _CANDIDATES, factors, spread))
    rows = np.unique(np.concatenate(groups))
    rows = rows[rows >= 0]
    word = _spread(rows, groups[0], _scaled(words, from_last=question.vector is not None))
    name = _spread(rows, groups[1], np.fromiter(named.values(), np.float32, len(named)))
    meaning = _meaning(generation, question, rows, word)
    scores = meaning + weights.words * word + weights.names * name
    if factors is not None:
        scores = scores * factors[rows]
    answers = (meaning >= weights.least) | (name >= weights.least_named)
    yield from _varied(generation, rows[answers], scores[answers])


def _ranked_words(
    generation: Generation, texts: FullText, text: str, conditions: Conditions, selected: Array
) -> dict[int, float]:
    """Scores of the best matches that pass the filters, by key."""
    share = float(selected.sum()) / len(generation)
    if share < _MOSTLY_RATIO or conditions == Conditions():
        return texts.rank(text, conditions, _CANDIDATES)
    limit = int(_CANDIDATES / share * 1.3)
    words = texts.rank(text, Conditions(), limit)
    rows = generation.rows(words)
    passing = (rows >= 0) & selected[rows]
    if passing.sum() < _CANDIDATES and len(words) == limit:
        return texts.rank(text, conditions, _CANDIDATES)
    kept = [item for item, passes in zip(words.items(), passing, strict=True) if passes]
    return dict(kept[:_CANDIDATES])


def _scaled(words: Mapping[int, float], *, from_last: bool) -> Floats:
    """From 1 for the best match to 0 for no match, or for the last of those counted: what comes after it has 0 too."""
    scores = np.fromiter(words.values(), np.float32, len(words))
    floor = float(scores.min(initial=np.inf)) if from_last and len(words) >= _CANDIDATES else 0.0
    best = float(scores.max(initial=0.0))
    return (scores - floor) / (best - floor) if best > floor else np.ones(len(scores), np.float32)


def _spread(rows: Array, own_rows: Array, scores: Floats) -> Floats:
    """The scores for all rows: zero where there is none."""
    found = np.zeros(len(rows), np.float32)
    present = own_rows >= 0
    found[np.searchsorted(rows, own_rows[present])] = scores[present]
    return found


def _meaning(generation: Generation, question: Question, rows: Array, word: Floats) -> Floats:
    alone = np.float32(_WORDS_ALONE) * word
    if question.vector is None:
        return alone
    return np.where(generation.is_embedded(rows), generation.cosines(question.vector, rows), alone)


def _varied(generation: Generation, rows: Array, scores: Floats) -> Iterator[Ranked]:
    order = np.lexsort((rows, -scores))
    owners = generation.owners(rows)
    seen: Counter[int] = Counter()
    for at in order:
        owner = int(owners[at])
        seen[owner] += 1
        if seen[owner] <= _MOST_OF_ONE_DOCUMENT:
            yield Ranked(int(rows[at]), float(scores[at]))
