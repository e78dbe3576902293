"""What is looked for is found by its rarest parts, and by no more rows than are worth reading."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.postgres import candidates
from cryptodesk.documents.postgres.candidates import (
    Place,
    Scan,
    count_passing,
    exact_limit,
    find_named,
    find_nearest,
    find_worded,
    load_passages,
    places_of,
    scans_of,
)
from cryptodesk.documents.postgres.filters import Filters
from cryptodesk.documents.postgres.lexemes import idf
from tests.documents.index.fixtures import CountingEncoder, document
from tests.documents.postgres.fixtures import open_index

ALL = Filters(Conditions())


def test_small_shares_are_looked_at_one_by_one() -> None:
    assert exact_limit(100) == exact_limit(200_000) == 4_000
    assert exact_limit(1_000_000) == 20_000


class TestScans:
    FREQUENCIES = {"rare": 3, "^rare": 1, "usual": 80, "common": 900, "^common": 100}  # noqa: RUF012

    def _queries(self, *words: str, budget: float) -> list[str]:
        return [scan.query for scan in scans_of(self.FREQUENCIES, words, 1_000, budget)]

    def test_the_rarest_are_read_as_long_as_there_is_room(self) -> None:
        assert self._queries("common", "usual", "rare", budget=2_000) == [
            *("'^rare'", "'rare'", "'usual'", "'^common'", "'common'")
        ]

    def test_words_that_are_nowhere_are_not_looked_for(self) -> None:
        assert self._queries("unknown", budget=2_000) == []

    def test_common_words_are_read_where_two_are_together(self) -> None:
        assert self._queries("common", "usual", "rare", budget=90) == [
            *("'^rare'", "'rare'", "'usual'", "'rare' & 'common'", "'usual' & 'common'")
        ]
        assert self._queries("common", "usual", budget=10) == ["'usual' & 'common'"]

    def test_a_common_word_that_is_alone_is_read_alone(self) -> None:
        assert self._queries("usual", budget=10) == ["'usual'"]

    def test_a_word_above_the_text_is_worth_more_than_one_in_it(self) -> None:
        scans = scans_of(self.FREQUENCIES, ["rare"], 1_000, 90)

        assert scans == [Scan("'^rare'", idf(3, 1_000) * 0.5), Scan("'rare'", idf(3, 1_000))]


def test_places_of_names_begin_with_the_rarest() -> None:
    places = places_of([("sky", 0.5), ("mkr", 0.25)], {"sky": 40, "^sky": 5, "mkr": 7})

    assert places == [Place("^sky", 0, 0.5, 5), Place("mkr", 1, 0.25 * 0.75, 7), Place("sky", 0, 0.375, 40)]


async def _numbers(pool: Any) -> dict[str, int]:
    rows = await pool.fetch(
        "SELECT document_id, passage FROM document_search_passages JOIN document_search_documents USING (document)"
    )
    return {row[0]: row[1] for row in rows}


class TestFinding:
    @pytest.fixture
    async def numbers(self, postgres_pool: Any) -> dict[str, int]:
        documents = [document(number, f"Everyone trades Solana, note {number}.", title="Note") for number in range(30)]
        documents.append(document(77, "Firedancer is a client of Solana, and only that.", title="Clients"))
        documents.append(document(78, "A page on clients.", title="Firedancer", source="other"))
        async with open_index(postgres_pool, documents):
            return await _numbers(postgres_pool)

    async def test_the_weight_of_a_word_grows_with_its_place_and_its_number(
        self, postgres_pool: Any, numbers: dict[str, int]
    ) -> None:
        scores = await find_worded(postgres_pool, [Scan("'client'", 1.0)], {"client": 2.0}, ALL, 100)

        # The title alone; the text alone is worth half of it, and the title before the text a little more than it.
        assert scores[numbers["d77"]] == pytest.approx(2.0 * (1 + 0.5 / 4) / 1.64493, rel=1e-4)
        assert scores[numbers["d78"]] == pytest.approx(2.0 * 0.5 / 1.64493, rel=1e-4)
        assert list(scores) == [numbers["d77"], numbers["d78"]]

    async def test_no_more_rows_are_read_of_a_word_than_asked(
        self, postgres_pool: Any, numbers: dict[str, int]
    ) -> None:
        scores = await find_worded(postgres_pool, [Scan("'note'", 1.0)], {"note": 1.0}, ALL, 7)

        assert len(scores) == 7
        assert set(scores) <= set(numbers.values())

    async def test_a_name_above_the_text_counts_whole_and_less_in_it(
        self, postgres_pool: Any, numbers: dict[str, int]
    ) -> None:
        places = places_of([("firedancer", 0.8)], {"firedancer": 1, "^firedancer": 1})

        named = await find_named(postgres_pool, places, ALL, 1.0, ())

        assert named == {numbers["d78"]: pytest.approx(0.8), numbers["d77"]: pytest.approx(0.6)}

    async def test_a_common_name_is_looked_for_where_a_rare_one_is_and_where_it_is_likely(
        self, postgres_pool: Any, numbers: dict[str, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(candidates, "_NAMED_ROWS", 10)
        places = places_of([("firedancer", 0.8), ("solana", 0.2)], {"firedancer": 1, "^firedancer": 1, "solana": 31})

        named = await find_named(postgres_pool, places, ALL, 1.0, [numbers["d3"]])

        assert named == {
            numbers["d78"]: pytest.approx(0.8),
            numbers["d77"]: pytest.approx(0.6 + 0.15),
            numbers["d3"]: pytest.approx(0.15),
        }

    async def test_filters_hold_for_names_and_words_and_vectors(
        self, postgres_pool: Any, numbers: dict[str, int]
    ) -> None:
        other = Filters(Conditions(sources=("other",)))
        places = places_of([("firedancer", 0.8)], {"firedancer": 1, "^firedancer": 1})
        vector = CountingEncoder().encode("Firedancer clients").tolist()

        assert list(await find_named(postgres_pool, places, other, 1.0, ())) == [numbers["d78"]]
        assert list(await find_worded(postgres_pool, [Scan("'client'", 1.0)], {"client": 2.0}, other, 9)) == [
            numbers["d78"]
        ]
        for exactly in (True, False):
            nearest = await find_nearest(postgres_pool, vector, other, 50, exactly=exactly)
            assert [each.passage for each in nearest] == [numbers["d78"]]
        assert await count_passing(postgres_pool, other, 10) == 1
        assert await count_passing(postgres_pool, ALL, 10) == 10

    async def test_a_passage_without_a_vector_has_no_cosine(self, postgres_pool: Any, numbers: dict[str, int]) -> None:
        await postgres_pool.execute(
            "UPDATE document_search_passages SET vector = NULL WHERE passage = $1", numbers["d3"]
        )
        vector = CountingEncoder().encode("Note\nEveryone trades Solana, note 4.")

        cosines = {}
        for given in (vector.tolist(), None):
            loaded = await load_passages(postgres_pool, given, [numbers["d3"], numbers["d4"]])
            cosines[given is None] = {each.passage: each.cosine for each in loaded}

        assert cosines[False] == {
            numbers["d3"]: pytest.approx(float("nan"), nan_ok=True),
            numbers["d4"]: pytest.approx(1.0, abs=1e-3),
        }
        assert all(value != value for value in cosines[True].values())
