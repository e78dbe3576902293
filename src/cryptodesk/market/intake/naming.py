"""From what people and vendors call an asset to the desk's id, where that is beyond doubt."""

from __future__ import annotations

from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.text import plain
from cryptodesk.market.intake.cells import RowError
from cryptodesk.market.query import AssetId

__all__ = ["AssetNames"]


class AssetNames:
    """Names of the shipped directory. A name that several assets bear is refused: a wrong id would taint all rows."""

    def __init__(self, directory: AssetDirectory) -> None:
        self._directory = directory

    def by_coingecko_id(self, coingecko_id: str) -> int | None:
        asset = self._directory.by_coingecko_id(coingecko_id)
        return None if asset is None else asset.asset_id

    def by_name(self, text: str) -> AssetId:
        """The id by id, ticker, slug or name; `<platform>:<address>` is an id itself. Raises: RowError."""
        if ":" in text:
            return text
        if text.isdecimal():
            return int(text)
        matches = self._directory.exact(text)
        verified = [match.asset for match in matches if match.asset.sources and match.asset.is_active]
        bearers = verified or [match.asset for match in matches]
        if len(bearers) == 1:
            return bearers[0].asset_id
        if not bearers:
            raise RowError(f"asset: {plain(text)!r} is unknown; give its id, or a platform and contract address")
        named = ", ".join(f"{asset.asset_id} ({plain(asset.name, 30)})" for asset in bearers[:4])
        raise RowError(f"asset: {plain(text)!r} may be {named}; give the id")
