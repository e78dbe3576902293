"""Words, names and filters in the full-text side; both sides filter alike."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from cryptodesk.documents.index.fulltext import Conditions, FullText, FullTextDamaged, TextRow, write_full_text
from cryptodesk.documents.index.generation import Generation, open_generation
from cryptodesk.documents.index.manifest import load_manifest
from cryptodesk.documents.records import Chunk, Document
from tests.documents.index.fixtures import NOW, document, open_index

NOBODY = Conditions()


def _rows(*documents: Document, first_key: int = 0) -> list[TextRow]:
    return [
        TextRow(
            first_key + number,
            each,
            Chunk(each.document_id, 0, each.text),
            ("Ether", "ETH") if 1027 in each.asset_ids else (),
        )
        for number, each in enumerate(documents)
    ]


def _full_text(folder: Path, *documents: Document) -> FullText:
    write_full_text(folder / "texts", None, _rows(*documents), ())
    return FullText(folder / "texts")


def test_a_title_counts_more_than_the_text(tmp_path: Path) -> None:
    texts = _full_text(
        tmp_path,
        document(0, "Nothing about slashing of this or that kind here at all."),
        document(1, "Nothing about this or that kind here at all really.", title="Slashing"),
    )

    assert list(texts.rank("slashing", NOBODY, 5)) == [1, 0]


def test_words_are_stemmed_and_stop_words_find_nothing(tmp_path: Path) -> None:
    texts = _full_text(tmp_path, document(0, "Validators were penalised for the equivocations."))

    assert list(texts.rank("validator penalizing equivocation", NOBODY, 5)) == [0]
    assert texts.rank("were for the", NOBODY, 5) == {}
    assert texts.rank("", NOBODY, 5) == {}


def test_names_are_not_stemmed_and_weigh_more_above_the_text(tmp_path: Path) -> None:
    texts = _full_text(
        tmp_path,
        document(0, "The agents use it."),
        document(1, "An agent uses EIP-1559 here."),
        document(2, "A text.", topics=("EIP-1559",)),
        document(3, "A text.", asset_ids=(1027,)),
    )

    assert texts.rank_names([("agents", 1.0)], NOBODY, 5) == {0: 0.75}
    assert texts.rank_names([("eip1559", 0.5), ("agent", 0.5)], NOBODY, 5) == {1: 0.75, 2: 0.5}
    assert texts.rank_names([("eth", 1.0)], NOBODY, 5) == {3: 1.0}
    assert texts.name_frequency("eip1559") == 1
    assert texts.name_frequency("unknown") == 0


def test_the_state_before_is_neither_changed_nor_needed(tmp_path: Path) -> None:
    before = _full_text(tmp_path, document(0, "staking one"), document(1, "staking two"))
    write_full_text(tmp_path / "next", tmp_path / "texts", _rows(document(2, "staking three"), first_key=2), {"d0"})
    after = FullText(tmp_path / "next")
    for entry in (tmp_path / "texts").iterdir():
        entry.unlink()

    assert set(before.rank("staking", NOBODY, 9)) == {0, 1}
    assert set(after.rank("staking", NOBODY, 9)) == {1, 2}
    assert (len(before), len(after)) == (2, 2)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")

    with pytest.raises(FullTextDamaged):
        FullText(tmp_path)


@pytest.fixture
async def generation(tmp_path: Path) -> Generation:
    kinds = itertools.product(
        ("news", "handbook"), ("rss", "web"), ("en", "de"), ((), (1,), (1, 1027)), (None, 0, 5, 10)
    )
    documents = [
        document(
            number,
            "the same words",
            type=kind,
            source=source,
            language=language,
            asset_ids=assets,
            published_at=None if days is None else NOW - timedelta(days=days),
            known_at=NOW - timedelta(days=days or 0),
        )
        for number, (kind, source, language, assets, days) in enumerate(kinds)
    ]
    async with open_index(tmp_path, documents[:70]) as index:
        await index.apply(documents[70:], ["d3", "d77"])
    manifest = load_manifest(tmp_path)
    assert manifest is not None
    return open_generation(tmp_path, manifest)


def test_both_sides_let_the_same_passages_pass(generation: Generation) -> None:
    five, ten = ((NOW - timedelta(days=days)).timestamp() for days in (5, 10))
    choices = itertools.product(
        ((), ("news",), ("news", "handbook"), ("blog",)),
        ((), ("rss",)),
        ((), (1027,), (1, 2)),
        (None, "de"),
        ({}, {"known_until": five}, {"published_from": five}, {"published_before": five, "published_from": ten}),
    )
    assert generation.texts is not None
    sizes = set()
    for types, sources, assets, language, times in choices:
        conditions = Conditions(types=types, sources=sources, asset_ids=assets, language=language, **times)
        by_columns = np.flatnonzero(generation.select(conditions)).tolist()
        by_words = generation.rows(generation.texts.rank("same words", conditions, 1_000)).tolist()
        assert sorted(by_words) == by_columns, conditions
        sizes.add(len(by_columns))

    assert {0, 95} <= sizes
    assert len(sizes) > 10
