"""The full-text side: what is indexed of a passage, and the questions put to it. Only this file knows the library."""

from __future__ import annotations

import math
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import tantivy
from msgspec import Struct

from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.spelling import fold_spelling, with_compounds
from cryptodesk.documents.records import Chunk, Document

__all__ = [
    "BODY_SHARE",
    "HEAD_SHARE",
    "MOST_QUERY_TERMS",
    "Conditions",
    "Fields",
    "FullText",
    "FullTextDamaged",
    "TextRow",
    "fields_of",
    "name_analyzer",
    "word_analyzer",
    "write_full_text",
]

# Smaller ones are merged by the writer itself; one thread leaves the other core to the embedder.
_HEAP_BYTES, _THREADS = 50_000_000, 1
MOST_QUERY_TERMS = 48
_MOST_TERM_BYTES = 80
# What a term counts in each field: a title names what a document is about.
_WEIGHTS = (("title", 2.0), ("topics", 1.5), ("body", 1.0))
# A name in the title or among the topics says that the document is about it.
HEAD_SHARE, BODY_SHARE = 1.0, 0.75
# Words of a question that say nothing about its subject.
_STOP_WORDS = re.findall(
    r"\w+",
    """
    a about above after again against all also am an and any are as at be because been before being below between
    both but by can cannot could did do does doing down during each else ever few for from further get gets got
    had has have having he her here hers him his how i if in into is it its itself just let me more most much my
    no nor not now of off on once one only or other our ours out over own really s same she should so some still
    such t than that the their theirs them then there these they this those through to too under until up upon us
    very was we were what whatever when where whether which while who whom whose why will with within without
    would yet you your yours tell explain please describe exactly actually
    """,
)
_LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")


class FullTextDamaged(ValueError):
    """The folder holds no full-text index of this version."""


class Fields(Struct, frozen=True):
    """The texts that a passage is found by; the names of these fields are those of the index."""

    title: str
    topics: str
    body: str
    head_names: str
    body_names: str


class TextRow(Struct, frozen=True):
    """A passage to be found by its words. `names` are those of the document's assets."""

    key: int
    document: Document
    chunk: Chunk
    names: tuple[str, ...] = ()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    for name, _ in _WEIGHTS:
        builder.add_text_field(name, tokenizer_name="english", index_option="freq")
    for name in ("head_names", "body_names"):
        builder.add_text_field(name, tokenizer_name="names", index_option="basic")
    for name in ("document", "type", "source", "language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("asset", indexed=True)
    builder.add_float_field("known_at", indexed=True, fast=True)
    builder.add_float_field("published_at", indexed=True, fast=True)
    return builder.build()


def word_analyzer() -> tantivy.TextAnalyzer:
    """Splits a text that is folded (`fold_spelling`) into its stems, without words that say nothing."""
    return _analyzer(
        tantivy.Filter.remove_long(_MOST_TERM_BYTES),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.custom_stopword(_STOP_WORDS),
        tantivy.Filter.stemmer("english"),
    )


def name_analyzer() -> tantivy.TextAnalyzer:
    """Splits a text in lower case into words as they are written."""
    return _analyzer(tantivy.Filter.remove_long(_MOST_TERM_BYTES))


def _analyzer(*filters: tantivy.Filter) -> tantivy.TextAnalyzer:
    """Words between all marks; the text is in lower case already."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


def _open(folder: Path) -> tantivy.Index:
    try:
        index = tantivy.Index(_schema(), str(folder))
    except (ValueError, OSError) as error:
        raise FullTextDamaged(f"{folder.name}: {error}") from None
    index.register_tokenizer("english", word_analyzer())
    index.register_tokenizer("names", name_analyzer())
    return index


def write_full_text(folder: Path, before: Path | None, rows: Iterable[TextRow], removed: Collection[str]) -> None:
    """Makes `folder`: what `before` holds without the documents `removed`, and `rows`. `before` stays as it is: its
    files are shared, and those that a writer replaces are not among them. Raises: FullTextDamaged."""
    folder.mkdir()
    if before is not None:
        _share(before, folder)
    index = _open(folder)
    try:
        writer = index.writer(_HEAP_BYTES, _THREADS)
        for document_id in removed:
            writer.delete_documents_by_term("document", document_id)
        for row in rows:
            writer.add_document(_record(row))
        writer.commit()
        writer.garbage_collect_files()
        writer.wait_merging_threads()
    except ValueError as error:
        raise FullTextDamaged(f"{folder.name}: {error}") from None
    for name in _LOCKS:
        (folder / name).unlink(missing_ok=True)


def _share(before: Path, folder: Path) -> None:
    for entry in before.iterdir():
        if entry.name in _LOCKS:
            continue
        if entry.suffix == ".json":
            shutil.copyfile(entry, folder / entry.name)
            continue
        try:
            os.link(entry, folder / entry.name)
        except OSError:  # not every file system has links
            shutil.copyfile(entry, folder / entry.name)


def fields_of(row: TextRow) -> Fields:
    document = row.document
    topics = " ".join(document.topics)
    return Fields(
        title=fold_spelling(document.title),
        topics=fold_spelling(topics),
        body=fold_spelling(row.chunk.text),
        head_names=with_compounds(" ".join([document.title, topics, *row.names])),
        body_names=with_compounds(row.chunk.text),
    )


def _record(row: TextRow) -> tantivy.Document:
    document = row.document
    record = tantivy.Document()
    record.add_unsigned("key", row.key)
    fields = fields_of(row)
    for name in Fields.__struct_fields__:
        record.add_text(name, getattr(fields, name))
    for name, text in (("document", document.document_id), ("type", document.type), ("source", document.source)):
        record.add_text(name, text)
    record.add_text("language", document.language)
    for asset_id in document.asset_ids:
        record.add_unsigned("asset", asset_id)
    record.add_float("known_at", document.known_at.timestamp())
    if document.published_at is not None:
        record.add_float("published_at", document.published_at.timestamp())
    return record


class FullText:
    """One state, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        index = _open(folder)
        try:
            index.config_reader("manual")
            index.reload()
        except ValueError as error:
            raise FullTextDamaged(f"{folder.name}: {error}") from None
        self._schema = index.schema
        self._searcher = index.searcher()
        self._analyzer = word_analyzer()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def rank(self, text: str, conditions: Conditions, limit: int) -> dict[int, float]:
        """Scores (BM25) of the best passages by key; empty if no word of the text is indexed."""
        terms = list(dict.fromkeys(self._analyzer.analyze(fold_spelling(text))))[:MOST_QUERY_TERMS]
        parts = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, term), weight))
            for term in terms
            for field, weight in _WEIGHTS
        ]
        return self._search(parts, conditions, limit) if parts else {}

    def rank_names(self, names: Sequence[tuple[str, float]], conditions: Conditions, limit: int) -> dict[int, float]:
        """The weights, added up, of the names that each passage has, best first: whole in the title, among the topics
        or assets, less in the text alone."""
        parts = [(tantivy.Occur.Should, self._name(name, weight)) for name, weight in names]
        return self._search(parts, conditions, limit) if parts else {}

    def name_frequency(self, name: str) -> int:
        """How many passages have the name, in the text or in what stands above it (the larger of both)."""
        return max(self._searcher.doc_freq("head_names", name), self._searcher.doc_freq("body_names", name))

    def _name(self, name: str, weight: float) -> tantivy.Query:
        shares = (("head_names", HEAD_SHARE), ("body_names", BODY_SHARE))
        places = [tantivy.Query.const_score_query(self._term(field, name), weight * share) for field, share in shares]
        return tantivy.Query.disjunction_max_query(places)

    def _term(self, field: str, term: str | int) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, term, "freq")

    def _search(
        self, parts: Sequence[tuple[tantivy.Occur, tantivy.Query]], conditions: Conditions, limit: int
    ) -> dict[int, float]:
        required = [(tantivy.Occur.Must, each) for each in self._required(conditions)]
        query = tantivy.Query.boolean_query(parts)
        if required:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *required])
        hits = self._searcher.search(query, limit, count=False).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        return {int(key): score for key, (score, _) in zip(keys, hits, strict=True) if key is not None}

    def _required(self, conditions: Conditions) -> Iterator[tantivy.Query]:
        sets: tuple[tuple[str, Sequence[str | int]], ...] = (
            ("type", conditions.types),
            ("source", conditions.sources),
            ("asset", conditions.asset_ids),
            ("language", () if conditions.language is None else (conditions.language,)),
        )
        for field, values in sets:
            if values:
                terms = [(tantivy.Occur.Should, self._term(field, value)) for value in values]
                yield tantivy.Query.const_score_query(tantivy.Query.boolean_query(terms), 0.0)
        if conditions.known_until is not None:
            yield self._between("known_at", None, conditions.known_until, include_upper=True)
        if conditions.published_from is not None or conditions.published_before is not None:
            yield self._between("published_at", conditions.published_from, conditions.published_before)

    def _between(
        self, field: str, lower: float | None, upper: float | None, *, include_upper: bool = False
    ) -> tantivy.Query:
        span = tantivy.Query.range_query(
            self._schema,
            field,
            tantivy.FieldType.Float,
            -math.inf if lower is None else lower,
            math.inf if upper is None else upper,
            include_upper=include_upper,
        )
        return tantivy.Query.const_score_query(span, 0.0)
