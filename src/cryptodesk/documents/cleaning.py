"""Text from outside, made fit to be kept: no markup, no invisible characters, bounded; and what is suspicious about it.

The text stays data. A warning says that a passage looks as if it were written for a machine rather than for a reader;
it is kept and shown all the same, and whoever passes it on says so."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from lxml import etree
from msgspec import Struct

__all__ = [
    "MAX_TEXT",
    "MAX_TITLE",
    "Cleaned",
    "clean_line",
    "clean_markup",
    "clean_text",
    "instruction_like",
    "is_hidden_element",
]

MAX_TEXT = 100_000
MAX_TITLE = 300
INSTRUCTION_LIKE = "instruction_like"
HIDDEN_TEXT = "hidden_text"

_MOST_MARKUP = 2_000_000
_HIDDEN_LETTERS = 20
_INVISIBLE_RUN = 8
# Joiners are letters' glue in Persian, Hindi and emoji; elsewhere they hide things, and none is needed to search.
_SPACED = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_SPACES = re.compile(r" *\n *")
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")

# fmt: off
_DROPPED = frozenset({
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed", "canvas", "head", "title",
    "audio", "video", "map", "form", "button", "select",
})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})
# fmt: on
_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|color\s*:\s*transparent|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{4,}",
    re.IGNORECASE,
)

# Each asks for an order to a machine about its orders, its role or its tools, not for single words: an article about
# prompt injection, or one that tells its readers to ignore a rumour, must not be marked for it.
_INSTRUCTIONS = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|of|the|my|these|those|your)\s+){0,4}?
        (?:previous|prior|above|earlier|preceding|existing|system|your|all)\s+(?:(?:of|the|your|given|system)\s+){0,2}?(?:instructions?|prompts?|rules|guidelines|directives|commands)\b
    | \b(?:ignoriere|vergiss|missachte)\w*\s+(?:\w+\s+){0,2}?(?:vorherigen|bisherigen|obigen|alle[nr]?)\s+
        (?:\w+\s+)?(?:anweisungen|regeln|befehle)\b
    | \b(?:ignore[zr]?|oublie[zr]?)\s+(?:toutes\s+)?(?:les|tes|vos)\s+(?:\w+\s+)?(?:instructions|consignes)\b
    | \b(?:ignora|ignore|olvida)\s+(?:todas\s+)?(?:las|tus|as|suas)\s+(?:\w+\s+)?(?:instrucciones|instruções)\b
    | (?:忽略|无视|忘记)(?:之前|以上|先前|所有|前面)(?:的)?(?:所有)?(?:指令|指示|提示)
    | \b(?:new|updated|real|actual|hidden)\s+(?:system\s+)?instructions?\s*
        (?:for\s+(?:the\s+)?(?:ai|assistant|model|llm))?\s*:
    | \byou\s+are\s+(?:now|no\s+longer)\s+(?:a|an|the|in|bound|restricted|chatgpt|claude|dan|gemini)\b[^.\n]{0,60}
        \b(?:assistant|ai|model|mode|agent|chatbot|rules|persona|bot)\b
    | \b(?:attention|note|message|instructions?|important)\b[^.\n]{0,12}\b(?:to|for)\s+
        (?:any\s+|all\s+|the\s+|every\s+)?(?:ai|llm|language\s+model|assistant|chatbot|automated)s?\b[^.\n]{0,30}(?::|\breading\b|\bprocessing\b|\bsummari)
    | \b(?:reveal|print|repeat|output|show|leak|send)\s+(?:me\s+)?(?:your|the)\s+(?:\w+\s+){0,2}?
        (?:system\s+prompt|hidden\s+prompt|initial\s+instructions|developer\s+message|api\s+keys?)\b
    | \b(?:call|invoke|execute)\s+(?:the\s+)?(?:\w+\s+){0,2}?tools?\b[^.\n]{0,40}
        \b(?:with|to\s+(?:send|transfer|delete|buy|sell)|immediately|now)\b
    | \b(?:do\s+not|don't|never)\s+(?:tell|inform|mention\s+this\s+to|reveal\s+this\s+to|warn|alert)\s+(?:the\s+)?user\b
    | \b(?:respond|reply|answer)\s+(?:only\s+)?(?:with|by)\s+(?:\w+\s+){0,3}?(?:exactly|the\s+following|only)\b
    | <\|?(?:im_start|im_end|system|endoftext|start_header_id|eot_id)\|?> | \[/?INST\] | <<SYS>>
    | ^\s*\#{2,}\s*(?:system|instruction|new\s+instructions?)\s*:?\s*$
    | ^\s*(?:system|developer)\s*(?:prompt|message)?\s*:\s*you\b
    | </?(?:system|assistant|tool_call|function_call|tool_result)>
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


class Cleaned(Struct, frozen=True):
    """Paragraphs are separated by a blank line. `is_cut` says that the text was longer than is kept."""

    text: str
    warnings: tuple[str, ...] = ()
    is_cut: bool = False


def clean_line(text: str, limit: int = MAX_TITLE) -> str:
    """Text as one printable line; for titles, names and reasons."""
    visible, _ = _without_invisible(text[: 8 * limit])
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_text(text: str, limit: int = MAX_TEXT) -> Cleaned:
    """Plain text or Markdown, in the characters a reader sees."""
    return _finish(text, limit, is_hiding=False)


def clean_markup(markup: str, limit: int = MAX_TEXT) -> Cleaned:
    """The text a reader of this HTML would see. Scripts, styles and hidden elements are left out."""
    text, is_hiding = _text_of(markup[:_MOST_MARKUP])
    return _finish(text, limit, is_hiding=is_hiding, was_cut=len(markup) > _MOST_MARKUP)


def instruction_like(text: str) -> bool:
    """Whether the passage addresses a machine: orders about its instructions, its role, its tools or its secrets."""
    return _INSTRUCTIONS.search(unicodedata.normalize("NFKC", text)) is not None


def _finish(text: str, limit: int, *, is_hiding: bool, was_cut: bool = False) -> Cleaned:
    visible, hides = _without_invisible(text[: 2 * limit])
    spaced = _LINE_SPACES.sub("\n", _SPACED.sub(" ", _BREAKS.sub("\n", visible)))
    whole = _BLANK_LINES.sub("\n\n", spaced).strip()
    warnings = (
        *((INSTRUCTION_LIKE,) if instruction_like(whole[:limit]) else ()),
        *((HIDDEN_TEXT,) if hides or is_hiding else ()),
    )
    return Cleaned(_cut(whole, limit), warnings, is_cut=was_cut or len(whole) > limit or len(text) > 2 * limit)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    lowest = max(1, limit - 400)
    sentence = max(text.rfind(mark, lowest, limit) + 1 for mark in ("\n", ". ", "! ", "? "))
    end = sentence or text.rfind(" ", lowest, limit)
    return text[: end if end > 0 else limit].rstrip()


def _without_invisible(text: str) -> tuple[str, bool]:
    """Without control, format and private characters, and whether there were so many that they may say something."""
    if text.isascii() and text.isprintable():
        return text, False
    kept: list[str] = []
    hidden = run = 0
    for mark in text:
        if mark.isspace() or unicodedata.category(mark) not in {"Cf", "Cc", "Cs", "Co", "Cn"}:
            kept.append(mark)
            run = 0
            continue
        # Tag characters spell out ASCII that nobody sees.
        run += 1
        hidden += run >= _INVISIBLE_RUN or "\U000e0000" <= mark <= "\U000e007f"
    return "".join(kept), hidden > 0


def _text_of(markup: str) -> tuple[str, bool]:
    if "<" not in markup:
        return _unescape(markup), False
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(b"<div>" + markup.encode("utf-8", "ignore") + b"</div>", parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    return ("", False) if root is None else _walk(root)


def _walk(root: etree._Element) -> tuple[str, bool]:
    pieces: list[str] = []
    is_hiding = False
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            is_hidden = is_hidden_element(element)
            if is_hidden or name in _DROPPED:
                is_hiding = is_hiding or (is_hidden and _letters(element) >= _HIDDEN_LETTERS)
                walk.skip_subtree()
                continue
            pieces.append("\n\n" if name in _BLOCKS else "\n" if name == "br" else "")
            pieces.append(element.text or "")
        else:
            pieces.append("\n\n" if name in _BLOCKS else "")
            pieces.append(element.tail or "")
    return "".join(pieces), is_hiding


def is_hidden_element(element: etree._Element) -> bool:
    """Whether a browser would not show the element, as far as it says so itself."""
    return element.get("hidden") is not None or bool(_HIDING_STYLE.search(element.get("style") or ""))


def _letters(element: etree._Element) -> int:
    return sum(len(piece.strip()) for piece in element.itertext() if isinstance(piece, str))


def _unescape(text: str) -> str:
    return unescape(text) if "&" in text else text
