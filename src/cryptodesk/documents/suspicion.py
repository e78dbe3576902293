"""What in a text looks as if it were written for a machine: orders, roles, tool calls, payloads. The one detector.

Rules, not judgement: an article about such attacks may well be named, and a new phrase is not. Nothing is decided by
these names alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Literal

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.disguises import decoded_sentences, plain_shapes
from cryptodesk.documents.orders import find_order, holds_order, in_small

__all__ = ["ACTIVE_MARKUP", "HIDDEN_TEXT", "INSTRUCTION_LIKE", "Suspicion", "find_suspicion"]

Suspicion = Literal[
    "instruction_like", "role_marker", "tool_call_like", "encoded_payload", "hidden_text", "active_markup"
]
INSTRUCTION_LIKE: Suspicion = "instruction_like"
HIDDEN_TEXT: Suspicion = "hidden_text"
ACTIVE_MARKUP: Suspicion = "active_markup"

# Nobody writes these to people: they are an order by themselves.
_TEMPLATES = Pattern(
    r"<\|?(?:im_start|im_end|system|endoftext|start_header_id|end_header_id|eot_id)\|?>|\[/?INST\]|<<SYS>>|<(?:start|end)_of_turn>"
    r"|</?(?:system|assistant|tool_calls?|function_calls?|tool_results?)>",
    re.IGNORECASE,
)
_ORDERED_ROLES = Pattern(
    r"^\s{0,4}(?:system|developer)\s?(?:prompt|message|override)?\s?:\s{0,3}(?:you\b|obey\b)"
    r"|^\s{0,4}#{2,6}\s?(?:instruction|new instructions?)\s{0,3}:?\s{0,3}$|^\s{0,4}#{2,6}\s?system\s{0,3}:",
    re.IGNORECASE | re.MULTILINE,
)
_ROLE_TAGS = Pattern(
    r"<\|[^|<>\n]{0,40}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|</?(?:system|assistant|user|human|instructions?|system_prompt|documents?|untrusted)>",
    re.IGNORECASE,
)
_ROLE_LINES = Pattern(
    r"(?:^|>)\s{0,4}(?:#{1,6}\s?|\*{1,2}|>\s?)?(?:system|assistant|developer|human)(?:\s(?:prompt|message|note|override))?\*{0,2}\s?:(?!//)"
    r"|^\s{0,4}#{2,6}\s?(?:instructions?|new instructions?|response|system)\b\s?:?\s{0,9}$"
    r"|\b(?:begin|end|start)[ _](?:of )?(?:system|developer|hidden)[ _](?:prompt|message|instructions?)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ROLE_WORDS = ("system", "assistant", "developer", "human", "instruction", "response", "hidden")
_CALLS = Pattern(
    r"</?(?:tool_calls?|tool_results?|tool_response|function_calls?|function_results?|invoke|antml:\w{1,30})\b|<function[=(]"
    r"|[\"'](?:tool_calls?|function_call|tool_use|tool_call_id|recipient_name)[\"']\s{0,3}:"
    r"|[\"']name[\"']\s{0,3}:\s{0,3}[\"']\w{2,60}[\"']\s{0,3},\s{0,3}[\"'](?:arguments|parameters|input)[\"']\s{0,3}:"
    r"|\bcmc_(?:\w{1,20}_)?(?:lookup|look_up|search|data|eval|analysis|screener|overview|metadata|list|sentiment)\b"
    r"|\btool_calls?\b|```\s?tool_(?:code|call)|\b(?:to|recipient)=functions\.\w+"
    r"|\b(?:call|invoke|run|execute|use)\s+(?:the\s+|your\s+)?(?:[\w-]{1,30}\s+){0,2}(?:tools?|plugins?)\b[^.\n]{0,60}"
    r"\b(?:with|to (?:send|transfer|delete|buy|sell|fetch|get|post)|now|immediately|again|instead|arguments?)\b"
    r"|\b(?:call|invoke|run|execute)\s+(?:the|your)\s+(?:[\w-]{1,30}\s+){0,2}functions?\s+(?:now|immediately)\b",
    re.IGNORECASE,
)
# fmt: off
_CALL_WORDS = (
    "tool", "plugin", "cmc_", "antml:", "invoke", "<function", "function_", "functions.", "functions now",
    "function now", "functions immediately", "function immediately", "recipient_name",
    '"arguments', '"parameters', '"input', "'arguments", "'parameters", "'input",
)
# fmt: on
_ACTIVE = Pattern(
    r"<(?:script|iframe|object|embed|svg|img|form|meta|link|style)\b[^>]{0,400}>|\bon(?:error|load|click|mouseover)\s?="
    r"|\b(?:javascript|vbscript):|\bdata:text/html|!\[[^\]\n]{0,200}\]\(\s?https?://[^)\s]{0,500}[?&][^)\s]{0,500}\)",
    re.IGNORECASE,
)
_ACTIVE_WORDS = ("<", "![", "onerror", "onload", "onclick", "onmouseover", "javascript:", "vbscript:", "data:text/html")
_HIDING = Pattern(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0(?!\.?[1-9])|opacity\s{0,3}:\s{0,3}0(?!\.?[1-9])"
    r"|color\s{0,3}:\s{0,3}(?:transparent|#?fff(?:fff)?\b|white)|<!--[^>]{8,2000}-->|\baria-hidden\b|text-indent\s{0,3}:\s{0,3}-\d{3,}",
    re.IGNORECASE,
)
_HIDING_WORDS = ("display", "visibility", "font-size", "opacity", "color", "-->", "aria-hidden", "text-indent")


def find_suspicion(text: str) -> tuple[Suspicion, ...]:
    """What was found, in a fixed order; empty for ordinary prose. The time it takes grows with the length alone."""
    plain = unescape(text) if "&" in text else text
    readings = [text] if plain == text else [text, plain]
    small = in_small(plain)
    decoded = decoded_sentences(text, small if plain == text else in_small(text))
    found: list[Suspicion] = []
    if _gives_orders(small, decoded, readings):
        found.append("instruction_like")
    if _holds(_ROLE_TAGS, readings, small, "<[") or _holds(_ROLE_LINES, readings, small, _ROLE_WORDS):
        found.append("role_marker")
    if _holds(_CALLS, readings, small, _CALL_WORDS):
        found.append("tool_call_like")
    if decoded:
        found.append("encoded_payload")
    if _holds(_HIDING, readings[-1:], small, _HIDING_WORDS):
        found.append("hidden_text")
    if _holds(_ACTIVE, readings[-1:], small, _ACTIVE_WORDS):
        found.append("active_markup")
    return tuple(found)


def _gives_orders(small: str, decoded: Sequence[str], readings: Sequence[str]) -> bool:
    return (
        any(map(holds_order, plain_shapes(small)))
        or any(map(find_order, decoded))
        or any(("<" in text or "[" in text) and _TEMPLATES.search(text) for text in readings)
        or any((":" in text or "#" in text) and _ORDERED_ROLES.search(text) for text in readings)
    )


def _holds(pattern: Pattern, texts: Sequence[str], small: str, words: Sequence[str]) -> bool:
    """`words` are what the pattern cannot do without: looking for them is the cheaper part."""
    return any(word in small for word in words) and any(pattern.search(text) for text in texts)
