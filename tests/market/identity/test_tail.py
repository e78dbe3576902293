"""The long tail as market records."""

from __future__ import annotations

import pytest

from cryptodesk.catalog.tail import TailColumns, parse_tail
from cryptodesk.market.identity.tail import LongTail
from cryptodesk.market.identity.text import normalise

TEXT = b"""1\tBitcoin\tBTC\t=\t=\t1\t
1000000000\tDogelon Mars\tELON\t=\t=\t121\t
1000000001\tG\\xf6ld Coin\tG\\xd6L\tgold-2\t\t\t-
1000000007\tAnother Coin\tELON\t\t=\t\t1
"""


def tail() -> LongTail:
    return LongTail(parse_tail(TEXT))


def test_assets_of_the_catalogue_are_not_counted_and_not_found_by_name() -> None:
    assert len(tail()) == 3
    assert tail().keys.exact("bitcoin") == []
    assert tail().row_of(1) is None


def test_names_tickers_and_slugs_are_keys() -> None:
    keys = tail().keys
    assert [hit.position for hit in keys.exact("elon")] == [1, 3]
    assert [(hit.position, hit.kind) for hit in keys.exact("göld coin")] == [(2, "name")]
    assert [(hit.position, hit.kind) for hit in keys.exact("göl")] == [(2, "symbol")]
    assert [hit.kind for hit in keys.exact("gold 2")] == ["slug"]
    assert [hit.kind for hit in keys.exact("gold-2")] == ["slug"]


def test_a_record_is_made_when_asked_for() -> None:
    asset = tail().asset(1)
    assert (asset.asset_id, asset.name, asset.symbol, asset.slug) == (
        1_000_000_000,
        "Dogelon Mars",
        "ELON",
        "dogelon-mars",
    )
    assert (asset.rank, asset.prior_rank, asset.is_obscure, asset.sources) == (None, 121, True, ())
    assert asset.known_from == tail().known_from
    replaced = tail().asset(3)
    assert (replaced.is_active, replaced.successor_id) == (False, 1)


def test_a_coingecko_id_finds_its_row() -> None:
    assert tail().row_of_gecko("dogelon-mars") == 1
    assert tail().row_of_gecko("bitcoin") is None
    assert tail().row_of(1_000_000_007) == 3
    assert tail().row_of(1_000_000_003) is None


class TestWithoutTheIndex:
    """A few names are looked up in the lists as they are, which finds what the index finds."""

    @pytest.fixture
    def indexed(self) -> LongTail:
        made = LongTail()
        assert len(made.keys) > 30_000
        return made

    def test_every_kind_of_key_has_the_same_bearers(self, indexed: LongTail) -> None:
        columns = indexed.columns
        rows = range(columns.first_own, len(columns), 150)
        texts = {text for row in rows for text in (columns.names[row], columns.symbols[row], columns.slug(row))}
        shared = {normalise(columns.symbols[row]) for row in range(columns.first_own, columns.first_own + 60)}
        keys = {normalise(text) for text in texts} | {normalise(text.replace("-", " ")) for text in texts} | shared
        assert len(keys) > 200
        for number, key in enumerate(sorted(keys | {"bitcoin", "no such thing", "=", "-"})):
            if number % 20 == 0:
                fresh = LongTail()
            assert fresh.exact(key) == indexed.keys.exact(key), key

    def test_ids_and_records_are_the_same(self, indexed: LongTail) -> None:
        columns = indexed.columns
        for row in (0, columns.first_own, 12_345, len(columns) - 1):
            asset_id = columns.ids[row]
            fresh = LongTail()
            assert fresh.row_of(asset_id) == indexed.row_of(asset_id)
            assert fresh.asset(row) == indexed.asset(row)
        assert LongTail().row_of(1_999_999_999) is None

    def test_the_lists_are_not_parsed_for_a_few_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused() -> TailColumns:
            raise AssertionError("parsed")

        monkeypatch.setattr("cryptodesk.market.identity.tail.load_tail", refused)
        fresh = LongTail()
        assert [fresh.asset(hit.position).symbol for hit in fresh.exact("elon")][:1] == ["ELON"]
        for _ in range(31):
            fresh.exact("elon")
        with pytest.raises(AssertionError, match="parsed"):
            fresh.exact("elon")
