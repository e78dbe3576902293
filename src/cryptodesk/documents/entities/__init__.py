"""Entities in prose: assets, people, exchanges, networks, collections, investors, addresses and handles, by name lists
and rules; no language model."""

from cryptodesk.documents.entities.extract import MAX_CHARACTERS, extract_entities
from cryptodesk.documents.entities.records import (
    ENTITY_TYPES,
    AssetFinder,
    AssetMention,
    Entities,
    Entity,
    EntityType,
    Mention,
    Reading,
    entity_uuid,
)

__all__ = [
    "ENTITY_TYPES",
    "MAX_CHARACTERS",
    "AssetFinder",
    "AssetMention",
    "Entities",
    "Entity",
    "EntityType",
    "Mention",
    "Reading",
    "entity_uuid",
    "extract_entities",
]
