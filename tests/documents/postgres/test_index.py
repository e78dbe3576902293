"""What only an index in a database can meet: other processes, a server that is gone, and a graph that is walked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.index import IndexBusy
from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.postgres import PostgresIndex, candidates, connecting, searching, writer
from cryptodesk.documents.postgres.filters import Filters
from cryptodesk.documents.query import DocumentQuery, HitsFound
from tests.clients.postgres import Server
from tests.documents.index.fixtures import NOW, CountingEncoder, document, embedder_of, unit_vectors
from tests.documents.postgres.fixtures import found, open_index, table_sizes

asyncpg = pytest.importorskip("asyncpg")


class TestOpening:
    async def test_before_it_a_search_says_that_there_is_no_index_yet(self, postgres_pool: Any) -> None:
        embedder = embedder_of(CountingEncoder())
        index = PostgresIndex(postgres_pool, embedder, FixedClock(NOW), lambda: ())

        assert await index.search(DocumentQuery(text="x")) == HitsFound((), ("the document index is not ready yet",))
        assert index.status().notes == ("the document index is not ready yet",)
        assert await index.count() == 0
        assert await index.contents() == {}
        with pytest.raises(InternalError, match="must be opened"):
            await index.apply([document(1)])
        index.close()
        embedder.close()

    async def test_of_many_processes_that_start_at_once_one_builds_the_index(self, postgres_pool: Any) -> None:
        encoder = CountingEncoder()
        documents = [document(number) for number in range(20)]
        embedder = embedder_of(encoder)
        indexes = [PostgresIndex(postgres_pool, embedder, FixedClock(NOW), lambda: documents) for _ in range(4)]

        await asyncio.gather(*(index.open() for index in indexes))

        assert encoder.encoded == 20
        assert [index.status() for index in indexes] == [indexes[0].status()] * 4
        assert indexes[0].status().generation == 1
        for index in indexes:
            index.close()
        embedder.close()

    async def test_words_that_are_made_in_another_way_are_made_anew(
        self, postgres_pool: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with open_index(postgres_pool, [document(1)]) as index:
            before = index.status().generation
        monkeypatch.setattr(writer, "ANALYSIS", writer.ANALYSIS + 1)
        async with open_index(postgres_pool, [document(1)]) as index:
            assert index.status().generation == before + 1

    async def test_vectors_that_are_shipped_are_not_computed(self, postgres_pool: Any) -> None:
        encoder = CountingEncoder()
        vector = encoder.encode("Title 1\nThis is the text of document 1.")

        def shipped(keys: Sequence[bytes]) -> dict[bytes, Any]:
            return dict.fromkeys(keys[:1], vector.astype(np.float16))

        async with open_index(postgres_pool, [document(1)], encoder=encoder, shipped=shipped) as index:
            assert encoder.encoded == 1
            assert index.status().unembedded == 0


class TestChanges:
    async def test_one_that_fails_half_way_is_not_made_at_all(self, postgres_pool: Any) -> None:
        encoder = CountingEncoder()

        def names(asset_id: int) -> list[str]:
            if asset_id == 13:
                raise LookupError
            return []

        async with open_index(postgres_pool, [document(1), document(2)], encoder=encoder, asset_names=names) as index:
            before, sizes = index.status(), await table_sizes(postgres_pool)
            many = [
                document(number, "word " * 90_000, asset_ids=(13,) if number == 19 else ()) for number in range(10, 20)
            ]
            with pytest.raises(LookupError):
                await index.apply(many, ["d1"])

            assert {**await table_sizes(postgres_pool), "pending": 0} == sizes
            assert sorted(await index.contents()) == ["d1", "d2"]
            assert (await index.search(DocumentQuery(text=document(1).text))).notes == ()
            assert index.status() == before

    async def test_frequencies_are_those_of_the_passages_that_are_left(self, postgres_pool: Any) -> None:
        async with open_index(postgres_pool, [document(1, "alpha beta"), document(2, "beta gamma")]) as index:
            await index.apply([document(3, "gamma delta", title="Delta"), document(1, "alpha alpha")], ["d2"])
            await index.apply([document(4, "beta")])
            kept = await _frequencies(postgres_pool)
            await index.rebuild()
            await index.apply([document(3, "gamma delta", title="Delta"), document(4, "beta")], ["d2"])
            await index.apply([document(1, "alpha alpha")])

            assert await _frequencies(postgres_pool) == kept
            assert {key: kept[key] for key in kept if key[0] is False} == {
                (False, "alpha"): 1,
                (False, "beta"): 1,
                (False, "gamma"): 1,
                (False, "delta"): 1,
                (False, "^delta"): 1,
                (False, "titl"): 2,
                (False, "^titl"): 2,
                (False, "1"): 1,
                (False, "^1"): 1,
                (False, "4"): 1,
                (False, "^4"): 1,
            }

    async def test_searches_go_on_while_the_index_is_built_anew(self, postgres_pool: Any) -> None:
        documents = [document(number, f"Paragraph about subject{number} alone.") for number in range(60)]
        async with open_index(postgres_pool, documents) as index:
            rebuilding = asyncio.create_task(index.rebuild())
            answers = 0
            while not rebuilding.done():
                hits = await index.search(DocumentQuery(text="paragraph about subject7"))
                assert found(hits)[0] == "d7"
                answers += 1
            await rebuilding

        assert answers > 1
        assert set(await table_sizes(postgres_pool)) == {"documents", "passages", "pending", "state", "terms"}

    async def test_who_waits_too_long_for_another_writer_is_told(
        self, postgres_pool: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connecting, "_PATIENCE", "10ms")
        async with open_index(postgres_pool, [document(1)]) as index, connecting.connected(postgres_pool) as other:
            async with connecting.writing(other):
                with pytest.raises(IndexBusy):
                    await index.apply([document(2)])
            await index.apply([document(2)])
            assert await index.count() == 2

    async def test_a_process_with_an_older_model_spoils_nothing(
        self, postgres_pool: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with open_index(postgres_pool, [document(1, "Validators stake ether.")]) as old:
            monkeypatch.setattr("cryptodesk.documents.embedding.embedder.Embedder.model_id", "newer")
            documents = [document(1, "Validators stake ether.")]
            encoder = CountingEncoder()
            async with open_index(postgres_pool, documents, encoder=encoder):
                assert encoder.encoded == 1
            monkeypatch.undo()

            hits = await old.search(DocumentQuery(text="validators stake"))
            assert found(hits) == ["d1"]
            assert hits.notes == ("vectors are off: those of the index are of another model",)
            await old.apply([document(2, "Miners compete for blocks.")])
            assert old.status().unembedded == 1

        monkeypatch.setattr("cryptodesk.documents.embedding.embedder.Embedder.model_id", "newer")
        async with open_index(postgres_pool, encoder=encoder) as newer:
            assert newer.status().unembedded == 0
            assert encoder.encoded == 2
            assert found(await newer.search(DocumentQuery(text="miners compete"))) == ["d2"]


class TestGraph:
    """As in a large index, where not every passage is compared."""

    @pytest.fixture(autouse=True)
    def _walk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(candidates, "_EXACT_ROWS", 20)

    async def test_a_filter_takes_nothing_from_what_is_found(self, postgres_pool: Any) -> None:
        vectors = unit_vectors(1_500, seed=3)

        class Numbered(CountingEncoder):
            def encode(self, text: str) -> Any:
                return vectors[int(text.rsplit(maxsplit=1)[-1])]

        documents = [document(n, f"Text {n}", title="T", source=f"s{n % 30}") for n in range(1_500)]
        shares = {}
        async with (
            open_index(postgres_pool, documents, encoder=Numbered()),
            postgres_pool.acquire() as connection,
            connection.transaction(),
        ):
            await connection.execute(searching.PREPARE)
            for sources in ((), ("s7",)):
                filters = Filters(Conditions(sources=sources))
                shares[sources] = [
                    await _share_found(connection, vectors[question].tolist(), filters)
                    for question in range(0, 1_500, 75)
                ]

        assert np.mean(shares[()]) >= 0.95
        assert np.mean(shares["s7",]) == 1.0

    async def test_fresh_news_is_found_among_very_many_better_matches_that_are_old(self, postgres_pool: Any) -> None:
        old = [
            document(n, "bitcoin etf approved", type="news", published_at=NOW - timedelta(days=300)) for n in range(300)
        ]
        fresh = document(999, "bitcoin etf approved today", type="news", published_at=NOW)
        async with open_index(postgres_pool, [*old, fresh]) as index:
            assert found(await index.search(DocumentQuery(text="bitcoin etf approved")))[0] == "d999"

    async def test_passages_that_come_later_are_found_too(self, postgres_pool: Any) -> None:
        documents = [document(number, f"Paragraph about subject{number} alone.") for number in range(120)]
        async with open_index(postgres_pool, documents[:100]) as index:
            await index.apply(documents[100:], ["d5"])
            for number in (0, 31, 99, 100, 119):
                assert (
                    found(await index.search(DocumentQuery(text=f"paragraph about subject{number}")))[0] == f"d{number}"
                )
            assert "d5" not in found(await index.search(DocumentQuery(text="paragraph about subject5", limit=100)))


class TestTroubles:
    async def test_a_closed_index_says_so(self, postgres_pool: Any) -> None:
        async with open_index(postgres_pool, [document(1)]) as index:
            index.close()
            for call in (index.search(DocumentQuery(text="x")), index.apply([]), index.count(), index.contents()):
                with pytest.raises(InternalError, match="is closed"):
                    await call
            index.close()

    async def test_a_closed_pool_is_an_error_of_ours(self, postgres_dsn: str) -> None:
        async with (
            asyncpg.create_pool(postgres_dsn, min_size=1, max_size=1) as pool,
            open_index(pool, [document(1)]) as index,
        ):
            await pool.close()
            await _every_call_fails(index)

    async def test_a_server_that_is_gone_is_an_error_of_ours(self, postgres_dsn: str) -> None:
        async with (
            asyncpg.create_pool(postgres_dsn, min_size=0, max_size=1) as pool,
            open_index(pool, [document(1)]) as index,
        ):
            await pool.expire_connections()
            pool.set_connect_args("postgresql://nobody@/none?host=/nowhere")
            await _every_call_fails(index)

    async def test_tables_that_are_gone_are_an_error_of_ours(self, postgres_pool: Any) -> None:
        async with open_index(postgres_pool, [document(1)]) as index:
            await postgres_pool.execute("DROP TABLE document_search_passages, document_search_documents")
            await _every_call_fails(index)

    async def test_a_connection_that_is_cut_in_a_search_is_an_error_and_the_next_one_answers(
        self, postgres_pool: Any, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with open_index(postgres_pool, [document(1)]) as index:
            whole = searching.find_named

            async def cut(connection: Any, *given: Any) -> Any:
                own = await connection.fetchval("SELECT pg_backend_pid()")
                admin = await asyncpg.connect(postgres_server.dsn())
                await admin.execute("SELECT pg_terminate_backend($1, 5000)", own)
                await admin.close()
                return await whole(connection, *given)

            monkeypatch.setattr(searching, "find_named", cut)
            with pytest.raises(InternalError, match="cannot be used"):
                await index.search(DocumentQuery(text="Text Document"))
            monkeypatch.undo()
            assert found(await index.search(DocumentQuery(text="text of document"))) == ["d1"]


async def _every_call_fails(index: PostgresIndex) -> None:
    for call in (
        index.search(DocumentQuery(text="x")),
        index.apply([document(2)]),
        index.count(),
        index.contents(),
        index.rebuild(),
    ):
        with pytest.raises(InternalError, match="the database with the document index cannot be used"):
            await call


async def _share_found(connection: Any, vector: list[float], filters: Filters) -> float:
    """Of the ten nearest that pass."""
    nearest = await candidates.find_nearest(connection, vector, filters, 10, exactly=True)
    walked = await candidates.find_nearest(connection, vector, filters, 64, exactly=False)
    assert len(nearest) == 10
    return len({each.passage for each in nearest} & {each.passage for each in walked}) / 10


async def _frequencies(pool: Any) -> dict[tuple[bool, str], int]:
    rows = await pool.fetch("SELECT is_name, lexeme, passages FROM document_search_terms")
    return {(row[0], row[1]): row[2] for row in rows}
