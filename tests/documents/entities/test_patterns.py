"""Addresses, hashes, handles and names on chains, by their form and their checksum."""

from __future__ import annotations

import pytest

from cryptodesk.documents.entities.checksums import base58_bytes, is_base58check, is_bech32, is_ss58, is_ton
from cryptodesk.documents.entities.gazetteer import load_gazetteer
from cryptodesk.documents.entities.patterns import find_cashtags, find_patterns

HASH = "5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"


def found(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    mentions = find_patterns(text, load_gazetteer())
    return [(mention.text, mention.best.type, mention.links[:1]) for mention in mentions]


@pytest.mark.parametrize(
    ("address", "platform"),
    [
        ("0xBC4CA0EdA7647A8aB7C2061c2E118A18a936f13D", "ethereum"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "bitcoin"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bitcoin"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bitcoin"),
        ("TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "tron"),
        ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "xrpl"),
        ("9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM", "solana"),
        ("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "polkadot"),
    ],
)
def test_an_address_is_found_with_its_chain(address: str, platform: str) -> None:
    assert found(f"Send it to {address}, please.") == [(address, "address", (f"platform:{platform}",))]


@pytest.mark.parametrize(
    "text",
    [
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
        "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTj",
        "TJRabPrwbZy45sbavfcjinPJC18kjpRTv9",
        "0xBC4CA0EdA7647A8aB7C2061c2E118A18a936f1",
        HASH,
        "supercalifragilisticexpialidocious",
        "11111111111111111111111111111111111",
    ],
)
def test_a_slip_of_the_pen_or_a_mere_number_is_no_address(text: str) -> None:
    assert found(f"Look at {text} now.") == []


def test_a_hash_is_a_transaction_where_something_says_so() -> None:
    assert found(f"See 0x{HASH}.")[0][1] == "transaction"
    assert found(f"The transaction {HASH} was mined.")[0][1] == "transaction"
    assert found(f"The Sui object 0x{HASH} belongs to her.") == [(f"0x{HASH}", "address", ("platform:sui",))]


def test_handles_are_found_and_mailboxes_are_not() -> None:
    assert [(text, kind) for text, kind, _ in found("(@saylor) and @a_b, x.com/cz_binance/status/1")] == [
        ("@saylor", "x_user"),
        ("@a_b", "x_user"),
        ("x.com/cz_binance", "x_user"),
    ]
    assert found("mail a@saylor.com, me@home, x.com/search, npm i @scope/name2") == []
    assert found("see @anna.bsky.social") == [("@anna.bsky.social", "handle", ())]


def test_names_on_chains_are_found_and_pages_are_not() -> None:
    assert [(text, kind) for text, kind, _ in found("vitalik.eth, toly.sol and x.y.eth.link, docs.near.org")] == [
        ("vitalik.eth", "domain_name"),
        ("toly.sol", "domain_name"),
    ]


def test_cashtags_are_tickers_and_prices_are_not() -> None:
    assert [mention.text for mention in find_cashtags("$BTC, $sol and $5, US$10, $100M, $A")] == ["$BTC", "$sol"]


def test_checksums_refuse_what_is_changed_by_one_letter() -> None:
    assert is_base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", frozenset({0}))
    assert not is_base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", frozenset({5}))
    assert is_bech32("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4")
    assert not is_bech32("bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4")
    assert not is_bech32("bc1")
    assert is_ss58("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
    assert not is_ss58("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ")
    assert is_ton("EQDtFpEwcFAEcRe5mLVh2N6C0x-_hJEM7W61_JLnSF74p4q2")
    assert not is_ton("EQDtFpEwcFAEcRe5mLVh2N6C0x-_hJEM7W61_JLnSF74p4q3")
    assert base58_bytes("0OIl") is None
    assert base58_bytes("11") == b"\0\0"
