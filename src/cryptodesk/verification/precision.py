"""Which values a figure may stand for: what its digits imply, loosened or bounded by the words before it.

A figure with so many digits must be the value rounded to them. Zeros at the end of a whole number are not digits that
were measured, but they excuse no more than two percent; a single digit excuses no more than ten.
"""

from __future__ import annotations

from cryptodesk.verification.figures import Figure

__all__ = ["bounds_of", "stands_for"]

_ABOUT_RATIO = 0.02
_SINGLE_DIGIT_RATIO = 0.10
_FAR_RATIO = 0.15
_SLACK = 1e-9


def bounds_of(figure: Figure, approximation: str = "") -> tuple[float, float]:
    """The smallest and the largest size, sign aside, that the figure may stand for."""
    size = abs(figure.value)
    half = _half(figure, size)
    if approximation and figure.text.lower().startswith("halv"):
        # "more than halved" is to less than half.
        approximation = {"above": "below", "below": "above"}.get(approximation, approximation)
    if approximation == "above":
        return size * (1 - _SLACK), max(size * (1 + _FAR_RATIO), size + half)
    if approximation == "below":
        return min(size * (1 - _FAR_RATIO), size - half), size * (1 + _SLACK)
    if approximation == "about":
        half = max(half, size * _ABOUT_RATIO)
    slack = max(size, half) * _SLACK
    return max(size - half - slack, 0.0), size + half + slack


def _half(figure: Figure, size: float) -> float:
    half = figure.step / 2
    if figure.is_word and figure.kind == "multiple":
        return size * 0.05
    if figure.kind in {"percent", "points", "rank", "multiple"} or "." in figure.number:
        return half
    if figure.magnitude and not figure.number.endswith("0"):
        return min(half, size * _SINGLE_DIGIT_RATIO)
    return min(half, max(0.5 if size >= 1 else half, size * _ABOUT_RATIO)) if figure.step > 1 else half


def stands_for(figure: Figure, value: float, approximation: str = "") -> bool:
    """Whether the figure may stand for the value; the sign is judged elsewhere."""
    lowest, highest = bounds_of(figure, approximation)
    return lowest <= abs(value) <= highest
