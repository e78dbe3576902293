"""Contract addresses by chain."""

from __future__ import annotations

import re

import pytest

from cryptodesk.market.simulation.addresses import address_on, number_of, platform_for, token_id
from cryptodesk.market.simulation.randomness import Draws


@pytest.mark.parametrize("number", range(30))
def test_addresses_are_spelt_as_their_chain_spells_them(number: int) -> None:
    raw = Draws(1, "address", number).raw

    assert re.fullmatch(r"0x[0-9a-f]{40}", address_on("ethereum", raw))
    assert re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{43}", address_on("solana", raw))


def test_a_coin_has_a_chain_of_its_own_only_where_that_is_allowed() -> None:
    words = [Draws(1, "chain", number).word() for number in range(400)]

    assert None in {platform_for(word, native_allowed=True) for word in words}
    assert None not in {platform_for(word, native_allowed=False) for word in words}


@pytest.mark.parametrize(
    ("asked", "number"), [(5, 5), ("0012", 12), ("²", None), ("9" * 13, None), ("-1", None), ("", None)]
)
def test_a_number_is_read_from_plain_digits_alone(asked: int | str, number: int | None) -> None:
    assert number_of(asked) == number


def test_token_ids_fold_hexadecimal_and_keep_base58() -> None:
    assert token_id("base", "0xAB") == "base:0xab"
    assert token_id("solana", "AbC") == "solana:AbC"
