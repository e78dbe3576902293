"""What in a text looks as if it were written for a machine: orders, roles, tool calls, payloads.

Rules, not judgement: an article about such attacks may well be named, and a new phrase is not. Nothing is decided by
these names alone."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Literal
from urllib.parse import unquote

from cryptodesk.documents.orders import find_order

__all__ = ["HIDDEN_TEXT", "INSTRUCTION_LIKE", "Suspicion", "find_suspicion"]

Suspicion = Literal[
    "instruction_like", "role_marker", "tool_call_like", "encoded_payload", "hidden_text", "active_markup"
]
INSTRUCTION_LIKE: Suspicion = "instruction_like"
HIDDEN_TEXT: Suspicion = "hidden_text"

_ROLES = re.compile(
    r"<\|[^|<>\n]{0,40}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|</?(?:system|assistant|user|human|instructions?|system_prompt|documents?|untrusted)>"
    r"|(?:^|>)\s{0,4}(?:#{1,6}\s?|\*{1,2}|>\s?)?(?:system|assistant|developer|human)(?:\s(?:prompt|message|note|override))?\*{0,2}\s?:(?!//)"
    r"|^\s{0,4}#{2,6}\s?(?:instructions?|new instructions?|response|system)\b\s?:?\s*$"
    r"|\b(?:begin|end|start)[ _](?:of )?(?:system|developer|hidden)[ _](?:prompt|message|instructions?)\b",
    re.IGNORECASE | re.MULTILINE,
)
_CALLS = re.compile(
    r"</?(?:tool_calls?|tool_results?|tool_response|function_calls?|function_results?|invoke|antml:\w{1,30})\b|<function[=(]"
    r"|[\"'](?:tool_calls?|function_call|tool_use|tool_call_id|recipient_name)[\"']\s{0,3}:"
    r"|[\"']name[\"']\s{0,3}:\s{0,3}[\"']\w{2,60}[\"']\s{0,3},\s{0,3}[\"'](?:arguments|parameters|input)[\"']\s{0,3}:"
    r"|\bcmc_[a-z_]{3,30}\b|\btool_calls?\b|```\s?tool_(?:code|call)|\b(?:to|recipient)=functions\.\w+"
    r"|\b(?:call|invoke|run|execute|use)\s+(?:the\s+|your\s+)?(?:[\w-]{1,30}\s+){0,2}(?:tools?|functions?|plugins?)\b[^.\n]{0,60}"
    r"\b(?:with|to (?:send|transfer|delete|buy|sell|fetch|get|post)|now|immediately|again|instead|arguments?)\b",
    re.IGNORECASE,
)
_ACTIVE = re.compile(
    r"<(?:script|iframe|object|embed|svg|img|form|meta|link|style)\b[^>]{0,400}>|\bon(?:error|load|click|mouseover)\s?="
    r"|\b(?:javascript|vbscript):|\bdata:text/html|!\[[^\]\n]{0,200}\]\(\s?https?://[^)\s]{0,500}[?&][^)\s]{0,500}\)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0(?!\.?[1-9])|opacity\s{0,3}:\s{0,3}0(?!\.?[1-9])"
    r"|color\s{0,3}:\s{0,3}(?:transparent|#?fff(?:fff)?\b|white)|<!--[^>]{8,2000}-->|\baria-hidden\b|text-indent\s{0,3}:\s{0,3}-\d{3,}",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,2000}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}[ :]?){16,700}(?![0-9A-Za-z])")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){4,}|(?:%20[\w,.'-]{1,30}){3,}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,6};){6,400}")
_BITS = re.compile(r"(?:\b[01]{8}\b[ ]?){12,400}")
_SPACED = re.compile(r"\b(?:\w[ .\-_*]){4,60}\w\b")
_GAPS = re.compile(r"[ .\-_*]")
_LEET = str.maketrans("013457@$", "oieastas")
_LEET_WORD = re.compile(r"\b(?=\w*[a-z])(?=\w*[013457@$])[\w@$]{4,20}\b", re.IGNORECASE)
_ALIKE = str.maketrans("абвгдеёзікмнорстухцчшьѕјαβγεικνορτυχωοɡıɩ", "a6brdeezikmhopctyxu4wbsjabgeikvoptuxwogil")
_EMPHASIS = re.compile(r"[*_~`]{1,3}(?=\w)|(?<=\w)[*_~`]{1,3}")
# "instruc", "prompt", "system", "assistant": turned by thirteen letters, and backwards.
_TURNED = ("vafgehp", "cebzcg", "flfgrz", "nffvfgnag")
_BACKWARDS = ("curtsni", "tpmorp", "metsys", "tnatsissa")
_LEAST_WORDS, _MOST_DECODED = 3, 20


def find_suspicion(text: str) -> tuple[Suspicion, ...]:
    """What was found, in a fixed order; empty for ordinary prose. The time it takes grows with the length alone."""
    plain = unescape(text) if "&" in text else text
    shapes = tuple(dict.fromkeys(_shapes(plain)))
    decoded = list(_decoded(text))
    found: list[Suspicion] = []
    if any(map(find_order, shapes)) or any(map(find_order, decoded)):
        found.append(INSTRUCTION_LIKE)
    if any(_ROLES.search(shape) for shape in (text, plain)):
        found.append("role_marker")
    if any(_CALLS.search(shape) for shape in (text, plain)):
        found.append("tool_call_like")
    if decoded:
        found.append("encoded_payload")
    if _HIDDEN.search(plain):
        found.append(HIDDEN_TEXT)
    if _ACTIVE.search(plain):
        found.append("active_markup")
    return tuple(found)


def _shapes(text: str) -> Iterator[str]:
    """The text as it stands, and without the disguises that keep it readable to a person."""
    yield text
    if not text.isascii():
        yield unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)
        yield "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    yield _SPACED.sub(lambda found: _GAPS.sub("", found[0]), text)
    yield _LEET_WORD.sub(lambda found: found[0].lower().translate(_LEET), text)
    yield _EMPHASIS.sub("", text)


def _decoded(text: str) -> Iterator[str]:
    """Sentences that the text holds in another alphabet, at most twenty of them."""
    count = 0
    for decoded in _attempts(text):
        if decoded is not None and _is_sentence(decoded):
            yield decoded
            count += 1
            if count >= _MOST_DECODED:
                return


def _attempts(text: str) -> Iterator[str | None]:
    for found in _BASE64.finditer(text):
        yield _from_base64(found[0])
    for found in _HEX.finditer(text):
        yield _from_bytes(bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", found[0])))
    for found in _ESCAPES.finditer(text):
        yield _from_escapes(found[0])
    for found in _BITS.finditer(text):
        yield _from_bytes(bytes(int(byte, 2) for byte in found[0].split()))
    if _PERCENT.search(text):
        yield _only_if_new(unquote(text), text)
    folded = text.lower()
    if any(stem in folded for stem in _TURNED):
        yield _if_order(codecs.encode(text, "rot13"))
    if any(stem in folded for stem in _BACKWARDS):
        yield _if_order(text[::-1])


def _if_order(text: str) -> str | None:
    return text if find_order(text) else None


def _from_base64(text: str) -> str | None:
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _from_bytes(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _from_bytes(given: bytes) -> str | None:
    try:
        return given.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _from_escapes(text: str) -> str | None:
    plain = unescape(text)
    return re.sub(r"\\[ux]([0-9a-fA-F]{2,4})", lambda found: chr(int(found[1], 16)), plain)


def _only_if_new(decoded: str, text: str) -> str | None:
    return decoded if decoded != text and find_order(decoded) else None


def _is_sentence(text: str) -> bool:
    letters = sum(mark.isalpha() or mark.isspace() for mark in text)
    return len(text.split()) >= _LEAST_WORDS and letters >= 0.8 * len(text)
