from __future__ import annotations

from cryptodesk.catalog.assets import load_assets
from cryptodesk.research.related import peers
from cryptodesk.research.related.peers import Traits, peers_of, sector_beside, traits_of

KNOWN = {record.slug: record for record in load_assets() if record.is_active}


def test_every_slug_of_the_tables_is_an_active_asset_of_the_catalogue() -> None:
    named = " ".join((*peers._GROUPS.values(), peers._LARGEST)).split()
    named += [*peers._WITH_TVL, *peers._WITH_UNLOCKS, *peers._TALKED_ABOUT, *peers._WITH_CHAIN]
    assert sorted({slug for slug in named if slug not in KNOWN}) == []


def test_peers_are_of_the_same_kind_and_never_the_asset_itself() -> None:
    names = [peer.name for peer in peers_of(KNOWN["aave"].asset_id)]
    assert names == ["Compound", "Sky", "Morpho"]
    for record in load_assets():
        assert record.asset_id not in {peer.asset_id for peer in peers_of(record.asset_id)}


def test_an_asset_of_no_kind_has_the_largest_for_peers() -> None:
    assert [peer.symbol for peer in peers_of(999_999_999)] == ["BTC", "ETH", "SOL", "XRP", "BNB"]


def test_traits_tell_what_is_published() -> None:
    assert traits_of(KNOWN["tether"].asset_id).is_stable
    assert traits_of(KNOWN["arbitrum"].asset_id).has_unlocks
    assert traits_of(KNOWN["bitcoin"].asset_id).has_futures
    assert not traits_of(KNOWN["bitcoin"].asset_id).has_tvl
    assert traits_of(999_999_999) == Traits()


def test_no_sector_is_held_against_itself() -> None:
    labels = (*peers._SECTORS, "something new")
    assert all(sector_beside(label) != label for label in labels)
