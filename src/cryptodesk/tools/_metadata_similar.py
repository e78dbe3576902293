"""Coins like a coin: of a category it is in, with the most tags in common, then nearest in market cap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log10
from typing import Any

from cryptodesk.market.records import CoinListing, Provenance
from cryptodesk.tools._envelope import computed_mode
from cryptodesk.tools._metadata_members import Member
from cryptodesk.tools._metadata_part import Part, known, missing, part_of
from cryptodesk.tools._metadata_profile import tags_of
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean

__all__ = ["MOST_SIMILAR", "category_tags", "similar_assets"]

MOST_SIMILAR = 5

_NOTE = "coins of the same category tags, by share of tags in common (score, 0 to 1), then nearest in market cap"
# How blocks are agreed on and where a token lives: no category of what a coin is for.
_TECHNICAL = frozenset(
    {
        "mineable",
        "pow",
        "pos",
        "dpos",
        "lpos",
        "poa",
        "hybrid-pow-pos",
        "proof-of-work",
        "proof-of-stake",
        "sha-256",
        "scrypt",
        "x11",
        "x13",
        "x16r",
        "ethash",
        "equihash",
        "cryptonight",
        "randomx",
        "blake2b",
        "quark",
        "groestl",
        "kawpow",
        "token",
        "coin",
    }
)
_TECHNICAL_ENDS = ("-ecosystem", "-portfolio", "-holdings")


def category_tags(tags: Iterable[str]) -> frozenset[str]:
    """Those that say what a coin is for: algorithms, chains and investors' portfolios left out."""
    folded = {tag.casefold() for tag in tags}
    return frozenset(tag for tag in folded if tag not in _TECHNICAL and not tag.endswith(_TECHNICAL_ENDS))


def similar_assets(member: Member, coins: Sequence[CoinListing]) -> Part:
    own = frozenset(tag.casefold() for tag in tags_of(member))
    categories = category_tags(own)
    rivals = [coin for coin in coins if coin.tags and str(coin.asset_id) != str(member.asset_id)]
    if not rivals:
        return missing("similar_assets", "no list of coins with tags is at hand", member.asset_id)
    if not categories:
        return missing("similar_assets", "no category tag of it is known", member.asset_id)
    cap = getattr(member.listing, "market_cap", None)
    scored = [(coin, _score(own, coin)) for coin in rivals if categories & category_tags(coin.tags)]
    best = sorted(scored, key=lambda pair: (-pair[1], _distance(cap, pair[0].market_cap), pair[0].asset_id))
    if not best:
        return missing("similar_assets", "no other coin at hand is of its categories", member.asset_id)
    rows = [_row(coin, score, categories) for coin, score in best[:MOST_SIMILAR]]
    origins = [coin.provenance for coin, _ in best[:MOST_SIMILAR]]
    sources = " + ".join(dict.fromkeys(origin.source for origin in origins))
    mode = computed_mode([origin.mode for origin in origins])
    return part_of({"similar_assets": rows}, Provenance(sources, mode, min(origin.as_of for origin in origins), _NOTE))


def _score(own: frozenset[str], coin: CoinListing) -> float:
    tags = {tag.casefold() for tag in coin.tags}
    return len(own & tags) / len(own | tags)


def _distance(one: float | None, other: float | None) -> float:
    """Orders of magnitude between two market caps; those not known are furthest."""
    if not one or not other or one < 0 or other < 0:
        return float("inf")
    return abs(log10(one / other))


def _row(coin: CoinListing, score: float, categories: frozenset[str]) -> dict[str, Any]:
    shared = sorted(categories & category_tags(coin.tags))
    return known(
        id=coin.asset_id,
        name=clean(coin.name, NAME_LIMIT),
        symbol=clean(coin.symbol, SYMBOL_LIMIT),
        rank=coin.rank,
        market_cap=coin.market_cap,
        score=round(score, 3),
        shared_tags=[clean(tag) for tag in shared[:4]],
    )
