"""The extraction route: entities in the published form, filtered by type, and what it refuses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from cryptodesk.dialects.messari.extraction import MAX_CHARACTERS, PATH, TYPES
from cryptodesk.documents.entities import Entities, Entity, EntityType, Reading, entity_uuid, extract_entities
from tests.dialects.messari.requirements_side import requirement
from tests.dialects.messari.side_support import FakeTexts, SideClient, fault
from tests.dialects.support import KEY

BITCOIN = Reading("asset", "asset:1", "Bitcoin", 0.97)
CHAIN = Reading("network", "network:bitcoin", "Bitcoin", 0.96)
RIVALS = tuple(Reading("asset", f"asset:{number}", "Bitcoin", 0.1 * number) for number in range(2, 7))


def entity(*details: Reading, relevance: float = 1.0, similar: tuple[Reading, ...] = (), **changes: Any) -> Entity:
    first = details[0]
    facts: dict[str, Any] = {
        "name": first.name,
        "extracted": first.name.upper(),
        "type": first.type,
        "entity_id": first.entity_id,
        "confidence": first.confidence,
        "relevance": relevance,
        "details": details,
        "mentions": (),
        "similar": similar,
    }
    return Entity(**{**facts, **changes})


async def extract(*entities: Entity, **body: Any) -> list[Any]:
    client = SideClient(texts=FakeTexts(Entities(entities, 10)))
    answer = await client.send_json(PATH, {"content": "Some text.", **body})
    assert answer.status == 200
    groups: list[Any] = answer.json["data"]["extractedEntities"]
    return groups


@requirement("MES-EX-BODY", "MES-EX-UPPER")
async def test_entities_come_in_the_published_form() -> None:
    client = SideClient(texts=FakeTexts(Entities((entity(BITCOIN, CHAIN, similar=RIVALS[:1]),), 10)))
    answer = await client.send_json(PATH, {"content": "Some text."})
    assert answer.json == {
        "error": None,
        "data": {
            "extractedEntities": [
                {
                    "extractedName": "BITCOIN",
                    "similarEntities": [
                        {"id": entity_uuid("asset:1"), "name": "Bitcoin", "type": "asset", "confidence": 0.97},
                        {"id": entity_uuid("asset:2"), "name": "Bitcoin", "type": "asset", "confidence": 0.2},
                    ],
                    "selectedEntity": {
                        "name": "Bitcoin",
                        "details": [
                            {"id": entity_uuid("asset:1"), "type": "ASSET"},
                            {"id": entity_uuid("network:bitcoin"), "type": "NETWORK"},
                        ],
                        "confidenceScore": "HIGH",
                        "relevanceScore": "HIGH",
                    },
                }
            ]
        },
        "metadata": {"status": "success"},
    }


@requirement("MES-EX-BODY")
async def test_a_text_of_nobody_has_an_empty_list() -> None:
    assert await extract() == []


@requirement("MES-EX-BODY")
async def test_the_text_is_read_as_it_was_sent() -> None:
    texts, content = FakeTexts(), " \U0001f600 Bitcoin\n\x00\u2028 "
    await SideClient(texts=texts).send_json(PATH, {"content": content})
    assert texts.texts == [content]


@requirement("MES-EX-UUID")
async def test_names_that_no_list_holds_have_ids_that_are_always_the_same() -> None:
    async def id_of(kind: EntityType, name: str) -> str:
        (group,) = await extract(entity(Reading(kind, None, name, 0.6)))
        found: str = group["selectedEntity"]["details"][0]["id"]
        assert str(UUID(found)) == found
        return found

    ada = await id_of("person", "Ada Bloggs")
    assert await id_of("person", "ada  bloggs") == ada
    assert ada not in (await id_of("organization", "Ada Bloggs"), await id_of("person", "Ada Blogg"))


@requirement("MES-EX-WORDS")
@pytest.mark.parametrize(
    ("score", "word"),
    [(1.0, "HIGH"), (0.8, "HIGH"), (0.7999, "MEDIUM"), (0.5, "MEDIUM"), (0.4999, "LOW"), (0.0, "LOW"), (-0.1, "LOW")],
)
async def test_scores_are_said_in_words(score: float, word: str) -> None:
    (by_confidence,) = await extract(entity(Reading("asset", "asset:1", "Bitcoin", score)))
    (by_relevance,) = await extract(entity(BITCOIN, relevance=score))
    assert by_confidence["selectedEntity"]["confidenceScore"] == word
    assert by_relevance["selectedEntity"]["relevanceScore"] == word


@requirement("MES-EX-TYPES")
async def test_the_filter_keeps_the_asked_types_alone() -> None:
    vitalik = entity(Reading("person", "person:vitalik", "Vitalik Buterin", 0.9), Reading("x_user", "x:v", "v", 0.5))
    found = (entity(BITCOIN, CHAIN), vitalik)
    (network,) = await extract(*found, entityTypes=["network"])
    assert network["selectedEntity"]["details"] == [{"id": entity_uuid("network:bitcoin"), "type": "NETWORK"}]
    assert [each["type"] for each in network["similarEntities"]] == ["network"]
    both = await extract(*found, entityTypes=["person", "network", "person"])
    assert [group["selectedEntity"]["name"] for group in both] == ["Bitcoin", "Vitalik Buterin"]
    assert await extract(*found, entityTypes=["investor"]) == []


@requirement("MES-EX-TYPES")
@pytest.mark.parametrize("types", [None, []])
async def test_without_a_filter_all_published_types_come_and_no_others(types: Any) -> None:
    ours = entity(Reading("address", "address:ethereum:0x1", "0x1", 1.0))
    found = [entity(Reading(kind, f"{kind}:1", kind, 0.9)) for kind in TYPES]
    groups = await extract(ours, *found, entityTypes=types)
    assert [group["selectedEntity"]["details"][0]["type"] for group in groups] == [kind.upper() for kind in TYPES]
    assert len(TYPES) == 13


@requirement("MES-EX-PROJECT")
async def test_whoever_asks_for_projects_gets_what_they_made() -> None:
    uniswap = entity(Reading("protocol", "protocol:uni", "Uniswap", 0.9), Reading("asset", "asset:7083", "UNI", 0.9))
    person = entity(Reading("person", "person:v", "Vitalik", 0.9))
    (group,) = await extract(uniswap, person, entityTypes=["project"])
    assert group["selectedEntity"]["details"] == [{"id": entity_uuid("protocol:uni"), "type": "PROJECT"}]
    assert group["similarEntities"][0]["type"] == "project"
    (mixed,) = await extract(uniswap, entityTypes=["project", "asset"])
    assert [detail["type"] for detail in mixed["selectedEntity"]["details"]] == ["PROJECT", "ASSET"]


@requirement("MES-EX-SIMILAR")
@pytest.mark.parametrize(("wants_all", "count"), [(None, 3), (False, 3), (True, 6)])
async def test_all_similar_entities_come_if_they_are_asked_for(wants_all: Any, count: int) -> None:
    (group,) = await extract(entity(BITCOIN, similar=RIVALS), allSimilarEntities=wants_all)
    confidences = [each["confidence"] for each in group["similarEntities"]]
    assert len(confidences) == count
    assert confidences == sorted(confidences, reverse=True)
    assert group["similarEntities"][0]["id"] == group["selectedEntity"]["details"][0]["id"]


@requirement("MES-EX-SIMILAR")
async def test_similar_entities_are_of_the_asked_types_too() -> None:
    rivals = (Reading("organization", "organization:x", "Bitcoin", 0.5), *RIVALS[:1])
    (group,) = await extract(entity(BITCOIN, similar=rivals), entityTypes=["asset"], allSimilarEntities=True)
    assert [each["type"] for each in group["similarEntities"]] == ["asset", "asset"]


@requirement("MES-EX-FIELDS")
@pytest.mark.parametrize(
    ("field", "value", "fault_begins"),
    [
        *(("content", value, "content must be a string") for value in (1, True, ["a"], {"text": "a"})),
        *(("content", value, "content is required") for value in (None, "", " \n\t")),
        *(("entityTypes", value, "entityTypes must be an array") for value in ("person", {"0": "person"}, 1, False)),
        ("entityTypes", ["person", "Person"], "entityTypes[1] must be one of acquired_entity, "),
        ("entityTypes", [None], "entityTypes[0] must be one of"),
        ("entityTypes", [["person"]], "entityTypes[0] must be one of"),
        ("entityTypes", ["x" * 100_000], "entityTypes[0] must be one of"),
        ("entityTypes", ["address"], "entityTypes[0] must be one of"),
        *(
            ("allSimilarEntities", value, "allSimilarEntities must be a boolean")
            for value in ("true", 1, 0, [], {"a": 1})
        ),
    ],
)
async def test_a_wrong_field_is_refused_by_its_name(field: str, value: Any, fault_begins: str) -> None:
    texts = FakeTexts()
    status, text = fault(await SideClient(texts=texts).send_json(PATH, {"content": "Bitcoin", field: value}))
    assert (status, text.startswith(fault_begins), len(text) < 1000) == (400, True, True)
    assert texts.texts == []


@requirement("MES-EX-BOUND")
async def test_content_is_read_up_to_a_bound() -> None:
    client = SideClient(texts=FakeTexts())
    assert (await client.send_json(PATH, {"content": "x" * MAX_CHARACTERS})).status == 200
    refused = await client.send_json(PATH, {"content": "x" * (MAX_CHARACTERS + 1)})
    assert fault(refused) == (400, "content must have at most 100000 characters, not 100001")


@requirement("MES-SIDE-KEY", "MES-SIDE-405", "MES-SIDE-ABSENT", "MES-SIDE-DEFECT")
async def test_keys_methods_defects_and_absence_are_as_on_the_other_routes(caplog: pytest.LogCaptureFixture) -> None:
    texts = FakeTexts()
    client = SideClient(texts=texts)
    assert fault(await client.call("POST", PATH, b'{"content":"a"}')) == (401, "Invalid API key")
    answer = await client.call("POST", PATH, b'{"content":"a"}', {"authorization": f"Bearer {KEY}"})
    assert answer.status == 200
    refused = await client.get(PATH)
    assert (fault(refused)[0], refused.headers["allow"]) == (405, "POST")
    texts.failure = ZeroDivisionError("a secret of the house")
    assert fault(await client.send_json(PATH, {"content": "a"})) == (500, "Internal server error, please try again")
    assert "a secret of the house" in caplog.text
    with pytest.raises(AssertionError, match="no route"):
        await SideClient().send_json(PATH, {"content": "a"})


class RealTexts(FakeTexts):
    async def extract(self, text: str) -> Entities:
        return extract_entities(text)


@requirement("MES-EX-BODY", "MES-EX-TYPES")
async def test_the_sdks_example_finds_its_people_and_projects() -> None:
    body = {"content": "Vitalik Buterin spoke of Uniswap at Coinbase.", "entityTypes": ["person", "project"]}
    answer = await SideClient(texts=RealTexts()).send_json(PATH, body)
    found = {
        group["selectedEntity"]["name"]: group["selectedEntity"]["details"][0]["type"]
        for group in answer.json["data"]["extractedEntities"]
    }
    assert found == {"Vitalik Buterin": "PERSON", "Uniswap": "PROJECT"}
