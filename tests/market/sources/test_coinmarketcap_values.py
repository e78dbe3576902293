"""Values of the CoinMarketCap API: what can be read is read, the rest is None and never a zero."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.market.sources._coinmarketcap_values import (
    chain_slug,
    flag,
    moment,
    number,
    positive,
    prose,
    quote_in,
    text,
    texts,
    token_id,
    unsigned,
    web_address,
    whole,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        ("12.5", 12.5),
        (" 1e-9 ", 1e-9),
        ("-0.0136", -0.0136),
        (".5", 0.5),
        (True, None),
        ("1_000", None),
        ("1,000", None),
        ("nan", None),
        ("Infinity", None),
        (float("inf"), None),
        (10**400, None),
        ("9" * 65, None),
        ("", None),
        ("-", None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_is_finite_and_written_as_one(value: Any, expected: float | None) -> None:
    assert number(value) == expected


def test_zero_is_unknown_where_the_vendor_means_that() -> None:
    assert (positive(0), positive("0"), positive(-1), positive(2)) == (None, None, None, 2.0)
    assert (unsigned(0), unsigned(-0.5)) == (0.0, None)
    assert (whole("2100"), whole(3.0), whole(3.5), whole(-1)) == (2100, 3, None, None)


def test_yes_and_no_come_in_three_spellings() -> None:
    assert [flag(value) for value in (1, "1", "true", "Yes", True)] == [True] * 5
    assert [flag(value) for value in (0, "0", "False", "no", False)] == [False] * 5
    assert [flag(value) for value in (None, "maybe", 2, {}, [])] == [None] * 5


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-09T12:00:00.000Z",
        "2026-09-09T14:00:00+02:00",
        "2026-09-09 12:00:00",
        "1788955200",
        1788955200,
        1788955200000,
        "1788955200000",
    ],
)
def test_a_moment_is_iso_or_unix_time_in_seconds_or_milliseconds(value: Any) -> None:
    assert moment(value) == datetime(2026, 9, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", "", None, -5, 0, 10**30, "0001-01-01", "9999-12-31T23:59:59Z", [1], True])
def test_what_is_no_moment_is_none(value: Any) -> None:
    assert moment(value) is None


def test_a_text_is_one_bounded_line_without_hidden_marks() -> None:
    assert text("  Chain\u200blink\x07\n\u202eToken ") == "Chainlink Token"
    assert text("x" * 50_000, 32) == "x" * 32
    assert text("\u200b\x00") is None
    assert text(5) is None


def test_texts_come_bare_or_in_objects_each_once() -> None:
    assert texts(["pow", {"slug": "mineable"}, "pow", None, {"name": "no slug"}]) == ("pow", "mineable")
    assert texts("pow") == ()


def test_a_description_loses_its_markup_and_keeps_its_words() -> None:
    told = "## What?\n**Bold** and `code`, a <b>tag</b>, [a link](https://x.y) ![img](https://x.y/z.png) 3 * 4 &lt; 13"
    assert prose(told) == "What? Bold and code, a tag, a link 3 * 4 < 13"
    assert prose("<script>steal()</script>safe &lt;script&gt;x&lt;/script&gt;") == "safe"
    assert prose("<p>One</p><p>Two</p>") == "One Two"
    assert len(prose("word " * 10_000) or "") <= 1500


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "//x.y",
        "https://",
        "https://a:b@c.d",
        "https://x.y/ z",
        "http://x\u202e.y",
        "https://x.y/" + "z" * 400,
        5,
    ],
)
def test_only_whole_plain_web_addresses_are_links(value: Any) -> None:
    assert web_address(value) is None
    assert web_address("https://bitcoin.org/") == "https://bitcoin.org/"


def test_a_chain_goes_by_our_slug_or_else_by_its_own() -> None:
    assert chain_slug("bnb", "BNB Smart Chain (BEP20)") == "bsc"
    assert chain_slug(None, "BNB Smart Chain (BEP20)") == "bsc"
    assert chain_slug("Tron20") == "tron"
    assert chain_slug("Some New Chain") == "some-new-chain"
    assert chain_slug(None, 5, "") is None


def test_a_token_id_lowers_hexadecimal_addresses_alone() -> None:
    assert token_id("ethereum", "0xABC") == "ethereum:0xabc"
    assert token_id("solana", "AbC") == "solana:AbC"
    assert token_id(None, "0xABC") is None
    assert token_id("ethereum", "x" * 500) is None


def test_a_quote_is_found_in_arrays_and_in_objects() -> None:
    assert quote_in({"USD": {"price": 1}}, "USD") == {"price": 1}
    assert quote_in([{"symbol": "EUR"}, {"symbol": "USD", "price": 1}], "USD") == {"symbol": "USD", "price": 1}
    assert quote_in([{"convert_symbol": "USD"}], "USD") == {"convert_symbol": "USD"}
    assert quote_in([{"symbol": "EUR"}, 5], "USD") is None
    assert quote_in({"USD": 5}, "USD") is None
    assert quote_in(None, "USD") is None


@given(ANYTHING)
def test_no_value_makes_a_reader_fail(value: Any) -> None:
    for reader in (number, positive, unsigned, whole, flag, moment, text, texts, prose, web_address, chain_slug):
        reader(value)
    quote_in(value, "USD")
    token_id("ethereum", value)
