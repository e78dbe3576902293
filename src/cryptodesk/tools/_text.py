"""Text from outside as it may stand in a tool's result: printable, single-spaced and short."""

from __future__ import annotations

from cryptodesk.market.identity.text import plain

__all__ = ["DESCRIPTION_LIMIT", "NAME_LIMIT", "SYMBOL_LIMIT", "clean"]

NAME_LIMIT = 80
SYMBOL_LIMIT = 24
DESCRIPTION_LIMIT = 1_500

# Letters by their category, and drawn as nothing: Hangul fillers, the empty Braille cell, a joiner, Khmer vowels.
_BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5"))


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """The text without control, zero-width, direction and blank characters, at most `limit` characters.

    Line breaks and tabs become single spaces; what was cut ends in an ellipsis. Empty if nothing visible is left."""
    # Bounded first: what is thrown away must not cost more than what is kept.
    head = text[: 8 * limit]
    return plain(head if head.isascii() else head.translate(_BLANKS), limit)
