"""Every question that the conversation suggests, the nearest first. Nothing is checked here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct, structs

from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.research.related.findings import Findings
from cryptodesk.research.related.handbook import questions_near
from cryptodesk.research.related.peers import Peer, peers_of, sector_beside, traits_of
from cryptodesk.research.related.subjects import Subject, shown_name
from cryptodesk.research.related.templates import (
    COMPARED,
    LISTED,
    MARKET,
    OF_ASSET,
    OF_SECTOR,
    OF_STABLECOIN,
    Template,
)
from cryptodesk.research.related.wording import draw

__all__ = ["Candidate", "candidates_for"]

_BITCOIN, _ETHER = Peer(1, "Bitcoin", "BTC"), Peer(1027, "Ethereum", "ETH")
_CONCEPT = frozenset({"concept"})
# Directions to go on in, the likeliest first, by what was asked.
_ORDERS = {
    "price": "why risk sideways technicals time together positioning mood concept supply use holders back what",
    "risk": "together sideways time technicals positioning why concept supply back",
    "technicals": "positioning risk why time sideways mood together concept",
    "positioning": "technicals concept why risk time mood sideways together",
    "reports": "time mood technicals risk positioning sideways why concept supply",
    "supply": "holders concept use size sideways time risk why",
    "use": "concept supply sideways time holders risk why",
    "what": "concept use supply time sideways holders risk why",
}
_ORDER_OF = {
    name: order
    for order, kinds in {
        "risk": "volatility drawdown ratios correlation",
        "technicals": "technicals market_technicals",
        "positioning": "derivatives",
        "reports": "news why_moved sentiment raises",
        "supply": "supply unlocks halving holders",
        "use": "tvl ecosystem gas",
        "what": "definition metadata concept security",
    }.items()
    for name in kinds.split()
}
# How far apart the places of an order lie, and by how much chance may move a question.
_PLACE, _JITTER, _WIDE_JITTER = 3, 7, 30
_SECOND_CHOICE, _LAST_RESORT = 12, 200
_MOST_CONCEPTS = 8


class Candidate(Struct, frozen=True):
    """A question with the direction it goes on in and what the analyst has to take it for. `asset_ids` are those that
    it has to be about, None for any; `rank` is lower for nearer."""

    text: str
    kind: str
    expects: frozenset[str]
    asset_ids: frozenset[AssetId] | None
    rank: float


def candidates_for(
    question: str, subject: Subject, findings: Findings, priced: Collection[AssetId] | None
) -> list[Candidate]:
    """Best first. The same question and findings give the same order; another question another one."""
    found = [*_of_assets(question, subject, priced), *_of_listed(question, subject, priced)]
    found += _of_sectors(question, subject)
    found += _concepts(question, subject, findings)
    is_named = bool(subject.assets or subject.sectors or subject.is_concept)
    base = _LAST_RESORT if is_named else _SECOND_CHOICE if subject.listed else 0
    found += _from(MARKET, question, {}, None, base, jitter=_WIDE_JITTER)
    found += _starters(question, priced)
    return sorted(found, key=lambda candidate: candidate.rank)


def _of_assets(question: str, subject: Subject, priced: Collection[AssetId] | None) -> Iterator[Candidate]:
    if not subject.assets:
        return
    order = _ORDERS[_ORDER_OF.get(subject.kind, "price")].split()
    if len(subject.assets) == 1:
        yield from _of_one(question, subject.assets[0], order, 0, priced)
        return
    first, second = subject.assets[0], subject.assets[-1]
    yield from _from(COMPARED, question, _words(first, second), (first, second))
    chosen = subject.assets[draw(len(subject.assets), question, "which")]
    yield from _of_one(question, chosen, order, _SECOND_CHOICE, priced)


def _of_one(
    question: str, asset: Peer, order: Sequence[str], base: int, priced: Collection[AssetId] | None
) -> Iterator[Candidate]:
    traits, peer = traits_of(asset.asset_id), _peer(question, asset, priced)
    templates = OF_STABLECOIN if traits.is_stable else OF_ASSET
    fitting = [each for each in templates if not each.needs or getattr(traits, each.needs)]
    yield from _from(fitting, question, _words(asset, peer), (asset, peer), base, None if traits.is_stable else order)


def _peer(question: str, asset: Peer, priced: Collection[AssetId] | None) -> Peer:
    """One of the three best known of its kind, by chance."""
    others = [peer for peer in peers_of(asset.asset_id) if priced is None or peer.asset_id in priced]
    others = others or [_leader(asset)]
    return others[draw(min(3, len(others)), question, "peer")]


def _of_listed(question: str, subject: Subject, priced: Collection[AssetId] | None) -> Iterator[Candidate]:
    """Of a list the first is what one wonders about, then the second."""
    for place, asset in enumerate(subject.listed[:2]):
        peer = subject.listed[1 - place] if len(subject.listed) > 1 else _peer(question, asset, priced)
        for each in _from(LISTED, question, _words(asset, peer), (asset, peer), place * _PLACE):
            yield structs.replace(each, kind=f"{each.kind} of {place}")


def _of_sectors(question: str, subject: Subject) -> Iterator[Candidate]:
    for place, label in enumerate(subject.sectors[:2]):
        words = {"label": label, "other": sector_beside(label)}
        for each in _from(OF_SECTOR, question, words, None, place * _PLACE):
            yield structs.replace(each, kind=f"{each.kind} of {place}") if place else each


def _concepts(question: str, subject: Subject, findings: Findings) -> Iterator[Candidate]:
    """Questions of the handbook come in the order of nearness; of an asset that was asked for figures, by chance."""
    ids = [asset.asset_id for asset in subject.assets]
    near = questions_near(question if subject.is_concept else "", findings.titles, ids)
    base = 0 if subject.is_concept else _LAST_RESORT // 2 if not ids else _PLACE * 3
    for place, text in enumerate(near[:_MOST_CONCEPTS]):
        moved = 0 if subject.is_concept else draw(_JITTER, question, text)
        yield Candidate(text, "concept", _CONCEPT, None, base + place + moved)


def _starters(question: str, priced: Collection[AssetId] | None) -> Iterator[Candidate]:
    """Where little is at hand: the best known assets, which have a price wherever anything has one."""
    known = [_BITCOIN, _ETHER, *peers_of(_ETHER.asset_id)[:1]]
    chosen = known[draw(len(known), question, "starter")]
    yield from _of_one(question, chosen, _ORDERS["price"].split(), 2 * _LAST_RESORT, priced)


def _leader(asset: Peer) -> Peer:
    return _ETHER if asset.asset_id == _BITCOIN.asset_id else _BITCOIN


def _words(asset: Peer, peer: Peer) -> dict[str, str]:
    return {
        "name": shown_name(asset),
        "symbol": asset.symbol,
        "peer": shown_name(peer),
        "peer_symbol": peer.symbol,
        "leader": shown_name(_leader(asset)),
    }


def _from(
    templates: Iterable[Template],
    question: str,
    words: dict[str, str],
    assets: tuple[Peer, Peer] | None,
    base: float = 0,
    order: Sequence[str] | None = None,
    jitter: int = _JITTER,
) -> Iterator[Candidate]:
    listed = list(templates)
    kinds = order or list(dict.fromkeys(template.kind for template in listed))
    for template in listed:
        place = kinds.index(template.kind) if template.kind in kinds else len(kinds)
        first = draw(len(template.texts), question, template.texts[0])
        for later, at in enumerate(range(first, first + len(template.texts))):
            text = template.texts[at % len(template.texts)]
            moved = draw(jitter, question, template.texts[0]) + later / len(template.texts)
            rank = base + _PLACE * place + moved
            yield Candidate(text.format(**words), template.kind, template.expects, _meant(text, assets), rank)


def _meant(text: str, assets: tuple[Peer, Peer] | None) -> frozenset[AssetId] | None:
    """The assets that a text names by its gaps."""
    if assets is None or not ("{name}" in text or "{symbol}" in text):
        return None
    asset, peer = assets
    ids = {asset.asset_id}
    ids |= {peer.asset_id} if "{peer" in text else set()
    ids |= {_leader(asset).asset_id} if "{leader}" in text else set()
    return frozenset(ids)
