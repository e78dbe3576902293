"""Third-party text as a tool hands it to a model: short, readable, without the sentences that give orders.

What is suspicious and how text is made plain is known to `documents`; here is what a passage keeps of it: a quotation
has no say in what is done, so a sentence that speaks to an assistant is left out and the passage says so."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from msgspec import Struct

from cryptodesk.documents.fencing import visible_text
from cryptodesk.documents.markup import holds_tags, strip_markup, strip_role_marks
from cryptodesk.documents.orders import order_spans
from cryptodesk.documents.suspicion import HIDDEN_TEXT, INSTRUCTION_LIKE, find_suspicion
from cryptodesk.tools._text import clean

__all__ = ["TITLE_LENGTH", "CleanText", "clean_passage", "clean_title", "cut", "web_address"]

MARKUP = "markup"
_WARNINGS = (HIDDEN_TEXT, MARKUP, INSTRUCTION_LIKE)

TITLE_LENGTH = 200
_LONGEST_URL = 600
_LEFT_OUT = " [left out: text that addresses an assistant] "
_ENDS = ".!?\n"
_SCHEMES = frozenset({"http", "https"})
_SIGNS = {"<": "‹", ">": "›", "{": "(", "}": ")", "⟦": "[", "⟧": "]", "`": "'"}


class CleanText(Struct, frozen=True):
    """`warnings` name what was found and made harmless: hidden_text, markup, instruction_like. `details` are the finer
    names of `documents.suspicion`."""

    text: str
    warnings: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def all_warnings(self) -> tuple[str, ...]:
        return (*self.warnings, *self.details)


def clean_passage(text: str, limit: int, *, is_own: bool = False) -> CleanText:
    """At most `limit` characters, cut at the end of a word, without hidden characters, markup or orders to a model.

    What ships with the product (`is_own`) is not searched for orders at every question: a test does that."""
    visible, is_hiding = visible_text(text[: 6 * limit])
    found: list[str] = [] if is_own else list(find_suspicion(visible))
    bare = strip_role_marks(visible)
    words, is_parted = _words(bare)
    # An order may stand in the markup alone, or only in the words that it parts.
    found += [INSTRUCTION_LIKE] if is_parted or (words != visible and order_spans(words)) else []
    found += [HIDDEN_TEXT] if is_hiding or _hides_by_entities(bare) else []
    found += [MARKUP] if bare != visible or holds_tags(visible) else []
    kept = " ".join((_without_orders(words) if INSTRUCTION_LIKE in found else words).split())
    for sign, harmless in _SIGNS.items():
        kept = kept.replace(sign, harmless)
    warnings = tuple(name for name in _WARNINGS if name in found)
    return CleanText(cut(kept, limit), warnings, tuple(name for name in found if name not in _WARNINGS))


def _words(text: str) -> tuple[str, bool]:
    """The words, and whether they give orders beneath the markup: those of a text without any were looked at before."""
    words = _stripped(text, " ")
    if not ("&" in text or "](" in text or holds_tags(text)):
        return words, False
    if _gives_orders(words):
        return words, True
    joined = _stripped(text, "")
    return (joined, True) if _gives_orders(joined) else (words, False)


def _stripped(text: str, gap: str) -> str:
    # What an entity spells out may be invisible again.
    return visible_text(strip_markup(text, len(text), gap))[0] if "&" in text else strip_markup(text, len(text), gap)


def _hides_by_entities(text: str) -> bool:
    return "&" in text and visible_text(unescape(text))[1]


def clean_title(text: str, *, is_own: bool = False) -> str:
    return clean_passage(text, TITLE_LENGTH, is_own=is_own).text


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


def _without_orders(text: str) -> str:
    """The text without the sentences that give orders. What is still suspicious then is so in a disguise that has no
    place in the text: it is looked for sentence by sentence, and at last in the text as a whole."""
    kept = _leave_out(text, order_spans(text))
    if not _gives_orders(kept):
        return kept
    disguised = [(start, end) for start, end in _sentences(kept) if _gives_orders(kept[start:end])]
    kept = _leave_out(kept, disguised)
    return _LEFT_OUT if _gives_orders(kept) else kept


def _gives_orders(text: str) -> bool:
    return INSTRUCTION_LIKE in find_suspicion(text)


def _leave_out(text: str, spans: list[tuple[int, int]]) -> str:
    """Without the sentences that the spans touch; sentences in a row are left out at once."""
    kept: list[str] = []
    done = 0
    for start, end in spans:
        if start < done:
            # It began in a sentence that is left out already, and may end in the next.
            done = max(done, _end_of_sentence(text, end - 1))
            continue
        begin = max(text.rfind(mark, done, start) for mark in _ENDS) + 1
        between = text[done : max(begin, done)]
        if between.strip() or not kept:
            kept += [between, _LEFT_OUT]
        done = _end_of_sentence(text, end - 1)
    return "".join([*kept, text[done:]])


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = _end_of_sentence(text, start)
        yield start, end
        start = end


def _end_of_sentence(text: str, place: int) -> int:
    ends = [found for mark in _ENDS if (found := text.find(mark, place)) >= 0]
    return min(ends, default=len(text) - 1) + 1
