"""One search, from the question to its hits, on one state of the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from msgspec.structs import replace

from cryptodesk.documents.embedding.wordpiece import load_wordpiece
from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.fusion import Question
from cryptodesk.documents.index.names import names_in, possible_names
from cryptodesk.documents.index.scoring import (
    CANDIDATES,
    FRESH_SECONDS,
    WEIGHTS,
    Evidence,
    age_factors,
    fused,
    scaled,
    varied,
)
from cryptodesk.documents.index.vectors import Floats
from cryptodesk.documents.postgres.candidates import (
    Passage,
    count_passing,
    exact_limit,
    find_named,
    find_nearest,
    find_worded,
    load_passages,
    places_of,
    scans_of,
)
from cryptodesk.documents.postgres.connecting import Connection
from cryptodesk.documents.postgres.filters import Filters
from cryptodesk.documents.postgres.lexemes import HEAD, idf, query_words
from cryptodesk.documents.postgres.preparing import decode_head
from cryptodesk.documents.postgres.state import State
from cryptodesk.documents.records import Chunk, Hit

__all__ = ["PREPARE", "Searcher"]

# Plans depend on the filters' values, compiling them costs more than they do, and an approximate search must go on
# until enough has passed the filters. The lock keeps the tables in place while they are made anew.
PREPARE = """
    SET LOCAL plan_cache_mode = force_custom_plan;
    SET LOCAL jit = off;
    SET LOCAL statement_timeout = '20s';
    SET LOCAL hnsw.ef_search = 160;
    SET LOCAL hnsw.iterative_scan = relaxed_order;
    SET LOCAL hnsw.max_scan_tuples = 40000;
    LOCK TABLE document_search_passages IN ACCESS SHARE MODE
"""
# So many rows are read for words; with vectors, meaning finds what common words would.
_WORD_ROWS, _WORD_ROWS_ALONE = 1_000, 20_000
# So many of the nearest are enough for a few hits: each is at most once more in another list.
_LEAST_NEAREST = 64
_FREQUENCIES = """
    SELECT is_name, lexeme, passages FROM document_search_terms
    WHERE (NOT is_name AND lexeme = ANY($1::text[])) OR (is_name AND lexeme = ANY($2::text[]))
"""
_HITS = """
    SELECT p.passage, p.number, p.body, d.head
    FROM document_search_passages p JOIN document_search_documents d USING (document)
    WHERE p.passage = ANY($1::bigint[])
"""


class _Frequencies:
    """In how many of all passages words and names are."""

    def __init__(self, total: int, words: Mapping[str, int], names: Mapping[str, int]) -> None:
        self._total = total
        self.words = words
        self.names = names

    def __len__(self) -> int:
        return self._total

    def name_frequency(self, name: str) -> int:
        return max(self.names.get(name, 0), self.names.get(f"{HEAD}{name}", 0))


class Searcher:
    """Within a transaction that was begun with `PREPARE` and reads one state only. `now` is in unix seconds."""

    def __init__(self, connection: Connection, state: State, question: Question, now: float) -> None:
        self._connection = connection
        self._state = state
        self._text = question.text
        self._vector: list[float] | None = None if question.vector is None else question.vector.tolist()
        self._now = now

    async def find(self, conditions: Conditions, limit: int) -> list[Hit]:
        filters = Filters(self._narrowed(conditions))
        share = await self._share(filters)
        frequencies = await self._frequencies()
        nearest = await self._nearest(filters, share, limit)
        words = await self._worded(filters, frequencies, share)
        passages = {each.passage: each for each in nearest}
        places = places_of(names_in(self._text, frequencies, load_wordpiece()), frequencies.names)
        named = await find_named(self._connection, places, filters, share, {*words, *passages})
        missing = [number for number in {**words, **named} if number not in passages]
        if missing:
            found = await load_passages(self._connection, self._vector, missing)
            passages |= {each.passage: each for each in found}
        return await self._hits(list(islice(_ranked(passages, self._evidence(passages, words, named)), limit)))

    def _narrowed(self, conditions: Conditions) -> Conditions:
        """Without a bound that every document keeps."""
        if conditions.known_until is None or conditions.known_until < self._state.latest_known_at:
            return conditions
        return replace(conditions, known_until=None)

    async def _share(self, filters: Filters) -> float:
        """Which share of the passages pass: exact where it is small, 1 where it is not."""
        total, most = self._state.passages, exact_limit(self._state.passages)
        if filters.is_any or total <= most:
            return 1.0
        count = await count_passing(self._connection, filters, most + 1)
        return count / total if count <= most else 1.0

    async def _frequencies(self) -> _Frequencies:
        words = query_words(self._text)
        wanted = [*words, *(f"{HEAD}{word}" for word in words)]
        names = list(dict.fromkeys(possible_names(self._text)))
        rows = await self._connection.fetch(_FREQUENCIES, wanted, [*names, *(f"{HEAD}{name}" for name in names)])
        found: tuple[dict[str, int], dict[str, int]] = (dict.fromkeys(words, 0), {})
        for is_name, lexeme, passages in rows:
            found[is_name][lexeme] = passages
        return _Frequencies(self._state.passages, *found)

    async def _nearest(self, filters: Filters, share: float, limit: int) -> list[Passage]:
        if self._vector is None:
            return []
        wanted = min(max(_LEAST_NEAREST, 4 * limit), CANDIDATES)
        found = await self._nearest_of(filters, share, wanted)
        kept = sum(not self._has_faded(each) for each in found)
        if len(found) < wanted or kept == len(found) or kept >= max(wanted // 2, 2 * limit):
            return found
        # What is old but near may have crowded out what is fresh.
        fresh = filters.fresh_at(self._now)
        return [*found, *await self._nearest_of(fresh, await self._share(fresh), wanted)]

    async def _nearest_of(self, filters: Filters, share: float, limit: int) -> list[Passage]:
        total = self._state.passages
        exactly = total * share <= exact_limit(total)
        return await find_nearest(self._connection, self._vector or [], filters, limit, exactly=exactly)

    def _has_faded(self, passage: Passage) -> bool:
        return passage.fades and passage.moment <= self._now - FRESH_SECONDS

    async def _worded(self, filters: Filters, frequencies: _Frequencies, share: float) -> dict[int, float]:
        total = self._state.passages
        words = [word for word in frequencies.words if frequencies.words[word] and not word.startswith(HEAD)]
        weights = {word: idf(frequencies.words[word], total) for word in words}
        most = _WORD_ROWS_ALONE if self._vector is None else _WORD_ROWS
        scans = scans_of(frequencies.words, words, total, most / max(share, 1e-9))
        found = await find_worded(self._connection, scans, weights, filters, most)
        if self._vector is None and len(found) == CANDIDATES:
            # There may be more, and fresh ones among them that old ones have crowded out.
            found |= await find_worded(self._connection, scans, weights, filters.fresh_at(self._now), most)
        return found

    def _evidence(
        self, passages: Mapping[int, Passage], words: Mapping[int, float], named: Mapping[int, float]
    ) -> Evidence:
        scaled_words = dict(
            zip(words, scaled(_floats(words.values()), from_last=self._vector is not None), strict=True)
        )
        moments = np.array([each.moment for each in passages.values()], np.float64)
        fading = np.array([each.fades for each in passages.values()], np.bool_)
        return Evidence(
            _floats([scaled_words.get(number, 0.0) for number in passages]),
            _floats([named.get(number, 0.0) for number in passages]),
            None if self._vector is None else _floats([each.cosine for each in passages.values()]),
            age_factors(fading, moments, self._now, WEIGHTS.old_news) if fading.any() else None,
        )

    async def _hits(self, ranked: Sequence[tuple[int, float]]) -> list[Hit]:
        rows = {row[0]: row for row in await self._connection.fetch(_HITS, [number for number, _ in ranked])}
        hits = []
        for number, score in ranked:
            _, chunk_number, body, head = rows[number]
            document = decode_head(head)
            hits.append(Hit(document, Chunk(document.document_id, chunk_number, body), score))
        return hits


def _ranked(passages: Mapping[int, Passage], evidence: Evidence) -> Iterator[tuple[int, float]]:
    """Numbers of passages with their scores, best first, without those that are no answer."""
    numbers = np.array(list(passages), np.int64)
    owners = np.array([each.document for each in passages.values()], np.int64)
    scores, answers = fused(evidence)
    numbers, owners, scores = numbers[answers], owners[answers], scores[answers]
    for at in varied(scores, owners, numbers):
        yield int(numbers[at]), float(scores[at])


def _floats(values: Iterable[float]) -> Floats:
    return np.fromiter(values, np.float32)
