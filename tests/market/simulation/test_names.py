"""Names of invented things."""

from __future__ import annotations

import re

from cryptodesk.market.simulation.names import HOSTILE_NAMES, coin_name, lookalike_of, slug_of, ticker_of
from cryptodesk.market.simulation.randomness import Draws


def test_a_slug_is_plain_and_bounded_whatever_the_name() -> None:
    for name, _ in HOSTILE_NAMES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug_of(name)), name[:40]
        assert len(slug_of(name)) <= 60


def test_a_name_without_any_latin_letter_still_has_a_slug() -> None:
    assert slug_of("مال الصحراء") == "coin"
    assert slug_of("Zelar Swap") == "zelar-swap"


def test_tickers_have_three_to_five_letters_of_the_name() -> None:
    for number in range(100):
        name = coin_name(Draws(1, "name", number))
        ticker = ticker_of(name, Draws(1, "ticker", number).word())
        assert 3 <= len(ticker) <= 5
        assert ticker.isupper()
        assert ticker[0] == name[0].upper()


def test_a_lookalike_is_never_the_name_itself() -> None:
    for name in ("Bitcoin", "Ethereum", "XRP", "Uniswap", "Sui", "0x"):
        for word in range(40):
            assert lookalike_of(name, word) != name, (name, word)


def test_hostile_names_hold_each_kind_of_trap() -> None:
    names = [name for name, _ in HOSTILE_NAMES]

    assert any("Ignore previous instructions" in name for name in names)
    assert any("\u202e" in name for name in names)
    assert any("\u200b" in name for name in names)
    assert any("\n" in name for name in names)
    assert any(len(name) > 50_000 for name in names)
    assert any("<script>" in name for name in names)
