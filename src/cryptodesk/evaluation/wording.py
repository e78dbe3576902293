"""What an answer does: answers, answers partly, asks back, or declines; read from its words and its calls."""

# ruff: noqa: E501 - phrase tables read better with their phrases in long lines

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptodesk.core.tools import ToolTrace
from cryptodesk.evaluation.figures import read_figures
from cryptodesk.evaluation.pointing import cited
from cryptodesk.evaluation.records import Behaviour

__all__ = ["ONLY_LOOKS_UP", "behaviour_of", "says_missing"]

# These find ids and work sums: by themselves they bring nothing about the market.
_CONTENT_SEARCH = "cmc_content_search"
ONLY_LOOKS_UP = frozenset({"cmc_id_lookup", "cmc_math_eval"})

# "It has no maximum" says something of a coin; nothing is missing.
_NO_LIMIT = r"(?! (?:fixed |hard |set |upper )*(?:max\w*|cap|limit|ceiling)\b)"
_MISSING = re.compile(
    r"\b(?:is|are|was|were)(?: \w+)? (?:not|un)[ -]?(?:available|known|on record|at hand|recorded|found|given|covered|listed)\b|"
    r"\b(?:unavailable|not available|no source|no data|no figures?|not at hand|could not be (?:found|read|had|computed)|not known|"
    r"missing|cannot be said|unknown|not on record|nothing (?:was |is )?(?:found|known|on record|at hand)|no (?:record|result|match)\w*)\b|"
    r"\bI (?:do not|don't|have no|cannot|can't|could not|couldn't) (?:have|know|find|see|say|tell|get|data|figures?|source)\b|"
    rf"\b(?:there (?:is|are|was|were) no{_NO_LIMIT}|(?:find|found|hold|holds|held|has|have) no{_NO_LIMIT}|no (?:tool|items?|text|passage|coin|list|field|register)|none of (?:them|the)|in the future|no day of|no such)\b",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"\bI(?:'m| am)? (?:do not|don't|cannot|can't|can not|won't|will not|not able to|unable to|am not able to|give no|make no|could not read|report none|quote none)\b|"
    r"\b(?:no (?:advice|forecasts?|predictions?|price targets?)|not (?:financial |investment |trading )?advice|nobody can|"
    r"cannot be predicted|outside (?:what|of what|my)|beyond what|not something I|no one can|does not answer|not a question)\b|"
    r"\bI (?:only )?(?:answer|report|work with)\b[^.]{0,80}\b(?:only|not)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:which (?:one|of|asset|coin|token|do|did)|do you mean|did you mean|could you|can you|please (?:name|say|tell|"
    r"give|ask|clarify)|what would you like|tell me which|name (?:an?|the|it|one)|or did you|check the spelling|give (?:an?|its|the)|"
    r"I need (?:the|a|to know))\b",
    re.IGNORECASE,
)


def behaviour_of(text: str, traces: Sequence[ToolTrace]) -> Behaviour | None:
    """None for an answer without words."""
    if not text.strip():
        return None
    if _has_substance(text, traces):
        return "partly" if says_missing(text) or _DECLINES.search(text) else "answer"
    if _DECLINES.search(text):
        return "decline"
    if _ASKS.search(text):
        return "ask_back"
    return "decline" if says_missing(text) else "answer"


def says_missing(text: str) -> bool:
    return _MISSING.search(text) is not None


def _has_substance(text: str, traces: Sequence[ToolTrace]) -> bool:
    """A tool brought something and the text says figures or passages of it."""
    brought = {trace.name for trace in traces if trace.status == "completed"} - ONLY_LOOKS_UP
    if brought == {_CONTENT_SEARCH}:
        return bool(cited(text, traces))
    return bool(brought) and bool(read_figures(text))
