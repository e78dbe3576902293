"""Words that point at an asset of the answer or the questions before: "the third one", "the first", "the other one"."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.ports import AssetKnowledge, Mention
from cryptodesk.models.analyst.questions import AssetRef

__all__ = ["listed_assets", "pointed"]

_MOST_READ, _MOST_LISTED = 4000, 25
_ROW = Pattern(
    r"^\s*(?:\|\s*)?(?:\*\*)?(?:\d{1,2}[.)]\s*)?(?:\*\*)?(?P<name>[^|()*\n]{1,60}?)(?: \((?P<symbol>[A-Z0-9]{1,12})\))?(?:\*\*)?\s*(?:\||:|$)",
    re.MULTILINE,
)
_NUMBERED = Pattern(r"^\s*(?:\|\s*)?(?:\*\*)?\d{1,2}[.)]\s")
_IN_PROSE = Pattern(
    r"(?P<name>(?:[A-Z0-9][\w.'-]{0,24})(?: [A-Z0-9][\w.'-]{0,24}){0,3})\*{0,2} \((?P<symbol>[A-Z0-9]{1,12})\)"
)
_PLACES = {
    "first": 1, "1st": 1, "former": 1, "top": 1, "leader": 1, "winner": 1, "second": 2, "2nd": 2, "latter": 2, "runner-up": 2,
    "runner up": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "6th": 6, "seventh": 7,
    "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10, "10th": 10, "last": -1, "bottom": -1, "final": -1,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,2}(?:st|nd|rd|th)|last|top|bottom|final)"
)
_THING = r"(?:one|coin|token|crypto|asset|name|entry|place|position|gainer|loser|item|result|row|mover|pick)"
# "The first quarter" and "the last 30 days" point at no asset: a thing of a list follows, or nothing at all.
_POINTS = Pattern(
    rf"\b(?:back to )?(?:the |that |your |its )(?P<place>{_ORDINAL})(?: {_THING}\b(?!s)(?: (?:of|from|on|in) (?:them|those|these|that list|the list|your list|the table|there))?"
    r"| of (?:them|those|these|that list|the list)\b|(?='s\b(?! (?:quarter|half|week|day|month|year)))|(?=\s*(?:[?.!,:;]|$)))"
    rf"|\b(?P<place2>first|second|third|fourth|fifth|last|top) one\b|\b(?:the )?(?P<place3>former|latter|runner[- ]up|winner|leader)\b(?! of (?!them|those|the list))"
    r"|(?:\b(?:number|no\.?|nr\.?|place|rank|item|entry) ?|#)(?P<place4>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\b(?! (?:days?|weeks?|months?|years?|coins?|tokens?|of (?!them|those|the list)))",
    re.IGNORECASE,
)
_OTHER = Pattern(
    r"\b(?:back to )?(?:the |that )(?:other|previous|earlier) (?:one|coin|token|asset|crypto)\b", re.IGNORECASE
)
_IT = Pattern(
    r"\b(?:(?P<its>its)|it|that one|this one|that coin|this coin|that token|this token)\b(?!'s (?:\w+ )?(?:time|possible))",
    re.IGNORECASE,
)
# "Is it a good sign" after a list is asked of the market; a figure or a move is asked of the coin.
_OF_ONE = Pattern(
    r"\b(?:price|market ?cap|mcap|volume|supply|ath|all[- ]time|doing|rsi|chart|history|worth|cost|trading|perform\w*|done|did|moved?|rose|risen|fell|fallen|last|past|week|month|year|ytd|token|called|news|holders?|unlocks?|volatil\w*|rank)\b",
    re.IGNORECASE,
)


def listed_assets(answer: str, knowledge: AssetKnowledge) -> tuple[AssetRef, ...]:
    """The assets that an answer lists, in its order: rows of a table or a numbered list, else those named with their
    tickers in its sentences."""
    text = answer[:_MOST_READ]
    rows = [match for match in _ROW.finditer(text) if match["symbol"] or _NUMBERED.match(match.group())]
    found: dict[str, AssetRef] = {}
    for match in rows if len(rows) > 1 else _IN_PROSE.finditer(text):
        known = _known(match["name"].strip(), match["symbol"] or "", knowledge)
        if known is not None:
            found.setdefault(str(known.asset_id), known)
    return tuple(found.values())[:_MOST_LISTED]


def _known(name: str, symbol: str, knowledge: AssetKnowledge) -> AssetRef | None:
    """The asset of that very name and ticker; words that only stand before the name ("Then Dogecoin") are left out."""
    words = name.split()
    for start in range(len(words) if symbol else 1):
        called = " ".join(words[start:])
        for text in (called, f"${symbol}") if symbol else (called,):
            for mention in knowledge.find(text):
                if _is_it(mention, called, symbol):
                    return AssetRef(mention.asset_id, mention.symbol, mention.name, called)
    return None


def _is_it(mention: Mention, name: str, symbol: str) -> bool:
    if symbol and mention.symbol.upper() != symbol.upper():
        return False
    return mention.name.lower() == name.lower() or (not symbol and mention.symbol.lower() == name.lower())


def pointed(
    text: str,
    listed: Sequence[AssetRef],
    met: Mapping[str, AssetRef],
    now: Sequence[AssetRef],
    knowledge: AssetKnowledge,
) -> str:
    """The text with the name of the asset in place of the words that point at it. `listed` are the assets of the answer
    before, `met` those that were asked about in their order, `now` those of the question before."""
    among = tuple(now) if len(now) > 1 else tuple(listed) if len(listed) > 1 else tuple(met.values())
    found = _POINTS.search(text)
    chosen = _placed(found, among) if found else None
    if found is None and (found := _OTHER.search(text)):
        others = [one for one in met.values() if str(one.asset_id) not in {str(each.asset_id) for each in now[-1:]}]
        chosen = others[-1] if others and len(now) < 2 else None
    if found is None and listed and not now and _OF_ONE.search(text) and not knowledge.find(text):
        found = _IT.search(text)
        chosen = listed[0] if found else None
    if found is None or chosen is None:
        return text
    own = "'s" if found.groupdict().get("its") else ""
    return f"{text[: found.start()]}{_spoken(chosen, knowledge)}{own}{text[found.end() :]}"


def _placed(found: re.Match[str], among: Sequence[AssetRef]) -> AssetRef | None:
    said = next(group for group in found.groups() if group).lower()
    place = int(said) if said.isdigit() else _PLACES.get(said, 0)
    if len(among) < 2 or not place or place > len(among):
        return None
    return among[place - 1 if place > 0 else -1]


def _spoken(asset: AssetRef, knowledge: AssetKnowledge) -> str:
    """What the finder knows the asset by: its name, else its ticker."""
    for text in (asset.name, f"${asset.symbol}"):
        found = knowledge.find(text)
        if len(found) == 1 and str(found[0].asset_id) == str(asset.asset_id) and not found[0].is_contested:
            return text
    return asset.name or asset.symbol
