"""Ids of onchain tokens: `<platform>:<address>`, with the platform under any of its names."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.identity.directory import AssetDirectory, is_address
from cryptodesk.market.identity.names import address_key
from cryptodesk.market.records import Asset

__all__ = ["TokenId", "contract_of", "parse_token_id", "platform_slug"]


class TokenId(Struct, frozen=True):
    """A contract as somebody wrote it. `platform` is None where only an address was given."""

    platform: str | None
    address: str

    @property
    def text(self) -> str:
        return self.address if self.platform is None else f"{self.platform}:{self.address}"

    def is_of(self, platform: str | None, address: str | None) -> bool:
        """Whether it names this contract, in whatever spelling."""
        if address is None or address_key(address) != self.address:
            return False
        return self.platform is None or self.platform == platform_slug(platform or "")


def parse_token_id(text: str, platform: str | None = None) -> TokenId | None:
    """`text` as a contract; `platform` where it names none itself. None for what is not shaped like an address."""
    chain, colon, address = text.strip().rpartition(":")
    # Addresses of other shapes (Sui, Aptos, Tron) count where a known chain stands before them.
    is_known = bool(colon) and find_platform(chain) is not None and bool(address) and " " not in address
    if not (is_address(text) or is_known):
        return None
    named = chain if colon else platform
    return TokenId(platform_slug(named) if named else None, address_key(address))


def platform_slug(name: str) -> str:
    """Our slug of the chain; an unknown one in small letters."""
    known = find_platform(name)
    return known.slug if known else name.strip().lower()


def contract_of(asset_id: int, directory: AssetDirectory) -> TokenId | None:
    """The contract on record of a coin."""
    asset: Asset | None = directory.by_id(asset_id)
    if asset is None or not asset.platform or not asset.token_address:
        return None
    return TokenId(platform_slug(asset.platform), address_key(asset.token_address))
