"""Names of the long tail in prose: their index is made for a text that may hold one, and for no other."""

from __future__ import annotations

import pytest

from cryptodesk.catalog.tail import parse_tail
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.keys import KeyTable
from cryptodesk.market.identity.mentions import AssetMentions
from cryptodesk.market.identity.tail import LongTail
from cryptodesk.market.records import Asset

TAIL = b"1000000000\tDogelon Mars\tELON\t=\t=\t121\t\n"


class WatchedTail(LongTail):
    is_indexed = False

    @property
    def keys(self) -> KeyTable:
        self.is_indexed = True
        return super().keys


@pytest.fixture
def tail() -> WatchedTail:
    return WatchedTail(parse_tail(TAIL))


@pytest.fixture
def mentions(tail: WatchedTail) -> AssetMentions:
    return AssetMentions(AssetDirectory([Asset(1, "Bitcoin", "BTC", "bitcoin", rank=1)], tail=tail))


@pytest.mark.parametrize("text", ["What is Bitcoin?", "price of bitcoin", "what is the price of BTC and what moved it"])
def test_a_text_without_strange_names_makes_no_index(text: str, tail: WatchedTail, mentions: AssetMentions) -> None:
    assert [mention.asset_id for mention in mentions.find(text)] == [1]
    assert not tail.is_indexed


def test_a_name_of_two_capitals_is_looked_up(tail: WatchedTail, mentions: AssetMentions) -> None:
    assert [mention.asset_id for mention in mentions.find("the token Dogelon Mars is old")] == [1_000_000_000]
    assert tail.is_indexed
