"""Cuts a request into lexemes: amounts, dates and known phrases, each with its meaning, and unknown words."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.market.screening.amounts import read_amount
from cryptodesk.market.screening.fields import AssetType
from cryptodesk.market.screening.lexicon import MAX_PHRASE_WORDS, phrases_of

__all__ = ["MAX_QUERY", "Lexeme", "Request", "cut_request"]

MAX_QUERY = 500

_TOKEN = Pattern(r"[^\W\d_]\w*(?:['’]\w+)*|<=|>=|=<|=>|<>|!=|==|\d+|\S")
_DATE = Pattern(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?![\d-])")
_JOINT = Pattern(r"\b([^\W\d_][^\W_]*|\d+|\d+[^\W\d_]+(?=-[^\W\d]))-(?=([^\W_]))")
_GLUED_COUNT = Pattern(r"\b(top|bottom)(?=\d)", re.IGNORECASE)
_SOFT_GAPS = frozenset(" '\"()[]{}")
_POINTS = {"٫": ".", "٬": ","}
_DASHES = frozenset("‐‑‒–−﹣－")


class Lexeme(Struct, frozen=True):
    """`kind` is "amount", "date", "word", "mark" (punctuation) or that of a phrase in the lexicon; `text` is folded."""

    kind: str
    value: Any
    start: int
    end: int
    text: str


class Request(Struct, frozen=True):
    """`shown` is the cleaned text, of which lexemes are places."""

    shown: str
    lexemes: tuple[Lexeme, ...]
    was_cut: bool


def cut_request(query: str, asset_type: AssetType) -> Request:
    """At most 500 characters are read. Digits of any script are digits; hyphens inside words are spaces."""
    shown = _GLUED_COUNT.sub(r"\1 ", _JOINT.sub(_part, _clean(query[: 2 * MAX_QUERY])))[:MAX_QUERY].rstrip()
    folded = "".join(mark.lower() if len(mark.lower()) == 1 else mark for mark in shown)
    tokens = _tokens(folded)
    return Request(shown, tuple(_join_phrases(tokens, asset_type)), len(query) > MAX_QUERY)


def _part(joint: re.Match[str]) -> str:
    """A hyphen as a space, unless it stands between two numbers."""
    return joint[0] if joint[1].isdigit() and joint[2].isdigit() else f"{joint[1]} "


def _clean(text: str) -> str:
    return " ".join("".join(map(_plain_mark, text)).split())


def _plain_mark(mark: str) -> str:
    """Full-width forms, foreign digits and typographic dashes as plain ones. Compatibility folding would not do: it
    makes 102 of 10²."""
    if mark in _DASHES:
        return "-"
    if "\uff01" <= mark <= "\uff5e":
        return chr(ord(mark) - 0xFEE0)
    category = unicodedata.category(mark)
    if category == "Nd":
        return str(unicodedata.decimal(mark))
    if category in {"Cf", "Cs", "Co", "Cn"}:
        return ""
    if category[0] in "ZC":
        return " "
    return _POINTS.get(mark, mark)


def _tokens(folded: str) -> list[Lexeme]:
    tokens: list[Lexeme] = []
    at = 0
    while at < len(folded):
        if folded[at] == " ":
            at += 1
            continue
        lexeme = _token(folded, at, tokens)
        tokens.append(lexeme)
        at = lexeme.end
    return tokens


def _token(folded: str, at: int, before: list[Lexeme]) -> Lexeme:
    date = _DATE.match(folded, at)
    if date:
        return Lexeme("date", date[0], at, date.end(), date[0])
    amount = read_amount(folded, at, may_be_signed=not _is_range_dash(folded, at, before))
    if amount:
        return Lexeme("amount", amount, at, amount.end, folded[at : amount.end].strip())
    match = _TOKEN.match(folded, at)
    text = match[0] if match else folded[at]
    kind = "word" if text[0].isalpha() or text[0] == "_" else "mark"
    return Lexeme(kind, None, at, at + len(text), re.sub(r"['’]", "", text) if kind == "word" else text)


def _is_range_dash(folded: str, at: int, before: list[Lexeme]) -> bool:
    """Whether a dash after an amount joins it with the next: "5-10", "5 - 10", but not "5 -10"."""
    if not before or before[-1].kind != "amount" or folded[at] not in "+-":
        return False
    return before[-1].end == at or folded[at + 1 : at + 2] == " "


def _join_phrases(tokens: list[Lexeme], asset_type: AssetType) -> list[Lexeme]:
    phrases = phrases_of(asset_type)
    lexemes: list[Lexeme] = []
    at = 0
    while at < len(tokens):
        for count in range(min(MAX_PHRASE_WORDS, len(tokens) - at), 0, -1):
            text = " ".join(token.text for token in tokens[at : at + count])
            meaning = phrases.get(text)
            if meaning and (count > 1 or tokens[at].kind not in {"amount", "date"}):
                lexemes.append(Lexeme(*meaning, tokens[at].start, tokens[at + count - 1].end, text))
                at += count
                break
        else:
            if tokens[at].text not in _SOFT_GAPS:
                lexemes.append(tokens[at])
            at += 1
    return lexemes
