"""The words of a short piece of HTML or Markdown, by patterns alone: for passages, names and descriptions.

A whole page is read by `cleaning.clean_markup`, which sees what a browser would hide."""

from __future__ import annotations

import re
from html import unescape

from cryptodesk.core.patterns import Pattern

__all__ = ["holds_tags", "strip_markup", "strip_role_marks"]

# Bounded repeats throughout: the text is hostile, and so may be its shape.
_OPENINGS = Pattern(r"<(?:!--|(script|style)\b)", re.IGNORECASE)
_TAGS = Pattern(r"</?[a-zA-Z!][^<>]{0,500}>")
_IMAGES_AND_LINKS = Pattern(r"!?\[([^\[\]\n]{0,300})\]\((?:[^()\s]{0,500})(?:\s[^()\n]{0,100})?\)")
_LINE_MARKS = Pattern(r"^[ \t]{0,8}(?:#{1,6}|>{1,4}|[-*+]|\d{1,3}\.)[ \t]{1,4}", re.MULTILINE)
_EMPHASIS = Pattern(r"(\*\*|__|~~|`{1,3})(?=\S)|(?<=\S)(\*\*|__|~~|`{1,3})")
_EMPHASIS_SIGNS = ("**", "__", "~~", "`")
# What only a program's protocol uses: role marks, chat templates.
_TEMPLATES = Pattern(r"<\|[^|<>]{0,40}\|>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)
_ROLES = Pattern(
    r"(?:^|(?<=[.\n]))\s{0,4}#{0,4}\s?\*{0,2}(?:system|assistant|developer|human|user|tool|function)\*{0,2}\s{0,2}:",
    re.IGNORECASE | re.MULTILINE,
)

_ROLE_WORDS = ("system", "assistant", "developer", "human", "user", "tool", "function")


def holds_tags(text: str) -> bool:
    return "<" in text and _TAGS.search(text) is not None


def strip_role_marks(text: str) -> str:
    """Without the marks by which a chat is cut into turns."""
    bare = _TEMPLATES.sub(" ", text) if "<" in text or "[" in text else text
    small = bare.lower() if ":" in bare else ""
    return _ROLES.sub(" ", bare) if any(word in small for word in _ROLE_WORDS) else bare


def strip_markup(text: str, limit: int, gap: str = " ") -> str:
    """The words of HTML or Markdown, its lines kept; at most `limit` characters are looked at. `gap` stands for a tag:
    without one, words that a tag parts are read together, as a reader would."""
    bounded = text[:limit]
    for _ in range(2):
        # What an entity spells out may be a tag again.
        bare = _without_tags(bounded, gap)
        bounded = unescape(bare) if "&" in bare else bare
    bounded = _without_tags(bounded, gap)
    if "](" in bounded:
        bounded = _IMAGES_AND_LINKS.sub(r"\1", bounded)
    bounded = _LINE_MARKS.sub("", bounded)
    return _EMPHASIS.sub("", bounded) if any(sign in bounded for sign in _EMPHASIS_SIGNS) else bounded


def _without_tags(text: str, gap: str) -> str:
    return _TAGS.sub(gap, _without_comments(text)) if "<" in text else text


def _without_comments(text: str) -> str:
    """Without comments, scripts and styles that are closed again; an open one is a tag like others."""
    kept: list[str] = []
    done = 0
    # Where nothing closes after one place, nothing does after a later one.
    open_for_good: set[str] = set()
    for opening in _OPENINGS.finditer(text):
        closing = f"</{opening[1].lower()}" if opening[1] else "-->"
        if opening.start() < done or closing in open_for_good:
            continue
        found = _find_small(text, closing, opening.end())
        end = text.find(">", found) if found >= 0 else -1
        if end < 0:
            open_for_good.add(closing)
            continue
        kept += [text[done : opening.start()], " "]
        done = end + 1
    return "".join([*kept, text[done:]]) if done else text


def _find_small(text: str, closing: str, start: int) -> int:
    found = Pattern(re.escape(closing), re.IGNORECASE).search(text, start)
    return found.start() if found else -1
