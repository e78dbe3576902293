"""One spelling for texts that look alike."""

from __future__ import annotations

import unicodedata

__all__ = ["MAX_QUERY", "normalise"]

MAX_QUERY = 200


def normalise(text: str) -> str:
    """The text in compatibility form and folded case, without control and zero-width characters, single-spaced.

    At most `MAX_QUERY` characters. Full-width letters become plain ones; accents stay."""
    if text.isascii() and text.isprintable():
        return " ".join(text[:MAX_QUERY].lower().split())
    # Bounded before folding: one character may fold into eighteen.
    visible = (" " if mark.isspace() else mark for mark in text[: 2 * MAX_QUERY] if not _is_hidden(mark))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", "".join(visible)).casefold())
    return " ".join(folded.split())[:MAX_QUERY].rstrip()


def _is_hidden(mark: str) -> bool:
    # Cc holds tab and newline, which separate words.
    return unicodedata.category(mark) in {"Cf", "Cc", "Cs", "Co"} and not mark.isspace()
