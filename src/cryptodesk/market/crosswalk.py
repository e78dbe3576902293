"""From the desk's asset ids to the names that vendors use, and back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import Asset

__all__ = ["DirectoryCrosswalk"]

K = TypeVar("K", bound=Hashable)


class DirectoryCrosswalk:
    """A `market.sources._source.Crosswalk` over the asset directory."""

    def __init__(self, directory: AssetDirectory) -> None:
        self._directory = directory
        assets = directory.assets
        self._coingecko = _only_one((asset.coingecko_id, asset) for asset in assets if asset.coingecko_id)
        self._contracts = _only_one(
            (_contract(asset.platform, asset.token_address), asset)
            for asset in assets
            if asset.platform and asset.token_address
        )
        self._instruments = _only_one((pair, asset) for asset in assets for pair in asset.exchange_symbols.items())

    def asset(self, asset_id: int) -> Asset | None:
        return self._directory.by_id(asset_id)

    def by_coingecko_id(self, coingecko_id: str) -> Asset | None:
        return self._coingecko.get(coingecko_id)

    def by_contract(self, platform: str, address: str) -> Asset | None:
        return self._contracts.get(_contract(platform, address))

    def by_instrument(self, market: str, instrument: str) -> Asset | None:
        return self._instruments.get((market, instrument))

    def by_symbol(self, symbol: str) -> Asset | None:
        """The one active verified asset that bears the ticker now; two of them are a close call, so None."""
        matches = self._directory.exact(symbol)
        bearers = [match.asset for match in matches if match.match == "exact_symbol" and match.asset.is_active]
        verified = [asset for asset in bearers if asset.sources]
        return verified[0] if len(verified) == 1 else None


def _contract(platform: str, address: str) -> tuple[str, str]:
    chain = find_platform(platform)
    is_hex = address.startswith(("0x", "0X"))
    return (chain.slug if chain else platform.casefold(), address.lower() if is_hex else address)


def _only_one(pairs: Iterable[tuple[K, Asset]]) -> dict[K, Asset]:
    """The pairs as a mapping, without keys that two assets claim."""
    found: dict[K, Asset] = {}
    doubled: set[K] = set()
    for key, asset in pairs:
        if key in found and found[key].asset_id != asset.asset_id:
            doubled.add(key)
        found.setdefault(key, asset)
    return {key: asset for key, asset in found.items() if key not in doubled}
