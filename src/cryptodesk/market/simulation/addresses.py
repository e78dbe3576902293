"""Contract addresses of the right spelling for each chain."""

from __future__ import annotations

from functools import cache

from cryptodesk.catalog.platforms import find_platform, load_platforms

__all__ = ["address_on", "number_of", "platform_for", "token_id"]

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Each byte picks a letter; a few letters come a little more often, which no reader minds.
_BASE58_TABLE = bytes(ord(_BASE58[byte % 58]) for byte in range(256))
# 43 letters always fit into the 32 bytes of such an address, 44 may not.
_BASE58_LETTERS = 43

_MOST_DIGITS = 12
_SHARES = (("ethereum", 30), ("bsc", 22), ("solana", 24), ("base", 9), ("arbitrum", 4), ("polygon", 3), ("tron", 2))
_NATIVE_SHARE = 6


@cache
def _lots() -> tuple[str | None, ...]:
    known = {platform.slug for platform in load_platforms()}
    lots = [slug for slug, share in _SHARES for _ in range(share) if slug in known]
    return (*lots, *(None for _ in range(_NATIVE_SHARE)))


def platform_for(word: int, *, native_allowed: bool) -> str | None:
    """A chain's slug, the busier the likelier; None for a coin with a chain of its own."""
    lots = _lots()
    size = len(lots) if native_allowed else len(lots) - _NATIVE_SHARE
    return lots[(word >> 4) % size]


def address_on(platform: str, raw: bytes) -> str:
    """The address that 43 or more raw bytes make on a chain."""
    if _spelling(platform) == "base58":
        return raw[:_BASE58_LETTERS].translate(_BASE58_TABLE).decode()
    return f"0x{raw[:20].hex()}"


def token_id(platform: str, address: str) -> str:
    """The id of an onchain token: addresses in hexadecimal are the same in any case."""
    return f"{platform}:{address.lower() if address.startswith(('0x', '0X')) else address}"


def number_of(asked: int | str) -> int | None:
    """The number that an id is or spells; None for any other text. Ids have ten digits at the most."""
    text = str(asked)
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None


@cache
def _spelling(platform: str) -> str:
    known = find_platform(platform)
    return known.address if known else "evm"
