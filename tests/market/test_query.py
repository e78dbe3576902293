"""What a record is of, and which ids it answers."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptodesk.market.query import answers, entity_of
from cryptodesk.market.records import FundraisingRound, ProtocolTvl, Provenance
from tests.market.feeds.fakes import listing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = Provenance("somewhere", "live", NOW)


def test_an_id_and_its_text_are_the_same() -> None:
    assert answers(listing(1), 1)
    assert answers(listing(1), "1")
    assert not answers(listing(1), "01")
    assert entity_of(listing(1)) == 1


def test_a_record_answers_by_its_own_name_and_by_the_asset_behind_it() -> None:
    protocol = ProtocolTvl(slug="aave", name="Aave", asset_id=7278, provenance=ORIGIN)
    assert entity_of(protocol) == "aave"
    assert answers(protocol, "aave")
    assert answers(protocol, 7278)
    assert not answers(protocol, "lido")


def test_nothing_and_none_are_no_ids() -> None:
    raised = FundraisingRound(project="Somebody", announced_at=NOW, provenance=ORIGIN)
    assert not answers(raised, "")
    assert not answers(raised, "None")
    assert not answers(listing(1), "")
