"""The arithmetic of a search, wherever passages are kept: meaning first, words and names added to it, news fading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

__all__ = [
    "CANDIDATES",
    "DECAYING_TYPES",
    "FRESH_SECONDS",
    "HALF_LIFE_SECONDS",
    "WEIGHTS",
    "Evidence",
    "Weights",
    "age_factors",
    "fused",
    "scaled",
    "varied",
]

_Array = npt.NDArray[np.generic]
_Floats = npt.NDArray[np.float32]
_Flags = npt.NDArray[np.bool_]

# How many passages are looked at for each of meaning, words and names.
CANDIDATES = 128
# Types whose worth lies in being new.
DECAYING_TYPES = ("news", "rss_item", "social_post", "exchange_announcement", "macro_event")
HALF_LIFE_SECONDS = 3 * 86_400.0
# After ten half-lives a thousandth of the bonus is left, which decides nothing.
FRESH_SECONDS = 10 * HALF_LIFE_SECONDS

_MOST_OF_ONE_DOCUMENT = 2
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


WEIGHTS = Weights()


class Evidence(Struct, frozen=True):
    """What speaks for each passage, in columns of one length. `words` and `names` lie between 0 and 1; `cosines` is
    None where the question has no vector, and holds NaN for a passage without one; `factors` is None if none fades."""

    words: _Floats
    names: _Floats
    cosines: _Floats | None
    factors: _Floats | None


def scaled(scores: _Floats, *, from_last: bool) -> _Floats:
    """From 1 for the best match to 0 for no match, or for the last of those counted: what comes after it has 0 too."""
    floor = float(scores.min(initial=np.inf)) if from_last and len(scores) >= CANDIDATES else 0.0
    best = float(scores.max(initial=0.0))
    found: _Floats = (scores - floor) / (best - floor) if best > floor else np.ones(len(scores), np.float32)
    return found


def fused(evidence: Evidence, weights: Weights = WEIGHTS) -> tuple[_Floats, _Flags]:
    """The score of each passage, and whether it is an answer at all."""
    meaning = np.float32(_WORDS_ALONE) * evidence.words
    if evidence.cosines is not None:
        meaning = np.where(np.isnan(evidence.cosines), meaning, evidence.cosines)
    scores = meaning + weights.words * evidence.words + weights.names * evidence.names
    if evidence.factors is not None:
        scores = scores * evidence.factors
    answers = (meaning >= weights.least) | (evidence.names >= weights.least_named)
    return scores, answers


def varied(scores: _Floats, owners: _Array, order: _Array) -> Iterator[int]:
    """Positions from the highest score down, at most two of one owner; equal scores by `order`."""
    seen: Counter[int] = Counter()
    numbers: Sequence[int] = owners.tolist()
    for at in np.lexsort((order, -scores)).tolist():
        seen[numbers[at]] += 1
        if seen[numbers[at]] <= _MOST_OF_ONE_DOCUMENT:
            yield at


def age_factors(fading: _Flags, moments: npt.NDArray[np.float64], now: float, old_news: float) -> _Floats:
    """What age leaves of each score; `moments` and `now` are unix seconds."""
    factors = np.where(fading, np.float32(old_news), np.float32(1.0))
    fresh = fading & (moments > now - FRESH_SECONDS)
    lives = np.maximum(now - moments[fresh], 0.0) / HALF_LIFE_SECONDS
    factors[fresh] = old_news + (1.0 - old_news) * np.exp2(-lives)
    return factors
