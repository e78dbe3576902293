"""Questions as bags of words: whether two ask the same, and a number that a text always gives."""

from __future__ import annotations

import zlib

from cryptodesk.core.patterns import Pattern

__all__ = ["alike", "content_words", "draw", "normal"]

_WORD = Pattern(r"[a-z0-9]+")
_STOP_WORDS = """
    a about an and are as at be been by can could did do does for from had has have how i in is it its me my of on or
    our over please so tell than that the their them there these they this to us was we were what whats when where
    which who why will with would you your s now current currently today latest explain work works working mean means
"""
_STOP = frozenset(_STOP_WORDS.split())
_ALIKE_RATIO = 0.75


def normal(text: str) -> str:
    """In small letters, words alone."""
    return " ".join(_WORD.findall(text.lower()))


def content_words(text: str) -> frozenset[str]:
    """What is asked about, without the words of asking; plural and singular are one."""
    words = (word for word in _WORD.findall(text.lower()) if word not in _STOP)
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words)


def alike(first: str, second: str) -> bool:
    """Whether hardly a word of either is not in the other. Numbers count: 30 days are not 90."""
    if normal(first) == normal(second):
        return True
    left, right = content_words(first), content_words(second)
    return bool(left and right) and len(left & right) >= _ALIKE_RATIO * len(left | right)


def draw(below: int, *salts: str) -> int:
    """A number from 0 that depends on the texts alone, spread evenly."""
    return zlib.crc32("\x1f".join(salts).encode()) % below if below > 0 else 0
