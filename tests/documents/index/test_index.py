"""The index as its users see it: what it finds, what it leaves out, and what it survives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.index import DocumentIndex, Sizes
from cryptodesk.documents.query import DocumentQuery, HitsFound
from cryptodesk.documents.records import Document
from tests.documents.index.fixtures import NOW, CountingEncoder, document, embedder_of, open_index

TOPICS = {
    1: "Validators stake ether and sign blocks; misbehaviour is slashed.",
    2: "An automated market maker prices swaps from the balances of a pool.",
    3: "The exchange halted withdrawals and went bankrupt in November.",
    4: "Miners compete for blocks and the difficulty is adjusted every two weeks.",
}


def _found(hits: HitsFound) -> list[str]:
    return [hit.document.document_id for hit in hits.hits]


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[DocumentIndex]:
    async with open_index(tmp_path, [document(number, text) for number, text in TOPICS.items()]) as opened:
        yield opened


async def test_the_nearest_passage_comes_first(index: DocumentIndex) -> None:
    for number, text in TOPICS.items():
        hits = await index.search(DocumentQuery(text=text))

        assert _found(hits)[0] == f"d{number}"
        assert hits.notes == ()


async def test_a_hit_has_its_passage_its_origin_and_a_falling_score(index: DocumentIndex) -> None:
    hits = (await index.search(DocumentQuery(text="validators sign blocks and miners compete for blocks"))).hits

    assert hits[0].chunk.document_id == hits[0].document.document_id
    assert hits[0].chunk.text == TOPICS[int(hits[0].document.document_id[1:])]
    assert hits[0].document.publisher == "A publisher"
    assert hits[0].document.text == ""
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("query", [DocumentQuery(text="  "), DocumentQuery(text="blocks", limit=0)])
async def test_a_search_for_nothing_finds_nothing(index: DocumentIndex, query: DocumentQuery) -> None:
    assert await index.search(query) == HitsFound()


async def test_a_question_about_something_else_finds_nothing(index: DocumentIndex) -> None:
    assert (await index.search(DocumentQuery(text="photosynthesis happens inside green leaves"))).hits == ()


async def test_the_limit_is_kept(index: DocumentIndex) -> None:
    assert len((await index.search(DocumentQuery(text=" ".join(TOPICS.values()), limit=2))).hits) == 2


async def test_a_search_before_opening_says_that_there_is_no_index_yet(tmp_path: Path) -> None:
    embedder = embedder_of(CountingEncoder())
    index = DocumentIndex(tmp_path, embedder, FixedClock(NOW), lambda: ())

    assert await index.search(DocumentQuery(text="x")) == HitsFound((), ("the document index is not ready yet",))
    assert index.status().notes == ("the document index is not ready yet",)
    index.close()
    embedder.close()


async def test_a_store_without_documents_has_an_index_without_hits(tmp_path: Path) -> None:
    async with open_index(tmp_path) as index:
        assert await index.search(DocumentQuery(text="anything")) == HitsFound()
        assert await index.count() == 0
        await index.apply([document(1, "The first document about staking.")])
        assert _found(await index.search(DocumentQuery(text="staking document"))) == ["d1"]


async def test_documents_are_added_replaced_and_removed(index: DocumentIndex) -> None:
    await index.apply(
        [document(5, "Restaking secures other services."), document(2, "A memo about tax forms.")], ["d3"]
    )

    assert _found(await index.search(DocumentQuery(text="restaking secures services")))[0] == "d5"
    assert _found(await index.search(DocumentQuery(text="a memo about tax forms")))[0] == "d2"
    assert "d2" not in _found(await index.search(DocumentQuery(text="market maker prices swaps")))
    assert "d3" not in _found(await index.search(DocumentQuery(text=TOPICS[3], limit=50)))
    assert await index.count() == 4


async def test_the_last_of_two_documents_with_one_id_counts(index: DocumentIndex) -> None:
    await index.apply([document(9, "The old wording."), document(9, "The new phrase entirely.")])

    hits = await index.search(DocumentQuery(text="new phrase entirely"))
    assert hits.hits[0].chunk.text == "The new phrase entirely."
    assert await index.count() == 5


async def test_nothing_to_do_changes_nothing(index: DocumentIndex) -> None:
    before = index.status()

    await index.apply([], ["unknown"])

    assert index.status() == before


async def test_contents_tell_what_a_store_has_beyond_the_index(index: DocumentIndex) -> None:
    await index.apply([document(5)], ["d1"])

    contents = await index.contents()

    assert sorted(contents) == ["d2", "d3", "d4", "d5"]
    assert contents["d5"] == document(5).content_hash


async def test_at_most_two_passages_of_one_document_are_found(tmp_path: Path) -> None:
    text = "\n\n".join(f"## Part {part}\n\n" + "Validators stake ether and sign blocks. " * 20 for part in range(6))
    async with open_index(tmp_path, [document(1, text), document(2, TOPICS[1])]) as index:
        hits = await index.search(DocumentQuery(text=TOPICS[1], limit=10))

        assert sorted(_found(hits)) == ["d1", "d1", "d2"]
        assert len({hit.chunk.number for hit in hits.hits if hit.document.document_id == "d1"}) == 2


async def test_without_vectors_words_are_searched_and_that_is_said(tmp_path: Path) -> None:
    documents = [document(number, text) for number, text in TOPICS.items()]
    async with open_index(tmp_path, documents, missing="onnxruntime is missing") as index:
        hits = await index.search(DocumentQuery(text="Which miners adjust difficulty?"))

        assert _found(hits)[0] == "d4"
        assert hits.notes == ("vectors are off: onnxruntime is missing",)
        assert index.status().unembedded == 4
        assert index.status().notes == ("vectors are off: onnxruntime is missing",)


async def test_vectors_that_were_missing_are_made_when_they_can_be(tmp_path: Path) -> None:
    documents = [document(number, text) for number, text in TOPICS.items()]
    async with open_index(tmp_path, documents, missing="onnxruntime is missing"):
        pass
    async with open_index(tmp_path, documents) as index:
        assert index.status().unembedded == 0
        assert (await index.search(DocumentQuery(text=TOPICS[1]))).notes == ()


async def test_an_index_with_vectors_is_kept_while_there_are_none_to_be_had(tmp_path: Path) -> None:
    documents = [document(number, text) for number, text in TOPICS.items()]
    async with open_index(tmp_path, documents) as index:
        before = index.status().generation
    async with open_index(tmp_path, documents, missing="onnxruntime is missing") as index:
        assert index.status().generation == before
        assert index.status().unembedded == 0


async def test_some_passages_without_vectors_are_found_by_words_and_counted(tmp_path: Path) -> None:
    class Failing(CountingEncoder):
        def encode(self, text: str):  # type: ignore[no-untyped-def]
            if "bankrupt" in text and "Title" in text:
                raise ArithmeticError
            return super().encode(text)

    encoder = Failing()
    async with open_index(tmp_path, encoder=encoder) as index:
        await index.apply([document(3, TOPICS[3])])
        await index.apply([document(4, TOPICS[4])])
        hits = await index.search(DocumentQuery(text="exchange halted withdrawals"))

        assert _found(hits) == ["d3"]
        assert hits.notes == ("vectors are off for 1 of 2 passages",)


async def test_one_text_that_cannot_be_embedded_costs_no_other_its_vector_and_no_rebuild(tmp_path: Path) -> None:
    class Failing(CountingEncoder):
        def encode(self, text: str):  # type: ignore[no-untyped-def]
            if "bankrupt" in text:
                raise ArithmeticError
            return super().encode(text)

    documents = [document(number, text) for number, text in TOPICS.items()]
    async with open_index(tmp_path, documents, encoder=Failing()) as index:
        assert index.status().unembedded == 1
        before = index.status()

    def unread() -> list[Document]:
        raise AssertionError("the index was rebuilt for a text that cannot be embedded")

    async with open_index(tmp_path, unread, encoder=Failing()) as index:
        assert index.status() == before


async def test_vectors_of_passages_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    async with open_index(tmp_path, [document(1, TOPICS[1]), document(2, TOPICS[2])], encoder=encoder) as index:
        await index.apply([document(2, TOPICS[2], publisher="Another")], ["d1"])
        assert encoder.encoded == 2
        await index.apply([document(1, TOPICS[1])])
        assert encoder.encoded == 3


async def test_a_second_opening_embeds_nothing_again(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    documents = [document(number, text) for number, text in TOPICS.items()]
    async with open_index(tmp_path, documents, encoder=encoder):
        assert encoder.encoded == 4
    async with open_index(tmp_path, documents, encoder=encoder) as index:
        assert encoder.encoded == 4
        await index.rebuild()
        assert encoder.encoded == 4
        assert index.status().passages == 4


async def test_the_names_of_an_asset_find_the_documents_linked_to_it(tmp_path: Path) -> None:
    names = {1027: ("Ethereum", "ETH"), 74: ("Dogecoin", "DOGE")}
    documents = [document(number, text, asset_ids=(74,) if number == 2 else (1027,)) for number, text in TOPICS.items()]
    documents += [document(100 + number, f"Filler about nothing {number}") for number in range(20)]
    async with open_index(tmp_path, documents, asset_names=lambda asset_id: names[asset_id]) as index:
        assert _found(await index.search(DocumentQuery(text="DOGE"))) == ["d2"]


async def test_a_filter_leaves_only_what_passes_it_however_little_that_is(tmp_path: Path) -> None:
    documents = [document(number, "Validators stake ether.", source=f"s{number % 100}") for number in range(400)]
    documents.append(document(1_000, "Something about whales.", source="rare", type="research", language="de"))
    async with open_index(tmp_path, documents) as index:
        for filters in ({"sources": ("rare",)}, {"types": ("research",)}, {"language": "de"}):
            hits = await index.search(DocumentQuery(text="validators stake whales", **filters))  # type: ignore[arg-type]
            assert _found(hits) == ["d1000"], filters
        hits = await index.search(DocumentQuery(text="validators stake", sources=("s7",), limit=50))
        assert sorted(_found(hits)) == sorted(f"d{number}" for number in range(7, 400, 100))


async def test_filters_are_joined_and_their_values_are_alternatives(tmp_path: Path) -> None:
    documents = [
        document(1, TOPICS[1], asset_ids=(1, 1027), type="news"),
        document(2, TOPICS[1], asset_ids=(1027,), type="blog"),
        document(3, TOPICS[1], asset_ids=(5426,), type="news"),
        document(4, TOPICS[1], type="research"),
    ]
    async with open_index(tmp_path, documents) as index:

        async def found(**filters: object) -> list[str]:
            return sorted(_found(await index.search(DocumentQuery(text=TOPICS[1], **filters))))  # type: ignore[arg-type]

        assert await found(asset_ids=(1, 5426)) == ["d1", "d3"]
        assert await found(asset_ids=(1027,), types=("news",)) == ["d1"]
        assert await found(types=("blog", "research")) == ["d2", "d4"]
        assert await found(types=("quarterly",)) == []


async def test_what_was_not_known_yet_answers_nothing(tmp_path: Path) -> None:
    documents = [
        document(1, TOPICS[1], known_at=NOW - timedelta(days=40), published_at=None),
        document(2, TOPICS[1], known_at=NOW - timedelta(days=20)),
        document(3, TOPICS[1], known_at=NOW),
        document(4, TOPICS[1], known_at=NOW + timedelta(seconds=1)),
    ]
    async with open_index(tmp_path, documents) as index:

        async def found(as_of: datetime | None) -> list[str]:
            return sorted(_found(await index.search(DocumentQuery(text=TOPICS[1], as_of=as_of))))

        assert await found(None) == ["d1", "d2", "d3"]
        assert await found(NOW + timedelta(days=365)) == ["d1", "d2", "d3"]
        assert await found(NOW - timedelta(days=20)) == ["d1", "d2"]
        assert await found(NOW - timedelta(days=41)) == []
        assert await index.count() == 3
        assert await index.count(NOW - timedelta(days=30)) == 1


async def test_a_range_of_publication_leaves_undated_documents_out(tmp_path: Path) -> None:
    days = {1: 1, 2: 5, 3: 9}
    documents = [document(number, TOPICS[1], published_at=NOW - timedelta(days=age)) for number, age in days.items()]
    documents.append(document(4, TOPICS[1], published_at=None))
    async with open_index(tmp_path, documents) as index:

        async def found(after: int | None, before: int | None) -> list[str]:
            query = DocumentQuery(
                text=TOPICS[1],
                published_after=None if after is None else NOW - timedelta(days=after),
                published_before=None if before is None else NOW - timedelta(days=before),
            )
            return sorted(_found(await index.search(query)))

        assert await found(None, None) == ["d1", "d2", "d3", "d4"]
        assert await found(5, None) == ["d1", "d2"]
        assert await found(None, 5) == ["d3"]
        assert await found(9, 1) == ["d2", "d3"]


async def test_a_moment_without_a_time_zone_is_refused(index: DocumentIndex) -> None:
    with pytest.raises(ValueError, match="with a time zone"):
        await index.search(DocumentQuery(text="x", as_of=datetime(2026, 1, 1)))


async def test_fresh_news_comes_before_old_news_and_the_handbook_does_not_age(tmp_path: Path) -> None:
    def of(number: int, kind: str, days: int) -> Document:
        moment = NOW - timedelta(days=days)
        return document(number, TOPICS[3], type=kind, published_at=moment, known_at=moment, title="Same")

    documents = [of(1, "news", 90), of(2, "news", 3), of(3, "news", 0), of(4, "handbook", 900)]
    async with open_index(tmp_path, documents) as index:
        now = {hit.document.document_id: hit.score for hit in (await index.search(DocumentQuery(text=TOPICS[3]))).hits}
        then = await index.search(DocumentQuery(text=TOPICS[3], as_of=NOW - timedelta(days=90)))

    assert now["d3"] > now["d2"] > now["d1"]
    assert now["d4"] == pytest.approx(now["d3"], rel=1e-3)
    assert now["d1"] / now["d4"] == pytest.approx(0.7, rel=1e-2)
    assert now["d2"] / now["d4"] == pytest.approx(0.85, rel=1e-2)
    assert then.hits[0].score == pytest.approx(then.hits[1].score, rel=1e-3)


async def test_spellings_of_both_sides_of_the_ocean_find_each_other(tmp_path: Path) -> None:
    documents = [
        document(1, "Decentralised organisations favour colourful behaviour.", topics=("tokenisation",)),
        document(2, "Decentralized organizations favor colorful behavior.", topics=("tokenization",)),
    ]
    async with open_index(tmp_path, documents, missing="off") as index:
        for text in ("decentralised organisation", "decentralized organization", "tokenized", "behavioural"):
            assert sorted(_found(await index.search(DocumentQuery(text=text)))) == ["d1", "d2"], text


@pytest.mark.parametrize(
    "text", ['"unclosed AND (', "title:x^9 OR *", "[SEP]", "\ud800", "'; DROP TABLE", "a" * 10_000]
)
async def test_a_question_is_never_taken_for_syntax(index: DocumentIndex, text: str) -> None:
    await index.search(DocumentQuery(text=text))


async def test_halves_of_characters_in_a_document_do_no_harm(index: DocumentIndex) -> None:
    broken = document(
        6, "Blobs \ud83d are space.", title="\udc00", author="\ud800", publisher="\ud800", topics=("\ud800",)
    )

    await index.apply([broken])

    hits = await index.search(DocumentQuery(text="blobs are space"))
    assert hits.hits[0].chunk.text == "Blobs ? are space."


async def test_searches_go_on_while_documents_come_in(index: DocumentIndex) -> None:
    async def write() -> None:
        for number in range(10, 30):
            await index.apply([document(number, f"Restaking note {number}.")])

    writing = asyncio.create_task(write())
    while not writing.done():
        assert _found(await index.search(DocumentQuery(text=TOPICS[1])))[0] == "d1"
    await writing

    assert await index.count() == 24


async def test_another_process_sees_what_was_written(tmp_path: Path, index: DocumentIndex) -> None:
    async with open_index(tmp_path) as other:
        await index.apply([document(7, "Zero-knowledge rollups post proofs.")])
        assert _found(await other.search(DocumentQuery(text="rollups post proofs")))[0] == "d7"
        await other.apply([document(8, "Blobs are cheap space.")])

    assert _found(await index.search(DocumentQuery(text="blobs are cheap space")))[0] == "d8"
    assert await index.count() == 6


async def test_large_parts_and_small_ones_are_searched_alike(tmp_path: Path) -> None:
    sizes = Sizes(signed_rows=50, most_rows=100)
    documents = [document(number, f"Paragraph about subject{number} alone.") for number in range(90)]
    async with open_index(tmp_path, documents, sizes=sizes) as index:
        await index.apply([document(number, f"Paragraph about subject{number} alone.") for number in range(90, 120)])
        for number in (0, 31, 89, 90, 119):
            hits = await index.search(DocumentQuery(text=f"paragraph about subject{number}"))
            assert _found(hits)[0] == f"d{number}"


class TestDamage:
    """Whatever happens to the files, the index is whole again after opening."""

    DOCUMENTS = [document(number, text) for number, text in TOPICS.items()]  # noqa: RUF012

    async def _opens_whole(self, folder: Path, encoder: CountingEncoder) -> None:
        async with open_index(folder, self.DOCUMENTS, encoder=encoder) as index:
            assert await index.count() == 4
            for number, text in TOPICS.items():
                assert _found(await index.search(DocumentQuery(text=text)))[0] == f"d{number}"

    @pytest.mark.parametrize(
        "pattern", ["manifest.json", "part-*", "texts-*/meta.json", "texts-*/*.store", "texts-*/*.term"]
    )
    @pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
    async def test_a_damaged_file_is_found_and_the_index_rebuilt(
        self, tmp_path: Path, pattern: str, damage: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        encoder = CountingEncoder()
        await self._opens_whole(tmp_path, encoder)
        questions = encoder.encoded
        _damage(tmp_path, pattern, damage)

        with caplog.at_level(logging.INFO):
            await self._opens_whole(tmp_path, encoder)

        assert "it is built anew" in caplog.text
        assert encoder.encoded == questions + 4  # the questions again; no passage

    @pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 4_000])
    async def test_a_damaged_cache_costs_embedding_again_and_nothing_else(self, tmp_path: Path, content: bytes) -> None:
        encoder = CountingEncoder()
        await self._opens_whole(tmp_path, encoder)
        (tmp_path / "vectors.db").write_bytes(content)
        (tmp_path / "manifest.json").unlink()

        await self._opens_whole(tmp_path, encoder)

        assert encoder.encoded == 16

    async def test_an_index_of_another_model_is_rebuilt(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        encoder = CountingEncoder()
        await self._opens_whole(tmp_path, encoder)
        monkeypatch.setattr("cryptodesk.documents.embedding.embedder.Embedder.model_id", "another")

        await self._opens_whole(tmp_path, encoder)

        assert encoder.encoded == 16

    async def test_files_left_over_are_swept(self, tmp_path: Path) -> None:
        left = ("part-77", "part3-77", "gone-77")
        for name in left:
            (tmp_path / name).write_bytes(b"half")
        (tmp_path / "texts-77").mkdir()
        await self._opens_whole(tmp_path, CountingEncoder())

        assert not _names(tmp_path) & {*left, "texts-77"}
        assert {name.split("-")[0] for name in _names(tmp_path)} <= {
            "manifest.json",
            "part",
            "texts",
            "vectors.db",
            "writer.lock",
        }


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def _damage(folder: Path, pattern: str, damage: str) -> None:
    path = min(folder.glob(pattern))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(content if damage == "flip" else content[: len(content) // 2])
