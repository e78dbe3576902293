"""One mention a place, and one entity a thing: overlaps are settled, and what means the same is put together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from cryptodesk.documents.entities.cues import count_cues
from cryptodesk.documents.entities.records import Entity, EntityType, Form, Mention, Reading
from cryptodesk.documents.entities.words import Passage, fold

__all__ = ["group", "order_readings", "settle"]

_MOST_MENTIONS = 50
_FORMS: dict[Form, int] = {"address": 0, "hash": 0, "domain": 1, "handle": 1, "ticker": 2, "name": 2}
# What a bare name rather is, where nothing beside it tells.
_USUAL: tuple[EntityType, ...] = ("x_user", "exchange", "nft_collection", "protocol", "asset", "network", "person")
_ROLES = frozenset({"acquired_entity", "acquiring_entity", "funded_entity"})
_SPACES = re.compile(r"\s+")
_AGREEING = frozenset({"asset", "network", "protocol", "project", "nft_collection"})


def settle(mentions: Iterable[Mention]) -> list[Mention]:
    """No two at one place: forms that prove themselves first, then the longer, then the surer. Mentions of one place
    that can be one thing become one with all readings; in the order of the text."""
    ranked = sorted(mentions, key=lambda one: (_FORMS[one.form], one.start - one.end, -one.best.confidence))
    kept: dict[int, Mention] = {}
    taken: dict[int, int] = {}
    for mention in ranked:
        rivals = {taken[place] for place in range(mention.start, mention.end) if place in taken}
        if not rivals:
            kept[mention.start] = mention
            taken.update(dict.fromkeys(range(mention.start, mention.end), mention.start))
        elif len(rivals) == 1 and (other := kept[next(iter(rivals))]) and _same_place(other, mention):
            kept[other.start] = _joined(other, mention)
    return [kept[start] for start in sorted(kept)]


def order_readings(passage: Passage, mention: Mention, places: dict[int, int]) -> Mention:
    """The readings, likeliest first, by the words around. `places` tells which word begins at a character."""
    first = places.get(mention.start)
    if first is None or len(mention.readings) < 2:
        return mention
    last = first
    while last + 1 < len(passage.words) and passage.words[last + 1].end <= mention.end:
        last += 1

    def standing(reading: Reading) -> tuple[int, int]:
        usual = _USUAL.index(reading.type) if reading.type in _USUAL else len(_USUAL)
        return -count_cues(passage, first, last, reading.type), usual

    if mention.form == "ticker" or _is_symbol(mention):
        return mention
    return replace(mention, readings=tuple(sorted(mention.readings, key=standing)))


def group(mentions: Sequence[Mention], characters: int) -> tuple[Entity, ...]:
    """Entities of the mentions, the most relevant first."""
    grouped: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        grouped[_identity(mention)].append(mention)
    weights = {key: sum(_weight(mention, characters) for mention in found) for key, found in grouped.items()}
    most = max(weights.values(), default=1.0)
    entities = [_entity(found, 0.25 + 0.75 * weights[key] / most) for key, found in grouped.items()]
    return tuple(sorted(entities, key=lambda one: (-one.relevance, one.mentions[0].start)))


def _entity(found: Sequence[Mention], relevance: float) -> Entity:
    details = _details(found)
    first = details[0]
    own = {reading.entity_id for reading in details}
    rivals = {reading.entity_id: reading for mention in found for reading in mention.rivals}
    return Entity(
        name=first.name,
        extracted=found[0].text,
        type=first.type,
        entity_id=first.entity_id,
        confidence=round(max(reading.confidence for reading in details if reading.type == first.type), 4),
        relevance=round(relevance, 4),
        details=details,
        mentions=tuple(found[:_MOST_MENTIONS]),
        similar=tuple(reading for key, reading in rivals.items() if key not in own),
        links=tuple(dict.fromkeys(link for mention in found for link in mention.links)),
    )


def _details(found: Sequence[Mention]) -> tuple[Reading, ...]:
    """One reading a type and id, those first that come first most often; roles last."""
    votes: dict[tuple[str, str | None], float] = defaultdict(float)
    best: dict[tuple[str, str | None], Reading] = {}
    for mention in found:
        for place, reading in enumerate(mention.readings):
            key = (reading.type, reading.entity_id)
            votes[key] += 1.0 if place == 0 else 0.01
            if key not in best or reading.confidence > best[key].confidence:
                best[key] = reading
    ranked = sorted(best, key=lambda key: (key[0] in _ROLES, -votes[key]))
    return tuple(best[key] for key in ranked)


def _identity(mention: Mention) -> str:
    """What is the same thing: an asset, its network and its protocol; a person and the handle; an equal text."""
    for link in mention.links:
        if link.startswith("asset:"):
            return link
    known = [reading for reading in mention.readings if reading.entity_id and reading.type not in {"x_user", *_ROLES}]
    if known:
        return str(known[0].entity_id)
    if mention.best.entity_id:
        return mention.best.entity_id
    return f"{mention.best.type}:{_SPACES.sub(' ', fold(mention.best.name))}"


def _weight(mention: Mention, characters: int) -> float:
    """What stands in the heading or the first tenth counts for half as much again."""
    is_early = mention.start < max(200, characters // 10)
    return mention.best.confidence * (1.5 if is_early else 1.0)


def _same_place(one: Mention, other: Mention) -> bool:
    return one.start <= other.start and other.end <= one.end and len(one.text.strip("$")) == len(other.text.strip("$"))


def _joined(one: Mention, other: Mention) -> Mention:
    """Both readings, if they can be of one thing; else the surer one with the other as its rival."""
    types = {reading.type for reading in (*one.readings, *other.readings)}
    known = {(reading.type, reading.entity_id) for reading in one.readings}
    fresh = tuple(
        reading
        for reading in other.readings
        if (reading.type, reading.entity_id) not in known
        and (reading.entity_id or reading.type not in {t for t, _ in known})
    )
    rivals = (*one.rivals, *other.rivals)
    if types <= _AGREEING:
        return replace(one, readings=(*one.readings, *fresh), links=_together(one, other), rivals=rivals)
    surer, weaker = (one, other) if _goes_before(one, other) else (other, one)
    return replace(surer, rivals=(*rivals, *(reading for reading in weaker.readings if reading.entity_id)))


def _goes_before(one: Mention, other: Mention) -> bool:
    """A firm goes before the coin that is only nicknamed after it: Ripple is not XRP."""
    for first, second, verdict in ((one, other, True), (other, one, False)):
        is_nickname = second.best.type == "asset" and fold(second.best.name) != fold(second.text)
        if first.best.type == "organization" and first.best.entity_id and is_nickname:
            return verdict
    return one.best.confidence >= other.best.confidence


def _together(one: Mention, other: Mention) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one.links, *other.links)))


def _is_symbol(mention: Mention) -> bool:
    return mention.best.type == "asset" and mention.text.lstrip("$").isupper() and len(mention.text) <= 6
