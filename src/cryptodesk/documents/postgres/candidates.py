"""The passages that may answer, each found by what it has: a near vector, rare words, exact names."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, combinations

from msgspec import Struct

from cryptodesk.documents.index.fulltext import BODY_SHARE, HEAD_SHARE
from cryptodesk.documents.index.scoring import CANDIDATES
from cryptodesk.documents.postgres.connecting import Connection
from cryptodesk.documents.postgres.filters import Filters
from cryptodesk.documents.postgres.lexemes import HEAD, idf, quoted

__all__ = [
    "Passage",
    "Place",
    "Scan",
    "count_passing",
    "exact_limit",
    "find_named",
    "find_nearest",
    "find_worded",
    "load_passages",
    "places_of",
    "scans_of",
]

# Up to so many rows, and so large a share of all, are looked at one by one: the graph would lose the few that pass.
_EXACT_ROWS, _EXACT_RATIO = 4_000, 0.02
# Of what has the rarest words so many are looked at closely.
_CLOSELY = CANDIDATES + CANDIDATES // 4
# Names that are in more rows together are only looked for in what was found by something else.
_NAMED_ROWS = 1_000
# Of so many words of a question that are each in too many passages, every two are looked for together.
_PAIRED = 3
# What a word above the text adds to its worth when passages are listed; how they are ranked is looked at afterwards.
_HEAD_BONUS = 0.5

_COLUMNS = "p.passage, p.document, p.fades, coalesce(p.published_at, p.known_at)"
_COSINE = "1 - (p.vector <=> $1::real[]::halfvec)"


class Passage(Struct, frozen=True):
    """`moment` is in unix seconds; `cosine` is NaN without a vector."""

    passage: int
    document: int
    fades: bool
    moment: float
    cosine: float


class Scan(Struct, frozen=True):
    """What is read of the index of words: passages that match `query`, each worth `weight`."""

    query: str
    weight: float


def exact_limit(passages: int) -> int:
    return max(_EXACT_ROWS, int(passages * _EXACT_RATIO))


async def count_passing(connection: Connection, filters: Filters, most: int) -> int:
    """How many passages pass, counted up to `most`."""
    clause, given = filters.sql(2)
    count: int = await connection.fetchval(
        f"SELECT count(*) FROM (SELECT FROM document_search_passages p WHERE {clause} LIMIT $1) AS passing",  # noqa: S608
        most,
        *given,
    )
    return count


async def find_nearest(
    connection: Connection, vector: Sequence[float], filters: Filters, limit: int, *, exactly: bool
) -> list[Passage]:
    """The nearest that pass: all of them are compared, or the graph is walked until there are enough."""
    clause, given = filters.sql(2)
    # A sum is no order that an index has.
    order = "(p.vector <=> $1::real[]::halfvec)" + (" + 0" if exactly else "")
    rows = await connection.fetch(
        f"SELECT {_COLUMNS}, {_COSINE} FROM document_search_passages p WHERE p.vector IS NOT NULL AND {clause}"  # noqa: S608
        f" ORDER BY {order} LIMIT {limit}",
        vector,
        *given,
    )
    return [Passage(*row) for row in rows]


async def load_passages(connection: Connection, vector: Sequence[float] | None, numbers: list[int]) -> list[Passage]:
    cosine = f"coalesce({_COSINE}, 'NaN')" if vector is not None else "coalesce($1::double precision, 'NaN')"
    rows = await connection.fetch(
        f"SELECT {_COLUMNS}, {cosine} FROM document_search_passages p WHERE p.passage = ANY($2::bigint[])",  # noqa: S608
        vector,
        numbers,
    )
    return [Passage(*row) for row in rows]


def scans_of(frequencies: Mapping[str, int], words: Sequence[str], total: int, budget: float) -> list[Scan]:
    """The rarest words first, as long as they are not in more than `budget` of `total` passages together; of the rarest
    of those that are in too many, only where two are together."""
    plain = [
        (frequencies[word], Scan(quoted(word), idf(frequencies[word], total)))
        for word in words
        if frequencies.get(word)
    ]
    plain.sort(key=lambda each: each[0])
    rated = plain + [
        (
            frequencies[f"{HEAD}{word}"],
            Scan(quoted(f"{HEAD}{word}"), _HEAD_BONUS * idf(frequencies.get(word, 0), total)),
        )
        for word in words
        if frequencies.get(f"{HEAD}{word}")
    ]
    rated.sort(key=lambda each: each[0])
    spent = accumulate(count for count, _ in rated)
    scans = [scan for (_, scan), rows in zip(rated, spent, strict=True) if rows <= budget]
    rarest = [scan for _, scan in plain[:_PAIRED]]
    pairs = [pair for pair in combinations(rarest, 2) if not (pair[0] in scans and pair[1] in scans)]
    scans += [Scan(f"{one.query} & {other.query}", one.weight + other.weight) for one, other in pairs]
    return scans or rarest


async def find_worded(
    connection: Connection, scans: Sequence[Scan], weights: Mapping[str, float], filters: Filters, most: int
) -> dict[int, float]:
    """Scores of the best matches of words; `weights` are those of all words, `most` rows are read for each scan."""
    if not scans:
        return {}
    clause, given = filters.sql(6)
    rows = await connection.fetch(
        f"""
        WITH likely AS MATERIALIZED (
            SELECT found.passage FROM unnest($1::text[], $2::double precision[]) AS scan(query, weight)
            CROSS JOIN LATERAL (
                SELECT p.passage FROM document_search_passages p
                WHERE p.words @@ scan.query::tsquery AND {clause} LIMIT $3
            ) AS found
            GROUP BY found.passage ORDER BY sum(scan.weight) DESC, found.passage LIMIT {_CLOSELY}
        )
        SELECT likely.passage, sum(word.weight * ts_rank('{{0.5, 0.5, 0.75, 1}}', text.words, word.query::tsquery))
        FROM likely CROSS JOIN LATERAL (
            -- Fetched once for all words; the offset keeps it from being fetched for each.
            SELECT ts_filter(p.words, '{{a,b,c,d}}') AS words
            FROM document_search_passages p WHERE p.passage = likely.passage OFFSET 0
        ) AS text CROSS JOIN unnest($4::text[], $5::double precision[]) AS word(query, weight)
        GROUP BY likely.passage ORDER BY 2 DESC, likely.passage LIMIT {CANDIDATES}
        """,  # noqa: S608 - constants and conditions with parameters
        [scan.query for scan in scans],
        [scan.weight for scan in scans],
        most,
        list(map(quoted, weights)),
        list(weights.values()),
        *given,
    )
    return {row[0]: row[1] for row in rows if not math.isclose(row[1], 0.0, abs_tol=1e-9)}


class Place(Struct, frozen=True):
    """Where a name may stand: in so many passages, worth so much; `number` is that of the name."""

    lexeme: str
    number: int
    weight: float
    passages: int


def places_of(names: Sequence[tuple[str, float]], frequencies: Mapping[str, int]) -> list[Place]:
    """Whole in what stands above a passage, less in its text; where it is in the fewest passages first."""
    places = [
        Place(lexeme, number, weight * share, frequencies[lexeme])
        for number, (name, weight) in enumerate(names)
        for lexeme, share in ((f"{HEAD}{name}", HEAD_SHARE), (name, BODY_SHARE))
        if frequencies.get(lexeme)
    ]
    return sorted(places, key=lambda place: place.passages)


async def find_named(
    connection: Connection, places: Sequence[Place], filters: Filters, share: float, likely: Collection[int]
) -> dict[int, float]:
    """The weights, added up, of the names that each passage has. Common names are looked for only in passages that have
    a rare one, or are `likely` for another reason; these pass the filters already."""
    if not places:
        return {}
    clause, given = filters.sql(6)
    spent = accumulate(place.passages * share for place in places)
    is_rare = [total <= _NAMED_ROWS for total in spent]
    rows = await connection.fetch(
        f"""
        WITH place AS (
            SELECT * FROM unnest($1::text[], $2::integer[], $3::double precision[], $4::boolean[])
            AS place(query, number, weight, is_rare)
        ), rare AS MATERIALIZED (
            SELECT p.passage, place.number, place.weight
            FROM place JOIN document_search_passages p ON p.names @@ place.query::tsquery
            WHERE place.is_rare AND {clause}
        ), likely AS MATERIALIZED (
            SELECT unnest($5::bigint[]) AS passage UNION SELECT passage FROM rare
        ), common AS (
            SELECT p.passage, place.number, place.weight
            FROM likely CROSS JOIN LATERAL (
                -- Fetched once for all names; the offset keeps it from being fetched for each.
                SELECT p.passage, ts_delete(p.names, ''::text) AS names
                FROM document_search_passages p WHERE p.passage = likely.passage OFFSET 0
            ) AS p JOIN place ON NOT place.is_rare AND p.names @@ place.query::tsquery
        )
        SELECT passage, sum(weight) FROM (
            SELECT passage, number, max(weight) AS weight
            FROM (SELECT * FROM rare UNION ALL SELECT * FROM common) AS found GROUP BY passage, number
        ) AS named GROUP BY passage ORDER BY 2 DESC, passage LIMIT {CANDIDATES}
        """,  # noqa: S608 - constants and conditions with parameters
        [quoted(place.lexeme) for place in places],
        [place.number for place in places],
        [place.weight for place in places],
        is_rare,
        list(likely) if not all(is_rare) else [],
        *given,
    )
    return {row[0]: row[1] for row in rows}
