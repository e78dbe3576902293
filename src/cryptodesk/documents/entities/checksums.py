"""Whether a text that looks like an address is one: the checksums that most chains' addresses carry."""

from __future__ import annotations

import base64
import binascii
import hashlib

__all__ = ["base58_bytes", "is_base58check", "is_bech32", "is_ss58", "is_ton"]

_BITCOIN = {mark: value for value, mark in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_RIPPLE = {mark: value for value, mark in enumerate("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")}
_BECH32 = {mark: value for value, mark in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CONSTANTS = frozenset({1, 0x2BC830A3})
_LONGEST = 128
_TON_BYTES = 36


def base58_bytes(text: str, *, ripple: bool = False) -> bytes | None:
    """The bytes that a base58 text spells; None if it is none."""
    digits = _RIPPLE if ripple else _BITCOIN
    number = 0
    for mark in text[:_LONGEST]:
        value = digits.get(mark)
        if value is None:
            return None
        number = number * 58 + value
    zero = "r" if ripple else "1"
    zeros = len(text) - len(text.lstrip(zero))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def is_base58check(text: str, versions: frozenset[int], *, ripple: bool = False) -> bool:
    """25 bytes that begin with one of the versions and end in the double hash of the rest."""
    decoded = base58_bytes(text, ripple=ripple)
    if decoded is None or len(decoded) != 25 or decoded[0] not in versions:
        return False
    return hashlib.sha256(hashlib.sha256(decoded[:-4]).digest()).digest()[:4] == decoded[-4:]


def is_bech32(text: str) -> bool:
    """Bech32 or Bech32m of any prefix, all in small or all in capital letters. Source: BIP 173, BIP 350."""
    if text != text.lower() and text != text.upper():
        return False
    prefix, mark, rest = text.lower().rpartition("1")
    if not mark or len(rest) < 6 or not prefix or any(letter not in _BECH32 for letter in rest):
        return False
    values = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    return _polymod(values + [_BECH32[letter] for letter in rest]) in _CONSTANTS


def is_ss58(text: str) -> bool:
    """A Substrate address of 32 bytes with a prefix of one byte. Source: SS58 of the Substrate documentation."""
    decoded = base58_bytes(text)
    if decoded is None or len(decoded) != 35:
        return False
    return hashlib.blake2b(b"SS58PRE" + decoded[:-2]).digest()[:2] == decoded[-2:]


def is_ton(text: str) -> bool:
    """A user-friendly TON address: 34 bytes and their CRC-16, in base64. Source: TEP 2."""
    try:
        decoded = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(decoded) == _TON_BYTES and binascii.crc_hqx(decoded[:34], 0) == int.from_bytes(decoded[34:], "big")


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            checksum ^= generator if (top >> bit) & 1 else 0
    return checksum
