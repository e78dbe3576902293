"""Which asset and which chain DefiLlama means by its names."""

from __future__ import annotations

import re
from typing import Any

from cryptodesk.catalog.platforms import Platform, find_platform
from cryptodesk.market.records.assets import OWN_ID_BASE
from cryptodesk.market.sources._aggregator import slugify
from cryptodesk.market.sources._figures import count, line
from cryptodesk.market.sources._source import Crosswalk

__all__ = ["COINS_URL", "STABLECOINS_URL", "asset_id_of", "chain_named", "chain_slug", "priced_name"]

# Prices and stablecoins have hosts of their own.
COINS_URL = "https://coins.llama.fi"
STABLECOINS_URL = "https://stablecoins.llama.fi"

# Where the price service spells a chain in another way than we do.
_PRICED_CHAINS = {"avalanche": "avax", "gnosis": "xdai", "zksync": "era"}
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}")
_NO_TOKENS = frozenset({"bitcoin"})


def asset_id_of(crosswalk: Crosswalk, coingecko_id: Any, cmc_id: Any = None) -> int | None:
    """The asset by the vendor's two references; None where they name two different ones, or none we know."""
    by_name = crosswalk.by_coingecko_id(coingecko_id) if isinstance(coingecko_id, str) and coingecko_id else None
    number = count(cmc_id)
    by_number = crosswalk.asset(number) if number and number < OWN_ID_BASE else None
    if by_name is not None and by_number is not None and by_name.asset_id != by_number.asset_id:
        return None
    found = by_name or by_number
    return None if found is None else found.asset_id


def chain_slug(name: Any) -> str | None:
    """Our slug of a chain by the vendor's name of it, else its name as a slug."""
    text = line(name, 60)
    if text is None:
        return None
    platform = find_platform(text)
    return platform.slug if platform else slugify(text) or None


def chain_named(entity: str) -> Platform | None:
    """The chain that an entity names by our slug or the vendor's name; aliases may be of protocols as well."""
    platform = find_platform(entity)
    if platform is None or platform.defillama is None or entity not in (platform.slug, platform.defillama):
        return None
    return platform


def priced_name(token: str) -> str | None:
    """`<platform>:<address>` as the price service writes it."""
    chain, _, address = token.partition(":")
    platform = find_platform(chain)
    if platform is None or platform.slug in _NO_TOKENS or not _ADDRESS.fullmatch(address):
        return None
    return f"{_PRICED_CHAINS.get(platform.slug, platform.slug)}:{address}"
