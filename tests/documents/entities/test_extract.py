"""Entities in prose: what is found, where, as what, and how well on texts labelled by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cryptodesk.documents.entities import Entities, Entity, entity_uuid, extract_entities
from cryptodesk.documents.entities import extract as extract_module
from tests.documents.attacks import Attack, of_kind
from tests.documents.entities.labels import FIND_ASSETS, load_labels, measure


class Found(Struct, frozen=True):
    start: int
    end: int
    text: str
    asset_id: int
    symbol: str
    name: str
    confidence: float
    rivals: tuple[int, ...] = ()


def extract(text: str) -> Entities:
    return extract_entities(text, FIND_ASSETS)


def one(text: str, extracted: str) -> Entity:
    return next(entity for entity in extract(text).entities if entity.extracted == extracted)


def test_the_labelled_set_is_large_and_split() -> None:
    parts = [label.part for label in load_labels()]
    assert len(parts) >= 100
    assert parts.count("dev") >= 60
    assert parts.count("heldout") >= 30
    assert parts.count("prose") >= 30


@pytest.mark.parametrize(
    ("part", "precision", "recall"), [("dev", 0.98, 0.98), ("heldout", 0.97, 0.95), ("prose", 0.93, 0.82)]
)
def test_names_are_found_as_well_as_they_were(part: str, precision: float, recall: float) -> None:
    result = measure(part)
    assert result.precision >= precision, result.wrong
    assert result.recall >= recall, result.missed


def test_each_mention_stands_where_it_says() -> None:
    text = (
        "Kraken listed $SOL; vitalik.eth and @saylor moved 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 on Solana.\n"
        * 200
    )
    entities = extract(text).entities
    assert len(text) > 2 * extract_module.CHUNK_CHARACTERS
    for entity in entities:
        for mention in entity.mentions:
            assert text[mention.start : mention.end] == mention.text
    spans = sorted((mention.start, mention.end) for entity in entities for mention in entity.mentions)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_an_asset_its_network_and_its_ticker_are_one_entity() -> None:
    entity = one("Solana validators upgraded while SOL traded at a new price.", "Solana")
    assert {(detail.type, detail.entity_id) for detail in entity.details} == {
        ("network", "network:solana"),
        ("asset", "asset:5426"),
    }
    assert [mention.text for mention in entity.mentions] == ["Solana", "SOL"]
    assert set(entity.links) == {"asset:5426", "platform:solana"}


def test_an_exchange_has_its_verified_id() -> None:
    assert one("Bybit halted withdrawals.", "Bybit").links == ("cmc_exchange:521",)


def test_a_known_handle_is_the_person_too() -> None:
    entity = one("Posted by @VitalikButerin today.", "@VitalikButerin")
    assert [(detail.type, detail.entity_id) for detail in entity.details] == [
        ("x_user", "x_user:vitalikbuterin"),
        ("person", "person:vitalik-buterin"),
    ]


def test_an_evm_address_may_be_on_several_chains_and_says_the_likeliest_first() -> None:
    entity = one("Pay 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045.", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045")
    assert entity.links[0] == "platform:ethereum"
    assert len(entity.links) > 3
    assert entity.entity_id == "address:ethereum:0xd8da6bf26964af9d7eed9e03e53415d37aa96045"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Robinhood acquired Bitstamp in June.", {("Robinhood", "acquiring_entity"), ("Bitstamp", "acquired_entity")}),
        ("Deribit was acquired by Coinbase.", {("Coinbase", "acquiring_entity"), ("Deribit", "acquired_entity")}),
        ("Kraken buys NinjaTrader for cash.", {("Kraken", "acquiring_entity"), ("NinjaTrader", "acquired_entity")}),
        (
            "Morpho raised $50 million in a round led by Pantera Capital with Coinbase Ventures.",
            {("Morpho", "funded_entity"), ("Pantera Capital", "investor"), ("Coinbase Ventures", "investor")},
        ),
        ("Paradigm led a $225 million round in Monad.", {("Paradigm", "investor"), ("Monad", "funded_entity")}),
        ("Strategy bought 3,000 BTC, the company said.", set()),
        ("Binance raised fees for traders.", set()),
    ],
)
def test_parties_to_a_purchase_or_a_funding_have_their_part(text: str, roles: set[tuple[str, str]]) -> None:
    found = {
        (entity.extracted, detail.type)
        for entity in extract(text).entities
        for detail in entity.details
        if detail.type in {"acquired_entity", "acquiring_entity", "funded_entity", "investor"}
    }
    assert found == roles


def test_what_is_spoken_of_most_and_first_is_most_relevant() -> None:
    text = (
        "Kraken opens in Paris. Kraken hires. Kraken lists a coin." + " Filler words stand here." * 40 + " Bybit waits."
    )
    entities = extract(text).entities
    assert entities[0].extracted == "Kraken"
    assert entities[0].relevance == 1.0
    assert 0 < entities[-1].relevance < 0.6


def test_types_can_be_asked_for_and_a_name_comes_under_the_type_that_was_asked_for() -> None:
    entities = extract("Solana validators upgraded while Kraken listed BONK.").of_types({"asset"}).entities
    assert [(entity.name, entity.type, entity.entity_id) for entity in entities] == [
        ("Solana", "asset", "asset:5426"),
        ("Bonk", "asset", "asset:23095"),
    ]


def test_assets_called_the_same_are_similar_entities() -> None:
    def finder(text: str) -> list[Found]:
        return [Found(4, 8, "TWIN", 9001, "TWIN", "Twin One", 0.6, (9002,))]

    (entity,) = extract_entities("The TWIN coin.", finder).entities
    assert [rival.entity_id for rival in entity.similar] == ["asset:9002"]


def test_a_cashtag_that_nobody_knows_is_a_ticker_without_an_id() -> None:
    entity = one("They shill $ZQZQX all day.", "$ZQZQX")
    assert (entity.type, entity.entity_id, entity.name) == ("asset", None, "ZQZQX")
    assert entity.confidence < 0.7


def test_without_a_finder_everything_but_assets_is_found() -> None:
    found = {
        entity.extracted: entity.type for entity in extract_entities("Kraken and $SOL on Solana's mainnet").entities
    }
    assert found == {"Kraken": "exchange", "$SOL": "asset", "Solana": "network"}


def test_a_firm_goes_before_a_coin_that_is_nicknamed_after_it() -> None:
    entity = one("The commission sued Ripple over its sales.", "Ripple")
    assert (entity.type, entity.entity_id) == ("organization", "organization:ripple")


def test_ids_become_uuids_that_stay() -> None:
    assert entity_uuid("asset:1") == "bdf3aafd-27ea-5230-aa64-a74b4d4d2b9d"
    assert entity_uuid("asset:1") != entity_uuid("asset:2")


def test_only_the_first_four_million_characters_are_read_and_a_note_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract_module, "MAX_CHARACTERS", 100)
    result = extract("Kraken " * 40)
    assert (result.characters, len(result.notes)) == (100, 1)
    assert len(result.entities[0].mentions) == 14


@pytest.mark.parametrize("attack", of_kind("document", "feed"), ids=str)
def test_hostile_text_is_read_like_any_other(attack: Attack) -> None:
    text = attack.written[:20_000]
    for entity in extract(text).entities:
        for mention in entity.mentions:
            assert text[mention.start : mention.end] == mention.text
            assert 0 < mention.best.confidence <= 1


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("Binance Kraken @$0x1.eth,\n\u0130ß\U0001f680")), max_size=300))
def test_any_text_yields_mentions_in_their_places(text: str) -> None:
    for entity in extract_entities(text).entities:
        for mention in entity.mentions:
            assert text[mention.start : mention.end] == mention.text
