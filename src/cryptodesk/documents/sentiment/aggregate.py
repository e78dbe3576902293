"""From many scored texts to one mood, in which nobody is heard more often than others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.documents.sentiment.scorer import Score

__all__ = ["Item", "Mood", "compute_mood", "weights_of"]


class Item(Struct, frozen=True):
    """A text with its score. `voice` is who speaks; all that one voice says counts for at most `most_votes` texts."""

    text: str
    voice: str
    score: Score
    most_votes: float = 1.0


class Mood(Struct, frozen=True):
    """`score` is the weighted mean, -1..1; shares are percent of the weight and add up to 100. `sample_size` counts
    texts, `voices` who wrote them. All None and zero for no texts."""

    score: float | None
    positive_pct: float | None
    neutral_pct: float | None
    negative_pct: float | None
    sample_size: int
    voices: int


def weights_of(items: Sequence[Item]) -> list[float]:
    """1 for each text; less where its voice says more than it has votes."""
    said = Counter(item.voice for item in items)
    return [min(1.0, item.most_votes / said[item.voice]) for item in items]


def compute_mood(items: Sequence[Item]) -> Mood:
    if not items:
        return Mood(None, None, None, None, 0, 0)
    weights = weights_of(items)
    whole = sum(weights)
    shares = Counter[str]()
    for item, weight in zip(items, weights, strict=True):
        shares[item.score.label] += weight  # type: ignore[assignment]
    score = sum(item.score.value * weight for item, weight in zip(items, weights, strict=True)) / whole
    percents = {label: shares[label] / whole * 100 for label in ("positive", "neutral", "negative")}
    return Mood(
        score,
        percents["positive"],
        percents["neutral"],
        percents["negative"],
        len(items),
        len({item.voice for item in items}),
    )
