"""One way of looking things up for exchanges, categories, NFT collections and onchain tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cryptodesk.market.identity.names import Name, NameIndex


class Venue(Struct, frozen=True):
    number: int
    title: str
    rank: int | None = None
    slug: str = ""


def of_venue(venue: Venue) -> Name:
    return Name(id=venue.number, name=venue.title, slug=venue.slug, rank=venue.rank)


VENUES = NameIndex(
    [
        Venue(270, "Binance", 1, "binance"),
        Venue(630, "Binance US", 40, "binance-us"),
        Venue(89, "Coinbase Exchange", 2, "coinbase-exchange"),
        Venue(24, "Kraken", 3, "kraken"),
        Venue(900, "Kraken", None, "kraken-fork"),
        Venue(311, "KuCoin", 5, "kucoin"),
    ],
    of_venue,
)

USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
TOKENS = NameIndex(
    [
        Name(id=f"ethereum:{USDC}", name="USD Coin", symbol="USDC", platform="ethereum", address=USDC, rank=7),
        Name(id="ethereum:0x" + "b" * 40, name="USD Coin", symbol="USDC", platform="ethereum", address="0x" + "b" * 40),
        Name(id="base:0x" + "c" * 40, name="Degen", symbol="DEGEN", platform="base", address="0x" + "c" * 40),
        Name(id="base:0x" + "d" * 40, name="Degen", symbol="DEGEN", platform="base", address="0x" + "d" * 40),
    ],
    lambda name: name,
)

CATEGORIES = NameIndex(
    [("layer-1", "Layer 1"), ("layer-2", "Layer 2"), ("defi", "Decentralized Finance (DeFi)"), ("memes", "Memes")],
    lambda pair: Name(id=pair[0], name=pair[1], slug=pair[0], aliases=("meme coins",) if pair[0] == "memes" else ()),
)


def test_the_item_itself_is_given_back_with_its_own_id() -> None:
    (match, *_) = VENUES.lookup("binance")
    assert (match.item, match.id, match.match) == (Venue(270, "Binance", 1, "binance"), 270, "exact_name")
    assert match.reasons == ("the name: 'binance'", "rank 1")


@pytest.mark.parametrize(
    ("query", "number", "match"),
    [
        ("270", 270, "exact_id"),
        ("BINANCE-US", 630, "exact_slug"),
        ("binance us", 630, "exact_name"),
        ("coinbase", 89, "prefix"),
        ("exchange", 89, "word"),
        ("krakn", 24, "fuzzy"),
        ("Вinance", 270, "lookalike"),
    ],
)
def test_a_venue_is_found_in_the_ways_an_asset_is(query: str, number: int, match: str) -> None:
    best = VENUES.lookup(query)[0]
    assert (best.id, best.match) == (number, match)
    assert best.is_close_call == (not match.startswith("exact"))


def test_a_namesake_far_behind_is_named_and_does_not_make_a_close_call() -> None:
    best = VENUES.lookup("kraken")[0]
    assert (best.id, best.rivals, best.is_close_call) == (24, (900,), False)


def test_equal_namesakes_are_a_close_call() -> None:
    best, other = TOKENS.lookup("degen")[:2]
    assert best.is_close_call
    assert best.rivals == (other.id,)
    assert best.confidence < 0.7


def test_an_address_beats_the_name_and_its_chain_must_agree() -> None:
    assert [match.match for match in TOKENS.lookup(USDC.upper().replace("0X", "0x"))] == ["exact_address"]
    assert TOKENS.lookup(f"ethereum:{USDC}")[0].id == f"ethereum:{USDC}"
    assert TOKENS.lookup(f"base:{USDC}") == []
    assert TOKENS.lookup("0x" + "a" * 40) == []


def test_categories_are_found_by_id_slug_alias_and_part() -> None:
    assert CATEGORIES.lookup("layer-2")[0].item == ("layer-2", "Layer 2")
    assert CATEGORIES.lookup("layer 2")[0].id == "layer-2"
    assert CATEGORIES.lookup("meme coins")[0].id == "memes"
    assert CATEGORIES.lookup("DeFi")[0].id == "defi"


def test_exact_leaves_guesses_out() -> None:
    assert [match.id for match in VENUES.exact("kraken")] == [24, 900]
    assert VENUES.exact("krak") == ()
    assert VENUES.exact("") == ()


def test_an_empty_index_finds_nothing_and_a_limit_is_kept() -> None:
    empty: NameIndex[Venue] = NameIndex([], of_venue)
    assert empty.lookup("binance") == []
    assert len(empty) == 0
    assert len(VENUES.lookup("kraken", 1)) == 1
    with pytest.raises(ValueError, match="at least 1"):
        VENUES.lookup("kraken", 0)


@given(st.text(max_size=500))
def test_any_text_is_answered(query: str) -> None:
    for index in (VENUES, TOKENS, CATEGORIES):
        for match in index.lookup(query):
            assert 0 < match.confidence <= 1
            assert all(len(reason) < 120 for reason in match.reasons)
