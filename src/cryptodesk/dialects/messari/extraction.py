"""`POST /ai/v1/classification/extraction`: whom and what a text speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, cast

import msgspec
from msgspec import Struct

from cryptodesk.dialects._ports import DialectPorts, DialectRoute, TextServices
from cryptodesk.dialects.messari.errors import clipped, invalid
from cryptodesk.dialects.messari.openapi_answers import array, closed
from cryptodesk.dialects.messari.side import Ask, SideEndpoint, operation
from cryptodesk.dialects.messari.values import expect
from cryptodesk.documents.entities.records import Entities, Entity, EntityType, Reading, entity_uuid

__all__ = ["PATH", "paths", "routes"]

PATH = "/ai/v1/classification/extraction"

# Not published. Half a second of one processor's time.
MAX_CHARACTERS: Final = 100_000

# The published ones, in their order; what else the desk finds (addresses, handles, domains) has no word there.
TYPES: Final[tuple[EntityType, ...]] = (
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
)

# The desk's lists know no projects apart from what they made: whoever asks for projects means these.
PROJECTS: Final[frozenset[EntityType]] = frozenset({"asset", "protocol", "network", "nft_collection"})

# "Just the best matches": the selected one and at most two others.
BEST_MATCHES: Final = 3

# From which score on a word is said. Published are the words' form and `HIGH` alone.
WORDS: Final = ((0.8, "HIGH"), (0.5, "MEDIUM"), (0.0, "LOW"))

Schema = dict[str, Any]


class _WireSimilar(Struct):
    id: str
    name: str
    type: str
    confidence: float


class _WireDetail(Struct):
    id: str
    type: str


class _WireSelected(Struct):
    name: str
    details: list[_WireDetail]
    confidence_score: str = msgspec.field(name="confidenceScore")
    relevance_score: str = msgspec.field(name="relevanceScore")


class _WireGroup(Struct):
    extracted_name: str = msgspec.field(name="extractedName")
    similar: list[_WireSimilar] = msgspec.field(name="similarEntities")
    selected: _WireSelected = msgspec.field(name="selectedEntity")


class _Asked(Struct, frozen=True):
    content: str
    types: frozenset[EntityType]
    has_all_similar: bool


_json = msgspec.json.Encoder().encode


def routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.texts is None:
        return ()
    texts: TextServices = ports.texts

    async def extract(ask: Ask) -> bytes:
        asked = _parse(ask.document())
        groups = list(_groups(await texts.extract(asked.content), asked))
        return _json({"error": None, "data": {"extractedEntities": groups}, "metadata": {"status": "success"}})

    return (DialectRoute(PATH, SideEndpoint(ports, POST=extract)),)


def _parse(document: dict[str, Any]) -> _Asked:
    """Raises: InvalidRequest."""
    content = expect(document, "content", str) or ""
    if not content.strip():
        raise invalid("content", "is required")
    if len(content) > MAX_CHARACTERS:
        raise invalid("content", f"must have at most {MAX_CHARACTERS} characters, not {len(content)}")
    types = _types(expect(document, "entityTypes", list) or ())
    return _Asked(content, types, bool(expect(document, "allSimilarEntities", bool)))


def _types(values: Sequence[Any]) -> frozenset[EntityType]:
    """All where none is named."""
    for index, value in enumerate(values):
        if value not in TYPES:
            shown = clipped(value if isinstance(value, str) else str(_json(value), "utf-8"))
            raise invalid(f"entityTypes[{index}]", f"must be one of {', '.join(TYPES)}, not {shown!r}")
    return frozenset(cast("Sequence[EntityType]", values) or TYPES)


# -- answers -----------------------------------------------------------------------------------------------------------


def _groups(found: Entities, asked: _Asked) -> Iterator[_WireGroup]:
    for entity in found.entities:
        readings = list(_wanted(entity.details, asked.types))
        if readings:
            yield _group(entity, readings, asked)


def _wanted(readings: Sequence[Reading], types: Collection[EntityType]) -> Iterator[tuple[EntityType, Reading]]:
    """Those of the asked types, under the type that was asked for."""
    has_project = False
    for reading in readings:
        if reading.type in types:
            yield reading.type, reading
        elif "project" in types and reading.type in PROJECTS and not has_project:
            has_project = True
            yield "project", reading


def _group(entity: Entity, readings: Sequence[tuple[EntityType, Reading]], asked: _Asked) -> _WireGroup:
    _, first = readings[0]
    similar = sorted(_wanted(entity.similar, asked.types), key=lambda pair: -pair[1].confidence)
    matches = [_WireSimilar(_uuid(each), each.name, kind, each.confidence) for kind, each in (*readings[:1], *similar)]
    return _WireGroup(
        entity.extracted,
        matches if asked.has_all_similar else matches[:BEST_MATCHES],
        _WireSelected(
            first.name,
            [_WireDetail(_uuid(each), kind.upper()) for kind, each in readings],
            _word(first.confidence),
            _word(entity.relevance),
        ),
    )


def _uuid(reading: Reading) -> str:
    """What no list holds is named by its type and spelling, so that it has the same id in every text."""
    unlisted = f"unlisted:{reading.type}:{' '.join(reading.name.casefold().split())}"
    return entity_uuid(reading.entity_id or unlisted)


def _word(score: float) -> str:
    return next((word for least, word in WORDS if score >= least), WORDS[-1][1])


# -- OpenAPI -----------------------------------------------------------------------------------------------------------

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}


def paths(ports: DialectPorts) -> Schema:
    if ports.texts is None:
        return {}
    request = {
        "type": "object",
        "properties": {
            "content": {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS},
            "entityTypes": {"anyOf": [array({"enum": list(TYPES)}), {"type": "null"}]},
            "allSimilarEntities": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        },
        "required": ["content"],
    }
    faults = {
        "400": "A field is missing, malformed or too long; the message names it.",
        "408": "The body did not arrive in time.",
    }
    summary = "Find the assets, people, companies and other entities that a text names"
    return {PATH: {"post": operation("extractEntities", summary, _answer_schema(), faults, request)}}


def _answer_schema() -> Schema:
    confidence = {"type": "number", "minimum": 0, "maximum": 1}
    similar = closed({"id": _ID, "name": _TEXT, "type": {"enum": list(TYPES)}, "confidence": confidence})
    detail = closed({"id": _ID, "type": {"enum": [name.upper() for name in TYPES]}})
    word = {"enum": [name for _, name in WORDS]}
    selected = closed(
        {"name": _TEXT, "details": array(detail, minItems=1), "confidenceScore": word, "relevanceScore": word}
    )
    group = closed({"extractedName": _TEXT, "similarEntities": array(similar), "selectedEntity": selected})
    return closed(
        {
            "error": {"type": "null"},
            "data": closed({"extractedEntities": array(group)}),
            "metadata": closed({"status": {"const": "success"}}),
        }
    )
