"""What a research request is about: an asset, several, a sector, the whole market, how something works, or its own
questions."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.assets import read_mentions
from cryptodesk.research.planning import PlanCheck, kind_of
from cryptodesk.research.related.findings import Findings
from cryptodesk.research.related.handbook import articles_near
from cryptodesk.research.related.peers import Peer
from cryptodesk.research.related.subjects import subject_of

__all__ = ["Requested", "read_request"]

_MOST_ASSETS, _MOST_SECTORS = 4, 2
_MARKET = Pattern(
    r"\b(?:crypto(?:currency)?|digital asset|whole|entire|overall|global|total) markets?\b|\bstate of (?:the )?(?:crypto|market)\b"
    r"|\bmarket (?:overview|report|outlook|update|review|summary|wrap)\b|\bthe markets?\b"
)
_CONCEPT_KINDS = frozenset({"concept"})
# So sure is the analyst where a text asks how a thing works and nothing else.
_SURE = 0.9
_SECTOR_WORDS = (
    ("AI agent", r"\bai agents?\b"),
    ("AI", r"\b(?:ai|artificial intelligence)\b"),
    ("DePIN", r"\bdepin\b"),
    ("meme", r"\bmeme ?coins?\b|\bmemes?\b"),
    ("gaming", r"\bgaming\b|\bgamefi\b"),
    ("metaverse", r"\bmetaverse\b"),
    ("DEX", r"\bdexe?s?\b|\bdecentrali[sz]ed exchanges?\b"),
    ("lending", r"\blending\b"),
    ("layer 2", r"\blayer[- ]?(?:2|two)s?\b|\bl2s?\b|\brollups?\b"),
    ("layer 1", r"\blayer[- ]?(?:1|one)s?\b|\bl1s?\b"),
    ("real-world asset", r"\brwas?\b|\breal[- ]world assets?\b"),
    ("privacy", r"\bprivacy (?:coins?|tokens?|sector)\b"),
    ("oracle", r"\boracles?\b"),
    ("storage", r"\bstorage\b"),
    ("DeFi", r"\bdefi\b"),
)
_SECTORS = tuple((label, Pattern(rf"(?:{words})")) for label, words in _SECTOR_WORDS)
_OF_SECTOR = Pattern(
    r"\b(?:sector|category|narrative|space|coins?|tokens?|projects?|ecosystem|segment|vertical|protocols)\b"
)


class Requested(Struct, frozen=True):
    """`assets` are known for sure; `rivals` are those to compare with. `sectors` are said as the analyst says them.
    `is_open` where nothing of the kinds was recognised."""

    assets: tuple[Peer, ...] = ()
    rivals: tuple[Peer, ...] = ()
    sectors: tuple[str, ...] = ()
    is_market: bool = False
    is_concept: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.assets or self.sectors or self.is_market or self.is_concept)


def read_request(text: str, check: PlanCheck) -> Requested:
    plans = check.plans(text)
    is_concept = any(kind_of(plan) in _CONCEPT_KINDS and plan.confidence >= _SURE for plan in plans)
    assets = tuple(
        Peer(asset.asset_id, asset.name, asset.symbol)
        for asset in read_mentions(text, check.knowledge).assets
        if isinstance(asset.asset_id, int)
    )[:_MOST_ASSETS]
    sectors = () if assets else _sectors(text, subject_of(plans, Findings()).sectors)
    is_market = not assets and not sectors and not is_concept and _MARKET.search(text.lower()) is not None
    is_else = bool(assets or sectors or is_market)
    return Requested(
        assets=assets,
        sectors=sectors,
        is_market=is_market,
        is_concept=(is_concept or not is_else) and bool(articles_near(text)),
    )


def _sectors(text: str, planned: tuple[str, ...]) -> tuple[str, ...]:
    lowered = text.lower()
    named = [label for label, words in _SECTORS if words.search(lowered)] if _OF_SECTOR.search(lowered) else []
    if "AI agent" in named and "AI" in named:
        named.remove("AI")
    return tuple(dict.fromkeys((*planned, *named)))[:_MOST_SECTORS]
