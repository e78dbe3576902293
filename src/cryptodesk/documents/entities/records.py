"""What an extraction says: mentions with their place in the text, and the entities that they are of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol, get_args
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

__all__ = [
    "ENTITY_TYPES",
    "AssetFinder",
    "AssetMention",
    "Entities",
    "Entity",
    "EntityType",
    "Form",
    "Mention",
    "Reading",
    "entity_uuid",
]

# The last four are ours; the others are those of the extraction route.
EntityType = Literal[
    "acquired_entity",
    "acquiring_entity",
    "asset",
    "x_user",
    "funded_entity",
    "investor",
    "network",
    "person",
    "exchange",
    "organization",
    "project",
    "protocol",
    "nft_collection",
    "address",
    "transaction",
    "domain_name",
    "handle",
]
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)

Form = Literal["name", "ticker", "address", "hash", "handle", "domain"]

_NAMESPACE = UUID("5a0f2d2e-6f0e-5c55-9d0b-3a8f6b1c7e21")


class AssetMention(Protocol):
    """An asset found in prose: `text` stands at `start`:`end`, `rivals` are ids of assets called the same."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def asset_id(self) -> int: ...
    @property
    def symbol(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def rivals(self) -> Sequence[int]: ...


# Given at most `extract.CHUNK_CHARACTERS` of text at a time.
AssetFinder = Callable[[str], Sequence[AssetMention]]


class Reading(Struct, frozen=True):
    """One thing that a mention may stand for. `entity_id` is "asset:1", "person:vitalik-buterin",
    "address:ethereum:0x…"; None for a name that no list holds. `confidence` is 0..1."""

    type: EntityType
    entity_id: str | None
    name: str
    confidence: float


class Mention(Struct, frozen=True):
    """`text` stands at `start`:`end` of the given text. `readings` are of one thing under its several types, likeliest
    first; `rivals` are other things called the same."""

    start: int
    end: int
    text: str
    form: Form
    readings: tuple[Reading, ...]
    links: tuple[str, ...] = ()
    rivals: tuple[Reading, ...] = ()

    @property
    def best(self) -> Reading:
        return self.readings[0]


class Entity(Struct, frozen=True, kw_only=True):
    """`details` are its types with their ids, likeliest first; `similar` are other things called the same.

    `relevance` is 0..1 within this text: 1 for what is spoken of most and first. `links` name it in other lists:
    "asset:1", "platform:base", "cmc_exchange:270", "contract:ethereum:0x…"; of an address, the platforms it may be
    on, likeliest first."""

    name: str
    extracted: str
    type: EntityType
    entity_id: str | None
    confidence: float
    relevance: float
    details: tuple[Reading, ...]
    mentions: tuple[Mention, ...]
    similar: tuple[Reading, ...] = ()
    links: tuple[str, ...] = ()


class Entities(Struct, frozen=True):
    """The most relevant first. `characters` were read; `notes` say what was not."""

    entities: tuple[Entity, ...] = ()
    characters: int = 0
    notes: tuple[str, ...] = ()

    def of_types(self, types: Collection[EntityType]) -> Entities:
        """Those that have one of the types, first under it."""
        kept = [_under(entity, types) for entity in self.entities]
        return replace(self, entities=tuple(entity for entity in kept if entity is not None))


def entity_uuid(entity_id: str) -> str:
    """The same UUID for the same id, always; for wire formats that ask for one."""
    return str(uuid5(_NAMESPACE, entity_id))


def _under(entity: Entity, types: Collection[EntityType]) -> Entity | None:
    asked = [reading for reading in entity.details if reading.type in types]
    if not asked:
        return None
    others = [reading for reading in entity.details if reading.type not in types]
    first = asked[0]
    return replace(
        entity,
        type=first.type,
        entity_id=first.entity_id,
        name=first.name,
        confidence=first.confidence,
        details=(*asked, *others),
    )
