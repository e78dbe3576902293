"""Text from outside made fit for one line of an answer."""

from __future__ import annotations

import unicodedata
from typing import Any

from cryptodesk.core.patterns import Pattern

__all__ = ["plain", "sentence", "shown"]

_MARKUP = Pattern(r"[`*\[\]<>|#~\\]+")


def plain(value: Any, longest: int) -> str:
    """One line of printable text without markup, at most `longest` characters; empty for anything but text."""
    if not isinstance(value, str):
        return ""
    kept = value[: longest * 4]
    if not kept.isprintable():
        kept = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in kept)
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def shown(value: Any, longest: int) -> str:
    """Like `plain`, and without characters that markdown gives a meaning."""
    return " ".join(_MARKUP.sub(" ", plain(value, longest)).split())


def sentence(text: str) -> str:
    """The text with a capital first and a full stop last."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?:" else ".")
