"""What every index of documents keeps to, whatever it is built on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.index import DocumentIndex, IndexStatus
from cryptodesk.documents.query import DocumentQuery, HitsFound
from cryptodesk.documents.records import Document
from tests.clients.postgres import Server, postgres_server  # noqa: F401 - a fixture
from tests.documents.index.fixtures import NOW, CountingEncoder, document, embedder_of

TOPICS = {
    1: "Validators stake ether and sign blocks; misbehaviour is slashed.",
    2: "An automated market maker prices swaps from the balances of a pool.",
    3: "The exchange halted withdrawals and went bankrupt in November.",
    4: "Miners compete for blocks and the difficulty is adjusted every two weeks.",
}
KINDS = ("embedded", "postgresql")


class Index(Protocol):
    async def open(self) -> None: ...
    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None: ...
    async def rebuild(self) -> None: ...
    async def search(self, query: DocumentQuery) -> HitsFound: ...
    async def count(self, as_of: datetime | None = None) -> int: ...
    async def contents(self) -> Mapping[str, str]: ...
    def status(self) -> IndexStatus: ...
    def close(self) -> None: ...


class Place(Protocol):
    """Where an index lies: each time it is opened, what was written before is there."""

    def index(
        self,
        documents: Sequence[Document] | Callable[[], Iterable[Document]] = (),
        *,
        encoder: CountingEncoder | None = None,
        missing: str | None = None,
        asset_names: Callable[[int], Collection[str]] = lambda _asset_id: (),
    ) -> AbstractAsyncContextManager[Index]: ...


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    @asynccontextmanager
    async def index(self, documents: Any = (), **given: Any) -> AsyncIterator[Index]:
        async with _opened(lambda *parts, **more: DocumentIndex(self._path, *parts, **more), documents, given) as index:
            yield index


class Database:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._dsn: str | None = None

    @asynccontextmanager
    async def index(self, documents: Any = (), **given: Any) -> AsyncIterator[Index]:
        asyncpg = pytest.importorskip("asyncpg")
        from cryptodesk.documents.postgres import PostgresIndex

        self._dsn = self._dsn or await self._server.new_schema()
        async with (
            asyncpg.create_pool(self._dsn, min_size=1, max_size=4) as pool,
            _opened(lambda *parts, **more: PostgresIndex(pool, *parts, **more), documents, given) as index,
        ):
            yield index


@asynccontextmanager
async def _opened(make: Callable[..., Index], documents: Any, given: dict[str, Any]) -> AsyncIterator[Index]:
    embedder = embedder_of(given.pop("encoder", None) or CountingEncoder(), missing=given.pop("missing", None))
    read = documents if callable(documents) else lambda: documents
    index = make(embedder, FixedClock(NOW), read, **given)
    try:
        await index.open()
        yield index
    finally:
        index.close()
        embedder.close()


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "embedded":
        return Folder(tmp_path)
    return Database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def documents() -> list[Document]:
    return [document(number, text) for number, text in TOPICS.items()]


def found(hits: HitsFound) -> list[str]:
    return [hit.document.document_id for hit in hits.hits]


async def ask(index: Index, text: str, **filters: Any) -> list[str]:
    return found(await index.search(DocumentQuery(text=text, **filters)))


class TestFinding:
    async def test_the_nearest_passage_comes_first_and_scores_fall(
        self, place: Place, documents: list[Document]
    ) -> None:
        async with place.index(documents) as index:
            for number, text in TOPICS.items():
                hits = await index.search(DocumentQuery(text=text))

                assert found(hits)[0] == f"d{number}"
                assert hits.hits[0].chunk.text == text
                assert hits.hits[0].chunk.document_id == f"d{number}"
                assert [hit.score for hit in hits.hits] == sorted((hit.score for hit in hits.hits), reverse=True)
                assert hits.notes == ()

    async def test_a_hit_has_its_whole_document_but_for_the_text(self, place: Place) -> None:
        original = document(
            1,
            TOPICS[1],
            url="https://example.org/1",
            author="Somebody",
            updated_at=NOW - timedelta(days=1),
            event_at=NOW + timedelta(days=30),
            asset_ids=(1, 1027),
            topics=("staking", "slashing"),
            engagement=12,
            is_simulated=True,
        )
        async with place.index([original]) as index:
            hit = (await index.search(DocumentQuery(text=TOPICS[1]))).hits[0]

        assert hit.document == Document(
            **{**{name: getattr(original, name) for name in original.__struct_fields__}, "text": ""}
        )

    async def test_both_indexes_give_the_same_scores(self, tmp_path: Path, postgres_server: Server) -> None:  # noqa: F811
        """But for words: each ranks them in its own way, within the same share."""
        documents = [document(number, f"{text} Number{number}.") for number, text in TOPICS.items()]
        questions = ["sign blocks and halted withdrawals", "Number3", "balances of Number2 and of Number4"]
        scores: list[list[dict[str, float]]] = []
        for place in (Folder(tmp_path), Database(postgres_server)):
            async with place.index(documents) as index:
                hits = [(await index.search(DocumentQuery(text=text))).hits for text in questions]
                scores.append([{hit.document.document_id: hit.score for hit in each} for each in hits])

        for embedded, postgresql in zip(*scores, strict=True):
            assert postgresql == pytest.approx(embedded, abs=0.1)

    async def test_an_exact_name_outweighs_what_only_means_the_same(self, place: Place) -> None:
        documents = [document(number, f"proposal about fees number {number} changes base fee") for number in range(30)]
        documents.append(document(99, "An unrelated long passage about whales that in passing cites EIP-4895 once."))
        async with place.index(documents) as index:
            assert (await ask(index, "proposal EIP-4895 base fee"))[0] == "d99"
            assert (await ask(index, "EIP 4895"))[0] == "d99"
            assert await ask(index, "EIP-4896") == []

    async def test_a_name_in_the_title_comes_before_one_in_the_text(self, place: Place) -> None:
        documents = [document(number, f"Some text {number} in which Beanstalk is mentioned.") for number in range(4)]
        documents.append(document(5, "Some text 5 that has another subject.", title="Beanstalk"))
        documents += [document(number, f"Filler {number}.") for number in range(10, 40)]
        async with place.index(documents, missing="off") as index:
            assert (await ask(index, "Beanstalk"))[0] == "d5"

    async def test_the_names_of_an_asset_find_the_documents_linked_to_it(self, place: Place) -> None:
        names = {1027: ("Ethereum", "ETH"), 74: ("Dogecoin", "DOGE")}
        documents = [
            document(number, text, asset_ids=(74,) if number == 2 else (1027,)) for number, text in TOPICS.items()
        ]
        documents += [document(100 + number, f"Filler about nothing {number}") for number in range(20)]
        async with place.index(documents, asset_names=lambda asset_id: names[asset_id]) as index:
            assert await ask(index, "DOGE") == ["d2"]

    async def test_spellings_of_both_sides_of_the_ocean_find_each_other(self, place: Place) -> None:
        documents = [
            document(1, "Decentralised organisations favour colourful behaviour.", topics=("tokenisation",)),
            document(2, "Decentralized organizations favor colorful behavior.", topics=("tokenization",)),
        ]
        async with place.index(documents, missing="off") as index:
            for text in ("decentralised organisation", "decentralized organization", "tokenized", "behavioural"):
                assert sorted(await ask(index, text)) == ["d1", "d2"], text

    async def test_a_question_about_something_else_finds_nothing(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index:
            assert await ask(index, "photosynthesis happens inside green leaves") == []

    async def test_a_search_for_nothing_finds_nothing(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index:
            assert await index.search(DocumentQuery(text="  ")) == HitsFound()
            assert await index.search(DocumentQuery(text="blocks", limit=0)) == HitsFound()

    async def test_the_limit_is_kept(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index:
            assert len(await ask(index, " ".join(TOPICS.values()), limit=2)) == 2

    async def test_at_most_two_passages_of_one_document_are_found(self, place: Place) -> None:
        text = "\n\n".join(f"## Part {part}\n\n" + "Validators stake ether and sign blocks. " * 20 for part in range(6))
        async with place.index([document(1, text), document(2, TOPICS[1])]) as index:
            hits = await index.search(DocumentQuery(text=TOPICS[1], limit=10))

            assert sorted(found(hits)) == ["d1", "d1", "d2"]
            assert len({hit.chunk.number for hit in hits.hits if hit.document.document_id == "d1"}) == 2

    async def test_equal_scores_keep_the_order_of_the_index(self, place: Place) -> None:
        documents = [document(number, "same", title="T") for number in range(20)]
        async with place.index(documents) as index:
            runs = [await ask(index, "same", limit=30) for _ in range(3)]

        assert runs[0] == runs[1] == runs[2] == [f"d{number}" for number in range(20)]


class TestFilters:
    async def test_a_filter_leaves_only_what_passes_it_however_little_that_is(self, place: Place) -> None:
        documents = [document(number, "Validators stake ether.", source=f"s{number % 100}") for number in range(400)]
        documents.append(document(1_000, "Something about whales.", source="rare", type="research", language="de"))
        async with place.index(documents) as index:
            for filters in ({"sources": ("rare",)}, {"types": ("research",)}, {"language": "de"}):
                assert await ask(index, "validators stake whales", **filters) == ["d1000"], filters
            seventh = await ask(index, "validators stake", sources=("s7",), limit=50)
            assert sorted(seventh) == sorted(f"d{number}" for number in range(7, 400, 100))

    async def test_filters_are_joined_and_their_values_are_alternatives(self, place: Place) -> None:
        documents = [
            document(1, TOPICS[1], asset_ids=(1, 1027), type="news"),
            document(2, TOPICS[1], asset_ids=(1027,), type="blog"),
            document(3, TOPICS[1], asset_ids=(5426,), type="news"),
            document(4, TOPICS[1], type="research"),
        ]
        async with place.index(documents) as index:
            assert sorted(await ask(index, TOPICS[1], asset_ids=(1, 5426))) == ["d1", "d3"]
            assert await ask(index, TOPICS[1], asset_ids=(1027,), types=("news",)) == ["d1"]
            assert sorted(await ask(index, TOPICS[1], types=("blog", "research"))) == ["d2", "d4"]
            assert await ask(index, TOPICS[1], types=("quarterly",)) == []

    async def test_a_range_of_publication_leaves_undated_documents_out(self, place: Place) -> None:
        ages = {1: 1, 2: 5, 3: 9}
        documents = [document(n, TOPICS[1], published_at=NOW - timedelta(days=age)) for n, age in ages.items()]
        documents.append(document(4, TOPICS[1], published_at=None))
        async with place.index(documents) as index:

            async def between(after: int | None, before: int | None) -> list[str]:
                moments = [None if age is None else NOW - timedelta(days=age) for age in (after, before)]
                return sorted(await ask(index, TOPICS[1], published_after=moments[0], published_before=moments[1]))

            assert await between(None, None) == ["d1", "d2", "d3", "d4"]
            assert await between(5, None) == ["d1", "d2"]
            assert await between(None, 5) == ["d3"]
            assert await between(9, 1) == ["d2", "d3"]

    async def test_what_was_not_known_yet_answers_nothing(self, place: Place) -> None:
        documents = [
            document(1, TOPICS[1], known_at=NOW - timedelta(days=40), published_at=None),
            document(2, TOPICS[1], known_at=NOW - timedelta(days=20)),
            document(3, TOPICS[1], known_at=NOW),
            document(4, TOPICS[1], known_at=NOW + timedelta(microseconds=1)),
        ]
        async with place.index(documents) as index:

            async def known(as_of: datetime | None) -> list[str]:
                return sorted(await ask(index, TOPICS[1], as_of=as_of))

            assert await known(None) == ["d1", "d2", "d3"]
            assert await known(NOW + timedelta(days=365)) == ["d1", "d2", "d3"]
            assert await known(NOW - timedelta(days=20)) == ["d1", "d2"]
            assert await known(NOW - timedelta(days=41)) == []
            assert await known(datetime(1970, 1, 1, tzinfo=UTC)) == []
            assert await index.count() == 3
            assert await index.count(NOW - timedelta(days=30)) == 1
            assert await index.count(datetime(1970, 1, 1, tzinfo=UTC)) == 0

    @pytest.mark.parametrize("field", ["as_of", "published_after", "published_before"])
    async def test_a_moment_without_a_time_zone_is_refused(self, place: Place, field: str) -> None:
        async with place.index() as index:
            with pytest.raises(ValueError, match="with a time zone"):
                await ask(index, "x", **{field: datetime(2026, 1, 1)})


class TestAge:
    async def test_fresh_news_comes_before_old_news_and_the_handbook_does_not_age(self, place: Place) -> None:
        def of(number: int, kind: str, days: int) -> Document:
            moment = NOW - timedelta(days=days)
            return document(number, TOPICS[3], type=kind, published_at=moment, known_at=moment, title="Same")

        documents = [of(1, "news", 90), of(2, "news", 3), of(3, "news", 0), of(4, "handbook", 900)]
        async with place.index(documents) as index:
            hits = await index.search(DocumentQuery(text=TOPICS[3]))
            now = {hit.document.document_id: hit.score for hit in hits.hits}
            then = await index.search(DocumentQuery(text=TOPICS[3], as_of=NOW - timedelta(days=90)))

        assert now["d4"] == pytest.approx(now["d3"], rel=1e-3)
        assert now["d2"] / now["d4"] == pytest.approx(0.85, rel=1e-2)
        assert now["d1"] / now["d4"] == pytest.approx(0.7, rel=1e-2)
        assert then.hits[0].score == pytest.approx(then.hits[1].score, rel=1e-3)

    @pytest.mark.parametrize("missing", [None, "off"])
    async def test_fresh_news_is_found_among_very_many_better_matches_that_are_old(
        self, place: Place, missing: str | None
    ) -> None:
        day = NOW - timedelta(days=300)
        documents = [document(n, "bitcoin etf approved", type="news", published_at=day) for n in range(300)]
        documents.append(document(999, "bitcoin etf approved", type="news", published_at=NOW))
        async with place.index(documents, missing=missing) as index:
            assert (await ask(index, "bitcoin etf approved"))[0] == "d999"


class TestChanges:
    async def test_documents_are_added_replaced_and_removed(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index:
            changed = [document(5, "Restaking secures other services."), document(2, "A memo about tax forms.")]
            await index.apply(changed, ["d3"])

            assert (await ask(index, "restaking secures services"))[0] == "d5"
            assert (await ask(index, "a memo about tax forms"))[0] == "d2"
            assert "d2" not in await ask(index, "market maker prices swaps")
            assert "d3" not in await ask(index, TOPICS[3], limit=50)
            assert await index.count() == 4
            assert index.status().passages == 4

    async def test_the_last_of_two_documents_with_one_id_counts(self, place: Place) -> None:
        async with place.index() as index:
            await index.apply([document(9, "The old wording."), document(9, "The new phrase entirely.")])

            hits = await index.search(DocumentQuery(text="new phrase entirely"))
            assert hits.hits[0].chunk.text == "The new phrase entirely."
            assert await index.count() == 1

    async def test_nothing_to_do_changes_nothing(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index:
            before = index.status()

            await index.apply([], ["unknown"])

            assert index.status() == before

    async def test_a_store_without_documents_has_an_index_without_hits(self, place: Place) -> None:
        async with place.index() as index:
            assert await index.search(DocumentQuery(text="anything")) == HitsFound()
            assert await index.count() == 0
            await index.apply([document(1, "The first document about staking.")])
            assert await ask(index, "staking document") == ["d1"]

    async def test_contents_tell_what_a_store_has_beyond_the_index(
        self, place: Place, documents: list[Document]
    ) -> None:
        async with place.index(documents) as index:
            await index.apply([document(5)], ["d1"])
            contents = await index.contents()

        assert sorted(contents) == ["d2", "d3", "d4", "d5"]
        assert contents["d5"] == document(5).content_hash

    async def test_searches_go_on_while_documents_come_in(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index:

            async def write() -> None:
                for number in range(10, 20):
                    await index.apply([document(number, f"Restaking note {number}.")])

            writing = asyncio.create_task(write())
            while not writing.done():
                assert (await ask(index, TOPICS[1]))[0] == "d1"
            await writing

            assert await index.count() == 14

    async def test_changes_at_the_same_time_are_all_made(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index, place.index(documents) as other:
            notes = [document(number, f"Restaking note {number}.") for number in range(10, 22)]
            await asyncio.gather(
                *(
                    (index if note.document_id[-1] in "02468" else other).apply([note, document(1, "Both.")])
                    for note in notes
                ),
                other.apply([], ["d4"]),
            )

            assert sorted(await index.contents()) == sorted(["d1", "d2", "d3", *(note.document_id for note in notes)])
            assert await other.contents() == await index.contents()
            assert (await ask(index, "Restaking note 17"))[0] == "d17"
            assert (await index.search(DocumentQuery(text="Both"))).notes == ()

    async def test_another_process_sees_what_was_written(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents) as index, place.index(documents) as other:
            await index.apply([document(7, "Zero-knowledge rollups post proofs.")])
            assert (await ask(other, "rollups post proofs"))[0] == "d7"
            await other.apply([document(8, "Blobs are cheap space.")])

            assert (await ask(index, "blobs are cheap space"))[0] == "d8"
            assert await index.count() == 6

    async def test_a_rebuild_takes_what_the_store_has(self, place: Place) -> None:
        kept = [document(1, TOPICS[1]), document(2, TOPICS[2])]
        async with place.index(lambda: kept) as index:
            kept[:] = [document(2, TOPICS[2]), document(3, TOPICS[3])]
            await index.rebuild()

            assert sorted(await index.contents()) == ["d2", "d3"]
            assert (await ask(index, TOPICS[3]))[0] == "d3"
            assert "d1" not in await ask(index, TOPICS[1])
            await index.apply([document(4, TOPICS[4])], ["d2"])
            assert sorted(await index.contents()) == ["d3", "d4"]


class TestOpeningAgain:
    async def test_what_was_written_is_there_and_nothing_is_embedded_again(
        self, place: Place, documents: list[Document]
    ) -> None:
        encoder = CountingEncoder()
        async with place.index(documents, encoder=encoder) as index:
            await index.apply([document(5, "Restaking secures other services.")], ["d1"])
            before = index.status()
            assert encoder.encoded == 5

        def unread() -> list[Document]:
            raise AssertionError("the index was rebuilt although it is whole")

        async with place.index(unread, encoder=encoder) as index:
            assert index.status() == before
            assert sorted(await index.contents()) == ["d2", "d3", "d4", "d5"]
            assert encoder.encoded == 5
            assert (await ask(index, "restaking secures services"))[0] == "d5"

    async def test_vectors_that_are_known_are_not_computed_again(self, place: Place, documents: list[Document]) -> None:
        encoder = CountingEncoder()
        async with place.index(documents, encoder=encoder) as index:
            await index.rebuild()
            await index.apply([document(2, TOPICS[2], publisher="Another")])
            assert encoder.encoded == 4
            assert index.status().unembedded == 0

    async def test_vectors_of_passages_that_are_gone_are_forgotten(
        self, place: Place, documents: list[Document]
    ) -> None:
        encoder = CountingEncoder()
        async with place.index(documents, encoder=encoder) as index:
            await index.apply([], ["d1"])
            await index.apply([document(1, TOPICS[1])])
            assert encoder.encoded == 5

    async def test_an_index_of_another_model_is_built_anew(
        self, place: Place, documents: list[Document], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        encoder = CountingEncoder()
        async with place.index(documents, encoder=encoder):
            pass
        monkeypatch.setattr("cryptodesk.documents.embedding.embedder.Embedder.model_id", "another")
        async with place.index(documents, encoder=encoder) as index:
            assert encoder.encoded == 8
            assert (await ask(index, TOPICS[1]))[0] == "d1"


class TestWithoutVectors:
    async def test_words_are_searched_and_that_is_said(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents, missing="onnxruntime is missing") as index:
            hits = await index.search(DocumentQuery(text="Which miners adjust difficulty?"))

            assert found(hits)[0] == "d4"
            assert hits.notes == ("vectors are off: onnxruntime is missing",)
            assert index.status().unembedded == 4
            assert index.status().notes == ("vectors are off: onnxruntime is missing",)

    async def test_they_are_made_when_they_can_be(self, place: Place, documents: list[Document]) -> None:
        async with place.index(documents, missing="onnxruntime is missing"):
            pass
        async with place.index(documents) as index:
            assert index.status().unembedded == 0
            assert (await index.search(DocumentQuery(text=TOPICS[1]))).notes == ()

    async def test_those_that_are_there_are_kept_while_there_are_none_to_be_had(
        self, place: Place, documents: list[Document]
    ) -> None:
        async with place.index(documents) as index:
            before = index.status().generation
        async with place.index(documents, missing="onnxruntime is missing") as index:
            assert index.status().generation == before
            assert index.status().unembedded == 0

    async def test_one_text_that_cannot_be_embedded_costs_no_other_its_vector(
        self, place: Place, documents: list[Document]
    ) -> None:
        class Failing(CountingEncoder):
            def encode(self, text: str):  # type: ignore[no-untyped-def]
                if "bankrupt" in text and "Title" in text:
                    raise ArithmeticError
                return super().encode(text)

        async with place.index(documents, encoder=Failing()) as index:
            assert index.status().unembedded == 1
            hits = await index.search(DocumentQuery(text="exchange halted withdrawals and went bankrupt"))
            assert found(hits)[0] == "d3"
            assert hits.notes == ("vectors are off for 1 of 4 passages",)
            before = index.status()

        def unread() -> list[Document]:
            raise AssertionError("the index was rebuilt for a text that cannot be embedded")

        async with place.index(unread, encoder=Failing()) as index:
            assert index.status() == before


class TestOddCharacters:
    @pytest.mark.parametrize(
        "text",
        [
            '"unclosed AND (',
            "title:x^9 OR *",
            "[SEP]",
            "\ud800",
            "a\x00b",
            "'; DROP TABLE",
            "\\' :A & !('",
            "a" * 9_999,
        ],
    )
    async def test_a_question_is_never_taken_for_syntax(
        self, place: Place, documents: list[Document], text: str
    ) -> None:
        async with place.index(documents) as index:
            await index.search(DocumentQuery(text=text))
            await index.search(DocumentQuery(text=f"{text} Validators", sources=(text,), language=text))
            assert (await ask(index, TOPICS[1]))[0] == "d1"

    async def test_in_a_document_they_do_no_harm(self, place: Place) -> None:
        odd = document(
            6,
            "Blobs \ud83d are space\x00 in $PEPE's 'C++' \\ %s $1.",
            title="\udc00",
            author="\ud800",
            publisher="\ud800\x00",
            topics=("\ud800", "O'Neil & Söhne ﷺ 北京"),
        )
        async with place.index([document(1, TOPICS[1])]) as index:
            await index.apply([odd])

            hits = await index.search(DocumentQuery(text="blobs are space"))
            assert hits.hits[0].chunk.text.startswith("Blobs ? are space")
            assert hits.hits[0].chunk.text.endswith("in $PEPE's 'C++' \\ %s $1.")
            assert (await ask(index, "O'Neil Söhne"))[0] == "d6"
            await index.apply([], ["d6"])
            assert await index.count() == 1

    async def test_ids_of_assets_beyond_all_numbers_match_nothing(
        self, place: Place, documents: list[Document]
    ) -> None:
        async with place.index(documents) as index:
            assert await ask(index, TOPICS[1], asset_ids=(2**40,)) == []
