"""Which assets are of a kind: rivals to compare with, and which figures exist of them at all.

Facts, not judgements: what an asset is for and what is published of it. An asset of no group has the largest coins for
peers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from cryptodesk.catalog.assets import AssetRecord, load_assets

__all__ = ["Peer", "Traits", "peers_of", "sector_beside", "traits_of"]

# By slug, best known first.
_GROUPS: Mapping[str, str] = {
    "base_money": "bitcoin litecoin bitcoin-cash dogecoin zcash dash",
    "privacy": "monero zcash dash decred",
    "layer_1": "ethereum solana bnb cardano avalanche sui aptos near-protocol toncoin tron polkadot-new algorand "
    "hedera cosmos internet-computer injective sei kaspa tezos ethereum-classic celestia",
    "payments": "xrp stellar hedera litecoin",
    "layer_2": "arbitrum optimism-ethereum polygon-ecosystem-token mantle starknet-token zksync stacks immutable-x",
    "exchange_protocol": "uniswap pancakeswap raydium jupiter-ag curve-dao-token sushiswap aerodrome-finance 1inch",
    "lending": "aave compound sky morpho",
    "staking": "lido-dao rocket-pool ethena pendle",
    "perpetuals": "hyperliquid dydx-chain gmx synthetix jupiter-ag",
    "meme": "dogecoin shiba-inu pepe dogwifhat bonk1 floki-inu official-trump",
    "oracle": "chainlink pyth-network api3 band-protocol the-graph",
    "stablecoin": "tether usd-coin ethena-usde multi-collateral-dai first-digital-usd paypal-usd trueusd usdd",
    "ai": "bittensor render artificial-superintelligence-alliance near-protocol akash-network "
    "virtual-protocol worldcoin-org",
    "storage": "filecoin arweave storj theta-network",
    "gaming": "the-sandbox axie-infinity decentraland gala apecoin-ape immutable-x enjin-coin",
    "exchange_coin": "bnb unus-sed-leo okb cronos bitget-token-new kucoin-token gatetoken",
    "tokenised": "ondo-finance mantra chainlink",
}  # fmt: skip
_LARGEST = "bitcoin ethereum solana xrp bnb"
# Value locked is published of chains and protocols; unlocks of tokens that were sold or granted under a schedule.
_WITH_TVL_SLUGS = """
    ethereum solana bnb avalanche sui aptos tron arbitrum optimism-ethereum polygon-ecosystem-token uniswap aave
    lido-dao pendle sky curve-dao-token pancakeswap raydium
"""
_WITH_UNLOCKS_SLUGS = """
    arbitrum optimism-ethereum starknet-token zksync aptos sui sei celestia ethena pyth-network ondo-finance
    worldcoin-org dydx-chain jupiter-ag immutable-x official-trump
"""
_TALKED_ABOUT_SLUGS = "bitcoin ethereum solana xrp dogecoin bnb cardano avalanche chainlink sui pepe shiba-inu"
_WITH_CHAIN_SLUGS = "ethereum solana bnb avalanche sui aptos tron arbitrum cardano near-protocol hyperliquid"
_WITH_TVL, _WITH_UNLOCKS = frozenset(_WITH_TVL_SLUGS.split()), frozenset(_WITH_UNLOCKS_SLUGS.split())
_TALKED_ABOUT, _WITH_CHAIN = frozenset(_TALKED_ABOUT_SLUGS.split()), frozenset(_WITH_CHAIN_SLUGS.split())

# Sectors as the analyst names them, and the one that each is most often held against.
_SECTORS: Mapping[str, str] = {
    "AI": "DePIN",
    "AI agent": "meme",
    "DEX": "lending",
    "DeFi": "layer 1",
    "DePIN": "AI",
    "exchange": "DEX",
    "gaming": "meme",
    "layer 1": "layer 2",
    "layer 2": "layer 1",
    "lending": "DEX",
    "meme": "AI",
    "metaverse": "gaming",
    "oracle": "DeFi",
    "privacy": "layer 1",
    "real-world asset": "DeFi",
    "storage": "DePIN",
}


class Peer(Struct, frozen=True):
    asset_id: int
    name: str
    symbol: str


class Traits(Struct, frozen=True):
    """What is published of an asset. `has_futures`: perpetual futures of it are on record; `is_talked_about`: enough
    is written of it for a mood."""

    is_stable: bool = False
    has_tvl: bool = False
    has_unlocks: bool = False
    has_futures: bool = False
    is_talked_about: bool = False
    is_chain: bool = False
    has_peers: bool = False


def peers_of(asset_id: int) -> tuple[Peer, ...]:
    """Assets of the same kind, best known first; those of the kind that describes it best come first."""
    own, known = _by_id().get(asset_id), _by_slug()
    groups = [slugs.split() for slugs in _GROUPS.values() if own is not None and own.slug in slugs.split()]
    slugs = [slug for group in groups for slug in group] or _LARGEST.split()
    others = [known[slug] for slug in dict.fromkeys(slugs) if slug in known]
    return tuple(Peer(one.asset_id, one.name, one.symbol) for one in others if one.asset_id != asset_id)


def traits_of(asset_id: int) -> Traits:
    own = _by_id().get(asset_id)
    if own is None:
        return Traits()
    return Traits(
        is_stable=own.slug in _GROUPS["stablecoin"].split(),
        has_tvl=own.slug in _WITH_TVL,
        has_unlocks=own.slug in _WITH_UNLOCKS,
        has_futures=bool(own.exchange_symbols),
        is_talked_about=own.slug in _TALKED_ABOUT,
        is_chain=own.slug in _WITH_CHAIN,
        has_peers=any(own.slug in slugs.split() for slugs in _GROUPS.values()),
    )


def sector_beside(label: str) -> str:
    """The sector to hold the given one against."""
    return _SECTORS.get(label, "meme" if label != "meme" else "AI")


@cache
def _by_id() -> Mapping[int, AssetRecord]:
    return {record.asset_id: record for record in load_assets() if record.is_active}


@cache
def _by_slug() -> Mapping[str, AssetRecord]:
    return {record.slug: record for record in _by_id().values()}
