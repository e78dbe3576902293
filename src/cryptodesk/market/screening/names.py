"""One spelling for tags and chains, which every source spells in its own way."""

# ruff: noqa: E501 - a table of spellings reads better with one entry a line

from __future__ import annotations

from cryptodesk.core.patterns import Pattern

__all__ = ["CHAINS", "CLEAR_CHAINS", "TAGS", "canonical_platform", "canonical_tag"]

# Canonical tag: how sources and people spell it besides. Spaces stand for any of space, hyphen and underscore.
TAGS: dict[str, tuple[str, ...]] = {
    "defi": ("decentralized finance", "decentralised finance", "decentralized finance defi", "de fi"),
    "layer-1": ("l1", "l1s", "layer 1s", "layer one", "layer ones", "smart contract platform", "smart contract platforms"),
    "layer-2": ("l2", "l2s", "layer 2s", "layer two", "layer twos", "rollups", "rollup"),
    "layer-0": ("l0", "layer zero"),
    "meme": ("memes", "memecoin", "memecoins", "meme coin", "meme coins", "meme token", "meme tokens"),
    "ai": ("ai big data", "artificial intelligence", "ai tokens", "ai coins", "machine learning"),
    "ai-agents": ("ai agent", "ai agents launchpad"),
    "gaming": ("games", "game", "gamefi", "gaming gamefi", "play to earn", "p2e", "gaming tokens"),
    "rwa": ("rwas", "real world assets", "real world asset", "real world assets rwa", "tokenized assets", "tokenized real world assets"),
    "stablecoin": ("stablecoins", "stable coin", "stable coins", "stables", "usd stablecoin", "fiat stablecoin"),
    "depin": ("decentralized physical infrastructure", "depin networks"),
    "privacy": ("privacy coin", "privacy coins", "privacy tokens"),
    "oracle": ("oracles", "oracle network", "oracle networks"),
    "dex": ("decentralized exchange", "decentralized exchanges", "decentralized exchange dex token", "decentralized exchange token", "dexes", "dexs", "amm"),
    "exchange-token": ("exchange tokens", "exchange coins", "cex token", "cex tokens", "centralized exchange", "exchange based tokens", "centralized exchange token"),
    "lending": ("lending borrowing", "lending and borrowing", "borrowing"),
    "liquid-staking": ("liquid staking derivatives", "lsd", "lst", "liquid staking tokens", "liquid staked"),
    "restaking": ("liquid restaking", "lrt"),
    "derivatives": ("perpetuals", "perp dex", "perp dexes", "perp"),
    "yield-farming": ("yield aggregator", "yield aggregators"),
    "wrapped": ("wrapped tokens", "wrapped token", "wrapped coins"),
    "nft": ("nfts", "collectibles nfts", "collectibles", "non fungible tokens nft"),
    "metaverse": (),
    "storage": ("decentralized storage", "distributed storage", "filesharing"),
    "dao": ("daos",),
    "zero-knowledge": ("zk", "zero knowledge proofs", "zero knowledge zk", "zk proofs"),
    "interoperability": ("cross chain", "bridges", "bridge"),
    "launchpad": ("launchpads",),
    "payments": ("payment", "payment solutions"),
    "socialfi": ("social fi", "social money"),
    "fan-token": ("fan tokens", "fan token"),
    "prediction-markets": ("prediction market",),
    "infrastructure": (),
    "modular": ("modular blockchain", "modular blockchains"),
    "proof-of-work": ("pow", "mineable", "minable"),
    "proof-of-stake": ("pos",),
    "bitcoin-ecosystem": ("btcfi", "brc 20", "brc20", "ordinals", "bitcoin layer 2"),
    "gold": ("tokenized gold", "gold backed"),
    "tokenized-stock": ("tokenized stocks", "tokenised stocks", "xstocks"),
    "dog-themed": ("dog coins", "dog coin", "dog tokens", "dog themed coins"),
    "cat-themed": ("cat coins", "cat coin", "cat tokens", "cat themed coins"),
    "identity": ("digital identity",),
    "desci": ("decentralized science", "decentralized science desci"),
    "data-availability": (),
    "insurance": (),
    "tokenized-treasuries": ("tokenized treasury", "tokenized t bills"),
}  # fmt: skip

# Canonical chain slug: other spellings.
CHAINS: dict[str, tuple[str, ...]] = {
    "ethereum": ("eth", "erc20", "erc 20", "ethereum mainnet"),
    "solana": ("sol", "spl"),
    "bsc": ("bnb", "bnb chain", "bnb smart chain", "bnb smart chain bep20", "binance smart chain", "bep20", "bep 20", "bnbchain"),
    "base": ("base chain", "base network"),
    "arbitrum": ("arb", "arbitrum one", "arbitrum nova"),
    "optimism": ("op mainnet", "optimistic ethereum", "op"),
    "polygon": ("matic", "polygon pos", "pol"),
    "avalanche": ("avax", "avalanche c chain"),
    "tron": ("trc20", "trc 20", "trx", "tron20"),
    "ton": ("toncoin", "ton network", "the open network", "jettons"),
    "sui": ("sui network",),
    "aptos": ("apt",),
    "cardano": ("ada",),
    "near": ("near protocol",),
    "fantom": ("ftm",),
    "sonic": ("sonic network",),
    "cronos": ("cro",),
    "gnosis": ("xdai", "gnosis chain"),
    "linea": (),
    "scroll": (),
    "blast": (),
    "mantle": ("mnt",),
    "zksync": ("zksync era",),
    "starknet": (),
    "celo": (),
    "berachain": ("bera",),
    "hyperliquid": ("hyperevm", "hyper evm"),
    "hedera": ("hedera hashgraph", "hbar"),
    "algorand": ("algo",),
    "stellar": ("xlm",),
    "cosmos": ("cosmos hub",),
    "osmosis": (),
    "injective": ("inj",),
    "sei": ("sei network",),
    "kava": (),
    "pulsechain": ("pulse chain",),
    "multiversx": ("elrond",),
    "tezos": ("xtz",),
    "xrpl": ("xrp ledger",),
    "unichain": (),
    "abstract": (),
    "worldchain": ("world chain",),
    "monad": (),
    "plasma": (),
}  # fmt: skip

# Words that mean the chain wherever they stand; the others need a word beside them that says so ("on base").
CLEAR_CHAINS = frozenset({
    "ethereum", "solana", "bsc", "arbitrum", "polygon", "avalanche", "tron", "cardano", "aptos", "fantom", "cronos",
    "gnosis", "zksync", "starknet", "celo", "berachain", "hyperliquid", "hedera", "algorand", "pulsechain",
    "multiversx", "tezos", "xrpl", "unichain", "worldchain", "linea", "erc20", "erc 20", "bep20", "bep 20", "trc20",
    "trc 20", "spl", "binance smart chain", "bnb chain", "bnb smart chain", "base chain", "base network",
    "op mainnet", "ton network", "sui network", "near protocol", "xrp ledger", "polygon pos",
})  # fmt: skip

_GAPS = Pattern(r"[\s\-_/().,&]+")


def _spoken(text: str) -> str:
    return _GAPS.sub(" ", text.casefold()).strip()


_TAG_OF = {_spoken(name): tag for tag, others in TAGS.items() for name in (tag, *others)}
_CHAIN_OF = {_spoken(name): chain for chain, others in CHAINS.items() for name in (chain, *others)}


def canonical_tag(text: str) -> str:
    """The tag by the one name used here; an unknown tag in small letters with hyphens."""
    spoken = _spoken(text)
    return _TAG_OF.get(spoken) or spoken.replace(" ", "-")


def canonical_platform(text: str) -> str:
    """The chain's slug; an unknown one in small letters with hyphens."""
    spoken = _spoken(text)
    return _CHAIN_OF.get(spoken) or spoken.replace(" ", "-")
