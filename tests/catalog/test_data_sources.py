"""Every name in a provenance has a title, a domain and, where there is one, a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cryptodesk
from cryptodesk.catalog.data_sources import (
    OWN_DOMAIN,
    DataSource,
    find_data_source,
    load_data_sources,
    split_sources,
)
from cryptodesk.core.discover import discover
from cryptodesk.market.feeds.stored import SOURCES as STORED
from cryptodesk.market.intake.bundles import BUNDLES
from cryptodesk.market.market import load_sources
from cryptodesk.market.shipped import load_metadata
from cryptodesk.market.simulation.market import SOURCE as SIMULATED

KNOWN = {source.name: source for source in load_data_sources()}


def _written_names() -> Iterator[str]:
    """The first argument of every `Provenance("…", …)` of the code, and the constants called a source or a name."""
    for path in Path(cryptodesk.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        if "Provenance(" not in text:
            continue
        tree = ast.parse(text)
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Provenance" and node.args:
                first = node.args[0]
                value = first.value if isinstance(first, ast.Constant) else constants.get(getattr(first, "id", ""))
                if isinstance(value, str):
                    yield value


def test_every_live_source_is_in_the_catalogue_with_its_own_terms() -> None:
    for name, source in load_sources().items():
        assert KNOWN[name].terms == source.terms, name
        assert KNOWN[name].link.startswith("https://"), name
        assert KNOWN[name].domain != OWN_DOMAIN, name


def test_every_source_of_the_store_a_bundle_the_snapshot_and_the_simulated_world_is_in_the_catalogue() -> None:
    names = {*STORED, *(bundle.source for bundle in BUNDLES), load_metadata().source, SIMULATED}
    assert names <= KNOWN.keys()


def test_every_adapter_of_documents_is_in_the_catalogue() -> None:
    assert set(discover(import_module("cryptodesk.documents.sources"), "SOURCE")) <= KNOWN.keys()


def test_every_name_that_the_code_writes_into_a_provenance_is_in_the_catalogue() -> None:
    written = set(_written_names())
    assert {"catalogue", "asset catalogue", "bitcoin_block_schedule", SIMULATED, "ethereum_rpc"} <= written
    assert written <= KNOWN.keys()


def test_names_are_unique_and_addresses_absolute_and_of_the_domain() -> None:
    assert len(KNOWN) == len(load_data_sources())
    for source in load_data_sources():
        assert source.title, source.name
        assert source.domain, source.name
        for address in filter(None, (source.link, source.asset_page, source.terms)):
            assert address.startswith("https://"), source.name
        assert source.domain == OWN_DOMAIN or f"{source.domain}/" in source.link, source.name


def test_an_assets_own_page_is_found_where_its_name_there_is_known() -> None:
    assert (
        find_data_source("coinmarketcap").page_of({"slug": "bitcoin"})
        == "https://coinmarketcap.com/currencies/bitcoin/"
    )
    futures = find_data_source("binance_usdm")
    assert futures.page_of({"instrument": "BTCUSDT"}) == "https://www.binance.com/en/futures/BTCUSDT"
    assert futures.page_of({"slug": "bitcoin"}) == futures.link
    assert find_data_source("coingecko").page_of({"coingecko_id": "a/../b?c"}).endswith("/coins/a%2F..%2Fb%3Fc")


def test_what_the_product_computes_or_invents_says_so() -> None:
    assert "invented" in find_data_source("simulated_world").title.lower()
    assert find_data_source("simulated_world").link == ""
    assert find_data_source("bitcoin_block_schedule").note.startswith("Computed")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("binance_usdm", ("binance_usdm",)),
        ("asset catalogue", ("asset catalogue",)),
        ("binance_usdm × bitcoin_block_schedule", ("binance_usdm", "bitcoin_block_schedule")),
        ("a + b × c + a", ("a", "b", "c")),
        ("  ", ()),
    ],
)
def test_a_computed_name_is_split_into_its_sources(source: str, names: tuple[str, ...]) -> None:
    assert split_sources(source) == names


def test_a_computed_name_has_the_titles_of_its_parts_and_the_page_of_the_first_that_has_one() -> None:
    found = find_data_source("catalogue × binance_usdm")
    assert found.title == "Asset catalogue of the product × Binance USDⓈ-M Futures"
    assert (found.domain, found.link) == ("binance.com", "https://www.binance.com/en/futures")


@pytest.mark.parametrize(
    ("name", "title", "domain"),
    [
        ("my_new_feed", "My new feed", "my-new-feed"),
        ("api.example.com", "api.example.com", "api.example.com"),
        ("", "Unnamed source", "unknown"),
        ("\u200b\x00", "Unnamed source", "unknown"),
    ],
)
def test_an_unknown_name_is_shown_as_well_as_can_be(name: str, title: str, domain: str) -> None:
    found = find_data_source(name)
    assert (found.title, found.domain, found.link) == (title, domain, "")


@given(st.text(max_size=400))
def test_no_name_fails_and_none_comes_back_long_or_with_hidden_characters(name: str) -> None:
    found = find_data_source(name)
    assert isinstance(found, DataSource)
    assert 0 < len(found.title) <= 120
    assert found.domain.strip()
    assert all(character.isprintable() for character in found.title + found.domain)
