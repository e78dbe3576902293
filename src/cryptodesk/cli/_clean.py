"""Texts of models, tools and servers on their way to a terminal: data, so nothing in them may steer it."""

from __future__ import annotations

__all__ = ["clean", "clean_line"]

# Escape sequences begin with a control character; direction marks and zero-width characters make a text read other
# than it is.
_STEERING = {
    code: None
    for span in ((0x00, 0x09), (0x0B, 0x20), (0x7F, 0xA0), (0x200B, 0x2010), (0x2028, 0x202F), (0x2060, 0x2070))
    for code in range(*span)
} | {0xFEFF: None, 0x00AD: None, 0x061C: None}


def clean(text: str) -> str:
    """Without control, direction and zero-width characters; line breaks and tabs stay."""
    return text.replace("\t", "    ").translate(_STEERING)


def clean_line(text: str, most: int = 400) -> str:
    """The same on one line, cut at `most` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
