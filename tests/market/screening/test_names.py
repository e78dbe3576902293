"""One spelling for tags and chains."""

from __future__ import annotations

import pytest

from cryptodesk.market.screening import canonical_platform, canonical_tag
from cryptodesk.market.screening.names import CHAINS, CLEAR_CHAINS, TAGS


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("DeFi", "defi"),
        ("layer-1", "layer-1"),
        ("Layer 1", "layer-1"),
        ("L1", "layer-1"),
        ("ai-big-data", "ai"),
        ("Memes", "meme"),
        ("meme-token", "meme"),
        ("real_world_assets", "rwa"),
        ("Real World Assets (RWA)", "rwa"),
        ("decentralized-exchange-dex-token", "dex"),
        ("some-unheard-of-tag", "some-unheard-of-tag"),
        ("Some Unheard Of Tag", "some-unheard-of-tag"),
    ],
)
def test_a_tag_has_one_name_whatever_its_source_calls_it(text: str, tag: str) -> None:
    assert canonical_tag(text) == tag


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("Ethereum", "ethereum"),
        ("ERC-20", "ethereum"),
        ("BNB Smart Chain (BEP20)", "bsc"),
        ("binance-smart-chain", "bsc"),
        ("the-open-network", "ton"),
        ("arbitrum-one", "arbitrum"),
        ("optimistic-ethereum", "optimism"),
        ("New Chain", "new-chain"),
    ],
)
def test_a_chain_has_one_slug_whatever_its_source_calls_it(text: str, chain: str) -> None:
    assert canonical_platform(text) == chain


@pytest.mark.parametrize(("table", "canonical"), [(TAGS, canonical_tag), (CHAINS, canonical_platform)])
def test_no_spelling_belongs_to_two(table, canonical) -> None:  # type: ignore[no-untyped-def]
    for name, others in table.items():
        assert {canonical(other) for other in (name, *others)} == {name}


def test_clear_chains_are_spellings_of_chains() -> None:
    assert {canonical_platform(name) for name in CLEAR_CHAINS} <= set(CHAINS)
