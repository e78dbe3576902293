"""Groups of assets as people name them: categories ("meme coins", "L2s") and the chains that tokens live on."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.reading import Reading

__all__ = ["Chain", "Group", "find_chain", "find_groups", "group_filters", "group_words", "named_beside"]


class Group(Struct, frozen=True):
    """A category. `tag` is how coins are tagged with it, `label` how it is said; the word stands at `start..end`."""

    tag: str
    label: str
    start: int = 0
    end: int = 0


class Chain(Struct, frozen=True):
    """`is_ecosystem` where all that has to do with the chain is meant, not only what is issued on it."""

    slug: str
    label: str
    is_ecosystem: bool = False
    start: int = 0
    end: int = 0


# Tag, how it is said before "coins", and how people write it: singular, hyphens as spaces.
_GROUPS: tuple[tuple[str, str, str], ...] = (
    ("ai-agents", "AI agent", "ai agent"),
    ("ai", "AI", "ai|a i|artificial intelligence|machine learning"),
    ("dog-themed", "dog-themed", "dog coin|dog token|doggy coin|dog themed|dog meme"),
    ("cat-themed", "cat-themed", "cat coin|cat token|cat themed|cat meme"),
    ("meme", "meme", "meme|memecoin|meme coin|meme token|shitcoin"),
    ("gaming", "gaming", "gaming|gamefi|game fi|game|play to earn|p2e"),
    ("dex", "DEX", "dex|dexe|decentralized exchange|decentralised exchange|amm"),
    ("defi", "DeFi", "defi|de fi|decentralized finance|decentralised finance"),
    ("layer-0", "layer 0", "layer 0|layer0|layer zero|l0"),
    ("layer-1", "layer 1", "layer 1|layer1|layer one|l1|alt l1|smart contract platform|smart contract chain"),
    ("layer-2", "layer 2", "layer 2|layer2|layer two|l2|rollup|roll up"),
    ("rwa", "real-world asset", "rwa|real world asset|tokenized asset|tokenised asset"),
    ("stablecoin", "stablecoin", "stablecoin|stable coin|stables"),
    ("depin", "DePIN", "depin|decentralized physical infrastructure"),
    ("privacy", "privacy", "privacy|privacy coin"),
    ("oracle", "oracle", "oracle"),
    ("exchange-token", "exchange", "exchange token|exchange coin|cex token|cex coin"),
    ("lending", "lending", "lending|borrowing"),
    ("restaking", "restaking", "restaking|re staking|liquid restaking|lrt"),
    ("liquid-staking", "liquid staking", "liquid staking|lsd|lsdfi|lst"),
    ("derivatives", "derivatives", "perp dex|perps dex|perp dexe|perpetual dex|derivative token|derivatives protocol"),
    ("metaverse", "metaverse", "metaverse"),
    ("nft", "NFT", "nft token|nft coin|nft sector"),
    ("storage", "storage", "storage|decentralized storage|decentralised storage"),
    ("dao", "DAO", "dao"),
    ("zero-knowledge", "zero-knowledge", "zk|zero knowledge|zk proof"),
    ("interoperability", "interoperability", "interoperability|cross chain"),
    ("launchpad", "launchpad", "launchpad|launch pad"),
    ("payments", "payments", "payment"),
    ("socialfi", "SocialFi", "socialfi|social fi"),
    ("fan-token", "fan token", "fan token"),
    ("prediction-markets", "prediction market", "prediction market"),
    ("modular", "modular blockchain", "modular|modular blockchain"),
    ("proof-of-work", "proof-of-work", "proof of work|pow|mineable|minable"),
    ("proof-of-stake", "proof-of-stake", "proof of stake|pos"),
    ("tokenized-stock", "tokenized stock", "tokenized stock|tokenised stock|xstock"),
    ("gold", "tokenized gold", "tokenized gold|tokenised gold|gold backed"),
    ("identity", "identity", "identity|digital identity|decentralized identity|decentralised identity"),
    ("desci", "DeSci", "desci|decentralized science|decentralised science"),
    ("infrastructure", "infrastructure", "infrastructure"),
)  # fmt: skip
_GROUP_OF = {form: (tag, label) for tag, label, forms in _GROUPS for form in forms.split("|")}
_BEGINS = frozenset(word for form in _GROUP_OF for word in (form.split()[0], f"{form.split()[0]}s"))
_WORD = Pattern(r"[a-z0-9]+")
_MOST_WORDS = 3
_MORE_SPELLINGS = {
    "meme": ("memes", "meme token"),
    "oracle": ("oracles",),
    "gaming": ("gamefi",),
    "rwa": ("real world assets",),
}

# Slug, name, spellings. Words of everyday English need "on" before them or "ecosystem" behind.
_CHAINS: tuple[tuple[str, str, str, bool], ...] = (
    ("ethereum", "Ethereum", r"ethereum|erc-?20|eth", True),
    ("solana", "Solana", r"solana|sol|spl", True),
    ("bsc", "BNB Smart Chain", r"bsc|bnb(?: smart)?(?: chain)?|binance smart chain|bep-?20", True),
    ("base", "Base", r"base", False),
    ("arbitrum", "Arbitrum", r"arbitrum|arb", True),
    ("optimism", "Optimism", r"optimism|op mainnet", False),
    ("polygon", "Polygon", r"polygon|matic", True),
    ("avalanche", "Avalanche", r"avalanche|avax", True),
    ("tron", "Tron", r"tron|trc-?20", True),
    ("ton", "TON", r"ton|toncoin|the open network", False),
    ("sui", "Sui", r"sui", True),
    ("aptos", "Aptos", r"aptos", True),
    ("cardano", "Cardano", r"cardano|ada", True),
    ("near", "NEAR", r"near(?: protocol)?", False),
    ("sonic", "Sonic", r"sonic", False),
    ("cronos", "Cronos", r"cronos", True),
    ("hyperliquid", "Hyperliquid", r"hyperliquid|hyper-?evm", True),
    ("hedera", "Hedera", r"hedera", True),
    ("cosmos", "Cosmos", r"cosmos", True),
    ("injective", "Injective", r"injective", True),
    ("sei", "Sei", r"sei", False),
    ("polkadot", "Polkadot", r"polkadot", True),
    ("bitcoin", "Bitcoin", r"bitcoin|btc", False),
    ("berachain", "Berachain", r"berachain", True),
    ("starknet", "Starknet", r"starknet", True),
    ("zksync", "zkSync", r"zk-?sync(?: era)?", True),
    ("linea", "Linea", r"linea", False),
    ("mantle", "Mantle", r"mantle", False),
    ("monad", "Monad", r"monad", True),
    ("xrpl", "XRP Ledger", r"xrpl|xrp ledger", True),
    ("tezos", "Tezos", r"tezos", True),
    ("stellar", "Stellar", r"stellar", False),
    ("algorand", "Algorand", r"algorand", True),
)  # fmt: skip
_ANY_CHAIN = "|".join(f"(?P<{{0}}{at}>{pattern})" for at, (_, _, pattern, _) in enumerate(_CHAINS))
_CLEAR_CHAIN = "|".join(f"(?P<c{at}>{pattern})" for at, (_, _, pattern, is_clear) in enumerate(_CHAINS) if is_clear)
_ON = Pattern(
    rf"\b(?:on|in|within|across|built on) (?:the )?(?:{_ANY_CHAIN.format('o')})(?: (?:block)?chain| network| mainnet)?(?P<system>['s]{{0,2}} (?:eco-?system))?(?![\w-])(?!['’]s)"
)
_SYSTEM = Pattern(rf"(?<![\w-])(?:{_ANY_CHAIN.format('s')})(?:['’]s)?(?: chain)? eco-?system\b")
_NOUN = r"(?:coins?|tokens?|projects?|protocols?|dapps?|apps?|memes?|meme ?coins?|alts?)"
_BEFORE = Pattern(
    rf"(?<![\w-])(?:{_CLEAR_CHAIN})(?:['’]s)?(?: (?:based|native|chain|network))?(?: [\w-]+){{0,2}}? {_NOUN}(?![\w-])"
    rf"|(?<![\w-])(?:{_CLEAR_CHAIN.replace('<c', '<d')}) (?=de-?fi\b|gaming\b|nft\b|memes?\b|rwa\b)"
)
# Tags of parts of a category, which not every source gives the tag of the whole.
_KIN = {"ai": ("ai-agents",), "meme": ("dog-themed", "cat-themed")}
_AS_SYSTEM = {"bsc": ("bsc-ecosystem", "bnb-chain-ecosystem", "bnb-chain")}


@lru_cache(maxsize=32)
def find_groups(lowered: str) -> tuple[Group, ...]:
    """Every category named, in order; each once."""
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(lowered)]
    found: dict[str, Group] = {}
    place = 0
    while place < len(words):
        length, named = _group_at(words, place)
        if named is not None:
            found.setdefault(named[0], Group(*named, words[place][1], words[place + length - 1][2]))
        place += length
    return tuple(found.values())


def _group_at(words: Sequence[tuple[str, int, int]], place: int) -> tuple[int, tuple[str, str] | None]:
    """The longest name that begins at the place, and of how many words it is."""
    if words[place][0] not in _BEGINS:
        return 1, None
    for length in range(min(_MOST_WORDS, len(words) - place), 0, -1):
        said = " ".join(word for word, _, _ in words[place : place + length])
        named = _GROUP_OF.get(said) or (_GROUP_OF.get(said[:-1]) if said.endswith("s") else None)
        if named is not None:
            return length, named
    return 1, None


@lru_cache(maxsize=32)
def find_chain(lowered: str) -> Chain | None:
    """The chain that tokens are wanted from."""
    for pattern in (_SYSTEM, _ON, _BEFORE):
        for match in pattern.finditer(lowered):
            name = next((key for key, value in match.groupdict().items() if value and key[1:].isdigit()), None)
            if name is not None:
                slug, label, _, _ = _CHAINS[int(name[1:])]
                is_system = pattern is _SYSTEM or (pattern is _ON and bool(match["system"]))
                return Chain(slug, label, is_system, match.start(name), match.end(name))
    return None


def named_beside(reading: Reading, groups: Sequence[Group] = (), chain: Chain | None = None) -> tuple[AssetRef, ...]:
    """The assets of the question that are not merely the name of its category or chain."""
    spans = [(group.start, group.end) for group in groups] + ([(chain.start, chain.end)] if chain else [])
    return tuple(asset for asset in reading.found.assets if not any(start <= asset.start < end for start, end in spans))


def group_filters(groups: Sequence[Group], chain: Chain | None) -> list[Mapping[str, Any]]:
    """The screener's conditions that keep to the groups and the chain."""
    filters = [_tag_filter(group) for group in groups]
    if chain is None:
        return filters
    # Few coins have a chain as their main one; the tag of its ecosystem is what a list without a category is of.
    if not groups or chain.is_ecosystem or chain.slug == "bitcoin":
        tags = _AS_SYSTEM.get(chain.slug, (f"{chain.slug}-ecosystem",))
        return [*filters, {"field": "tag", "op": "in", "value": list(tags)}]
    return [*filters, {"field": "platform", "op": "eq", "value": chain.slug}]


def _tag_filter(group: Group) -> Mapping[str, Any]:
    kin = _KIN.get(group.tag)
    return (
        {"field": "tag", "op": "in", "value": [group.tag, *kin]}
        if kin
        else {"field": "tag", "op": "eq", "value": group.tag}
    )


def group_words(groups: Sequence[Group], chain: Chain | None, noun: str = "coins") -> str:
    """ "gaming coins on Solana"."""
    kinds = " ".join(group.label for group in groups)
    kinds = kinds.removesuffix(" token") if noun == "tokens" else kinds
    named = f"{kinds}s" if kinds == "stablecoin" else f"{kinds} {noun}".strip()
    if chain is None:
        return named
    return f"{named} of the {chain.label} ecosystem" if chain.is_ecosystem else f"{named} on {chain.label}"
