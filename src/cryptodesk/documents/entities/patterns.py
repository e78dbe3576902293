"""What is recognised by its form alone: addresses, transaction hashes, handles, names on chains, cashtags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cryptodesk.documents.entities.checksums import base58_bytes, is_base58check, is_bech32, is_ss58, is_ton
from cryptodesk.documents.entities.gazetteer import Gazetteer
from cryptodesk.documents.entities.records import Form, Mention, Reading

__all__ = ["find_cashtags", "find_patterns"]

_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?[0-9a-fA-F]{40,64}(?![0-9A-Za-z])")
_BASE58 = re.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{25,90}(?![0-9A-Za-z])")
_BECH32 = re.compile(r"(?<![0-9A-Za-z])[a-z]{1,12}(?:_test)?1[02-9ac-hj-np-z]{20,100}(?![0-9A-Za-z])")
_TON = re.compile(r"(?<![\w-])[EUk0]Q[\w-]{46}(?![\w-])")
_HANDLE = re.compile(r"(?<![\w@./])@([A-Za-z0-9_]{1,15})(?![\w@])(?![./][A-Za-z])")
_FEDERATED = re.compile(r"(?<![\w@./])@[A-Za-z0-9](?:[\w-]{0,62}\.){1,4}[a-z]{2,10}(?!\w)")
_X_ADDRESS = re.compile(r"\b(?:x|twitter)\.com/([A-Za-z0-9_]{1,15})(?![\w])", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w.@/-])[a-z0-9][a-z0-9-]{1,62}\.(eth|sol|bnb|near|ton|sui|base\.eth|lens)(?![\w-])(?!\.\w)", re.IGNORECASE
)
_CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z][A-Za-z0-9]{1,9})(?![\w$])")
_HASH_WORDS = re.compile(r"\b(?:tx|txid|txn|transaction|hash|signature)s?\b|/tx/", re.IGNORECASE)
_MOVE_WORDS = re.compile(r"\b(sui|aptos|starknet)\b", re.IGNORECASE)
_NOT_USERS = frozenset({"i", "home", "search", "hashtag", "share", "intent", "explore", "settings", "status"})
_LOOK_AROUND = 60

_EVM = ("ethereum", "bsc", "base", "arbitrum", "optimism", "polygon", "avalanche")
_CHECKED: tuple[tuple[str, frozenset[int], str], ...] = (
    ("13", frozenset({0x00, 0x05}), "bitcoin"),
    ("T", frozenset({0x41}), "tron"),
    ("LM", frozenset({0x30, 0x32}), "litecoin"),
    ("DA9", frozenset({0x1E, 0x16}), "dogecoin"),
    ("X7", frozenset({0x4C, 0x10}), "dash"),
)
_PREFIXES = {
    "bc": "bitcoin", "ltc": "litecoin", "cosmos": "cosmos", "osmo": "osmosis", "inj": "injective", "sei": "sei",
    "celestia": "celestia", "addr": "cardano", "stake": "cardano", "terra": "terra", "kava": "kava", "dydx": "dydx",
    "erd": "multiversx", "akash": "akash", "thor": "thorchain", "juno": "juno", "axelar": "axelar", "zil": "zilliqa",
    "noble": "noble", "stars": "stargaze", "mantra": "mantra", "nillion": "nillion", "tb": "bitcoin-testnet",
}  # fmt: skip


def find_patterns(text: str, gazetteer: Gazetteer) -> Iterator[Mention]:
    """In no order; two of them may claim one place."""
    for find in (_hex, _base58, _bech32, _ton, _domains):
        yield from find(text)
    yield from _handles(text, gazetteer)


def find_cashtags(text: str) -> Iterator[Mention]:
    """Tickers after a dollar sign, whatever they are of."""
    for match in _CASHTAG.finditer(text):
        symbol = match[1].upper()
        yield Mention(match.start(), match.end(), match[0], "ticker", (Reading("asset", None, symbol, 0.6),))


def _hex(text: str) -> Iterator[Mention]:
    for match in _HEX.finditer(text):
        digits = match[0].removeprefix("0x")
        is_prefixed = len(digits) < len(match[0])
        if len(digits) == 40 and is_prefixed:
            yield _address(match, _EVM, 0.97)
        elif len(digits) == 64 and is_prefixed:
            chain = _MOVE_WORDS.search(_around(text, match))
            if chain is not None and not _HASH_WORDS.search(_around(text, match)):
                yield _address(match, (chain[1].lower(),), 0.8)
            else:
                yield _transaction(match, 0.85)
        elif len(digits) == 64 and _HASH_WORDS.search(_around(text, match)):
            yield _transaction(match, 0.85)


def _base58(text: str) -> Iterator[Mention]:
    for match in _BASE58.finditer(text):
        found = match[0]
        if found.isdigit() or (found.isalpha() and found.islower()):
            continue
        checked = [name for first, versions, name in _CHECKED if found[0] in first and is_base58check(found, versions)]
        if checked:
            yield _address(match, (checked[0],), 0.99)
        elif found[0] == "r" and is_base58check(found, frozenset({0}), ripple=True):
            yield _address(match, ("xrpl",), 0.99)
        elif is_ss58(found):
            yield _address(match, ("polkadot",), 0.98)
        else:
            yield from _solana(match)


def _solana(match: re.Match[str]) -> Iterator[Mention]:
    """32 bytes are an account, 64 a signature; neither has a checksum."""
    mixed = any(mark.isdigit() for mark in match[0]) and match[0] != match[0].lower() and match[0] != match[0].upper()
    size = len(base58_bytes(match[0]) or b"") if mixed else 0
    if size == 32:
        yield _address(match, ("solana",), 0.85)
    elif size == 64:
        yield _transaction(match, 0.85, "solana")


def _bech32(text: str) -> Iterator[Mention]:
    for match in _BECH32.finditer(text):
        if is_bech32(match[0]):
            prefix = match[0].rpartition("1")[0]
            yield _address(match, (_PREFIXES.get(prefix, prefix),), 0.99)


def _ton(text: str) -> Iterator[Mention]:
    for match in _TON.finditer(text):
        if is_ton(match[0]):
            yield _address(match, ("ton",), 0.99)


def _domains(text: str) -> Iterator[Mention]:
    for match in _DOMAIN.finditer(text):
        name = match[0].lower()
        yield _mention(match, "domain", Reading("domain_name", f"domain_name:{name}", name, 0.93))


def _handles(text: str, gazetteer: Gazetteer) -> Iterator[Mention]:
    for match in _FEDERATED.finditer(text):
        name = match[0].lower()
        yield _mention(match, "handle", Reading("handle", f"handle:{name[1:]}", name, 0.9))
    for pattern, confidence in ((_HANDLE, 0.92), (_X_ADDRESS, 0.95)):
        for match in pattern.finditer(text):
            handle = match[1]
            if handle.casefold() in _NOT_USERS or handle.isdigit():
                continue
            listed = gazetteer.by_handle.get(handle.casefold())
            user = Reading("x_user", f"x_user:{handle.lower()}", f"@{handle}", confidence)
            if listed is None:
                yield _mention(match, "handle", user)
            else:
                known = Reading(listed.type, listed.entity_id, listed.name, confidence)
                yield Mention(match.start(), match.end(), match[0], "handle", (user, known), listed.links)


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(match.start() - _LOOK_AROUND, 0) : match.end() + _LOOK_AROUND]


def _address(match: re.Match[str], platforms: tuple[str, ...], confidence: float) -> Mention:
    # Hex digits mean the same in both cases; base58 letters do not.
    shown = match[0].lower() if match[0].startswith("0x") else match[0]
    reading = Reading("address", f"address:{platforms[0]}:{shown}", shown, confidence)
    return _mention(match, "address", reading, tuple(f"platform:{name}" for name in platforms))


def _transaction(match: re.Match[str], confidence: float, platform: str | None = None) -> Mention:
    links = (f"platform:{platform}",) if platform else ()
    return _mention(match, "hash", Reading("transaction", f"transaction:{match[0]}", match[0], confidence), links)


def _mention(match: re.Match[str], form: Form, reading: Reading, links: tuple[str, ...] = ()) -> Mention:
    return Mention(match.start(), match.end(), match[0], form, (reading,), links)
