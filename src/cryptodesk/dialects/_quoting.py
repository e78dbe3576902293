"""A client's own text, short enough to be quoted back to it."""

from __future__ import annotations

__all__ = ["clipped"]

_MOST_CHARACTERS = 256


def clipped(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"
