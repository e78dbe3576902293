"""Third-party text as it may be shown to a model: readable, short, and nothing in it that looks like our own markup.

What speaks to an assistant instead of to a reader is taken out and named: a quotation has no say in what is done.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from urllib.parse import urlsplit

import regex
from msgspec import Struct

from cryptodesk.tools._text import clean

__all__ = ["CleanText", "clean_passage", "clean_title", "strip_markup", "web_address"]

HIDDEN_TEXT, INSTRUCTION_LIKE, MARKUP = "hidden_text", "instruction_like", "markup"

_TITLE_LENGTH = 200
_LONGEST_URL = 600
_LEFT_OUT = " [left out: text that addresses an assistant] "
_ENDS = ".!?\n"
_SCHEMES = frozenset({"http", "https"})

# Bounded repeats throughout: the text is hostile, and so may be its shape.
_COMMENTS = re.compile(
    r"<!--.{0,2000}?-->|<(script|style)\b[^>]{0,300}>.{0,4000}?</\1\s{0,9}>", re.DOTALL | re.IGNORECASE
)
_TAGS = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_IMAGES_AND_LINKS = re.compile(r"!?\[([^\[\]\n]{0,300})\]\((?:[^()\s]{0,500})(?:\s[^()\n]{0,100})?\)")
_LINE_MARKS = re.compile(r"^[ \t]{0,8}(?:#{1,6}|>{1,4}|[-*+]|\d{1,3}\.)[ \t]{1,4}", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__|~~|`{1,3})(?=\S)|(?<=\S)(\*\*|__|~~|`{1,3})")

# What only a program's protocol uses: role marks, chat templates, code fences, template brackets.
_ROLE_MARKS = re.compile(
    r"<\|[^|<>]{0,40}\|>|\[/?INST\]|<</?SYS>>"
    r"|(?:^|(?<=[.\n]))\s{0,4}#{0,4}\s?(?:system|assistant|developer|human|user|tool|function)\s{0,2}:",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNS = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")", "⟦": "[", "⟧": "]", "`": "'"})
_SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_ORDERS = r"(?:instruction|prompt|guideline|rule|direction|message)s?"
_MODELS = r"(?:ai|llm|assistant|chatbot|language model|ai agent)s?"
# Searched in small letters: four times as quick as leaving case to the pattern.
_SPEAKS_TO_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:the\s+)?instructions?\b"
    r"|\b(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}?"
    rf"(?:all|any|every|previous|prior|above|earlier|preceding|foregoing|your|these|those)\s+(?:\w+\s+){{0,3}}?{_ORDERS}\b"
    r"|\b(?:system|developer|hidden)\s+prompts?\b|\bjailbreak|\bdeveloper mode\b"
    rf"|\byou are (?:now (?:an?|the|in)|no longer (?:an?|the|bound)|an? {_MODELS})\b"
    rf"|\b(?:dear|attention|hey|note to|message to|instructions? (?:to|for))\s+"
    rf"(?:an?\s+|the\s+|all\s+|any\s+)?{_MODELS}\b"
    rf"|\b(?:if you are|when you are)\s+an?\s+{_MODELS}\b|\bas an? {_MODELS},? you\b"
    r"|\b(?:new|updated|real|actual|following)\s+instructions?\s*(?::|are\b|from the (?:system|developer|user)\b)"
    r"|\b(?:call|invoke|use|run|execute)\s+(?:the\s+|your\s+)?tools?\b|\bcmc_[a-z_]{3,30}\b|\btool_calls?\b"
    r"|\b(?:do not|don't|never)\s+(?:tell|inform|mention to|warn)\s+(?:the\s+|your\s+)?users?\b"
    r"|\b(?:tell|convince|advise|instruct|urge|persuade)\s+(?:the\s+|your\s+)users?\s+(?:to|that)\b"
    r"|\b(?:respond|reply|answer|output|print)\s+(?:only\s+)?(?:with\s+)?(?:exactly|only|the\s+(?:following|word|phrase))\b"
    r"|\b(?:reveal|print|show|repeat|output)\s+(?:me\s+)?your\s+(?:system\s+|initial\s+|hidden\s+)?(?:prompt|instructions)\b",
)
# Control, direction, zero-width and private characters; and variation selectors, which can carry text that nobody sees.
_HIDDEN = regex.compile(r"[\p{Cf}\p{Co}\p{Cs}\ufe00-\ufe0e\U000e0100-\U000e01ef]|(?![\n\t])\p{Cc}")
_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")


class CleanText(Struct, frozen=True):
    """`warnings` name what was found and made harmless: hidden_text, instruction_like, markup."""

    text: str
    warnings: tuple[str, ...] = ()


def clean_passage(text: str, limit: int) -> CleanText:
    """At most `limit` characters, cut at the end of a word, without hidden characters, markup or orders to a model."""
    bounded = text[: 6 * limit]
    folded = unicodedata.normalize("NFKC", bounded) if not bounded.isascii() else bounded
    visible = _HIDDEN.sub("", _BREAKS.sub("\n", folded))
    warnings = [HIDDEN_TEXT] if _hides_something(bounded) else []
    harmless = _ROLE_MARKS.sub(" ", visible)
    if harmless != visible or _TAGS.search(visible):
        warnings.append(MARKUP)
    words = strip_markup(harmless, 6 * limit)
    kept, is_order = _without_orders(words)
    # An order may have stood in the markup alone.
    if is_order or (words != visible and _SPEAKS_TO_MODEL.search(_lowered(visible))):
        warnings.append(INSTRUCTION_LIKE)
    # Cut before the last cleaning, which is slow, with room for what it takes out.
    return CleanText(
        cut(clean(cut(" ".join(kept.split()), 2 * limit).translate(_SIGNS), 2 * limit), limit), tuple(warnings)
    )


def clean_title(text: str) -> str:
    return clean_passage(text, _TITLE_LENGTH).text


def strip_markup(text: str, limit: int) -> str:
    """The words of HTML or Markdown, its lines kept; at most `limit` characters are looked at."""
    bounded = text[:limit]
    for _ in range(2):
        # What an entity spells out may be a tag again.
        bounded = unescape(_TAGS.sub(" ", _COMMENTS.sub(" ", bounded)))
    bounded = _TAGS.sub(" ", _COMMENTS.sub(" ", bounded))
    bounded = _IMAGES_AND_LINKS.sub(r"\1", bounded)
    return _EMPHASIS.sub("", _LINE_MARKS.sub("", bounded))


def web_address(url: str | None) -> str | None:
    """The address if it is absolute http(s) and shows where it leads: no names or passwords before the host, nothing
    invisible; None otherwise."""
    if not url or len(url) > _LONGEST_URL or url != url.strip() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        is_plain = parts.username is None and parts.password is None and bool(parts.hostname)
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or not is_plain or any(mark in url for mark in "<>\"'`{}\\"):
        return None
    return url if "." in (parts.hostname or "") and clean(url, _LONGEST_URL) == url else None


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; where something was cut, the last whole word and an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    whole = head.rpartition(" ")[0]
    return (whole if len(whole) > limit // 2 else head).rstrip(" ,;:") + "…"


def _hides_something(text: str) -> bool:
    """Soft hyphens are used in good faith, and control characters come from broken files."""
    if text.isascii():
        return False
    return any(mark[0] != "\u00ad" and unicodedata.category(mark[0]) != "Cc" for mark in _HIDDEN.finditer(text))


def _lowered(text: str) -> str:
    """Latin letters in small, every character at its place."""
    return text.translate(_SMALL)


def _squeezed(text: str) -> str:
    """Letters set apart one by one ("i g n o r e") are read together."""
    return re.sub(r"\b(?:\w[ .\-_]){3,40}\w\b", lambda found: re.sub(r"[ .\-_]", "", found[0]), text)


def _without_orders(text: str) -> tuple[str, bool]:
    """The text without the sentences that speak to an assistant; and whether there were any."""
    squeezed = _squeezed(text)
    is_apart = (
        squeezed != text and _SPEAKS_TO_MODEL.search(_lowered(squeezed)) and not _SPEAKS_TO_MODEL.search(_lowered(text))
    )
    shown = squeezed if is_apart else text
    kept: list[str] = []
    done = 0
    for order in _SPEAKS_TO_MODEL.finditer(_lowered(shown)):
        if order.start() < done:
            continue
        before = max(shown.rfind(mark, done, order.start()) for mark in _ENDS) + 1
        kept.append(shown[done : max(before, done)])
        ends = [place for mark in _ENDS if (place := shown.find(mark, order.end())) >= 0]
        done = min(ends, default=len(shown)) + 1
        if not kept[-1].strip() and len(kept) > 1:
            continue
        kept.append(_LEFT_OUT)
    return "".join([*kept, shown[done:]]), done > 0
