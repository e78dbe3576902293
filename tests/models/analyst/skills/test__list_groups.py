"""Names of categories and chains in a question."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.skills._list_groups import find_chain, find_groups, group_filters, group_words


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("gaming tokens", ["gaming"]),
        ("gamefi", ["gaming"]),
        ("memecoins", ["meme"]),
        ("meme-coins", ["meme"]),
        ("ai coins", ["ai"]),
        ("ai agents", ["ai-agents"]),
        ("l2s and layer 1s", ["layer-2", "layer-1"]),
        ("real-world assets", ["rwa"]),
        ("liquid staking", ["liquid-staking"]),
        ("liquid restaking", ["restaking"]),
        ("de-fi", ["defi"]),
        ("defi or defi", ["defi"]),
        ("oracles", ["oracle"]),
        ("exchange tokens", ["exchange-token"]),
        ("an exchange", []),
        ("maiden voyage", []),
        ("the daily gain", []),
        ("", []),
    ],
)
def test_categories(text: str, tags: list[str]) -> None:
    assert [group.tag for group in find_groups(text)] == tags


@pytest.mark.parametrize(
    ("text", "slug", "is_ecosystem"),
    [
        ("projects on sui", "sui", False),
        ("the sui ecosystem", "sui", True),
        ("solana's ecosystem", "solana", True),
        ("tokens in the bnb chain ecosystem", "bsc", True),
        ("memes on base", "base", False),
        ("solana memes", "solana", False),
        ("coins on the avalanche network", "avalanche", False),
        ("solana defi", "solana", False),
    ],
)
def test_chains(text: str, slug: str, *, is_ecosystem: bool) -> None:
    chain = find_chain(text)
    assert chain is not None
    assert (chain.slug, chain.is_ecosystem) == (slug, is_ecosystem)


@pytest.mark.parametrize(
    "text", ["price of sol", "rank of solana", "base coins", "based on facts", "near the top", "solana"]
)
def test_no_chain(text: str) -> None:
    assert find_chain(text) is None


def test_a_chain_beside_a_category_is_the_main_one_and_alone_its_ecosystem() -> None:
    chain = find_chain("gaming tokens on solana")
    assert group_filters(find_groups("gaming tokens"), chain)[1] == {"field": "platform", "op": "eq", "value": "solana"}
    assert group_filters((), chain) == [{"field": "tag", "op": "in", "value": ["solana-ecosystem"]}]


def test_words_for_a_group() -> None:
    assert group_words(find_groups("gaming"), find_chain("on solana")) == "gaming coins on Solana"
    assert group_words((), find_chain("sui ecosystem")) == "coins of the Sui ecosystem"
    assert group_words(find_groups("stablecoins"), None) == "stablecoins"
