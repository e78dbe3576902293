"""A straight line through measurements that hang together, with an honest error of its slope."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

from msgspec import Struct

__all__ = ["Line", "fit"]

_MOST_ALIKE = 0.95


class Line(Struct, frozen=True):
    """`slope_error` is the standard error, widened for how alike neighbouring residuals are (`likeness`, their
    correlation)."""

    slope: float
    slope_error: float
    likeness: float
    points: int

    @property
    def low(self) -> float:
        """Two standard errors below: with 19 in 20 the true slope is above."""
        return self.slope - 2 * self.slope_error

    @property
    def high(self) -> float:
        return self.slope + 2 * self.slope_error


def fit(points: Sequence[tuple[float, float]], block: float) -> Line:
    """By least squares through the means of blocks so long. The error of independent residuals is widened as for an
    autoregressive process of first order, whose sums vary (1 + r) / (1 - r) times as much.

    Raises: ValueError for fewer than four blocks."""
    means = _means(points, block)
    if len(means) < 4:
        raise ValueError(f"a line with an error needs four blocks, got {len(means)}")
    centre = sum(x for x, _ in means) / len(means)
    level = sum(y for _, y in means) / len(means)
    spread = sum((x - centre) ** 2 for x, _ in means)
    slope = sum((x - centre) * (y - level) for x, y in means) / spread
    residuals = [y - level - slope * (x - centre) for x, y in means]
    squares = sum(residual**2 for residual in residuals)
    alike = sum(a * b for a, b in pairwise(residuals)) / squares if squares else 0.0
    alike = min(max(alike, 0.0), _MOST_ALIKE)
    error = sqrt(squares / (len(means) - 2) / spread) * sqrt((1 + alike) / (1 - alike))
    return Line(slope, error, alike, len(means))


def _means(points: Sequence[tuple[float, float]], block: float) -> list[tuple[float, float]]:
    blocks: dict[int, list[tuple[float, float]]] = {}
    for x, y in points:
        blocks.setdefault(int(x // block), []).append((x, y))
    return [(sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found)) for found in blocks.values()]
