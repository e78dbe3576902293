"""From what a caller gave as an id to an asset."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import Asset
from cryptodesk.tools._assets import ResolvedAsset, Unresolved, resolve_asset, resolve_assets, resolve_coins
from cryptodesk.tools._tool import ToolContext
from tests.tools.fakes import ASSETS, BITCOIN, ETHEREUM, make_listing, make_services, run_context

DIRECTORY = AssetDirectory(ASSETS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1, ResolvedAsset(BITCOIN)),
        ("1", ResolvedAsset(BITCOIN)),
        (" 1027 ", ResolvedAsset(ETHEREUM)),
        ("eth", ResolvedAsset(ETHEREUM, "eth")),
        ("ethereum", ResolvedAsset(ETHEREUM, "ethereum")),
        ("ether", ResolvedAsset(ETHEREUM, "ether")),
        ("9999", Unresolved("9999", "asset not found: 9999")),
        (-1, Unresolved("-1", "asset not found: -1")),
        ("ethe", Unresolved("ethe", "asset not found: ethe")),
        ("", Unresolved("", "asset not found: ")),
        ("9" * 40, Unresolved("9" * 40, "asset not found: " + "9" * 40)),
    ],
)
def test_an_id_or_an_exact_name_is_an_asset_and_a_similar_name_is_not(
    given: int | str, expected: ResolvedAsset | Unresolved
) -> None:
    assert resolve_asset(given, DIRECTORY) == expected


def test_a_shared_symbol_is_taken_for_the_asset_far_ahead_in_rank() -> None:
    assert resolve_asset("BTC", DIRECTORY) == ResolvedAsset(BITCOIN, "BTC")


def test_a_symbol_shared_by_equals_is_asked_back() -> None:
    outcome = resolve_asset("TWIN", DIRECTORY)
    assert outcome == Unresolved("TWIN", "'TWIN' may mean 9001 (Twin One), 9002 (Twin Two): give the id")


def test_rivals_close_in_rank_are_asked_back() -> None:
    near = AssetDirectory([Asset(1, "One", "X", "one", rank=10), Asset(2, "Two", "X", "two", rank=99)])
    far = AssetDirectory([Asset(1, "One", "X", "one", rank=10), Asset(2, "Two", "X", "two", rank=100)])
    assert isinstance(resolve_asset("X", near), Unresolved)
    assert isinstance(resolve_asset("X", far), ResolvedAsset)


def test_an_asset_is_taken_once_and_the_order_kept() -> None:
    found, unresolved = resolve_assets([1027, "BTC", 1, "nope", "ETH"], DIRECTORY)
    assert found == [ResolvedAsset(ETHEREUM), ResolvedAsset(BITCOIN, "BTC")]
    assert unresolved == [Unresolved("nope", "asset not found: nope")]


def test_nothing_resolved_is_a_failure_that_names_all() -> None:
    with pytest.raises(ToolFailed, match=r"^asset not found: 77; asset not found: nope$"):
        resolve_assets([77, "nope"], DIRECTORY)


def test_an_old_name_is_taken_with_what_became_of_it() -> None:
    renamed = Asset(28_321, "POL", "POL", "pol", former_symbols=("MATIC",))
    outcome = resolve_asset("MATIC", AssetDirectory([renamed]))
    assert isinstance(outcome, ResolvedAsset)
    assert outcome.asset.asset_id == 28_321
    assert outcome.warning is not None
    assert "former ticker of POL" in outcome.warning


def test_what_did_not_exist_then_is_not_found_by_id_or_name() -> None:
    directory = AssetDirectory([Asset(7, "Young", "YNG", "young", launched="2026-08")])
    before = datetime(2026, 7, 1, tzinfo=UTC)
    for given in (7, "young"):
        assert isinstance(resolve_asset(given, directory), ResolvedAsset)
        assert resolve_asset(given, directory, before) == Unresolved(str(given), f"asset not found: {given}")


def test_a_hostile_text_is_repeated_clean_and_short() -> None:
    outcome = resolve_asset("no\u202e\u200bpe" + "x" * 500, DIRECTORY)
    assert isinstance(outcome, Unresolved)
    assert outcome.reason.startswith("asset not found: nopexx")
    assert len(outcome.reason) <= len("asset not found: ") + 80


async def test_coins_keep_their_order_whether_the_directory_knows_them_or_not() -> None:
    stranger = Asset(77_777, "Stranger", "STR", "stranger")
    context = ToolContext(make_services(make_listing(stranger)), run_context())
    found, unresolved = await resolve_coins(["ETH", 77_777, 1, 88_888], context)
    assert [item.asset.asset_id for item in found] == [1027, 77_777, 1]
    assert unresolved == [Unresolved("88888", "asset not found: 88888")]


async def test_coins_that_nobody_knows_are_a_failure() -> None:
    context = ToolContext(make_services(), run_context())
    with pytest.raises(ToolFailed, match=r"^asset not found: 88888$"):
        await resolve_coins([88_888], context)
