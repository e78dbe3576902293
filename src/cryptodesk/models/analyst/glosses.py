"""Which of several mentions a question means, where its words say so: "HOT, I mean Holo", "Bitcoin Cash, not Bitcoin"."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.ports import AssetKnowledge, Mention

__all__ = ["Moved", "meant"]

# Right before a name that is not meant. "NOT" is a ticker as well, but not where a name follows it.
_DENIED = Pattern(
    r"(?:\bnot|\bisn't|\brather than|\binstead of|\bas opposed to|\bdon't (?:mean|want)|\bnot talking about|\bdo not mean"
    r"|\bexcluding|\bother than|\bunlike)\s+(?:the |an? |to be confused with |plain |regular |normal |ordinary |just |old )*$",
    re.IGNORECASE,
)
# Between a name and what explains it.
_EXPLAINS = Pattern(
    r"(?:'s)?\s*[,;:(–-]*\s*(?:i mean|i meant|meaning|as in|that is|that's|i\.?e\.?|aka|a\.k\.a\.?|short for|known as|otherwise known as"
    r"|so|or rather|namely|the ticker of|ticker for|which is)\s*,?\s*(?:the |for )?$|\s*[,;(–-]\s*(?:the |that )?$",
    re.IGNORECASE,
)
_SAID_PLAINLY = Pattern(r"\b(?:mean|meant|meaning|as in|or rather)\b", re.IGNORECASE)
_ITS_KIND = Pattern(r"\s*(?:one|token|coin|crypto|network|chain|ecosystem|version|project|that is)\b", re.IGNORECASE)
_TICKER_OF = Pattern(
    r"(?<![\w$])(?P<ticker>[A-Z][A-Z0-9]{1,7})(?:,| -| \(|:)? ?(?:i mean |meaning |as in )?(?:the |on |from |of )+$"
)


class Moved:
    """A mention at another place of another text."""

    def __init__(self, start: int, end: int, mention: Mention, text: str = "") -> None:
        self.start, self.end, self.text = start, end, text or mention.text
        self.asset_id, self.symbol, self.name = mention.asset_id, mention.symbol, mention.name
        self.confidence, self.rivals = mention.confidence, mention.rivals
        self.warning, self.is_contested = mention.warning, mention.is_contested


def meant(text: str, mentions: Sequence[Mention], knowledge: AssetKnowledge) -> list[Mention]:
    """The mentions without those that are denied or only explain another; at least one of them stays."""
    kept = _without_denied(text, mentions)
    kept = _without_explanations(text, kept)
    moved = [_ticker_of(text, one, knowledge) for one in kept]
    taken = [one for one in moved if one is not None]
    return [
        new or old
        for old, new in zip(kept, moved, strict=True)
        if new is not None or not any(one.start <= old.start < one.end for one in taken)
    ]


def _without_denied(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    denied = [one for one in mentions if _DENIED.search(text[max(0, one.start - 40) : one.start])]
    words = [one for one in mentions if one.text.lower() == "not" and any(0 < d.start - one.end < 6 for d in denied)]
    kept = [one for one in mentions if one not in denied and one not in words]
    return kept or list(mentions)


def _without_explanations(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for one in mentions:
        before = kept[-1] if kept else None
        gap = text[before.end : one.start] if before is not None else ""
        if before is None or not _EXPLAINS.fullmatch(gap):
            kept.append(one)
        elif (
            one.text.lower() in {before.name.lower(), before.symbol.lower()} and before.text.lower() != one.text.lower()
        ):
            continue
        elif before.text.lower() in {one.symbol.lower(), one.name.lower()} or _SAID_PLAINLY.search(gap):
            kept[-1] = one
        else:
            kept.append(one)
    return kept


def _ticker_of(text: str, mention: Mention, knowledge: AssetKnowledge) -> Mention | None:
    """ "GAS, the Neo one": the word before is a ticker, however usual a word it is, and the name tells which."""
    before = _TICKER_OF.search(text, 0, mention.start)
    if before is None or not _ITS_KIND.match(text, mention.end):
        return None
    found = knowledge.find(f"${before['ticker']}")
    return Moved(before.start("ticker"), mention.end, found[0], before["ticker"]) if found else None
