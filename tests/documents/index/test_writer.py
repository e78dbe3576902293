"""Many small additions leave few files, and what is gone does not stay for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from cryptodesk.documents.embedding import MODEL_ID
from cryptodesk.documents.embedding.wordpiece import load_wordpiece
from cryptodesk.documents.index import Sizes
from cryptodesk.documents.index.manifest import Manifest, load_manifest, verify
from cryptodesk.documents.index.part import load_part
from cryptodesk.documents.index.quantising import quantise
from cryptodesk.documents.index.vector_cache import vector_key
from cryptodesk.documents.index.writer import passage_text
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Chunk
from tests.documents.index.fixtures import NOW, CountingEncoder, document, open_index, unit_vectors


def _state(folder: Path) -> Manifest:
    manifest = load_manifest(folder)
    assert manifest is not None
    verify(folder, manifest)
    return manifest


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


async def test_parts_double_so_that_there_are_few(tmp_path: Path) -> None:
    async with open_index(tmp_path) as index:
        for number in range(40):
            await index.apply([document(number)])
        state = _state(tmp_path)
        sizes = [len(load_part(tmp_path / name)) for name in state.parts]

        assert sizes == [32, 8]
        assert state.next_key == 40
        assert await index.count() == 40


async def test_keys_ascend_through_all_parts(tmp_path: Path) -> None:
    async with open_index(tmp_path, [document(number) for number in range(10)]) as index:
        for number in range(10, 17):
            await index.apply([document(number), document(number - 10, "changed")], [f"d{number - 1}"])
        keys = np.concatenate([load_part(tmp_path / name).keys for name in _state(tmp_path).parts])

        assert (np.diff(keys.astype(np.int64)) > 0).all()


async def test_what_is_gone_is_remembered_until_enough_of_it_is_dropped(tmp_path: Path) -> None:
    async with open_index(tmp_path, [document(number) for number in range(100)]) as index:
        await index.apply([], [f"d{number}" for number in range(20)])
        few = _state(tmp_path)
        sizes = [len(load_part(tmp_path / name)) for name in few.parts]
        await index.apply([], [f"d{number}" for number in range(20, 30)])
        many = _state(tmp_path)
        hits = await index.search(DocumentQuery(text="text of document 15 and document 45", limit=100))

        assert few.gone is not None
        assert sizes == [100]
        assert many.gone is None
        assert [len(load_part(tmp_path / name)) for name in many.parts] == [70]
        assert {int(hit.document.document_id[1:]) for hit in hits.hits} <= set(range(30, 100))
        assert await index.count() == 70


async def test_all_documents_can_go(tmp_path: Path) -> None:
    async with open_index(tmp_path, [document(number) for number in range(5)]) as index:
        await index.apply([], [f"d{number}" for number in range(5)])
        assert await index.count() == 0
        assert (await index.search(DocumentQuery(text="text of document 1"))).hits == ()
        await index.apply([document(9)])
        assert await index.count() == 1


async def test_only_the_files_of_the_present_state_stay(tmp_path: Path) -> None:
    async with open_index(tmp_path) as index:
        for number in range(12):
            await index.apply([document(number)], [f"d{number - 3}"])
    state = _state(tmp_path)
    expected = {name.split("/")[0] for name in state.files}

    assert _names(tmp_path) - {"manifest.json", "vectors.db", "writer.lock"} == expected


async def test_no_part_is_larger_than_it_may_be_and_large_ones_have_signs(tmp_path: Path) -> None:
    sizes = Sizes(signed_rows=8, most_rows=16)
    async with open_index(tmp_path, sizes=sizes) as index:
        for number in range(0, 44, 4):
            await index.apply([document(each) for each in range(number, number + 4)])
        parts = [load_part(tmp_path / name) for name in _state(tmp_path).parts]
        await index.apply([], [f"d{number}" for number in range(0, 44, 3)])
        anew = [load_part(tmp_path / name) for name in _state(tmp_path).parts]

    assert [len(part) for part in parts] == [16, 16, 8, 4]
    assert [part.signs is not None for part in parts] == [True, True, True, False]
    assert sum(map(len, anew)) == 29
    assert max(map(len, anew)) <= 16
    assert [part.signs is not None for part in anew] == [len(part) >= 8 for part in anew]


async def test_a_merge_keeps_every_column(tmp_path: Path) -> None:
    documents = [
        document(
            number,
            f"Unique{number} words here. " * (1 + number % 60),
            type=("news", "blog", "handbook")[number % 3],
            source=f"s{number % 4}",
            language=("en", "de")[number % 2],
            asset_ids=tuple(range(number % 3)),
            published_at=None if number % 5 == 0 else NOW - timedelta(days=number),
            known_at=NOW - timedelta(days=number),
        )
        for number in range(30)
    ]
    async with open_index(tmp_path) as index:
        for each in documents:
            await index.apply([each])
        parts = [load_part(tmp_path / name) for name in _state(tmp_path).parts]

    seen: dict[str, list[int]] = {}
    for part in parts:
        for row in range(len(part)):
            owner = int(part.owners[row])
            held = part.document(owner)
            expected = documents[int(held.document_id[1:])]
            assert held == replace(expected, text="")
            assert part.chunk(row, held.document_id).text in expected.text
            assert part.labels.type[part.labelled["type"][owner]] == expected.type
            assert part.labels.source[part.labelled["source"][owner]] == expected.source
            assert part.labels.language[part.labelled["language"][owner]] == expected.language
            assert part.known_at[owner] == expected.known_at.timestamp()
            assert set(part.assets[part.assets[:, 0] == owner, 1].tolist()) == set(expected.asset_ids)
            seen.setdefault(held.document_id, []).append(part.chunk(row, "").number)
    assert seen.keys() == {each.document_id for each in documents}
    assert all(numbers == list(range(len(numbers))) for numbers in seen.values())


class _Shipped:
    """Vectors of the passages of these documents, each of one passage; remembers whether it was asked."""

    def __init__(self, numbers: Sequence[int]) -> None:
        vectors = unit_vectors(len(numbers)).astype(np.float16)
        self.asked = 0
        self.vectors = {_key(number): vector for number, vector in zip(numbers, vectors, strict=True)}

    def __call__(self, keys: Sequence[bytes]) -> Mapping[bytes, np.ndarray]:
        self.asked += 1
        return {key: self.vectors[key] for key in keys if key in self.vectors}


def _key(number: int) -> bytes:
    whole = document(number)
    return vector_key(MODEL_ID, passage_text(whole, Chunk(whole.document_id, 0, whole.text)))


async def test_vectors_that_are_shipped_are_not_computed(tmp_path: Path) -> None:
    encoder, shipped = CountingEncoder(), _Shipped([0, 1, 2])
    documents = [document(number) for number in (2, 3, 0, 4)]
    async with open_index(tmp_path, documents, encoder=encoder, shipped=shipped):
        part = load_part(tmp_path / _state(tmp_path).parts[0])

        assert encoder.encoded == 2
        expected, scales = quantise(np.stack([shipped.vectors[_key(2)], shipped.vectors[_key(0)]]))
        np.testing.assert_array_equal(part.coarse[[0, 2]], expected)
        np.testing.assert_array_equal(part.scales[[0, 2]], scales)


async def test_shipped_vectors_are_written_where_there_is_no_model(tmp_path: Path) -> None:
    documents = [document(number) for number in range(3)]
    shipped = _Shipped([0, 1, 2])
    async with open_index(tmp_path, documents, missing="the model is missing", shipped=shipped) as index:
        assert index.status().unembedded == 0


async def test_shipped_vectors_are_not_looked_for_before_a_passage_is_written(tmp_path: Path) -> None:
    shipped = _Shipped([0])
    async with open_index(tmp_path, [document(0)], shipped=shipped):
        pass
    asked = shipped.asked
    async with open_index(tmp_path, [document(0)], shipped=shipped) as index:
        await index.search(DocumentQuery(text="text of document 0"))

    assert asked == 1
    assert shipped.asked == asked


async def test_a_shipped_vector_of_a_passage_that_goes_comes_back_with_it(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    async with open_index(tmp_path, [document(0)], encoder=encoder, shipped=_Shipped([0])) as index:
        await index.apply([document(0, "changed")])
        await index.apply([document(0)])

        assert encoder.encoded == 1
        assert index.status().unembedded == 0


def test_a_passage_is_embedded_under_its_title_and_topics() -> None:
    named = document(1, title="Slashing", topics=("validator", "penalty"))
    long = document(2, title="word " * 200)

    assert passage_text(named, Chunk("d1", 3, "The passage.")) == "Slashing. validator, penalty\nThe passage."
    assert passage_text(document(3, title="Plain"), Chunk("d3", 0, "x")) == "Plain\nx"
    assert len(load_wordpiece().encode(passage_text(long, Chunk("d2", 0, "x")), 256)) < 120
