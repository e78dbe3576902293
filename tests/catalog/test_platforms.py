"""Chains are found by any of their names, and each name means one chain."""

from __future__ import annotations

from collections import Counter

import pytest

from cryptodesk.catalog.assets import load_assets
from cryptodesk.catalog.platforms import find_platform, load_platforms


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("ethereum", "ethereum"),
        ("ERC20", "ethereum"),
        ("1", "ethereum"),
        ("BNB Chain", "bsc"),
        ("binance-smart-chain", "bsc"),
        ("BSC", "bsc"),
        ("arbitrum_one", "arbitrum"),
        ("arbitrum-one", "arbitrum"),
        ("polygon-pos", "polygon"),
        ("  The Open   Network ", "ton"),
    ],
)
def test_a_chain_is_found_by_our_name_a_vendors_and_an_alias(name: str, slug: str) -> None:
    found = find_platform(name)
    assert found is not None
    assert found.slug == slug


def test_an_unknown_chain_is_none() -> None:
    assert find_platform("no such chain") is None
    assert find_platform("") is None


def test_no_name_means_two_chains() -> None:
    names = [
        str(name).casefold()
        for platform in load_platforms()
        for name in {platform.slug, *platform.aliases, platform.name.casefold(), platform.coingecko}
        if name is not None
    ]
    slugs = {platform.slug for platform in load_platforms()}
    doubled = [name for name, count in Counter(names).items() if count > 1 and name not in slugs]
    assert doubled == []


def test_native_coins_are_in_the_asset_catalogue() -> None:
    known = {record.asset_id for record in load_assets()}
    assert {platform.native for platform in load_platforms() if platform.native is not None} <= known
