"""The long tail as market records."""

from __future__ import annotations

from cryptodesk.catalog.tail import parse_tail
from cryptodesk.market.identity.tail import LongTail

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
