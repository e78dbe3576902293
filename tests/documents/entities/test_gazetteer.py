"""The lists of names: well-formed, sourced, and true to the catalogue they point into."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cryptodesk.catalog.assets import load_assets
from cryptodesk.catalog.platforms import load_platforms
from cryptodesk.documents.entities.cues import load_cues
from cryptodesk.documents.entities.gazetteer import GazetteerError, Listed, load_gazetteer, load_sources, parse_list
from cryptodesk.documents.entities.words import fold
from cryptodesk.documents.handbook import load_articles

ENTRIES = load_gazetteer().entries
_WORD = re.compile(r"[^\W_]+")


def words_of(*texts: str) -> set[str]:
    return {fold(word) for text in texts for word in _WORD.findall(text)}


def test_there_are_names_of_every_kind() -> None:
    counts = Counter(entry.type for entry in ENTRIES)
    assert min(counts[kind] for kind in ("person", "exchange", "network", "investor", "protocol", "organization")) >= 50
    assert counts["nft_collection"] >= 20


def test_every_name_has_a_source_that_is_described() -> None:
    assert {source for entry in ENTRIES for source in entry.sources} == set(load_sources())


def test_ids_are_unique() -> None:
    assert [key for key, count in Counter(entry.entity_id for entry in ENTRIES).items() if count > 1] == []


def test_no_handle_is_of_two_people() -> None:
    handles = Counter(handle.casefold() for entry in ENTRIES if entry.type == "person" for handle in entry.handles)
    assert [handle for handle, count in handles.items() if count > 1] == []
    assert all(re.fullmatch(r"\w{1,15}", handle) for entry in ENTRIES for handle in entry.handles)


@pytest.mark.parametrize(
    "entry", [one for one in ENTRIES if any(link.startswith("asset:") for link in one.links)], ids=lambda one: one.name
)
def test_a_linked_asset_shares_a_word_with_the_name(entry: Listed) -> None:
    ids = [int(link.removeprefix("asset:")) for link in entry.links if link.startswith("asset:")]
    assets = {asset.asset_id: asset for asset in load_assets()}
    known = [
        words_of(assets[one].name, assets[one].slug, *assets[one].aliases, assets[one].summary or "") for one in ids
    ]
    compact = ["".join(sorted(words)) for words in known]
    for words in known:
        assert words & words_of(*entry.spellings), (entry.name, compact)


def test_linked_platforms_exist() -> None:
    linked = {
        link.removeprefix("platform:") for entry in ENTRIES for link in entry.links if link.startswith("platform:")
    }
    assert linked <= {platform.slug for platform in load_platforms()}


def test_exchange_ids_rest_on_two_sources_and_are_unique() -> None:
    ids = {entry.name: link for entry in ENTRIES for link in entry.links if link.startswith("cmc_exchange:")}
    assert len(ids) >= 20
    assert len(set(ids.values())) == len(ids)
    for entry in ENTRIES:
        if entry.name in ids:
            assert sum(source.startswith("cmc-logos") for source in entry.sources) >= 2, entry.name


def test_what_the_handbook_is_named_for_stands_in_it() -> None:
    text = "\n".join(
        article.body + article.title + " ".join(s.title for s in article.sources) for article in load_articles()
    )
    named = [entry for entry in ENTRIES if entry.sources == ("handbook",)]
    assert len(named) > 20
    assert [entry.name for entry in named if not any(spelling in text for spelling in entry.spellings)] == []


def test_every_cue_against_a_name_is_for_a_name_that_is_listed() -> None:
    single = {
        words[0]
        for spelling in ENTRIES
        for one in spelling.spellings
        if len(words := [fold(w) for w in _WORD.findall(one)]) == 1
    }
    assert set(load_cues().against) <= single


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name\taliases\n",
        "name\taliases\thandles\tlinks\treading\tsources\nKraken\t\t\t\tany\t\n",
        "name\taliases\thandles\tlinks\treading\tsources\nKraken\t\t\t\tperhaps\tccxt\n",
        "name\taliases\thandles\tlinks\treading\tsources\nKraken\tccxt\n",
    ],
)
def test_a_malformed_list_is_refused_by_name(text: str) -> None:
    with pytest.raises(GazetteerError, match="exchanges"):
        list(parse_list("exchanges", "exchange", text))
