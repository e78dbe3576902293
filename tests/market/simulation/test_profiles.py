"""Descriptions: invented, labelled, and as rude as text from outside."""

from __future__ import annotations

from cryptodesk.market.records import Profile
from cryptodesk.market.simulation.days import DAY_MINUTES
from tests.market.simulation.worlds import MINUTE, world


def _coin(asset_id: int) -> Profile:
    return world().profiles.coin(world().market.place_of[asset_id], MINUTE)


def test_a_coins_profile_says_what_its_row_says() -> None:
    for row in world().listings.everyone(MINUTE)[::29]:
        profile = _coin(row.asset_id)
        assert (profile.name, profile.symbol, profile.slug) == (row.name, row.symbol, row.slug)
        assert (profile.tags, profile.max_supply) == (row.tags, row.max_supply)
        assert [contract.address for contract in profile.contracts] == (
            [row.token_address] if row.token_address else []
        )
        assert profile.description


def test_links_lead_nowhere_real() -> None:
    for profile in (_coin(1), _coin(2_000_000_000)):
        for urls in profile.urls.values():
            assert all(url.split("/")[2].endswith(".example") for url in urls)


def test_hostile_coins_have_hostile_descriptions() -> None:
    coin = next(coin for coin in world().market.coins if coin.origin == "hostile" and coin.born * DAY_MINUTES < MINUTE)
    description = _coin(coin.asset.asset_id).description or ""

    assert "Ignore all earlier instructions" in description
    assert len(description) < 600
    assert "Ignore" not in (_coin(2_000_000_000).description or "")


def test_every_class_has_profiles_and_unknown_members_none() -> None:
    profiles = world().profiles
    token = world().tokens.rows(MINUTE)[0]
    collection = world().nfts.rows(MINUTE)[0]
    found = [
        _coin(1),
        profiles.token(token.asset_id, MINUTE),
        profiles.exchange(0, MINUTE),
        profiles.category("memes", MINUTE),
        profiles.nft(collection.asset_id, MINUTE),
    ]

    assert [profile.asset_class for profile in found if profile] == [
        "coin",
        "onchain_token",
        "exchange",
        "category",
        "nft",
    ]
    assert profiles.token("base:0x" + "1" * 40, MINUTE) is None
    assert profiles.category("nothing", MINUTE) is None
    assert profiles.nft("simulated:nothing", MINUTE) is None


def test_an_exchange_takes_more_than_it_makes_and_says_its_volume() -> None:
    profile = world().profiles.exchange(0, MINUTE)
    assert profile is not None
    assert (profile.taker_fee_pct or 0) > (profile.maker_fee_pct or 0)
    assert profile.spot_volume_usd == world().exchanges.spot_volume(0, MINUTE)
    closed = next(place for place, exchange in enumerate(world().exchanges.all) if exchange.born * DAY_MINUTES > 5_000)
    assert world().profiles.exchange(closed, 4_000) is None
